import { describe, expect, test } from "vitest";
import { undeclaredIn } from "../../src/grants/undeclared.ts";
import type { FixBlock, Undeclared } from "../../src/model/report.ts";
import { lookForUndeclared } from "../../src/postgres/catalog.ts";
import type { Checked } from "../../src/postgres/undeclared.sql.ts";
import { followFile, followFix } from "../property/follow.ts";
import { readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { type Place, useWorld } from "./world.ts";

const PUBLIC_SCHEMA: Checked = { schemas: ["public"], exclude: [] };

describe.each(SOME_VERSIONS)("PostgreSQL %i: undeclared privileges", (version) => {
  const world = useWorld(version);

  /** What a login finds besides the place's app. */
  async function find(
    { signIn, owner, app }: Place,
    { user = owner, checked = [PUBLIC_SCHEMA], grantees = [app] }: FindOptions = {},
  ) {
    return undeclaredIn(await lookForUndeclared(await signIn(user), checked, grantees));
  }

  /** Follows each fix as written, in the order of the list, and those again whose note names another step before. */
  async function follow({ database, owner }: Place, undeclared: readonly Undeclared[]) {
    const place = { address: world.address, database, login: owner };
    const errors: string[] = [];
    for (const { fix } of undeclared) errors.push(...(await followFix(place, fix)));
    return errors;
  }

  test("are those of all roles but owners, grantees and the server's own, with columns and PUBLIC", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql } = place;
    const [bi, team] = [await role("bi"), await role("team", "NOLOGIN")];
    await sql(`CREATE ROLE azure_tool_${database(place)} LOGIN; GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE a (id int, email text); CREATE TABLE b (id int); CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s;
       CREATE TABLE audit_1 (id int); CREATE TABLE own (id int); CREATE SCHEMA other; CREATE TABLE other.t (id int);
       GRANT ALL ON a TO ${app}; GRANT SELECT ON a, b, other.t, audit_1 TO ${bi}; GRANT UPDATE (email) ON a TO ${bi};
       GRANT SELECT ON v TO PUBLIC; GRANT USAGE ON s TO ${team} WITH GRANT OPTION;
       GRANT SELECT ON a TO azure_tool_${database(place)}, pg_monitor, azuresu`,
    );
    await sql(`CREATE EXTENSION pg_stat_statements; GRANT SELECT ON pg_stat_statements TO ${bi}`);
    const checked = [{ schemas: ["public"], exclude: ["audit_*"] }];

    const { undeclared } = await find(place, { checked });

    expect(undeclared.map(({ fix: _, ...entry }) => entry)).toEqual([
      { role: "PUBLIC", isPublic: true, schema: "public", kind: "view", privileges: ["SELECT"], objects: 1 },
      { role: bi, schema: "public", kind: "table", privileges: ["SELECT"], objects: 2 },
      { role: bi, schema: "public", kind: "table", privileges: ["UPDATE"], objects: 1, onColumns: true },
      { role: team, schema: "public", kind: "sequence", privileges: ["USAGE WITH GRANT OPTION"], objects: 1 },
    ]);
    expect(undeclared.map(({ fix }) => readFix(fix).trim())).toEqual([
      `Run as ${owner}: REVOKE SELECT ON TABLE "public"."v" FROM PUBLIC;`,
      `Run as ${owner}: REVOKE SELECT ON TABLE\n  "public"."a",\n  "public"."b"\nFROM "${bi}";`,
      `Run as ${owner}: REVOKE UPDATE ("email") ON TABLE "public"."a" FROM "${bi}";`,
      `Run as ${owner}: REVOKE USAGE ON SEQUENCE "public"."s" FROM "${team}";`,
    ]);
    expect(await follow(place, undeclared)).toEqual([]);
    expect(await find(place, { checked })).toEqual({ undeclared: [], undeclaredFixes: [] });
    expect(await place.can(app, "SELECT * FROM a; INSERT INTO a VALUES (1)")).toBe(true);
    const others = await find(place, {
      checked: [...checked, { schemas: ["other", "pg_catalog", "information_schema"], exclude: [] }],
      grantees: [app, team],
    });
    expect(others.undeclared.map(({ role, schema }) => [role, schema])).toEqual([[bi, "other"]]);
    const all = await find(place, { checked: [{ schemas: "*", exclude: [] }] });
    expect(all.undeclared.map(({ schema, objects }) => [schema, objects])).toEqual([
      ["other", 1],
      ["public", 1],
    ]);
  });

  test("of columns are found on tables whose own ACL is NULL or empty", async () => {
    const place = await world.open();
    const { owner, role, as } = place;
    const bi = await role("bi");
    await as(
      owner,
      `CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int); CREATE SEQUENCE s;
       GRANT SELECT (id) ON b, c TO ${bi}; REVOKE ALL ON c FROM ${owner}`,
    );

    const { undeclared } = await find(place);

    expect(undeclared.map(({ fix: _, ...entry }) => entry)).toEqual([
      { role: bi, schema: "public", kind: "table", privileges: ["SELECT"], objects: 2, onColumns: true },
    ]);
    expect(await follow(place, undeclared)).toEqual([]);
    expect(await find(place)).toEqual({ undeclared: [], undeclaredFixes: [] });
  });

  test("of an object count if one of several grants checks it", async () => {
    const place = await world.open();
    const { owner, role, as } = place;
    const bi = await role("bi");
    await as(owner, `CREATE TABLE a (id int); CREATE TABLE b (id int); GRANT SELECT ON a, b TO ${bi}`);
    const without = (name: string): Checked => ({ schemas: ["public"], exclude: [name] });
    const found = async (...checked: Checked[]) =>
      (await find(place, { checked })).undeclared.map(({ objects }) => objects);
    expect(await found(without("a"))).toEqual([1]);
    expect(await found(without("a"), without("b"))).toEqual([2]);
    expect(await found(without("a"), without("public.*"))).toEqual([1]);
    expect(await found(without("*"))).toEqual([]);
  });

  test("of another grantor are revoked as that role, with what it needs before", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql } = place;
    const [dba, group, bi] = [await role("dba"), await role("group", "NOLOGIN"), await role("bi")];
    await sql(`REVOKE CONNECT ON DATABASE "${place.database}" FROM PUBLIC`);
    await as(
      owner,
      `REVOKE USAGE ON SCHEMA public FROM PUBLIC; CREATE TABLE t (a int, b int); GRANT SELECT ON t TO ${app};
       GRANT CONNECT ON DATABASE "${place.database}" TO ${app}; GRANT USAGE ON SCHEMA public TO ${app};
       GRANT SELECT, INSERT ON t TO ${dba}, ${group} WITH GRANT OPTION`,
    );
    await sql(
      `BEGIN; GRANT USAGE ON SCHEMA public TO ${dba}, ${group}; SET LOCAL ROLE ${dba}; GRANT SELECT ON t TO ${bi};
       GRANT INSERT (a) ON t TO ${bi}; SET LOCAL ROLE ${group}; GRANT SELECT ON t TO ${bi}; RESET ROLE;
       REVOKE USAGE ON SCHEMA public FROM ${dba}, ${group}; COMMIT`,
    );

    const { undeclared, undeclaredFixes } = await find(place);

    expect(undeclared.filter(({ role }) => role === bi).map(({ fix }) => readFix(fix).trim())).toEqual([
      `Run as ${owner}: GRANT CONNECT ON DATABASE "${place.database}" TO "${dba}"; Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${dba}"; Run as ${dba}: REVOKE INSERT ("a") ON TABLE "public"."t" FROM "${bi}";`,
      `Run as ${owner}: GRANT CONNECT ON DATABASE "${place.database}" TO "${dba}"; Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${dba}"; Run as ${dba}: REVOKE SELECT ON TABLE "public"."t" FROM "${bi}";`,
      `Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${group}"; Run as a member of ${group}: SET ROLE "${group}"; REVOKE SELECT ON TABLE "public"."t" FROM "${bi}";`,
    ]);
    // Who granted it on needs their grants revoked first: the note says from whom.
    const [first] = undeclared.filter(({ role }) => role === dba);
    expect(readFix(first?.fix)).toContain(
      `${dba} granted the privilege to ${bi}. Revoke those grants first, as ${dba}. Run this action afterwards with mode: apply, because a grantee may hold the privilege only by them.`,
    );

    await followFile(
      { address: world.address, database: place.database, login: owner },
      reportOf(place, undeclaredFixes),
    );
    const left = (await find(place)).undeclared;
    expect(left.map(({ role }) => role)).toEqual([dba, group]);
    expect(await follow(place, left)).toEqual([]);
    expect((await find(place)).undeclared).toEqual([]);
    expect(await place.can(app, "SELECT * FROM t")).toBe(true);
  });

  test("that a grantee holds only from an undeclared role say so", async () => {
    const place = await world.open();
    const { app, owner, role, as } = place;
    const dba = await role("dba");
    await as(owner, `CREATE TABLE t (a int); GRANT SELECT ON t TO ${dba} WITH GRANT OPTION`);
    await as(dba, `GRANT SELECT ON t TO ${app}`);

    const { undeclared, undeclaredFixes } = await find(place);

    expect(undeclared.map(({ role, privileges }) => [role, privileges])).toEqual([[dba, ["SELECT WITH GRANT OPTION"]]]);
    expect(readFix(undeclared[0]?.fix)).toContain(`${dba} granted the privilege to ${app}. Revoke those grants first`);
    expect(undeclaredFixes).toEqual([]);
    await as(owner, `GRANT SELECT ON t TO ${app}`);
    await as(dba, `REVOKE SELECT ON t FROM ${app}`);
    expect(await follow(place, (await find(place)).undeclared)).toEqual([]);
    expect((await find(place)).undeclared).toEqual([]);
    expect(await place.can(app, "SELECT * FROM t")).toBe(true);
  });

  test("of a login that is not the owner have the owner's REVOKE, and those of dropped roles a note", async () => {
    const place = await world.open();
    const { owner, role, as, sql } = place;
    const [bi, nobody] = [await role("bi"), await role("nobody")];
    await as(owner, `CREATE TABLE t (a int); CREATE TABLE gone (a int); GRANT SELECT ON t TO ${bi}`);
    await sql(`UPDATE pg_class SET relacl = acldefault('r', relowner) || makeaclitem(99999, relowner, 'SELECT', FALSE)
               WHERE oid = 'gone'::regclass`);

    const { undeclared, undeclaredFixes } = await find(place, { user: nobody });

    expect(undeclared.map(({ role }) => role)).toEqual([bi, "unknown (OID=99999)"]);
    expect(undeclared[0]?.fix).toMatchObject({
      as: owner,
      sql: `REVOKE SELECT ON TABLE "public"."t" FROM "${bi}";`,
    });
    expect(undeclared[1]?.fix.sql).toBeUndefined();
    expect(readFix(undeclared[1]?.fix)).toContain("As a superuser");
    expect(undeclaredFixes.map(({ as, runnable }) => [as, runnable])).toEqual([[owner, false]]);
    expect(await follow(place, undeclared)).toEqual([]);
    expect((await find(place)).undeclared.map(({ role }) => role)).toEqual(["unknown (OID=99999)"]);
  });

  test("of many roles on many schemas are few rows", async () => {
    const place = await world.open();
    const { owner, sql, signIn } = place;
    const id = database(place);
    await sql(`DO $$ BEGIN
      FOR n IN 1..40 LOOP EXECUTE format('CREATE ROLE many_${id}_%s', n); END LOOP;
      FOR n IN 1..20 LOOP
        EXECUTE format('CREATE SCHEMA s%s AUTHORIZATION ${owner}; CREATE TABLE s%s.t (id serial); ALTER TABLE s%s.t OWNER TO ${owner}', n, n, n);
        EXECUTE format('GRANT ALL ON s%s.t, s%s.t_id_seq TO %s', n, n, (SELECT string_agg('many_${id}_' || m, ', ') FROM generate_series(1, 40) AS m));
      END LOOP; END $$`);
    const look = await lookForUndeclared(await signIn(owner), [{ schemas: "*", exclude: [] }], []);
    expect(look.found).toHaveLength(40);
    expect(undeclaredIn(look).undeclared).toHaveLength(40 * 40);
  });
});

interface FindOptions {
  readonly user?: string;
  readonly checked?: readonly Checked[];
  readonly grantees?: readonly string[];
}

/** The part of a place's names that no other place has. */
function database({ owner }: Place): string {
  return owner.replace("owner_", "");
}

function reportOf({ database, owner }: Place, undeclaredFixes: readonly FixBlock[]) {
  const report = {
    host: "localhost",
    port: 5432,
    database,
    user: owner,
    verdict: "drift",
    grantees: [],
    statements: [],
    fixes: [],
    undeclaredFixes,
  } as const;
  return { version: 1, mode: "check", verdict: "drift", databases: [report] } as const;
}
