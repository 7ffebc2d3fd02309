import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { EMPTY } from "../../src/model/sentence.ts";
import { ensure, type PrincipalProgress } from "../../src/principal/ensure.ts";
import type { PrincipalDemand } from "../../src/principal/settings.ts";
import { plain } from "../../src/render/pen.ts";
import { between } from "../postgres/world.ts";
import { addToTenant, bind, labelOf } from "../sandbox/pgaadauth.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

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
