import { describe, expect, test } from "vitest";
import type { GranteeReport } from "../../src/model/report.ts";
import { flexibleServer } from "../sandbox/flexible-server.ts";
import { type Provider, setLabel } from "../sandbox/pgaadauth.ts";
import { quote, useOwnWorld } from "./world.ts";

const EXPECTED = "0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03";
const OTHER = "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04";

/** A separate server, because every database sees the labels of roles. */
describe.each([14, 18] as const)("PostgreSQL %i", (version) => {
  const world = useOwnWorld(version);

  const label = (role: string, text: string, provider?: Provider | "selinux") =>
    setLabel(flexibleServer(world.address), role, text, provider);

  async function open() {
    const place = await world.open();
    await place.as(place.owner, `CREATE TABLE t (); GRANT ALL ON t TO ${place.app}`);
    return { ...place, asked: { objectIds: new Map([[place.app, EXPECTED]]) } };
  }

  test("reads the identity that a role is bound to, from any database and as any login", async () => {
    const { app, role, run, asked } = await open();
    const anybody = await role("anybody");
    const verdict = async () => (await run("check", asked, { user: anybody })).verdict;

    expect(await verdict()).toBe("drift");
    await label(app, `aadauth,oid=${OTHER},type=service`);
    expect(await verdict()).toBe("drift");
    await label(app, `aadauth,oid=${EXPECTED},type=service`);
    expect(await verdict()).toBe("in-sync");
  });

  test("reads the identity that the server found for a role made by name", async () => {
    const { app, run, asked } = await open();
    await label(app, "aadauth");
    await label(app, `type=service,oid=${OTHER},tenant_id=${EXPECTED}`, "pgaadauth-int");
    expect(await run("check", asked)).toMatchObject({
      verdict: "drift",
      missing: [{ reason: "other-identity", identity: { expected: EXPECTED, bound: OTHER } }],
    });
    await label(app, `type=service,oid=${EXPECTED},tenant_id=${EXPECTED}`, "pgaadauth-int");
    expect(await run("check", asked)).toMatchObject({
      verdict: "in-sync",
      identity: { objectId: EXPECTED, type: "service", tenantId: EXPECTED },
    });
    await label(app, `aadauth,oid=${OTHER},type=service`);
    expect((await run("check", asked)).verdict).toBe("drift");
  });

  test("grants although the identity differs, and does not change the binding", async () => {
    const { app, owner, as, run, can, asked } = await open();
    await label(app, `aadauth,oid=${OTHER},type=service`);
    await as(owner, `CREATE TABLE u ()`);

    const { verdict, missing, granted, statements } = await run("apply", asked);

    expect(verdict).toBe("drift");
    expect(missing.map(({ kind }) => kind)).toEqual(["identity"]);
    expect(granted.map(({ name }) => name)).toEqual(["u"]);
    expect(statements.join()).not.toContain("SECURITY LABEL");
    expect(await can(app, "SELECT FROM u")).toBe(true);
  });

  test("says that it cannot read the labels when the login has no access to them", async () => {
    const { app, sql, run, asked } = await open();
    await label(app, `aadauth,oid=${OTHER},type=service`);
    await sql("REVOKE SELECT ON pg_catalog.pg_shseclabel FROM PUBLIC");

    const report = await run("check", asked);

    expect(report).toMatchObject({ verdict: "in-sync", missing: [] });
    expect(codesOf(report)).toEqual(["identity-unknown"]);
    expect(codesOf(await run("check"))).toEqual([]);
  });

  test("warns of a role without a label where another role has one", async () => {
    const { app, role, sql, run } = await open();
    await sql("DELETE FROM pg_catalog.pg_shseclabel");
    expect(codesOf(await run("check"))).toEqual([]);
    await label(await role("entra"), `aadauth,oid=${OTHER},type=user`);
    expect(codesOf(await run("check"))).toEqual(["not-entra-role"]);
    await label(app, `aadauth,oid=${EXPECTED},type=service`);
    expect(codesOf(await run("check"))).toEqual([]);
  });

  test("reads only Azure's labels", async () => {
    const { app, run, asked } = await open();
    await label(app, `aadauth,oid=${EXPECTED},type=service`, "selinux");
    expect((await run("check", asked)).missing).toMatchObject([{ kind: "identity", reason: "no-identity" }]);
  });

  test.each([
    ["CREATEROLE", "ALTER ROLE %app CREATEROLE", "CREATE ROLE made_by_the_app"],
    ["BYPASSRLS", "ALTER ROLE %app BYPASSRLS", "SET LOCAL row_security = off; SELECT FROM t"],
    ["a member of azure_pg_admin", "GRANT azure_pg_admin TO %app", "SET LOCAL ROLE azure_pg_admin"],
    ["the owner of the database", "ALTER DATABASE %database OWNER TO %app", "CREATE SCHEMA made_by_the_app"],
  ])("warns of a grantee that is an administrator: %s", async (_, makeAdministrator, power) => {
    const { app, owner, database, as, sql, run, can } = await open();
    await as(owner, "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (true)");
    await sql("DELETE FROM pg_catalog.pg_shseclabel");
    expect({ warned: codesOf(await run("check")), can: await can(app, power) }).toEqual({
      warned: [],
      can: false,
    });

    await sql(makeAdministrator.replace("%app", app).replace("%database", quote(database)));

    expect({ warned: codesOf(await run("check")), can: await can(app, power) }).toEqual({
      warned: ["grantee-is-administrator"],
      can: true,
    });
  });

  test.each([
    ["CREATEROLE", "ALTER ROLE %acting CREATEROLE", "CREATE ROLE made_by_the_app"],
    ["BYPASSRLS", "ALTER ROLE %acting BYPASSRLS", "SET LOCAL row_security = off; SELECT FROM t"],
    ["a member of azure_pg_admin", "GRANT azure_pg_admin TO %acting", "SET LOCAL ROLE azure_pg_admin"],
    ["the owner of the database", "ALTER DATABASE %database OWNER TO %acting", "CREATE SCHEMA made_by_the_app"],
  ])("warns of a grantee whose sessions begin as an administrator: %s", async (_, makeAdministrator, power) => {
    const { app, owner, role, database, as, sql, run, can } = await open();
    const acting = await role("acting", "NOLOGIN");
    await as(
      owner,
      `ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (true); GRANT ALL ON t TO ${acting}`,
    );
    await sql(`
      DELETE FROM pg_catalog.pg_shseclabel;
      ALTER ROLE ${app} NOINHERIT; GRANT ${acting} TO ${app}; ALTER ROLE ${app} SET role = ${acting}`);
    expect({ warned: codesOf(await run("check")), can: await can(app, power) }).toEqual({
      warned: [],
      can: false,
    });

    await sql(makeAdministrator.replace("%acting", acting).replace("%database", quote(database)));

    expect({ warned: codesOf(await run("check")), can: await can(app, power) }).toEqual({
      warned: ["grantee-is-administrator"],
      can: true,
    });
  });

  test("recognizes an elastic cluster by its extension, and warns", async () => {
    const { sql, run } = await open();
    await sql(`INSERT INTO pg_catalog.pg_extension SELECT 1, 'citus', extowner, extnamespace, extrelocatable,
      extversion, extconfig, extcondition FROM pg_catalog.pg_extension WHERE extname = 'plpgsql'`);
    expect(codesOf(await run("check"))).toContain("elastic-cluster");
  });
});

/** The warnings about identities. */
function codesOf({ warnings }: GranteeReport): readonly string[] {
  const codes = ["identity-unknown", "not-entra-role", "grantee-is-administrator", "elastic-cluster"];
  return warnings.map(({ code }) => code).filter((code) => codes.includes(code));
}
