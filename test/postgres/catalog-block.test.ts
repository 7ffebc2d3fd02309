import { describe, expect, test } from "vitest";
import { renderSummary } from "../../src/render/summary.ts";
import type { Address } from "../sandbox/postgres.ts";
import { runScript } from "../sandbox/psql.ts";
import { linesOf, type Place, quote, reportOf, useWorld } from "./world.ts";

/** So many that their names are too long for the summary. */
const MANY = 1_250;
const PAD = "x".repeat(50);
const TABLES = `DO $$ BEGIN FOR n IN 1 .. ${MANY} LOOP EXECUTE format('CREATE TABLE t%s_${PAD} ()', n); END LOOP; END $$`;

describe.each([14, 18] as const)("on PostgreSQL %i", (version) => {
  const world = useWorld(version);

  test("the owner runs the summary's short SQL in psql: everything is in sync, and nothing else has changed", async () => {
    const place = await world.open();
    const hostile = await place.role(`it's "$grants$" \\ ; --`);
    const grantee = await place.role(`a'); $grants1$ "b" \\`);
    const check = await place.role("check");
    await place.sql(`
      GRANT CREATE ON DATABASE ${quote(place.database)} TO ${quote(hostile)};
      GRANT CREATE, USAGE ON SCHEMA public TO ${quote(hostile)}`);
    await place.as(
      hostile,
      `CREATE SCHEMA "s'$grants$"; SET search_path = "s'$grants$"; ${TABLES}; CREATE TABLE "it's "" \\ %I" ();
       CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; CREATE TABLE audit_x (); CREATE TABLE member ();
       CREATE TABLE half (); GRANT SELECT ON half TO ${quote(grantee)};
       SET search_path = public; CREATE TABLE elsewhere (); CREATE TABLE "p%" (); CREATE TABLE "pp" ()`,
    );
    await place.as(place.owner, "CREATE TABLE of_another ()");
    await place.sql(`ALTER EXTENSION plpgsql ADD TABLE "s'$grants$".member`);
    const demand = {
      schemas: ["s'$grants$", "public"],
      tablePrivileges: ["SELECT", "INSERT"] as const,
      exclude: ["audit_*", "public.p%"],
    };
    const look = () => place.run("check", demand, { user: check, grantee });
    const before = await look();
    const others = { before: await untouched(place) };

    const sql = shortSql(place, before, check, hostile);
    await place.sql(`
      CREATE FUNCTION public.planted(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE ''planted''; END';
      CREATE OPERATOR public.% (FUNCTION = public.planted, LEFTARG = int, RIGHTARG = int);
      ALTER ROLE ${quote(hostile)} SET search_path = public, pg_catalog`);
    expect(psql(world.address, hostile, place, sql)).toContain(`NOTICE:  Granted on ${MANY + 6} objects.`);

    const { missing } = await look();
    expect(linesOf(missing)).toEqual(["table of_another: SELECT, INSERT (not-owner)"]);
    expect({ before: await untouched(place) }).toEqual(others);
    const [{ commits } = { commits: 0 }] = await place.sql<{ commits: number }>(
      `SELECT count(DISTINCT xmin::text)::int AS commits FROM pg_class
       WHERE relnamespace = '"s''$grants$"'::regnamespace AND relkind <> 'i' AND relacl IS NOT NULL`,
    );
    expect(commits).toBe(Math.ceil((MANY + 6) / 500));
    expect(psql(world.address, hostile, place, sql)).toContain("NOTICE:  Granted on 0 objects.");

    async function untouched({ sql }: Place) {
      return sql(`SELECT relname, relacl::text FROM pg_class
        WHERE relname IN ('audit_x', 'member', 'p%', 'of_another') ORDER BY relname`);
    }
  });

  test("a login that can only set the owner's role runs it, whatever role its sessions begin as", async () => {
    const place = await world.open();
    const login = await place.role("login", "LOGIN NOINHERIT");
    await place.as(place.owner, TABLES);
    await place.sql(`GRANT ${place.owner} TO ${login}; ALTER ROLE ${login} SET role = ${place.owner}`);
    const plan = await place.run("plan", { tablePrivileges: ["SELECT"] }, { user: login });

    psql(world.address, login, place, shortSql(place, plan, login, login));
    await expect(place.run("check", { tablePrivileges: ["SELECT"] })).resolves.toMatchObject({
      verdict: "in-sync",
    });
  });

  test("a member runs it for an owner that cannot log in", async () => {
    const place = await world.open();
    const group = await place.role("group", "NOLOGIN");
    const member = await place.role("member", "LOGIN NOINHERIT");
    await place.sql(`GRANT ${group} TO ${member}; GRANT CREATE, USAGE ON SCHEMA public TO ${group}`);
    await place.as("azuresu", `SET ROLE ${group}; ${TABLES}`);
    const check = await place.run("check", { tablePrivileges: ["SELECT"] });

    psql(world.address, member, place, shortSql(place, check, place.owner, group));
    await expect(place.run("check", { tablePrivileges: ["SELECT"] })).resolves.toMatchObject({
      verdict: "in-sync",
    });
  });

  test("inside a transaction block it stops at its first COMMIT, and changes nothing", async () => {
    const place = await world.open();
    await place.as(place.owner, TABLES);
    const plan = await place.run("plan", { tablePrivileges: ["SELECT"] });
    const sql = shortSql(place, plan, place.owner, place.owner);

    const transaction = `BEGIN; ${sql} COMMIT;`;
    await expect(place.as(place.owner, transaction)).rejects.toThrow("invalid transaction termination");
    const { missing } = await place.run("plan", { tablePrivileges: ["SELECT"] });
    expect(missing).toHaveLength(plan.missing.length);
  });
});

/** The SQL that the job summary shows for a role, which must not be a name for each object. */
function shortSql(
  { database }: Place,
  story: Parameters<typeof reportOf>[1][number]["story"],
  user: string,
  as: string,
): string {
  const summary = renderSummary(reportOf(user, [{ database, story }]));
  const shown = [...summary.matchAll(/```sql\n([\s\S]*?)\n```/g)].map(([, sql = ""]) => sql);
  const n = story.fixes.findIndex((block) => block.as === as);
  expect(shown).toHaveLength(story.fixes.length);
  const sql = shown[n] ?? "";
  expect(sql.length).toBeLessThan(4_000);
  return sql;
}

/** What psql writes to stderr. */
function psql(address: Address, user: string, { database }: Place, input: string): string {
  const { status, stderr } = runScript(address, user, database, input);
  expect(status, stderr).toBe(0);
  return stderr;
}
