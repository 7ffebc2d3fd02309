import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AppRegistration } from "../sandbox/entra.ts";
import type { Listening } from "../sandbox/http.ts";
import { startLabelProxy } from "../sandbox/label-proxy.ts";
import { addToTenant, bind, installPgaadauth, labelOf, setLabel } from "../sandbox/pgaadauth.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";
import { runPrincipal } from "./principal-job.ts";
import { aclsOf } from "./truth.ts";

let sandbox: Sandbox;
let proxy: Listening;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  proxy = await startLabelProxy(sandbox);
  await sandbox.createDatabase("orders", { seed: ORDERS });
});
afterAll(async () => {
  await proxy?.close();
  await sandbox?.close();
});

const principal = (inputs: Record<string, string>) => runPrincipal(sandbox, proxy, inputs);

/** Creates an application in Entra, with a service principal that the server finds. */
async function createApp(role: string): Promise<AppRegistration & { secret: string }> {
  const app = { clientId: randomUUID(), objectId: randomUUID(), tenantId: TENANT_ID, roles: [role] };
  const secret = `secret of ${app.clientId}`;
  sandbox.entra.register({ ...app, secrets: [{ value: secret }] });
  await addToTenant(sandbox, { objectId: app.objectId, type: "service", displayName: role });
  return { ...app, secret };
}

/** The labels that a server keeps for an identity of this type, `pgaadauth` first. */
const labels = (objectId: string, type: string) => [
  `aadauth,oid=${objectId},type=${type}`,
  `type=${type},oid=${objectId},tenant_id=${TENANT_ID}`,
];

const labelsOf = (role: string) => Promise.all([labelOf(sandbox, role), labelOf(sandbox, role, "pgaadauth-int")]);

/** The result of a sign-in of the app with its own token: `signed in`, or the error. */
async function signInAs(app: AppRegistration & { secret: string }): Promise<string> {
  const { report } = await runJob(sandbox, {
    "client-id": app.clientId,
    "client-secret": app.secret,
    user: app.roles[0] ?? "",
    grantee: app.roles[0] ?? "",
    database: "orders",
    mode: "check",
  });
  return report.databases[0]?.error?.code ?? "signed in";
}

/** How the server ends its transactions: one that wrote has a transaction ID. */
async function nextTransaction(): Promise<string | undefined> {
  const [row] = await sandbox.sql<{ next: string }>(
    "postgres",
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next",
  );
  return row?.next;
}

