import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { EMPTY } from "../../src/model/sentence.ts";
import { ensure, type PrincipalProgress } from "../../src/principal/ensure.ts";
import type { PrincipalDemand } from "../../src/principal/settings.ts";
import { plain } from "../../src/render/pen.ts";
import { between } from "../postgres/world.ts";
import { withLabelFunction } from "../sandbox/label-proxy.ts";
import { addToTenant, bind, installPgaadauth, labelOf, setLabel } from "../sandbox/pgaadauth.ts";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";

const ID = "0b1ec700-0021-4c5d-8e6f-7a8b9c0d1e21";
const DEMAND: PrincipalDemand = {
  mode: "apply",
  name: "aad_race",
  objectId: ID,
  type: "service",
  rebind: false,
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 16 });
  await addToTenant(sandbox, { objectId: ID, type: "service", displayName: "aad_race" });
});
afterAll(() => sandbox.close());

async function signIn() {
  const client = await sandbox.signInAs("ci-admin", "postgres");
  onTestFinished(() => client.end());
  return client;
}

/** What the action finds and does on a server that knows labels. */
async function run(demand: Partial<PrincipalDemand>, user = "ci-admin") {
  const client = await sandbox.signInAs(user, "postgres");
  try {
    between(client, async (sql) => withLabelFunction(sql));
    const { verdict, warnings } = await ensure(client, { ...DEMAND, ...demand }, {});
    return { verdict, warnings: warnings.map(plain.sentence) };
  } finally {
    // After an error, its transaction still has its locks.
    await client.end();
  }
}

/** The error code of a run, and its text. */
async function refusal(demand: Partial<PrincipalDemand>, user?: string) {
  const error = await run(demand, user).catch((error: unknown) => error);
  const failure = diagnose(error, { user: user ?? "ci-admin", database: "postgres" });
  return { code: failure.code, text: JSON.stringify(failure) };
}

/** A service principal that the server finds, and perhaps a role for it. */
async function inTenant(displayName: string, ...[made]: ["made"?]): Promise<string> {
  const objectId = randomUUID();
  await addToTenant(sandbox, { objectId, type: "service", displayName });
  if (made) await run({ name: displayName, objectId });
  return objectId;
}

async function roleBoundTo(name: string, label: string): Promise<void> {
  await sandbox.sql("postgres", `CREATE ROLE "${name}" LOGIN`);
  await bind(sandbox, name, label);
}

/** The labels that a server keeps for a service principal, `pgaadauth` first. */
const labels = (objectId: string) => [
  `aadauth,oid=${objectId},type=service`,
  `type=service,oid=${objectId},tenant_id=${TENANT_ID}`,
];
const labelsOf = (role: string) => Promise.all([labelOf(sandbox, role), labelOf(sandbox, role, "pgaadauth-int")]);

test("the action finds a role that another run created after the first look", async () => {
  const client = await signIn();
  let raced = false;
  between(client, async (sql) => {
    if (raced || !sql.includes("create_principal_with_oid")) return undefined;
    raced = true;
    expect((await ensure(await signIn(), DEMAND, {})).verdict).toBe("repaired");
    return undefined;
  });

  expect((await ensure(client, DEMAND, {})).verdict).toBe("in-sync");
  expect(raced).toBe(true);
  expect(await labelOf(sandbox, "aad_race")).toBe(`aadauth,oid=${ID},type=service`);
});

test("mode: check runs in a transaction that cannot write", async () => {
  const client = await signIn();
  const said: string[] = [];
  between(client, async (sql) => {
    said.push(sql);
    return undefined;
  });
  await ensure(client, { ...DEMAND, mode: "check", name: "aad_nobody" }, {});
  expect(said[0]).toMatch(/^BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;/);
  expect(said.at(-1)).toBe("COMMIT");
});

test("mode: check shows the input that creates a role, and both inputs that bind it to another identity", async () => {
  const advice = async (name: string) => {
    const { fix } = await ensure(await signIn(), { ...DEMAND, mode: "check", name }, {});
    return plain.sentence(fix?.text ?? EMPTY).replace(/, or run as .*/, "");
  };
  await sandbox.sql("postgres", "CREATE ROLE aad_bound LOGIN");
  await bind(sandbox, "aad_bound", `aadauth,oid=${randomUUID()},type=service`);
  expect(await advice("aad_nobody")).toBe("Run this step with `mode: apply`");
  expect(await advice("aad_bound")).toBe("Run this step with `mode: apply` and `rebind: true`");
});

