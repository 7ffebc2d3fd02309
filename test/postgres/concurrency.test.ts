import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { ActionError } from "../../src/model/failure.ts";
import { type Progress, reconcile, unfinished } from "../../src/reconcile.ts";
import { plain } from "../../src/render/pen.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { between, changesPrivileges, DEFAULTS, linesOf, type Place, recorded, useOwnWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

describe("clients that keep changing more tables", () => {
  const world = useOwnWorld(17);

  test("end the look after a time limit; the report names the changing tables and all that was done", async () => {
    const { app, owner, as, sql, signIn } = await world.open();
    await as(owner, "DO $$ BEGIN FOR n IN 1000..1999 LOOP EXECUTE format('CREATE TABLE t%s ()', n); END LOOP; END $$");
    const client = await signIn(owner);
    let [granted, n] = [false, 1000];
    between(client, async (text) => {
      granted ||= changesPrivileges(text);
      if (granted && text.includes("relacl::pg_catalog.text AS relacl")) await sql(`GRANT INSERT ON t${n++} TO ${app}`);
      return undefined;
    });
    const task = { mode: "apply", grantees: [app], demand: { ...DEFAULTS, ...READ } } as const;
    const progress: Progress = { done: nothingDone() };
    const started = performance.now();

    const failing = reconcile(client, task, () => {}, progress);

    await expect(failing).rejects.toMatchObject({ failure: { code: "catalog-busy" } });
    expect(performance.now() - started).toBeGreaterThan(20_000);
    const { failure } = (await failing.catch((error: unknown) => error)) as ActionError;
    expect(plain.sentence(failure.message)).toMatch(/during each of \d+ attempts/);
    expect(unfinished(task, progress).grantees).toMatchObject([{ verdict: "error", granted: { length: 1_000 } }]);
  });
});