describe("an identity without a role", () => {
  test("mode: check reports it and changes nothing; mode: apply creates the role, and the app signs in", async () => {
    const app = await createApp("aad_new");
    const inputs = { name: "aad_new", "object-id": app.objectId };

    const checked = await principal({ ...inputs, mode: "check" });
    expect([checked.exitCode, checked.outputs]).toEqual([1, { verdict: "drift" }]);
    expect(checked.summary).toContain("Role `aad_new` does not exist.");
    expect(checked.summary).toContain(
      `SELECT pg_catalog.pgaadauth_create_principal_with_oid('aad_new', '${app.objectId}', 'service', FALSE, FALSE);`,
    );
    expect(await sandbox.sql("postgres", "SELECT FROM pg_roles WHERE rolname = 'aad_new'")).toEqual([]);

    const created = await principal(inputs);
    expect([created.exitCode, created.outputs]).toEqual([0, { verdict: "repaired" }]);
    expect(await labelOf(sandbox, "aad_new")).toBe(`aadauth,oid=${app.objectId},type=service`);
    expect(
      await sandbox.sql(
        "postgres",
        "SELECT rolcreaterole OR rolcreatedb OR rolbypassrls OR pg_has_role(oid, 'azure_pg_admin', 'MEMBER') AS admin FROM pg_roles WHERE rolname = 'aad_new'",
      ),
    ).toEqual([{ admin: false }]);
    expect(await signInAs(app)).toBe("signed in");

    const before = await nextTransaction();
    const again = await principal({ ...inputs, "object-id": app.objectId.toUpperCase() });
    expect([again.exitCode, again.outputs]).toEqual([0, { verdict: "in-sync" }]);
    expect(await nextTransaction()).toBe(before);
  });

  test("two runs at once create it once", async () => {
    const app = await createApp("aad_twice");
    const inputs = { name: "aad_twice", "object-id": app.objectId };
    const runs = await Promise.all([principal(inputs), principal(inputs)]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(runs.map(({ outputs }) => outputs.verdict)).toContain("repaired");
  });

  test("any name is passed on unchanged", async () => {
    const role = `"aad' \\ öé; --"`;
    const app = await createApp(role);
    const created = await principal({ name: role, "object-id": app.objectId });
    expect(created.outputs).toEqual({ verdict: "repaired" });
    expect(await labelOf(sandbox, role)).toContain(app.objectId);

    const rebound = await principal({ name: role, "object-id": randomUUID(), rebind: "true" });
    expect(rebound.outputs).toEqual({ verdict: "repaired" });
  });
});

describe("an identity that was deleted and created again", () => {
  test("a deleted identity is an error that shows both object IDs; rebind: true lets the app in again with the same privileges", async () => {
    const first = await createApp("aad_again");
    await principal({ name: "aad_again", "object-id": first.objectId });
    await runJob(sandbox, { grantee: "aad_again", database: "orders" });
    expect(await signInAs(first)).toBe("signed in");
    sandbox.entra.remove(first);
    const second = await createApp("aad_again");
    expect(await signInAs(second)).toBe("password-refused");
    const main = () =>
      runJob(sandbox, {
        grantee: "aad_again",
        "grantee-object-id": second.objectId,
        database: "orders",
        mode: "check",
      });
    const drift = await main();
    expect([drift.exitCode, drift.outputs.verdict, drift.outputs["missing-count"]]).toEqual([1, "drift", "1"]);
    expect(drift.summary).toContain("`aad_again` is not bound to the expected Microsoft Entra identity");
    const inputs = { name: "aad_again", "object-id": second.objectId };
    const label = await labelOf(sandbox, "aad_again");

    const refused = await principal(inputs);
    expect([refused.exitCode, refused.outputs]).toEqual([1, { verdict: "error" }]);
    expect(refused.summary).toContain("principal-bound-to-another");
    for (const id of [first.objectId, second.objectId]) expect(refused.summary).toContain(id);

    const checked = await principal({ ...inputs, mode: "check", rebind: "true" });
    expect([checked.exitCode, checked.outputs]).toEqual([1, { verdict: "drift" }]);
    expect(checked.summary).toContain(
      `SECURITY LABEL FOR "pgaadauth" ON ROLE "aad_again" IS 'aadauth,oid=${second.objectId},type=service';`,
    );
    expect(await labelOf(sandbox, "aad_again")).toBe(label);

    const acls = await aclsOf(sandbox, "orders");
    const rebound = await principal({ ...inputs, rebind: "true" });
    expect([rebound.exitCode, rebound.outputs]).toEqual([0, { verdict: "repaired" }]);
    expect(await labelOf(sandbox, "aad_again")).toBe(`aadauth,oid=${second.objectId},type=service`);
    expect(await aclsOf(sandbox, "orders")).toEqual(acls);
    expect(await signInAs(second)).toBe("signed in");
    expect((await main()).outputs.verdict).toBe("in-sync");
  });

  test("a deleted identity is fixed by the SQL of the main action, too, which an Entra administrator runs", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await sandbox.sql("postgres", "CREATE ROLE aad_fix LOGIN; CREATE ROLE aad_none LOGIN");
    await bind(sandbox, "aad_fix", `aadauth,oid=${first},type=group`);
    const main = (mode: string) =>
      runJob(sandbox, {
        grantee: "aad_fix\naad_none",
        "grantee-object-id": `${second}\n${second}`,
        database: "orders",
        mode,
      });
    const { exitCode, outputs, sql, report } = await main("apply");
    expect([exitCode, outputs.verdict, outputs["missing-count"]]).toEqual([1, "drift", "2"]);
    expect(sql).toContain("-- -- To run as a member of azure_pg_admin in database postgres:");

    const [rebind = ""] = sql.split("\n").filter((line) => line.startsWith("-- SECURITY LABEL"));
    const note = report.databases[0]?.grantees[1]?.missing[0]?.fix.note ?? "";
    const [, ofUser = ""] = /User: `(.*?)` Group:/.exec(note) ?? [];
    const administrator = await sandbox.signInAs("ci-admin", "postgres");
    for (const statement of [rebind.slice("-- ".length), ofUser])
      await administrator.query("SELECT sandbox.security_label($1)", [statement]);
    await administrator.end();

    expect(await labelsOf("aad_fix")).toEqual(labels(second, "group"));
    expect(await labelsOf("aad_none")).toEqual(labels(second, "user"));
    expect((await main("check")).outputs.verdict).toBe("in-sync");
  });

  test("a deleted identity is found and repaired for a role that was made by name", async () => {
    const first = await createApp("aad_by_name");
    const administrator = await sandbox.signInAs("ci-admin", "postgres");
    await administrator.query("SELECT pgaadauth_create_principal('aad_by_name', false, false)");
    await administrator.end();
    const verdictFor = async (id: string) =>
      (
        await runJob(sandbox, {
          grantee: "aad_by_name",
          "grantee-object-id": id,
          database: "orders",
        })
      ).outputs.verdict;
    expect(await labelOf(sandbox, "aad_by_name")).toBe("aadauth");
    expect(await verdictFor(first.objectId)).toBe("repaired");
    expect(await verdictFor(first.objectId)).toBe("in-sync");

    sandbox.entra.remove(first);
    const second = await createApp("aad_by_name");
    expect(await signInAs(second)).toBe("password-refused");
    expect(await verdictFor(second.objectId)).toBe("drift");
    const inputs = { name: "aad_by_name", "object-id": second.objectId, rebind: "true" };
    expect((await principal(inputs)).outputs).toEqual({ verdict: "repaired" });
    expect(await labelsOf("aad_by_name")).toEqual(labels(second.objectId, "service"));
    expect(await signInAs(second)).toBe("signed in");
    expect(await verdictFor(second.objectId)).toBe("in-sync");
  });

  test.each(["pgaadauth", "pgaadauth-int"] as const)(
    "is found where only the label for %s still names the old one, and repaired",
    async (provider) => {
      const role = `aad_stale_${provider}`;
      await sandbox.sql("postgres", `CREATE ROLE "${role}" LOGIN`);
      const [first, second] = [randomUUID(), randomUUID()];
      await bind(sandbox, role, `aadauth,oid=${second},type=service`);
      const stale = labels(first, "service")[provider === "pgaadauth" ? 0 : 1] ?? null;
      await setLabel(sandbox, role, stale, provider);

      const inputs = { name: role, "object-id": second };
      const refused = await principal(inputs);
      expect([refused.exitCode, refused.outputs]).toEqual([1, { verdict: "error" }]);
      expect(refused.summary).toContain(`is bound to object ID \`${first}\`, not to \`${second}\``);
      expect((await principal({ ...inputs, rebind: "true" })).outputs).toEqual({ verdict: "repaired" });
      expect(await labelsOf(role)).toEqual(labels(second, "service"));
    },
  );

  test("a role that is bound again keeps the multi-factor authentication flag", async () => {
    await sandbox.sql("postgres", "CREATE ROLE aad_mfa LOGIN");
    await bind(sandbox, "aad_mfa", `aadauth,oid=${randomUUID()},type=user,mfa`);
    const id = randomUUID();
    await principal({ name: "aad_mfa", "object-id": id, type: "user", rebind: "true" });
    expect(await labelOf(sandbox, "aad_mfa")).toBe(`aadauth,oid=${id},type=user,mfa`);
  });
});

