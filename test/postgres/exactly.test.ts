import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { GranteeReport, Mode } from "../../src/model/report.ts";
import { reconcile } from "../../src/reconcile.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { commentedParts } from "../property/follow.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { runScript } from "../sandbox/psql.ts";
import {
  between,
  changesPrivileges,
  DEFAULTS,
  difference,
  linesOf,
  type Place,
  quote,
  recorded,
  reportOf,
  type Story,
  useOwnWorld,
} from "./world.ts";

const WRITE = { tablePrivileges: ["SELECT", "INSERT"], sequencePrivileges: ["USAGE"] } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: exactly", (version) => {
  const world = useOwnWorld(version);

  /** Two owners, the first of which `deployer` may act for; objects near them that were not requested. */
  async function withTwoOwners(place: Place) {
    const { database, app, owner, role, as, sql } = place;
    const [deployer, stranger, other] = [await role("deployer"), await role("stranger"), await role("other")];
    await sql(`
      GRANT ${owner} TO ${deployer}; GRANT CREATE ON SCHEMA public TO ${stranger};
      REVOKE CONNECT ON DATABASE ${quote(database)} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${quote(database)} TO ${deployer}, ${stranger}`);
    await as(
      owner,
      `CREATE TABLE nothing (id serial); CREATE TABLE partly (a int, b int); CREATE TABLE "All" (id int);
       CREATE TABLE skipped (id int); CREATE VIEW v AS SELECT 1; CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;
       GRANT SELECT, UPDATE ON partly TO ${app}; GRANT UPDATE (a) ON partly TO ${app};
       GRANT ALL ON "All" TO ${app}; GRANT SELECT ON v TO PUBLIC; GRANT SELECT ON nothing TO ${other} WITH GRANT OPTION;
       CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.t (id int);
       ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${other}`,
    );
    await as(stranger, `CREATE TABLE theirs (id int); CREATE SEQUENCE theirs_too; GRANT SELECT ON theirs TO ${app}`);
    return { deployer, stranger };
  }

  test("changes exactly what was planned", async () => {
    const place = await world.open();
    const { app, owner, run, acls } = place;
    const { deployer, stranger } = await withTwoOwners(place);
    const demand = { ...WRITE, exclude: ["skipped"], defaultPrivileges: true };
    const before = await acls();

    const planned = await run("plan", demand, { user: deployer });
    expect(await acls()).toEqual(before);
    const applied = await run("apply", demand, { user: deployer });

    const { added, removed } = difference(before, await acls());
    expect(applied.statements).toEqual(planned.statements);
    expect(removed).toEqual([]);
    expect(added).toEqual(
      [
        `database ${place.database}: ${app} CONNECT by ${owner}`,
        `sequence public.nothing_id_seq: ${app} USAGE by ${owner}`,
        `table public.nothing: ${app} INSERT by ${owner}`,
        `table public.nothing: ${app} SELECT by ${owner}`,
        `table public.partly: ${app} INSERT by ${owner}`,
        `table public.v: ${app} INSERT by ${owner}`,
        `default S of ${owner} in ${await oidOf(place, "public")}: ${app} USAGE by ${owner}`,
        `default r of ${owner} in ${await oidOf(place, "public")}: ${app} INSERT by ${owner}`,
        `default r of ${owner} in ${await oidOf(place, "public")}: ${app} SELECT by ${owner}`,
      ].sort((a, b) => (a < b ? -1 : 1)),
    );
    expect(new Set(applied.missing.map((missing) => missing.owner))).toEqual(new Set([stranger]));
  });

  test("writes nothing when nothing is missing: no GRANT, no transaction ID, no WAL", async () => {
    const { owner, as, sql, run, signIn } = await world.open();
    await as(owner, Array.from({ length: 300 }, (_, n) => `CREATE TABLE t${n} (id serial)`).join("; "));
    await run("apply");
    await run("apply"); // the first scan after grants may prune pages
    const client = await signIn(owner);
    const queries = recorded(client);
    const moment = async () => {
      const [row] = await sql<{ xid: string; wal: string }>(
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid, (pg_current_wal_insert_lsn() - '0/0')::text AS wal",
      );
      return { xid: BigInt(row?.xid ?? -1), wal: BigInt(row?.wal ?? -1) };
    };

    // The server's background processes can write WAL during one of the runs, but not during all.
    const written: bigint[] = [];
    for (let run_ = 0; run_ < 3; run_++) {
      const before = await moment();
      expect(await run("apply", {}, { client })).toMatchObject({
        verdict: "in-sync",
        statements: [],
        granted: [],
      });
      const after = await moment();
      expect(after.xid).toBe(before.xid);
      written.push(after.wal - before.wal);
    }

    expect(written).toContain(0n);
    expect(queries.filter(changesPrivileges)).toEqual([]);
  });

  test.each(["check", "plan"] as const)("in mode %s runs in a read-only transaction", async (mode) => {
    const place = await world.open();
    const { sql, run, signIn, acls } = place;
    const { deployer } = await withTwoOwners(place);
    const client = await signIn(deployer);
    const readOnly: unknown[] = [];
    const send = client.query.bind(client) as (text: string) => Promise<{ rows: { read_only: string }[] }>;
    let begun = false;
    between(client, async (text) => {
      if (begun)
        readOnly.push((await send("SELECT current_setting('transaction_read_only') AS read_only")).rows[0]?.read_only);
      begun = /^BEGIN/.test(text) || (begun && !/COMMIT/.test(text));
      return undefined;
    });
    const before = await acls();
    const xid = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid";
    const [first] = await sql(xid);

    const report = await run(mode, { ...WRITE, onExtra: "revoke", defaultPrivileges: true }, { client });

    expect(report.verdict).toBe("drift");
    expect(report.statements.length).toBeGreaterThan(5);
    expect(await acls()).toEqual(before);
    expect(await sql(xid)).toEqual([first]);
    expect(readOnly.length).toBeGreaterThan(0);
    expect(new Set(readOnly)).toEqual(new Set(["on"]));
  });

  test("a login that is set read-only checks, and in apply names the setting", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    await sql(`ALTER ROLE ${owner} SET default_transaction_read_only = on`);

    expect(await run("check")).toMatchObject({ verdict: "drift" });
    await expect(run("apply")).rejects.toMatchObject({ failure: { code: "read-only-setting" } });
  });

  test("plans SQL that repairs all drift: what `apply` runs, and blocks to run by hand, by this login and other roles", async () => {
    const place = await world.open({ database: `one's "own" ${version}` });
    const { run, signIn, role, sql, as } = place;
    const { deployer } = await withTwoOwners(place);
    const [hostile, builder] = [await role(`He said "run\nme"`), await role("builder")];
    await sql(`
      GRANT CREATE ON SCHEMA public TO ${quote(hostile)};
      GRANT CONNECT ON DATABASE ${quote(place.database)} TO ${quote(hostile)}, ${builder}`);
    await as(hostile, `CREATE TABLE ${quote('x"; --\ny')} (id int)`);
    // The owner of this table lacks USAGE on the schema, and this login is not a member of the schema's owner.
    const shut = await role("shut_owner");
    await sql(`
      GRANT CONNECT ON DATABASE ${quote(place.database)} TO ${shut};
      CREATE SCHEMA shut AUTHORIZATION ${shut}; CREATE TABLE shut.t (id int); ALTER TABLE shut.t OWNER TO ${builder};
      GRANT ${builder} TO ${deployer}`);
    const demand = {
      ...WRITE,
      schemas: ["public", "shut"],
      onExtra: "fail",
      defaultPrivileges: true,
    } as const;

    const planned = await run("plan", demand, { user: deployer });
    const file = renderSql(reportOf(deployer, [{ database: place.database, story: planned }]));

    await (await signIn(deployer)).query(file);
    const rest = await run("check", demand, { user: deployer });
    expect(rest.missing.filter(({ reason }) => reason === "not-granted")).toEqual([]);
    expect(rest.statements).toEqual([]);
    expect(linesOf(rest.extra)).toEqual(linesOf(planned.extra));
    expect(rest.missing.map((missing) => missing.owner)).toEqual(expect.arrayContaining([hostile, shut, builder]));

    const others = planned.fixes.filter(({ runnable, byHand }) => byHand || !runnable).map((block) => block.as);
    expect(others[0]).toBe(deployer);
    const parts = commentedParts(file);
    expect(parts).toHaveLength(others.length);
    for (const [n, { sql: part }] of parts.entries()) await (await signIn(others[n] ?? "")).query(part);

    const end = await run("check", demand, { user: deployer });
    expect(linesOf(end.missing)).toEqual([]);
    expect(linesOf(end.extra)).toEqual([]);
  });

  test("plans nothing that `apply` does not run because a grantee does not exist", async () => {
    const { app, owner, as, signIn } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const client = await signIn(owner);
    const run = (mode: Mode) =>
      reconcile(client, { mode, grantees: [app, "nobody"], demand: DEFAULTS }, () => {}, { done: nothingDone() });

    const planned = await run("plan");
    expect(planned.statements).toEqual([]);
    expect(planned.fixes.map(({ byHand }) => byHand)).toEqual([true]);
    expect((await run("apply")).statements).toEqual([]);
  });

  test("plans a script for several databases that fixes each of them in psql", async () => {
    const names = [`first's "database" ${version}`, `second \\ ${version}`];
    const places: Place[] = [];
    for (const database of names) places.push(await world.open({ database }));
    const [first, second] = places as [Place, Place];
    const [deployer, app] = [await first.role("everywhere"), first.app];
    for (const { owner, as, sql } of places) {
      await sql(`GRANT ${owner} TO ${deployer}`);
      await as(owner, `CREATE TABLE t (id serial); CREATE TABLE ${quote("line\nbreak \\q")} (id int)`);
    }
    const options = { user: deployer, grantee: app };
    const stories: { database: string; story: GranteeReport & Story }[] = [];
    for (const place of places) stories.push({ database: place.database, story: await place.run("plan", {}, options) });

    execute(renderSql(reportOf(deployer, stories)), deployer, first);

    for (const place of places)
      expect(await place.run("check", {}, options)).toMatchObject({
        verdict: "in-sync",
        objects: { tables: 2, sequences: 1 },
      });
    expect(await second.can(app, "INSERT INTO t DEFAULT VALUES")).toBe(true);
  });

  function execute(script: string, user: string, { database }: Place) {
    const { status, stderr } = runScript(world.address, user, database, script);
    expect([status, stderr]).toEqual([0, ""]);
  }
});

async function oidOf({ sql }: Place, schema: string): Promise<string> {
  const [row] = await sql<{ oid: string }>("SELECT oid::text FROM pg_namespace WHERE nspname = $1", [schema]);
  return row?.oid ?? "";
}