test("a COMMIT that was lost, and that the next session does not find, is no longer something that was done", async () => {
  const demand = { ...DEMAND, name: "aad_lost" };
  const progress: PrincipalProgress = {};
  const [first, second] = [await signIn(), await signIn()];
  between(first, async (sql) => (sql === "COMMIT" ? "ROLLBACK; SELECT 1 / 0" : undefined));
  await expect(ensure(first, demand, progress)).rejects.toThrow("division by zero");
  expect(plain.sentence(progress.done ?? EMPTY)).toMatch(/^The server did not confirm this: Created role aad_lost/);

  between(second, async (sql) => (sql.includes("create_principal_with_oid") ? "SELECT 1 / 0" : undefined));
  await expect(ensure(second, demand, progress)).rejects.toThrow("division by zero");
  expect(progress.done).toBeUndefined();
});

describe("what is never changed", () => {
  beforeAll(async () => {
    await sandbox.sql(
      "postgres",
      "CREATE ROLE by_password LOGIN PASSWORD 'x'; CREATE ROLE member LOGIN NOINHERIT IN ROLE azure_pg_admin; CREATE ROLE team NOLOGIN",
    );
    await bind(sandbox, "member", `aadauth,oid=${ID},type=service`);
  });

  test.each([
    ["an Entra administrator", "ci-admin", "principal-is-administrator"],
    [
      "a member of azure_pg_admin without its privileges, bound to this very object ID",
      "member",
      "principal-is-administrator",
    ],
    ["the superuser", "azuresu", "principal-is-administrator"],
    ["a role with a password", "by_password", "principal-is-no-entra-role"],
    ["a role that groups others", "team", "principal-is-no-entra-role"],
  ])("%s", async (_, name, code) => {
    const [label, before] = [await labelOf(sandbox, name), await roleOf(name)];
    for (const mode of ["apply", "check"] as const) {
      const ensured = ensure(await signIn(), { ...DEMAND, mode, name, rebind: true }, {});
      await expect(ensured).rejects.toMatchObject({ failure: { code } });
    }
    expect([await labelOf(sandbox, name), await roleOf(name)]).toEqual([label, before]);
  });

  const roleOf = (name: string) =>
    sandbox.sql(
      "postgres",
      "SELECT rolcanlogin, rolcreaterole, (SELECT array_agg(roleid) FROM pg_auth_members WHERE member = oid) FROM pg_roles WHERE rolname = $1",
      [name],
    );
});

test("two runs at once create the role once", async () => {
  const objectId = await inTenant("aad_twice");
  const runs = await Promise.all([1, 2].map(() => run({ name: "aad_twice", objectId })));
  expect(runs.map(({ verdict }) => verdict)).toContain("repaired");
  expect(await labelsOf("aad_twice")).toEqual(labels(objectId));
});

describe("a role that is bound again", () => {
  test.each(["pgaadauth", "pgaadauth-int"] as const)(
    "is one of which only the label for %s still names the old identity, too",
    async (provider) => {
      const name = `aad_stale_${provider}`;
      const [first, objectId] = [randomUUID(), randomUUID()];
      await roleBoundTo(name, `aadauth,oid=${objectId},type=service`);
      await setLabel(sandbox, name, labels(first)[provider === "pgaadauth" ? 0 : 1] ?? null, provider);

      const refused = await refusal({ name, objectId });
      expect(refused.code).toBe("principal-bound-to-another");
      for (const id of [first, objectId]) expect(refused.text).toContain(id);
      expect(await run({ name, objectId, rebind: true })).toEqual({ verdict: "repaired", warnings: [] });
      expect(await labelsOf(name)).toEqual(labels(objectId));
    },
  );

  test("can have any name", async () => {
    const name = `"aad' \\ öé; --`;
    await sandbox.sql("postgres", `CREATE ROLE """aad' \\ öé; --" LOGIN`);
    await bind(sandbox, name, `aadauth,oid=${randomUUID()},type=service`);
    await run({ name, rebind: true });
    expect(await labelOf(sandbox, name)).toContain(ID);
  });

  // Only the list of principals has the flag. Servers call its first column rolname, Microsoft's documentation rolename.
  test.each(["rolname", "rolename"] as const)(
    "keeps the multi-factor authentication flag of a list with the column %s",
    async (column) => {
      await installPgaadauth(sandbox, column);
      onTestFinished(() => installPgaadauth(sandbox));
      const name = `aad_mfa_${column}`;
      await roleBoundTo(name, `aadauth,oid=${randomUUID()},type=user,mfa`);
      await run({ name, type: "user", rebind: true });
      expect(await labelOf(sandbox, name)).toBe(`aadauth,oid=${ID},type=user,mfa`);
      expect((await run({ name, type: "user" })).verdict).toBe("in-sync");
    },
  );
});