test("an Entra administrator is never changed", async () => {
  const before = await labelsOf("ci-admin");
  const step = await principal({ name: "ci-admin", "object-id": randomUUID(), rebind: "true" });
  expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
  expect(step.summary).toContain("Error code `principal-is-administrator`");
  expect(await labelsOf("ci-admin")).toEqual(before);
});

describe("a refusal of the server is explained", () => {
  test.each([
    ["an object ID that is not in the tenant", {}, "entra-principal-not-found"],
    ["a login that is not an Entra administrator", "migrator", "administrators-only"],
  ])("%s", async (_, as, code) => {
    const login = as === "migrator" ? { user: as, "client-id": IDENTITIES.migrator.clientId } : {};
    const step = await principal({ name: "aad_refused", "object-id": randomUUID(), ...login });
    expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
    expect(step.summary).toContain(`Error code \`${code}\``);
    expect(await sandbox.sql("postgres", "SELECT FROM pg_roles WHERE rolname = 'aad_refused'")).toEqual([]);
  });

  test("an object ID of another type", async () => {
    const { objectId } = await createApp("aad_type");
    const step = await principal({ name: "aad_type", "object-id": objectId, type: "user" });
    expect(step.summary).toContain("Error code `entra-principal-type`");
    expect(step.summary).toContain("actual object type: 'service'");
  });

  test("a server that accepts the statement and changes nothing", async () => {
    const { objectId } = await createApp("aad_nothing");
    await sandbox.sql(
      "postgres",
      `CREATE OR REPLACE FUNCTION pg_catalog.pgaadauth_create_principal_with_oid(
         rolename text, objectid text, objecttype text, isadmin boolean, ismfa boolean)
       RETURNS text LANGUAGE sql AS $$ SELECT 'Created role' $$`,
    );
    const step = await principal({ name: "aad_nothing", "object-id": objectId });
    expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
    expect(step.summary).toContain("Error code `principal-not-bound`");
    await installPgaadauth(sandbox);
  });

  test("a server that changes only one of the labels", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await sandbox.sql("postgres", "CREATE ROLE aad_half LOGIN");
    await bind(sandbox, "aad_half", `aadauth,oid=${first},type=service`);
    await sandbox.sql(
      "postgres",
      `CREATE OR REPLACE FUNCTION sandbox.set_label(role name, label text) RETURNS void LANGUAGE sql AS $$
         UPDATE pg_shseclabel AS s SET label = $2
         WHERE provider = 'pgaadauth' AND objoid = (SELECT oid FROM pg_roles WHERE rolname = $1) $$`,
    );
    const step = await principal({ name: "aad_half", "object-id": second, rebind: "true" });
    expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
    expect(step.summary).toContain("Error code `principal-not-bound`");
    expect(step.summary).toContain(
      `SELECT pg_catalog.pgaadauth_update_principal_with_oid('aad_half', '${second}', 'service', false, false);`,
    );
    expect(await labelsOf("aad_half")).toEqual(labels(first, "service"));
    await installPgaadauth(sandbox);
  });

  test("a server without the functions", async () => {
    await sandbox.sql("postgres", "DROP FUNCTION pg_catalog.pgaadauth_list_principals");
    const step = await principal({ name: "aad_orders", "object-id": randomUUID() });
    expect(step.summary).toContain("Error code `pgaadauth-not-here`");
  });
});

