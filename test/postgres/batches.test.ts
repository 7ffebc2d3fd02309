import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import { takeTurns } from "../../src/postgres/turn.ts";
import { reconcile } from "../../src/reconcile.ts";
import { renderJson } from "../../src/render/json.ts";
import { logGroups } from "../../src/render/log.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { followFile } from "../property/follow.ts";
import { readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { between, changesPrivileges, DEFAULTS, linesOf, type Place, recorded, reportOf, useOwnWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

function tables(count: number): string {
  return `DO $$ BEGIN FOR n IN 1..${count} LOOP EXECUTE format('CREATE TABLE t%s ()', n); END LOOP; END $$`;
}

describe.each(SOME_VERSIONS)("PostgreSQL %i: batches", (version) => {
  const world = useOwnWorld(version);

  /** Counts the waits for a lock, from now on, that take a session of the role longer than a second, by the server's log. */
  async function longWaits(role: string, sql: Place["sql"]): Promise<() => number> {
    await sql(`ALTER ROLE ${role} SET log_lock_waits = on`);
    const before = world.log().length;
    return () => world.log().slice(before).split(" still waiting for ").length - 1;
  }

  test("wait only once for one locked table among 300", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, tables(300));
    const [migration, reader] = await Promise.all([signIn(owner), signIn(owner)]);
    await migration.query("BEGIN; LOCK TABLE t150 IN ACCESS EXCLUSIVE MODE");
    await reader.query("BEGIN; SELECT FROM t7");
    const waits = await longWaits(owner, sql);

    const report = await run("apply", READ);

    const locked = version >= 18; // GRANT takes a lock on the table from 18 on
    await expect.poll(waits).toBe(locked ? 1 : 0);
    await migration.query("ROLLBACK");
    expect(report.granted).toHaveLength(locked ? 299 : 300);
    expect(linesOf(report.missing)).toEqual(locked ? ["table t150: SELECT (locked)"] : []);
  });

  test("wait only once for a lock that the catalogs do not show: an open GRANT on one of 300", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, tables(300));
    const other = await signIn(owner);
    const { rows } = await other.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await other.query("BEGIN; GRANT INSERT ON t150 TO CURRENT_USER");
    const waits = await longWaits(owner, sql);

    const report = await run("apply", READ);

    await expect.poll(waits).toBe(1);
    // The advice finds the session, although nobody waits for it now.
    const command = report.missing[0]?.fix.steps?.[0]?.command;
    expect((await as(owner, `${command}`)).map(({ pid }) => pid)).toContain(rows[0]?.pid);
    await other.query("ROLLBACK");
    expect(report.granted).toHaveLength(299);
    expect(linesOf(report.missing)).toEqual(["table t150: SELECT (locked)"]);
    expect(report.missing[0]?.serverMessage).toContain("lock timeout");
    expect(report.said).toEqual(
      expect.arrayContaining([
        "committed: 299 objects",
        "not committed: 1 object (canceling statement due to lock timeout)",
      ]),
    );
    expect(await sql("SELECT 1 AS fine")).toEqual([{ fine: 1 }]);
  });

  test("that were sent while another one failed are sent again", async () => {
    const { owner, app, as, sql, signIn, run } = await world.open();
    await as(owner, tables(1_200));
    const client = await signIn(owner);
    let once = true;
    between(client, async (text) => {
      if (once && changesPrivileges(text)) {
        once = false;
        await sql("DROP TABLE t150");
      }
      return undefined;
    });

    const report = await run("apply", READ, { client });

    expect(report).toMatchObject({ verdict: "repaired", granted: { length: 1_199 } });
    expect(report.said.filter((line) => line.startsWith("committed"))).toEqual([
      "committed: 499 objects",
      "committed: 500 objects",
      "committed: 200 objects",
    ]);
    expect(report.said.filter((line) => line.includes("advisory lock"))).toEqual([]);
    const held = await sql("SELECT FROM pg_class WHERE relname ~ '^t\\d' AND has_table_privilege($1, oid, 'SELECT')", [
      app,
    ]);
    expect(held).toHaveLength(1_199);
  });

  test("are sent again after another look if COMMIT does not find a role, at most three times", async () => {
    const { owner, app, as, sql, signIn, run } = await world.open();
    await as(owner, tables(600));
    await sql(`
        CREATE SCHEMA audit;
        CREATE SEQUENCE audit.entries;
        CREATE TABLE audit.entry ();
        CREATE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
          $$ BEGIN
            IF nextval('audit.entries') <= 3 THEN RAISE EXCEPTION 'no audit %', currval('audit.entries') USING ERRCODE = '42704'; END IF;
            RETURN NULL;
          END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON audit.entry DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION audit.refuse();
        CREATE FUNCTION audit.enter() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
          $$ BEGIN INSERT INTO audit.entry DEFAULT VALUES; END $$;
        CREATE EVENT TRIGGER audit ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION audit.enter()`);
    const client = await signIn(owner);

    const report = await run("apply", READ, { client });

    await sql("DROP EVENT TRIGGER audit");
    expect(report).toMatchObject({ verdict: "repaired", granted: { length: 600 } });
    expect(report.said.filter((line) => /^(committed|rolled back)/.test(line))).toEqual([
      ...[1, 2, 3].map((n) => `rolled back: no audit ${n}`),
      "committed: 500 objects",
      "committed: 100 objects",
    ]);
    const held = await sql("SELECT FROM pg_class WHERE relname ~ '^t\\d' AND has_table_privilege($1, oid, 'SELECT')", [
      app,
    ]);
    expect(held).toHaveLength(600);
  });

  test("are not split when a grantee is dropped: the others are granted after another look", async () => {
    const { owner, app, role, as, sql, signIn } = await world.open();
    await as(owner, tables(300));
    const doomed = await role("doomed");
    const client = await signIn(owner);
    const queries = recorded(client);
    let once = true;
    between(client, async (text) => {
      if (once && changesPrivileges(text)) {
        once = false;
        await sql(`DROP ROLE ${doomed}`);
      }
      return undefined;
    });

    const task = { mode: "apply", grantees: [doomed, app], demand: { ...DEFAULTS, ...READ } } as const;
    const { grantees } = await reconcile(client, task, () => {}, { done: nothingDone() });

    expect(grantees).toMatchObject([
      { verdict: "error", error: { code: "grantee-not-found" } },
      { verdict: "repaired", granted: { length: 300 } },
    ]);
    expect(queries.filter(changesPrivileges).length).toBeLessThanOrEqual(4);
  });

  test.each([
    // Of 302 objects, so many are left.
    ["table", "TABLE IF EXISTS t150", 301],
    ["set of tables", "TABLE IF EXISTS t7, t150, t299", 299],
    ["schema", "SCHEMA IF EXISTS doomed CASCADE", 300],
  ])("are halved down to a dropped %s", async (_, dropped, left) => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, `CREATE SCHEMA doomed; CREATE TABLE doomed.t (); ${tables(300)}`);
    const client = await signIn(owner);
    const queries = recorded(client);
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql(`DROP ${dropped}`);
      return undefined;
    });

    const report = await run("apply", { ...READ, schemas: "*" }, { client });

    expect(report).toMatchObject({ verdict: "repaired", missing: [], granted: { length: left } });
    expect(queries.filter(changesPrivileges).length).toBeLessThan(60);
  });

  test("are not halved without end when their statements take too long", async () => {
    const { owner, app, as, sql, signIn } = await world.open();
    await as(owner, tables(64));
    await sql(`
      CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.2); RAISE EXCEPTION 'too slow' USING ERRCODE = 'query_canceled'; END $$;
      CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION slow()`);
    const client = await signIn(owner);
    const queries = recorded(client);
    const task = { mode: "apply", grantees: [app], demand: { ...DEFAULTS, ...READ } } as const;
    // As if it had taken almost all of the time that a run may wait.
    const waits = { turns: takeTurns(() => {}), locks: 14_900 };

    const { verdict } = await reconcile(client, task, () => {}, { done: nothingDone(), waits });

    await sql("DROP EVENT TRIGGER slow");
    expect(verdict).toBe("drift");
    expect(queries.filter(changesPrivileges).length).toBeLessThan(10);
  });

  test("show the server's message when it refuses", async () => {
    const place = await world.open();
    const { owner, as, sql, run } = place;
    await as(owner, tables(3));
    await sql(`
      CREATE FUNCTION no_fridays() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no grants on Fridays <b>|' USING HINT = 'Come back on Monday.'; END $$;
      CREATE EVENT TRIGGER fridays ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION no_fridays()`);

    const story = await run("apply", READ);

    await sql("DROP EVENT TRIGGER fridays");
    expect(linesOf(story.missing)).toEqual(["t1", "t2", "t3"].map((name) => `table ${name}: SELECT (refused)`));
    expect(readFix(story.missing[0]?.fix)).toMatch(/no_fridays\(\) line \d.*an event trigger.*SELECT evtname/);
    const report = { ...reportOf(owner, [{ database: place.database, story }]), mode: "apply" as const };
    const log = logGroups(report).flatMap(({ lines }) => lines);
    expect(renderJson(report)).toContain("no grants on Fridays <b>| Come back on Monday.");
    expect(log.join("\n")).toContain("no grants on Fridays <b>| Come back on Monday.");
    expect(renderSummary(report)).toContain("`no grants on Fridays <b>| Come back on Monday`");
    const [first] = log.filter((line) => line.includes("Code in the database that runs with the statement"));
    expect(first).toBeDefined();
  });

  test.each(["42704", "3F000"])(
    "that always fail with SQLSTATE %s are refused, with the server's words",
    async (code) => {
      const { owner, as, sql, run } = await world.open();
      await as(owner, tables(20));
      await sql(`
      CREATE FUNCTION not_found() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no such thing' USING ERRCODE = '${code}'; END $$;
      CREATE EVENT TRIGGER finds_nothing ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION not_found()`);

      const { verdict, missing, said } = await run("apply", READ);

      await sql("DROP EVENT TRIGGER finds_nothing");
      expect(verdict).toBe("drift");
      expect(new Set(missing.map(({ reason }) => reason))).toEqual(new Set(["refused", "not-tried"]));
      const [refused] = missing.filter(({ reason }) => reason === "refused");
      expect(refused?.serverMessage).toBe("no such thing");
      expect(readFix(refused?.fix)).toContain("not_found() line");
      expect(said.filter((line) => line.startsWith("rolled back"))).toHaveLength(1);
    },
  );

  test("that the server accepts without effect are not called refused", async () => {
    const { owner, app, as, sql, run } = await world.open();
    await as(owner, tables(1));
    await sql(`
      CREATE FUNCTION take_back() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN
          REVOKE SELECT ON TABLE public.t1 FROM ${app};
          RAISE WARNING 'no privileges were granted for "t1"' USING ERRCODE = '01007';
        END $$;
      CREATE EVENT TRIGGER takes_back ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION take_back()`);

    const { missing } = await run("apply", READ);

    await sql("DROP EVENT TRIGGER takes_back");
    expect(linesOf(missing)).toEqual(["table t1: SELECT (without-effect)"]);
    expect(missing[0]?.serverMessage).toBe('no privileges were granted for "t1"');
    expect(readFix(missing[0]?.fix)).toContain("event trigger");
  });

  test("that fail in a function which needs another search_path have SQL that works in psql", async () => {
    const place = await world.open();
    const { owner, database, as, sql, run } = place;
    await as(owner, `${tables(30)}; CREATE TABLE ddl_log (tag text)`);
    await sql(`
      CREATE FUNCTION log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO ddl_log VALUES (tg_tag); END $$;
      CREATE EVENT TRIGGER log_ddl ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION log_ddl()`);

    const story = await run("apply", READ);
    const report = { ...reportOf(owner, [{ database, story }]), mode: "apply" as const };
    const refused = await followFile({ address: world.address, database, login: owner }, report);
    const checked = await run("check", READ);

    await sql("DROP EVENT TRIGGER log_ddl");
    expect(story.missing).toHaveLength(31);
    const tried = story.missing.find(({ reason }) => reason === "refused");
    expect(tried?.serverMessage).toBe('relation "ddl_log" does not exist');
    expect(readFix(tried?.fix)).toContain("search_path");
    // It does not try all objects before it gives up.
    expect(story.missing.filter(({ reason }) => reason === "not-tried").length).toBeGreaterThan(15);
    expect(refused).toEqual([]);
    expect(checked.verdict).toBe("in-sync");
  });

  test("that a function of the database may not make name the function, not the login's lack of privileges", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, tables(1));
    await sql(`
      CREATE TABLE audit (tag text);
      CREATE FUNCTION audit_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.audit VALUES (tg_tag); END $$;
      CREATE EVENT TRIGGER audits ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION audit_ddl()`);

    const report = await run("apply", READ);

    await sql("DROP EVENT TRIGGER audits");
    const [missing] = report.missing.filter(({ reason }) => reason === "refused");
    expect(missing?.serverMessage).toBe("permission denied for table audit");
    expect(readFix(missing?.fix)).toMatch(/audit_ddl\(\) line.*an event trigger/);
    expect(readFix(missing?.fix)).not.toContain("neither the owner");
  });

  test("check the catalogs when the server says that an object does not exist", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, tables(2));
    await sql(`
      CREATE FUNCTION liar() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'all gone' USING ERRCODE = 'undefined_table'; END $$;
      CREATE EVENT TRIGGER lies ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION liar()`);

    const report = await run("apply", READ);

    await sql("DROP EVENT TRIGGER lies");
    expect(linesOf(report.missing)).toEqual(["table t1: SELECT (refused)", "table t2: SELECT (refused)"]);
    expect(report.missing[0]?.serverMessage).toBe("all gone");
  });

  test("say to run again when the server finds no longer what GRANT reads", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, tables(1));
    await sql(`
      CREATE FUNCTION dropper() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'cache lookup failed for relation 17296' USING ERRCODE = 'internal_error'; END $$;
      CREATE EVENT TRIGGER drops ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION dropper()`);

    const report = await run("apply", READ);

    await sql("DROP EVENT TRIGGER drops");
    expect(linesOf(report.missing)).toEqual(["table t1: SELECT (refused)"]);
    expect(readFix(report.missing[0]?.fix)).toContain("Run the job again when no migration runs");
  });
});

