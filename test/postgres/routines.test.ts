import { describe, expect, test } from "vitest";
import { renderSql } from "../../src/render/sql-file.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { runScript } from "../sandbox/psql.ts";
import { linesOf, type Place, recorded, reportOf, sourcesOn, useWorld } from "./world.ts";

const ASKED = { routinePrivileges: ["EXECUTE"], allowEmpty: true } as const;

/**
 * Two of one name, one that needs quotes, one of each kind, an ordered-set aggregate, and procedures alike but for OUT.
 */
const ROUTINES = `
  CREATE TYPE "My Type" AS (a int);
  CREATE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION total(a int, VARIADIC b text[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION "Total;--"("My Type", OUT x int) LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION ranked() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
  CREATE PROCEDURE pay(IN a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
  CREATE PROCEDURE pay(IN a int, IN b int) LANGUAGE sql AS 'SELECT 1';
  CREATE AGGREGATE longest(text) (SFUNC = text_larger, STYPE = text);
  CREATE AGGREGATE middle(float8 ORDER BY float8) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_cont_float8_final);
`;
const SIGNATURES = [
  'function Total;--(public."My Type")',
  "aggregate longest(text)",
  "aggregate middle(double precision, double precision)",
  "procedure pay(IN integer)",
  "procedure pay(IN integer, IN integer)",
  "function ranked()",
  "function total(integer)",
  "function total(integer, text[])",
];

