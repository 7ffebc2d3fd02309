import type pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { addToTenant, installPgaadauth, labelOf, TENANT_ID } from "./pgaadauth.ts";
import { IDENTITIES, type Sandbox, startSandbox } from "./sandbox.ts";

const ID = "0b1ec700-0011-4c5d-8e6f-7a8b9c0d1e11";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 14 });
  await addToTenant(sandbox, { objectId: ID, type: "user", displayName: "ada@contoso.com" });
  for (const n of [1, 2])
    await addToTenant(sandbox, {
      objectId: ID.replace("0011", `001${n + 1}`),
      type: "group",
      displayName: "team",
    });
});
afterAll(() => sandbox.close());

async function signIn(role = "ci-admin", database = "postgres"): Promise<pg.Client> {
  const client = await sandbox.signInAs(role, database);
  onTestFinished(() => client.end());
  return client;
}

const create = (name: string) => `SELECT pgaadauth_create_principal('${name}', false, false)`;
const createWithOid = (name: string, id: string, type: string, admin = false) =>
  `SELECT pgaadauth_create_principal_with_oid('${name}', '${id}', '${type}', ${admin}, false)`;

test("creates a role for a name that is unique in the tenant, or with any name for an object ID", async () => {
  const administrator = await signIn();
  const { rows } = await administrator.query(create("ada@contoso.com"));
  expect(rows).toEqual([{ pgaadauth_create_principal: 'Created role for "ada@contoso.com"' }]);
  expect(await labelOf(sandbox, "ada@contoso.com")).toBe("aadauth");
  expect(await labelOf(sandbox, "ada@contoso.com", "pgaadauth-int")).toBe(`type=user,oid=${ID},tenant_id=${TENANT_ID}`);
  await administrator.query(createWithOid("ada the second", ID, "user", true));
  expect(await labelOf(sandbox, "ada the second")).toBe(`aadauth,oid=${ID},type=user,admin`);
  expect(await labelOf(sandbox, "ada the second", "pgaadauth-int")).toBe(
    `type=user,oid=${ID},tenant_id=${TENANT_ID},admin`,
  );
});

test("lists all principals, or the administrators", async () => {
  const administrator = await signIn();
  const list = async (admins: boolean) =>
    (await administrator.query(`SELECT * FROM pgaadauth_list_principals(${admins})`)).rows;
  const { objectId } = IDENTITIES.admin;
  const self = { principaltype: "service", objectid: objectId, tenantid: "", ismfa: 0, isadmin: 1 };
  expect(await list(true)).toContainEqual({ rolname: "ci-admin", ...self });
  expect((await list(true)).map(({ rolname }) => rolname)).not.toContain("aad_orders");
  expect((await list(false)).map(({ rolname }) => rolname)).toContain("aad_orders");

  await installPgaadauth(sandbox, "rolename");
  expect(await list(true)).toContainEqual({ rolename: "ci-admin", ...self });
});

test.each([
  [
    "a login that is not an Entra administrator",
    "migrator",
    create("team"),
    "42501",
    "permission denied for function pgaadauth_create_principal",
  ],
  [
    "a name that is not in the tenant",
    "ci-admin",
    create("nobody"),
    "XX000",
    "Could not validate AAD user nobody because its name is not found in the tenant.",
  ],
  [
    "an object ID that is not in the tenant",
    "ci-admin",
    createWithOid("x", "0", "user"),
    "XX000",
    "Could not validate AAD user 0 because its name is not found in the tenant.",
  ],
  [
    "a name that is not unique",
    "ci-admin",
    create("team"),
    "XX000",
    "Cannot validate Microsoft Entra ID user because its name isn't unique",
  ],
  [
    "another type",
    "ci-admin",
    createWithOid("x", ID, "service"),
    "XX000",
    "incorrect object type provided for principal, given object type: 'service', actual object type: 'user'",
  ],
  [
    "a role that exists",
    "ci-admin",
    createWithOid("aad_orders", ID, "user"),
    "42710",
    'role "aad_orders" already exists',
  ],
])("refuses %s", async (_, role, sql, code, message) => {
  await expect((await signIn(role)).query(sql)).rejects.toMatchObject({ code, message });
});

test("has the functions only in database postgres", async () => {
  await sandbox.createDatabase("orders");
  const elsewhere = await signIn("ci-admin", "orders");
  await expect(elsewhere.query(create("team"))).rejects.toMatchObject({
    code: "42883",
    message: expect.stringMatching(/^function pgaadauth_create_principal\(.*\) does not exist$/),
  });
});

test("drops the label with the role", async () => {
  await sandbox.sql("postgres", 'DROP ROLE "ada the second"');
  expect(await labelOf(sandbox, "ada the second")).toBeUndefined();
  expect(
    await sandbox.sql(
      "postgres",
      "SELECT FROM pg_shseclabel AS s WHERE NOT EXISTS (SELECT FROM pg_roles WHERE oid = s.objoid)",
    ),
  ).toEqual([]);
});