describe("the advisory lock", () => {
  const world = useOwnWorld(16);

  test("that another session never releases delays a run once, and the run names that session", async () => {
    const { app, owner, as, signIn, run } = await world.open();
    await as(owner, tables(1_100));
    const [client, villain] = await Promise.all([signIn(owner), signIn(app)]);
    const queries = recorded(client);
    await as(owner, "CREATE TABLE first ()");
    await run("apply", { ...READ, exclude: ["t*"] }, { client });
    const lock = queries.map((text) => /^SELECT .*advisory_xact_lock\(.*$/m.exec(text)?.[0]).find(Boolean);
    await villain.query(`BEGIN; ${lock}`);
    const { rows } = await villain.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");

    const report = await run("apply", READ, { client });

    expect(report).toMatchObject({ verdict: "repaired", granted: { length: 1_100 } });
    const said = report.said.filter((line) => line.includes("advisory lock"));
    expect(said).toEqual([
      `did not get the advisory lock with which runs of this action take turns: canceling statement due to lock timeout. It is held by role ${app} (pid ${rows[0]?.pid}). Continuing without it.`,
    ]);
  });

  test("that the login may not take is not waited for, and the run says why", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, tables(600));
    await sql("REVOKE EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) FROM PUBLIC");

    const report = await run("apply", READ);

    expect(report).toMatchObject({ verdict: "repaired", granted: { length: 600 } });
    expect(report.said.filter((line) => line.includes("advisory lock"))).toEqual([
      "did not get the advisory lock with which runs of this action take turns: permission denied for function pg_advisory_xact_lock. Continuing without it.",
    ]);
  });
});