describe.each(SOME_VERSIONS)("PostgreSQL %i: changes by other sessions", (version) => {
  const world = useOwnWorld(version);

  /**
   * A session whose first snapshot stops halfway: what the catalogs say is read, then `meanwhile` is committed, then
   * the server is asked about the representatives, and has_*_privilege sees what the snapshot does not.
   */
  async function interrupted({ signIn, owner, sql }: Place, meanwhile: string) {
    const GATE = 4711;
    await sql(`SELECT pg_advisory_lock(${GATE})`);
    const client = await signIn(owner);
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    let gated = false;
    let opened: Promise<void> | undefined;
    between(client, async (text) => {
      if (gated || !text.includes("pg_catalog.has_table_privilege(g.oid, a.representative, p.name)")) return undefined;
      gated = true;
      opened = (async () => {
        const waiting = `SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'advisory' AND NOT granted`;
        while ((await sql(waiting, [rows[0]?.pid])).length === 0);
        await sql(meanwhile);
        await sql(`SELECT pg_advisory_unlock(${GATE})`);
      })();
      return text.replaceAll(
        "pg_catalog.has_table_privilege(g.oid, a.representative, p.name)",
        `(SELECT pg_catalog.has_table_privilege(g.oid, a.representative, p.name)
          FROM (SELECT pg_catalog.pg_advisory_xact_lock_shared(${GATE})) AS gate)`,
      );
    });
    return {
      client,
      async stopped() {
        expect(gated).toBe(true);
        await opened;
      },
    };
  }

  test("does not apply one table's new GRANT to the other tables in its group", async () => {
    const place = await world.open();
    const { app, owner, as, can, run } = place;
    await as(owner, "CREATE TABLE first (id int); CREATE TABLE second (id int); CREATE TABLE third (id int)");
    const { client, stopped } = await interrupted(place, `GRANT SELECT ON first TO ${app}`);

    const report = await run("check", READ, { client });

    await stopped();
    expect(await can(app, "SELECT * FROM first")).toBe(true);
    expect(await can(app, "SELECT * FROM second")).toBe(false);
    expect(report.verdict).toBe("drift");
    expect(linesOf(report.missing)).toEqual([
      "table second: SELECT (not-granted)",
      "table third: SELECT (not-granted)",
    ]);
  });

  test("does not apply one table's lost privilege to the other tables in its group", async () => {
    const place = await world.open();
    const { app, owner, as, run } = place;
    await as(
      owner,
      `CREATE TABLE first (id int); CREATE TABLE second (id int); GRANT SELECT ON first, second TO ${app}`,
    );
    const { client, stopped } = await interrupted(place, `REVOKE SELECT ON first FROM ${app}`);

    expect(linesOf((await run("check", READ, { client })).missing)).toEqual(["table first: SELECT (not-granted)"]);

    await stopped();
  });

  test("checks the rest of a group when its representative is dropped", async () => {
    const place = await world.open();
    const { app, owner, as, run } = place;
    await as(
      owner,
      `CREATE TABLE first (id int); CREATE TABLE second (id int); GRANT SELECT ON first, second TO ${app}; CREATE TABLE third (id int); CREATE TABLE fourth (id int)`,
    );
    const { client, stopped } = await interrupted(place, "DROP TABLE first, third");

    const report = await run("check", READ, { client });

    await stopped();
    expect(linesOf(report.missing)).toEqual(["table fourth: SELECT (not-granted)"]);
    expect(report.objects.tables).toBe(2);
  });

  test("looks again when the owner changes between the two looks", async () => {
    const { app, owner, role, as, sql, signIn, run } = await world.open();
    await as(
      owner,
      `CREATE TABLE first (id int); CREATE TABLE second (id int); GRANT SELECT ON first, second TO ${app}`,
    );
    const other = await role("other");
    const client = await signIn(owner);
    let once = true;
    between(client, async (text) => {
      if (once && text.includes("relacl::pg_catalog.text AS relacl")) {
        once = false;
        await sql(`ALTER TABLE first OWNER TO ${other}; REVOKE ALL ON first FROM ${app}`);
      }
      return undefined;
    });

    const report = await run("check", READ, { client });

    expect(once).toBe(false);
    expect(report.missing.map(({ name, owner: whose }) => ({ name, whose }))).toEqual([
      { name: "first", whose: other },
    ]);
  });

  test("does not look again where only what it leaves out changes between the two looks", async () => {
    const { app, owner, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (); CREATE TABLE left_1 (); CREATE TABLE left_2 ()");
    const client = await signIn(owner);
    let looks = 0;
    between(client, async (text) => {
      if (text.includes("relacl::pg_catalog.text AS relacl") && looks++ === 0)
        await sql(`GRANT SELECT ON left_1, left_2 TO ${app}`);
      return undefined;
    });

    const report = await run("check", { ...READ, exclude: ["left_*"] }, { client });

    expect(linesOf(report.missing)).toEqual(["table t: SELECT (not-granted)"]);
    expect(looks).toBe(1);
  });

  test("ends when all tables are dropped and created again during each look", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    const create = "CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE TABLE v (id int)";
    await as(owner, `CREATE TABLE kept (id int); GRANT INSERT ON kept TO PUBLIC; ${create}`);
    const client = await signIn(owner);
    let looks = 0;
    between(client, async (text) => {
      if (!text.includes("relacl::pg_catalog.text AS relacl")) return undefined;
      looks++;
      await sql(`DROP TABLE t, u, v; SET ROLE ${owner}; ${create}; RESET ROLE`);
      return undefined;
    });

    const report = await run("check", READ, { client });

    expect(linesOf(report.missing)).toContain("table kept: SELECT (not-granted)");
    expect(looks).toBe(2);
  });

  test("checks a table by itself when its privileges keep changing", async () => {
    const { app, owner, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int); CREATE TABLE u (id int)");
    const client = await signIn(owner);
    let n = 0;
    between(client, async (text) => {
      if (text.includes("relacl::pg_catalog.text AS relacl"))
        await sql(`${n++ % 2 ? "REVOKE INSERT ON t FROM" : "GRANT INSERT ON t TO"} ${app}`);
      return undefined;
    });

    expect(await run("apply", READ, { client })).toMatchObject({ verdict: "repaired", missing: [] });
    expect(n).toBeGreaterThan(2);
  });

  test("grants the rest when one table is locked", async () => {
    const { app, owner, as, signIn, can, run } = await world.open();
    await as(owner, Array.from({ length: 4 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    const migration = await signIn(owner);
    await migration.query("BEGIN; LOCK TABLE t3 IN ACCESS EXCLUSIVE MODE");

    const report = await run("apply", READ);

    await migration.query("ROLLBACK");
    // From 18 on GRANT takes a lock on the table.
    const locked = version >= 18;
    expect(linesOf(report.missing)).toEqual(locked ? ["table t3: SELECT (locked)"] : []);
    expect(report.granted).toHaveLength(locked ? 3 : 4);
    expect(report.verdict).toBe(locked ? "drift" : "repaired");
    expect(await can(app, "SELECT * FROM t2")).toBe(true);
    expect(await run("apply", READ)).toMatchObject({ verdict: locked ? "repaired" : "in-sync" });
  });

  test("plans again what failed because another session granted at the same time", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t0 (id int); CREATE TABLE t1 (id int)");
    const [other, client] = await Promise.all([signIn(owner), signIn(owner)]);
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await other.query("BEGIN; GRANT INSERT ON t0 TO CURRENT_USER");
    const waiting = "SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'transactionid' AND NOT granted";
    let committed: Promise<void> | undefined;
    between(client, async (text) => {
      if (changesPrivileges(text))
        committed ??= (async () => {
          while ((await sql(waiting, [rows[0]?.pid])).length === 0);
          await other.query("COMMIT");
        })();
      return undefined;
    });

    const report = await run("apply", READ, { client });

    await committed;
    expect(world.log()).toContain("tuple concurrently updated");
    expect(report).toMatchObject({ verdict: "repaired", missing: [] });
  });

  test("grants the rest when a table is dropped before its batch", async () => {
    const { app, owner, as, sql, signIn, can, run } = await world.open();
    await as(owner, Array.from({ length: 8 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    const client = await signIn(owner);
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql("DROP TABLE IF EXISTS t1, t6");
      return undefined;
    });

    const report = await run("apply", READ, { client });

    expect(report).toMatchObject({ verdict: "repaired", missing: [], objects: { tables: 6 } });
    expect(report.granted).toHaveLength(6);
    expect(await can(app, "SELECT FROM t0, t2, t3, t4, t5, t7")).toBe(true);
  });

  test("grants an object that is created again, even as another kind, before its batch", async () => {
    const { app, owner, as, sql, signIn, can, run } = await world.open();
    await as(owner, "CREATE TABLE t1 (id int); CREATE TABLE t2 (id int); CREATE SEQUENCE s; CREATE SEQUENCE s2");
    const client = await signIn(owner);
    let once = true;
    between(client, async (text) => {
      if (once && changesPrivileges(text)) {
        once = false;
        await sql(
          `DROP TABLE t1; DROP SEQUENCE s; SET ROLE ${owner}; CREATE TABLE t1 (id int); CREATE TABLE s (id int); RESET ROLE`,
        );
      }
      return undefined;
    });

    const report = await run("apply", READ, { client });

    expect(report).toMatchObject({ verdict: "repaired", missing: [], objects: { tables: 3, sequences: 1 } });
    expect(await can(app, "SELECT FROM t1, t2, s, s2")).toBe(true);
  });

  test("reports an error when the grantee is dropped during the run", async () => {
    const { owner, role, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const doomed = await role("doomed");
    const client = await signIn(owner);
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql(`DROP ROLE IF EXISTS ${doomed}`);
      return undefined;
    });

    const report = await run("apply", READ, { client, grantee: doomed });

    expect(report).toMatchObject({ verdict: "error", error: { code: "grantee-not-found" }, statements: [] });
  });

  test("two runs at once take turns, and both report the truth", async () => {
    const { app, owner, as, signIn, acls, run } = await world.open();
    await as(owner, Array.from({ length: 60 }, (_, n) => `CREATE TABLE t${n} (id serial)`).join("; "));
    const clients = await Promise.all([signIn(owner), signIn(owner), signIn(owner)]);
    const logged = world.log().length;

    const reports = await Promise.all(clients.map((client) => run("apply", {}, { client })));

    for (const report of reports) expect(report).toMatchObject({ missing: [], objects: { tables: 60, sequences: 60 } });
    for (const { verdict } of reports) expect(["repaired", "in-sync"]).toContain(verdict);
    // Without turns, GRANTs on one object at the same time fail.
    expect(world.log().slice(logged)).not.toContain("ERROR");
    expect((await acls()).filter((line) => line.includes(`: ${app} SELECT by ${owner}`))).toHaveLength(120);
    expect(await run("apply")).toMatchObject({ verdict: "in-sync" });
  });

  test("waits while another run is in the middle of a batch", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const [first, second] = await Promise.all([signIn(owner), signIn(owner)]);
    const queries = recorded(first);
    await run("apply", READ, { client: first });
    const lock = queries.map((text) => /^SELECT .*advisory_xact_lock\(.*$/m.exec(text)?.[0]).find(Boolean);
    await first.query(`BEGIN; ${lock}`);
    await as(owner, "CREATE TABLE u (id int)");
    const { rows } = await second.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");

    let [waited, done] = [false, false];
    const running = run("apply", READ, { client: second }).finally(() => {
      done = true;
    });
    const waiting = "SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'advisory' AND NOT granted";
    while (!waited && !done) waited = (await sql(waiting, [rows[0]?.pid])).length > 0;
    await first.query("COMMIT");

    expect(await running).toMatchObject({ verdict: "repaired" });
    expect(waited).toBe(true);
  });

  test("leaves no transaction, role, time-out or lock in the session", async () => {
    const { owner, as, sql, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    await sql("CREATE TABLE theirs (id int)");
    const client = await signIn(owner);
    const queries = recorded(client);
    const state = `SELECT current_user::text AS me, current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS time,
      current_setting('search_path') AS path, current_setting('client_min_messages') AS messages,
      (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'transactionid')) AS locks`;
    const before = (await client.query(state)).rows;

    await run("apply", { ...READ, onExtra: "revoke", defaultPrivileges: true }, { client });

    expect((await client.query(state)).rows).toEqual(before);
    await expect(client.query("SAVEPOINT s")).rejects.toMatchObject({ code: "25P01" });
    // A pooler in transaction mode can give each transaction another session, so each one sets all it needs.
    for (const text of queries.filter((query) => query.startsWith("BEGIN")))
      expect(text).toMatch(/SET LOCAL ROLE NONE;.*SET LOCAL search_path.*SET LOCAL lock_timeout/s);
  });
});