describe.each(SOME_VERSIONS)("routines and schemas on PostgreSQL %i", (version) => {
  const world = useWorld(version);

  /** A place in which only the owner can execute the routines. */
  async function withRoutines(): Promise<Place> {
    const place = await world.open();
    await place.sql(ROUTINES);
    await place.sql(`
      DO $$ DECLARE r regprocedure; BEGIN
        FOR r IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
          EXECUTE format('ALTER ROUTINE %s OWNER TO ${place.owner}', CASE (SELECT prokind FROM pg_proc WHERE oid = r)
            WHEN 'p' THEN (SELECT format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc WHERE oid = r)
            ELSE r::text END);
        END LOOP;
      END $$;
      REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA public FROM PUBLIC;
      GRANT USAGE ON SCHEMA public TO ${place.app}`);
    return place;
  }

  test("does not check routines without `routine-privileges`", async () => {
    const place = await withRoutines();
    const report = await place.run("apply", { allowEmpty: true });
    expect(report).toMatchObject({ verdict: "in-sync", objects: { tables: 0, sequences: 0, skipped: 0 } });
    expect(report.objects).not.toHaveProperty("routines");
    expect(await place.can(place.app, "SELECT total(1)")).toBe(false);
  });

  test("names each routine by its signature and grants EXECUTE, and the app can execute it", async () => {
    const place = await withRoutines();
    const checked = await place.run("check", ASKED);
    expect(linesOf(checked.missing)).toEqual(SIGNATURES.map((each) => `${each}: EXECUTE (not-granted)`));
    expect(checked.objects).toEqual({ tables: 0, sequences: 0, routines: 8, skipped: 0 });
    expect(checked.missing.map(({ arguments: types }) => types)).toContain("IN integer, IN integer");

    const planned = await place.run("plan", ASKED);
    expect(planned.statements).toHaveLength(1);
    const applied = await place.run("apply", ASKED);
    expect(applied).toMatchObject({ verdict: "repaired", missing: [], statements: planned.statements });
    expect(linesOf(applied.granted).toSorted()).toEqual(SIGNATURES.map((each) => `${each}: EXECUTE`).toSorted());
    for (const call of ["SELECT total(1)", "SELECT total(1, 'a')", "SELECT longest('a')"])
      expect([call, await place.can(place.app, call)]).toEqual([call, true]);
    expect((await place.run("apply", ASKED)).statements).toEqual([]);
  });

  test("names a type of pg_catalog so that no other type of its name is meant, whatever the search_path", async () => {
    const { owner, app, sql, as, run, database } = await world.open();
    await as(
      owner,
      `CREATE DOMAIN public.oid AS int; CREATE DOMAIN public."char" AS int;
      CREATE FUNCTION f(pg_catalog.oid, pg_catalog.oid[], pg_catalog."char", public.oid, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
      REVOKE EXECUTE ON FUNCTION f FROM PUBLIC`,
    );
    const report = await run("plan", ASKED);
    expect(linesOf(report.missing)).toEqual([
      'function f(pg_catalog.oid, pg_catalog.oid[], pg_catalog."char", public.oid, text): EXECUTE (not-granted)',
    ]);
    await sql(`ALTER ROLE ${owner} SET search_path = public, pg_catalog`);
    const file = renderSql(reportOf(owner, [{ database, story: report }]));
    expect(file).toContain(app);
    expect(runScript(world.address, owner, database, file)).toEqual({ status: 0, stderr: "" });
    expect((await run("check", ASKED)).verdict).toBe("in-sync");
  });

  test("needs no further round trips", async () => {
    const place = await withRoutines();
    const client = await place.signIn(place.owner);
    const sent = recorded(client);
    await place.run("check", { allowEmpty: true }, { client });
    const unasked = sent.length;
    await place.run("check", ASKED, { client });
    expect(sent.length - unasked).toBe(unasked);
  });

  test("counts PUBLIC's default EXECUTE", async () => {
    const place = await world.open();
    await place.as(place.owner, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    const report = await place.run("check", ASKED);
    expect(linesOf(report.missing)).toEqual([]);
    expect(sourcesOn("function", report)).toEqual(["public: EXECUTE"]);
  });

  test("skips an extension's routines and what `exclude` matches", async () => {
    const place = await world.open();
    await place.sql(`CREATE EXTENSION pg_trgm; REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA public FROM PUBLIC`);
    await place.as(place.owner, "CREATE FUNCTION audit_f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    const report = await place.run("check", { ...ASKED, exclude: ["audit_*"] });
    expect(report).toMatchObject({ missing: [], objects: { routines: 0 } });
    expect(report.warnings.map(({ code }) => code)).not.toContain("exclude-matches-nothing");
    expect(report.objects.skipped).toBeGreaterThan(20);
  });

  test("grants default privileges on routines only when PUBLIC's default was revoked", async () => {
    const place = await world.open();
    const future = { ...ASKED, defaultPrivileges: true };
    await place.as(place.owner, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    const builtIn = await place.run("check", future);
    expect(linesOf(builtIn.missing).filter((line) => line.includes("routines"))).toEqual([]);

    await place.as(place.owner, "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC");
    const applied = await place.run("apply", future);
    expect(linesOf(applied.granted)).toContain("default-privileges routines: EXECUTE");
    await place.as(place.owner, "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'");
    expect(await place.can(place.app, "CALL p()")).toBe(true);
    expect((await place.run("check", future)).verdict).toBe("in-sync");
  });

  test("names the routine's owner when this login cannot grant", async () => {
    const place = await withRoutines();
    const stranger = await place.role("stranger");
    const { missing, fixes } = await place.run("check", ASKED, { user: stranger });
    expect(new Set(missing.map(({ reason, fix }) => `${reason} ${fix.as}`))).toEqual(
      new Set([`not-owner ${place.owner}`]),
    );
    const [block] = fixes;
    await place.as(block?.as ?? "", block?.statements.join("\n") ?? "");
    expect((await place.run("check", ASKED)).missing).toEqual([]);
  });

  test("leaves out a routine that is dropped during the run, and reads its group again", async () => {
    const place = await withRoutines();
    const client = await place.signIn(place.owner);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    let dropped = false;
    client.query = (async (...args: unknown[]) => {
      if (!dropped && /^GRANT EXECUTE/m.test(`${args[0]}`)) {
        dropped = true;
        await place.sql("DROP FUNCTION total(int)");
      }
      return query(...args);
    }) as unknown as typeof client.query;
    const report = await place.run("apply", ASKED, { client });
    expect(report).toMatchObject({ verdict: "repaired", missing: [] });
    expect(report.granted).toHaveLength(7);
  });

  test("grants CREATE on a schema when requested, and the app can create", async () => {
    const place = await world.open();
    await place.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const asked = { schemaPrivileges: ["USAGE", "CREATE"], allowEmpty: true } as const;
    expect(linesOf((await place.run("check", asked)).missing)).toContain("schema public: CREATE (not-granted)");
    expect((await place.run("apply", asked)).verdict).toBe("repaired");
    expect(await place.can(place.app, "CREATE TABLE t ()")).toBe(true);
    expect((await place.run("apply", asked)).statements).toEqual([]);
  });

  test.each(["warn", "fail", "revoke"] as const)(
    "CREATE on a schema is never extra with `on-extra: %s`",
    async (onExtra) => {
      const place = await world.open();
      await place.sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${place.app}`);
      const before = await place.acls();
      const report = await place.run("apply", { allowEmpty: true, onExtra });
      expect(report).toMatchObject({ verdict: "in-sync", extra: [], revoked: [] });
      expect(sourcesOn("schema", report).join()).not.toContain("CREATE");
      expect(await place.acls()).toEqual(before);
    },
  );
});
