import { describe, expect, test } from "vitest";
import { ActionError } from "../../src/model/failure.ts";
import { someOf } from "../sandbox/postgres.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";
import { linesOf, sourcesOn, useWorld } from "./world.ts";

const ALL = tablePrivilegesOn(16).join(", ");
const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

// Memberships change with 16, the privileges of a table with 17.
describe.each(someOf(15, 16, 17))("PostgreSQL %i: a privilege is held when the server says so", (version) => {
  const world = useWorld(version);
  const all = tablePrivilegesOn(version).join(", ");

  test("counts an owner's privileges where the catalog has no ACL", async () => {
    const { app, owner, sql, as, can, run } = await world.open();
    await sql(`GRANT CREATE ON SCHEMA public TO ${app}`);
    await as(app, "CREATE TABLE mine (id serial)");

    const report = await run("check");

    expect(report).toMatchObject({ verdict: "in-sync", missing: [], extra: [] });
    expect(sourcesOn("table", report)).toEqual([`owner: ${all}`]);
    expect(sourcesOn("sequence", report)).toEqual(["owner: USAGE, SELECT, UPDATE"]);
    expect(sourcesOn("database", report)).toEqual(["public: CONNECT"]);
    expect(await can(app, "SELECT * FROM mine")).toBe(true);
    expect(await can(owner, "SELECT * FROM mine")).toBe(false);
  });

  test("counts an owner's USAGE on its schema", async () => {
    const { app, owner, sql, as, run } = await world.open();
    await sql(`CREATE SCHEMA own AUTHORIZATION ${app}`);
    await as(app, `CREATE TABLE own.t (id int)`);
    await as(owner, "CREATE TABLE t (id int)");

    expect(sourcesOn("schema", await run("check", { schemas: ["own"] }))).toEqual(["owner: USAGE"]);
  });

  test("reports as missing what an owner has revoked from itself", async () => {
    const { app, sql, as, can, run } = await world.open();
    await sql(`GRANT CREATE ON SCHEMA public TO ${app}`);
    await as(app, `CREATE TABLE mine (id int); REVOKE ALL ON mine FROM ${app}`);
    expect(await can(app, "SELECT * FROM mine")).toBe(false);

    expect(linesOf((await run("check", {}, { user: app })).missing)).toEqual([`table mine: ${all} (not-granted)`]);
    expect(await run("apply", {}, { user: app })).toMatchObject({ verdict: "repaired" });

    expect(await can(app, "SELECT * FROM mine")).toBe(true);
  });

  test("counts the privileges of PUBLIC, and grants only the rest", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(owner, "CREATE TABLE t (id int); GRANT SELECT ON t TO PUBLIC");
    const before = await acls();

    const reading = await run("apply", READ);

    expect(reading).toMatchObject({ verdict: "in-sync", granted: [], statements: [] });
    expect(sourcesOn("table", reading)).toEqual(["public: SELECT"]);
    expect(await acls()).toEqual(before);
    expect(await can(app, "SELECT * FROM t")).toBe(true);

    const writing = await run("apply", { tablePrivileges: ["SELECT", "INSERT"] });
    expect(linesOf(writing.granted)).toEqual(["table t: INSERT"]);
    expect(sourcesOn("table", writing)).toEqual(["direct: INSERT", "public: SELECT"]);
  });

  test("counts the privileges of an inherited role, also through another role, and names it", async () => {
    const { app, owner, role, sql, as, can, run } = await world.open();
    const [department, team] = [await role("department", "NOLOGIN"), await role("team", "NOLOGIN")];
    await sql(`GRANT ${department} TO ${team}; GRANT ${team} TO ${app}`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${department}; GRANT INSERT ON t TO ${team}`);

    const report = await run("check", { tablePrivileges: ["SELECT", "INSERT"] });

    expect(report.verdict).toBe("in-sync");
    expect(sourcesOn("table", report)).toEqual([`role ${department}: SELECT`, `role ${team}: INSERT`]);
    expect(await can(app, "SELECT * FROM t")).toBe(true);
  });

  test("counts the privileges of a role called like something that every object of JavaScript has", async () => {
    const { app, owner, sql, as, run } = await world.open();
    await sql(`CREATE ROLE constructor; GRANT constructor TO ${app}`);
    await as(owner, "CREATE TABLE t (id int); GRANT INSERT ON t TO constructor; GRANT SELECT ON t TO PUBLIC");

    const report = await run("check", { tablePrivileges: ["SELECT", "INSERT"] });

    await sql("DROP OWNED BY constructor; DROP ROLE constructor");
    expect(report.verdict).toBe("in-sync");
    expect(sourcesOn("table", report)).toEqual(["public: SELECT", "role constructor: INSERT"]);
  });

  test("does not count a role whose privileges need SET ROLE", async () => {
    const { app, owner, role, sql, as, can, run } = await world.open();
    const [outer, inner] = [await role("outer", "NOLOGIN"), await role("inner", "NOLOGIN NOINHERIT")];
    // By the role's attribute up to 15, by the membership from 16; the chain breaks in its middle.
    await sql(
      version >= 16
        ? `GRANT ${outer} TO ${inner} WITH INHERIT FALSE; GRANT ${inner} TO ${app}`
        : `GRANT ${outer} TO ${inner}; GRANT ${inner} TO ${app}`,
    );
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${outer}`);
    expect(await can(app, "SELECT * FROM t")).toBe(false);
    expect(await can(app, `SET ROLE ${outer}; SELECT * FROM t`)).toBe(true);

    expect(linesOf((await run("check", READ)).missing)).toEqual(["table t: SELECT (not-granted)"]);
  });

  test("from 16 on, goes by the membership's INHERIT option, not by the role's attribute", async () => {
    const { owner, role, sql, as, can, run } = await world.open();
    const [team, app] = [await role("team", "NOLOGIN"), await role("other_app", "LOGIN NOINHERIT")];
    await sql(`GRANT ${team} TO ${app} ${version >= 16 ? "WITH INHERIT TRUE" : ""}`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${team}`);

    const report = await run("check", READ, { grantee: app });

    expect(report.verdict).toBe(version >= 16 ? "in-sync" : "drift");
    expect(await can(app, "SELECT * FROM t")).toBe(version >= 16);
  });

  test("counts what is held with grant option", async () => {
    const { app, owner, as, run } = await world.open();
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app} WITH GRANT OPTION`);

    const report = await run("apply", READ);

    expect(report).toMatchObject({ verdict: "in-sync", statements: [] });
    expect(sourcesOn("table", report)).toEqual(["direct: SELECT"]);
  });

  test("expands ALL to what GRANT ALL gives on this version", async () => {
    const { app, owner, as, can, run } = await world.open();
    await as(owner, `CREATE TABLE t (id int); CREATE TABLE u (id int); GRANT ALL ON t TO ${app}`);
    const listed = `GRANT ${ALL} ON u TO ${app}`;
    await as(owner, listed);

    const { missing } = await run("check");

    expect(linesOf(missing)).toEqual(version >= 17 ? ["table u: MAINTAIN (not-granted)"] : []);
    await run("apply");
    if (version >= 17) expect(await can(app, "LOCK TABLE u IN SHARE UPDATE EXCLUSIVE MODE; ANALYZE u")).toBe(true);
  });

  test("rejects MAINTAIN on versions without it, and grants it on the others", async () => {
    const { owner, as, run, acls } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const demand = { tablePrivileges: ["SELECT", "MAINTAIN"] } as const;
    const before = await acls();

    if (version >= 17) {
      expect(linesOf((await run("apply", demand)).granted)).toEqual(["table t: SELECT, MAINTAIN"]);
    } else {
      const refusal = await run("apply", demand).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ActionError);
      expect((refusal as ActionError).failure).toMatchObject({ code: "privilege-not-found" });
      expect(await acls()).toEqual(before);
    }
  });

  test("does not count column grants as table privileges, and keeps them when it grants", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(owner, `CREATE TABLE t (a int, b int); GRANT SELECT (a, b) ON t TO ${app}`);
    expect(await can(app, "SELECT a, b FROM t")).toBe(true);

    const report = await run("apply", READ);

    expect(linesOf(report.granted)).toEqual(["table t: SELECT"]);
    const columns = (await acls()).filter((line) => /^column . of t:/.test(line));
    expect(columns).toEqual([`column a of t: ${app} SELECT by ${owner}`, `column b of t: ${app} SELECT by ${owner}`]);
  });

  test("counts the privileges of predefined roles, and names the roles", async () => {
    const { app, owner, sql, as, can, run } = await world.open();
    await as(
      owner,
      `CREATE SCHEMA closed; CREATE TABLE closed.t (id int); CREATE VIEW closed.v AS SELECT 1 AS one; CREATE SEQUENCE closed.s`,
    );
    await sql(`GRANT pg_read_all_data, pg_write_all_data TO ${app}`);
    if (version >= 17) await sql(`GRANT pg_maintain TO ${app}`);

    const report = await run("check", { schemas: ["closed"] });

    const maintain = version >= 17 ? ["role pg_maintain: MAINTAIN"] : [];
    const data = ["role pg_read_all_data: SELECT", "role pg_write_all_data: INSERT, UPDATE, DELETE"];
    expect(sourcesOn("schema", report)).toEqual(["role pg_read_all_data: USAGE"]);
    expect(sourcesOn("table", report)).toEqual([...maintain, ...data]);
    expect(sourcesOn("sequence", report)).toEqual(["role pg_read_all_data: SELECT", "role pg_write_all_data: UPDATE"]);
    expect(linesOf(report.missing)).toEqual([
      "sequence closed.s: USAGE (not-granted)",
      "table closed.t: TRUNCATE, REFERENCES, TRIGGER (not-granted)",
      "view closed.v: TRUNCATE, REFERENCES, TRIGGER (not-granted)",
    ]);
    expect(await can(app, "INSERT INTO closed.t SELECT setval('closed.s', 3)")).toBe(true);
    expect(await can(app, "TRUNCATE closed.t")).toBe(false);
  });

  test("says that a superuser needs no grants", async () => {
    const { owner, role, as, run } = await world.open();
    const root = await role("root", "LOGIN SUPERUSER");
    await as(owner, "CREATE TABLE t (id int)");

    const report = await run("apply", {}, { grantee: root });

    expect(report).toMatchObject({ verdict: "in-sync", statements: [] });
    expect(sourcesOn("table", report)).toEqual([`superuser: ${all}`]);
  });

  test("checks the whole path: the database, the schema, then the object", async () => {
    const { database, app, owner, as, can, run } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app};
       REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    );
    expect(await can(app, "SELECT * FROM t")).toBe(false);

    const seen = await run("check", READ);

    expect(seen.verdict).toBe("drift");
    expect(linesOf(seen.missing)).toEqual([
      `database ${database}: CONNECT (not-granted)`,
      "schema public: USAGE (not-granted)",
    ]);
    const repaired = await run("apply", READ);
    expect(repaired.verdict).toBe("repaired");
    expect(linesOf(repaired.granted)).toEqual(["schema public: USAGE", `database ${database}: CONNECT`]);
    expect(repaired.statements).toEqual([
      `GRANT USAGE ON SCHEMA "public" TO "${app}";`,
      `GRANT CONNECT ON DATABASE "${database}" TO "${app}";`,
    ]);
    expect(await can(app, "SELECT * FROM t")).toBe(true);
  });

  test("requires USAGE on the schema even when all table privileges are held", async () => {
    const { app, owner, as, can, run } = await world.open();
    await as(owner, `CREATE SCHEMA closed; CREATE TABLE closed.t (id int); GRANT SELECT ON closed.t TO ${app}`);
    expect(await can(app, "SELECT * FROM closed.t")).toBe(false);

    expect(await run("apply", { ...READ, schemas: ["closed"] })).toMatchObject({ verdict: "repaired" });

    expect(await can(app, "SELECT * FROM closed.t")).toBe(true);
  });
});