describe("an identity that has a role of another name", () => {
  const warningsOf = (objectId: string, ...roles: readonly string[]) =>
    roles.map(
      (role) =>
        `Role ${role} is bound to object ID \`${objectId}\`. If \`name\` is mistyped, set it to \`${role}\`: a second role does not get the privileges of the first.`,
    );

  test("the role is named in mode: check, in mode: apply and in every later run, and the same input is in sync with its name", async () => {
    const objectId = await inTenant("aad_renamed", "made");
    await roleBoundTo("aad_upper", `aadauth,oid=${objectId.toUpperCase()},type=service`);
    const demand = { name: "aad_typo", objectId };
    const warnings = warningsOf(objectId, "aad_renamed", "aad_upper");

    expect(await run({ ...demand, mode: "check" })).toEqual({ verdict: "drift", warnings });
    for (const verdict of ["repaired", "in-sync"]) expect(await run(demand)).toEqual({ verdict, warnings });

    await sandbox.sql("postgres", "DROP ROLE aad_typo, aad_upper");
    expect(await run({ ...demand, name: "aad_renamed" })).toEqual({ verdict: "in-sync", warnings: [] });
  });

  test("the role is named before another one is bound to its identity, and after that", async () => {
    const objectId = await inTenant("aad_billing", "made");
    await roleBoundTo("aad_wrong", `aadauth,oid=${randomUUID()},type=service`);
    const demand = { name: "aad_wrong", objectId };
    expect((await refusal(demand)).text).toContain("aad_billing");
    const warnings = warningsOf(objectId, "aad_billing");
    for (const mode of ["check", "apply"] as const)
      expect((await run({ ...demand, mode, rebind: true })).warnings).toEqual(warnings);
  });

  test("an administrator's role is not advised, because this action does not change it", async () => {
    const { objectId } = IDENTITIES.admin;
    const found = await run({ name: "aad_of_admin", objectId, mode: "check" });
    expect(found).toEqual({ verdict: "drift", warnings: [] });
  });
});

describe("a refusal of the server is explained", () => {
  // The functions of the sandbox change.
  afterEach(() => installPgaadauth(sandbox));

  test("a login that is not an Entra administrator", async () => {
    const objectId = await inTenant("aad_refused");
    expect((await refusal({ name: "aad_refused", objectId }, "migrator")).code).toBe("administrators-only");
  });

  test("an object ID of another type", async () => {
    const refused = await refusal({ name: "aad_type", objectId: await inTenant("aad_type"), type: "user" });
    expect(refused.code).toBe("entra-principal-type");
    expect(refused.text).toContain("actual object type: 'service'");
  });

  test("a server that accepts the statement and changes nothing", async () => {
    const objectId = await inTenant("aad_nothing");
    await sandbox.sql(
      "postgres",
      `CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(
         rolename text, objectid text, objecttype text, isadmin boolean, ismfa boolean)
       RETURNS text LANGUAGE sql AS $$ SELECT 'Created role' $$`,
    );
    expect((await refusal({ name: "aad_nothing", objectId })).code).toBe("principal-not-bound");
  });

  test("a server that changes only one of the labels", async () => {
    const first = randomUUID();
    await roleBoundTo("aad_half", `aadauth,oid=${first},type=service`);
    await sandbox.sql(
      "postgres",
      `CREATE OR REPLACE FUNCTION sandbox.set_label(role name, label text) RETURNS void LANGUAGE sql AS $$
         UPDATE pg_shseclabel AS s SET label = $2
         WHERE provider = 'pgaadauth' AND objoid = (SELECT oid FROM pg_roles WHERE rolname = $1) $$`,
    );
    const refused = await refusal({ name: "aad_half", rebind: true });
    expect(refused.code).toBe("principal-not-bound");
    expect(refused.text).toContain(
      `SELECT pg_catalog.pgaadauth_update_principal_with_oid('aad_half', '${ID}', 'service', false, false);`,
    );
    expect(await labelsOf("aad_half")).toEqual(labels(first));
  });

  test("a server without the functions", async () => {
    await sandbox.sql("postgres", "DROP FUNCTION pg_catalog.pgaadauth_list_principals");
    expect((await refusal({ name: "aad_orders" })).code).toBe("pgaadauth-not-here");
  });
});