describe("the list of principals", () => {
  beforeEach(() => installPgaadauth(sandbox, "rolename"));

  test("the list of principals is read by the column name in Microsoft's documentation", async () => {
    const { objectId } = await createApp("aad_column");
    const inputs = { name: "aad_column", "object-id": objectId };
    expect((await principal(inputs)).outputs).toEqual({ verdict: "repaired" });
    expect((await principal(inputs)).outputs).toEqual({ verdict: "in-sync" });
  });
});

describe("an identity that has a role of another name", () => {
  const warningOf = (objectId: string, ...roles: readonly string[]) =>
    roles.map(
      (role) =>
        `**Warning:** Role \`${role}\` is bound to object ID \`${objectId}\`. If \`name\` is mistyped, set it to \`${role}\`: a second role does not get the privileges of the first.\n`,
    );
  const warnings = (summary: string) => summary.match(/^\*\*Warning:\*\*.*\n/gm) ?? [];

  test("the role is named in mode: check, in mode: apply and in every later run, and the same input is in sync with its name", async () => {
    await installPgaadauth(sandbox);
    const { objectId } = await createApp("aad_renamed");
    await principal({ name: "aad_renamed", "object-id": objectId });
    await sandbox.sql("postgres", "CREATE ROLE aad_upper LOGIN");
    await bind(sandbox, "aad_upper", `aadauth,oid=${objectId.toUpperCase()},type=service`);
    const inputs = { name: "aad_typo", "object-id": objectId };
    const expected = warningOf(objectId, "aad_renamed", "aad_upper");

    const checked = await principal({ ...inputs, mode: "check" });
    expect([checked.outputs, warnings(checked.summary)]).toEqual([{ verdict: "drift" }, expected]);
    expect(checked.stdout).toMatch(/^::warning::Role aad_renamed is bound to object ID/m);
    for (const verdict of ["repaired", "in-sync"]) {
      const applied = await principal(inputs);
      expect([applied.outputs, warnings(applied.summary)]).toEqual([{ verdict }, expected]);
    }

    await sandbox.sql("postgres", "DROP ROLE aad_typo, aad_upper");
    const corrected = await principal({ ...inputs, name: "aad_renamed" });
    expect([corrected.outputs, warnings(corrected.summary)]).toEqual([{ verdict: "in-sync" }, []]);
  });

  test("the role is named before another one is bound to its identity, and after that", async () => {
    const { objectId } = await createApp("aad_billing");
    await principal({ name: "aad_billing", "object-id": objectId });
    await sandbox.sql("postgres", "CREATE ROLE aad_wrong LOGIN");
    await bind(sandbox, "aad_wrong", `aadauth,oid=${randomUUID()},type=service`);
    const inputs = { name: "aad_wrong", "object-id": objectId };

    const refused = await principal(inputs);
    expect(refused.summary).toContain(`Role \`aad_billing\` is bound to object ID \`${objectId}\`.`);
    for (const mode of ["check", "apply"]) {
      const { summary } = await principal({ ...inputs, mode, rebind: "true" });
      expect(warnings(summary)).toEqual(warningOf(objectId, "aad_billing"));
    }
  });

  test("an administrator's role is not advised, because this action does not change it", async () => {
    const [{ objectId }] = [IDENTITIES.admin];
    const step = await principal({ name: "aad_of_admin", "object-id": objectId, mode: "check" });
    expect([step.outputs, warnings(step.summary)]).toEqual([{ verdict: "drift" }, []]);
  });
});

test("a role that is bound as another type is a warning", async () => {
  await installPgaadauth(sandbox);
  await sandbox.sql("postgres", "CREATE ROLE aad_group LOGIN");
  const id = randomUUID();
  await bind(sandbox, "aad_group", `aadauth,oid=${id},type=group`);
  const step = await principal({ name: "aad_group", "object-id": id });
  expect([step.exitCode, step.outputs]).toEqual([0, { verdict: "in-sync" }]);
  expect(step.stdout).toContain("::warning::aad_group is bound as `group`, not as `service`");
  expect(step.summary).toContain("**Warning:**");
});

test("every invalid input is reported at once, and nothing is connected to", async () => {
  const before = sandbox.entra.requests.length;
  const step = await principal({
    name: "x".repeat(64),
    "object-id": "aad_orders",
    type: "robot",
    rebind: "yes",
    mode: "",
    user: "",
  });
  expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
  for (const text of [
    "`user` is missing",
    "longer than 63 bytes",
    "`object-id`: the value (10 characters) is not a GUID",
    "Use `service`, `user` or `group`",
    '`rebind`: "yes" is not valid',
    "`mode` is empty",
  ]) {
    expect(step.stdout.replaceAll("%0A", "\n")).toContain(text);
  }
  expect(sandbox.entra.requests).toHaveLength(before);
});

test("no secret or token is printed", async () => {
  const { objectId } = await createApp("aad_secret");
  const step = await principal({
    name: "aad_secret",
    "object-id": objectId,
    "client-secret": "sandbox~secret.of.ci-admin",
  });
  expect(step.outputs).toEqual({ verdict: "repaired" });
  const [, ...lines] = step.stdout.split("\n");
  expect(step.stdout.startsWith("::add-mask::sandbox~secret.of.ci-admin\n")).toBe(true);
  expect(lines.filter((line) => !line.startsWith("::add-mask::")).join("\n")).not.toMatch(/sandbox~|eyJ/);
  expect(step.summary).not.toMatch(/sandbox~|eyJ/);
});
