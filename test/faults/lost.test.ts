import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Run, runAction } from "../e2e/run-action.ts";
import { type Decide, goesThrough, startProxy } from "../sandbox/proxy.ts";
import { preloading } from "../sandbox/runner.ts";
import { migratorInputs, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  // A server that crashes keeps what it confirmed.
  await sandbox.sql("postgres", "ALTER ROLE migrator SET synchronous_commit = on");
});
afterAll(() => sandbox.close());

/** Two batches of 500 objects, and a third. */
const TABLES = 1_200;

async function createTables(database: string): Promise<void> {
  await sandbox.createDatabase(database, {
    owner: "migrator",
    seed: `DO $$ BEGIN FOR n IN 1..${TABLES} LOOP EXECUTE format('CREATE TABLE t_%s ()', n); END LOOP; END $$`,
  });
}

function apply(database: string, port: number, env: Record<string, string> = {}): Promise<Run> {
  return runAction({ ...migratorInputs(port), database }, { ...sandbox.env, ...env });
}

async function grantedIn(database: string): Promise<number> {
  const rows = await sandbox.sql<{ granted: number }>(
    database,
    "SELECT count(*)::int AS granted FROM pg_class WHERE relacl::text LIKE '%aad_orders%'",
  );
  return rows[0]?.granted ?? 0;
}

/** Calls `meanwhile` at the n-th COMMIT of a batch of grants, whose answer goes through if it returns true. */
function atCommit(n: number, meanwhile: (wire: Parameters<Decide>[1]) => boolean): Decide {
  let grants = false;
  let commits = 0;
  return ({ type, body }, wire) => {
    const tag = type === "C" ? body.toString("latin1", 0, body.length - 1) : "";
    grants ||= tag === "GRANT";
    if (!grants || tag !== "COMMIT") return true;
    grants = false;
    return ++commits === n ? meanwhile(wire) : true;
  };
}

describe("a run whose connection breaks", () => {
  test("continues after an administrator ended its session, and reports what both sessions did", async () => {
    await createTables("ended");
    const server = await startProxy(
      sandbox,
      atCommit(1, () => {
        sandbox.sql(
          "postgres",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ended' AND usename = 'migrator'",
        );
        return true;
      }),
    );

    const run = await apply("ended", server.port).finally(server.close);

    expect(run.outputs).toMatchObject({ verdict: "repaired", "granted-count": String(TABLES) });
    expect(run.stdout).toMatch(/^ended: The connection broke: .* Connecting again\.$/m);
    expect(await grantedIn("ended")).toBe(TABLES);
    expect(run.report.databases[0]?.statements).toHaveLength(3);
  });

  test("continues after the server crashed and recovered", async () => {
    await createTables("crashed");
    let crashed = false;
    const server = await startProxy(
      sandbox,
      atCommit(1, () => {
        crashed = true;
        sandbox
          .sql<{ pid: number }>("crashed", "SELECT pid FROM pg_stat_activity WHERE usename = 'migrator'")
          .then(([row]) => row && process.kill(row.pid, "SIGKILL"));
        return true;
      }),
    );

    const run = await apply("crashed", server.port).finally(server.close);

    expect(crashed).toBe(true);
    expect(run.outputs).toMatchObject({ verdict: "repaired", "granted-count": String(TABLES) });
    expect(await grantedIn("crashed")).toBe(TABLES);
  });

  test("waits for its turns on the new connection, too, and does not say that it waited for one before", async () => {
    await createTables("turns");
    let waits = 0;
    const server = await startProxy(sandbox, goesThrough, ({ type, body }, wire) => {
      if (type === "Q" && body.includes("pg_advisory_xact_lock") && ++waits === 1) wire.cut();
      return true;
    });
    const migration = await sandbox.signInAs("migrator", "turns");
    await migration.query("BEGIN; LOCK TABLE t_1 IN ACCESS EXCLUSIVE MODE");

    const run = await apply("turns", server.port).finally(server.close);
    await migration.end();

    expect(run.outputs).toMatchObject({ verdict: "drift", "granted-count": String(TABLES - 1) });
    expect(waits).toBeGreaterThan(4);
    expect(run.stdout).not.toContain("advisory lock");
  });

  test("finds out whether a batch without an answer to COMMIT was committed, and counts it once", async () => {
    await createTables("settled");
    const server = await startProxy(
      sandbox,
      atCommit(2, (wire) => {
        wire.cut();
        return false;
      }),
    );

    const run = await apply("settled", server.port).finally(server.close);

    expect(run.outputs).toMatchObject({ verdict: "repaired", "granted-count": String(TABLES) });
    expect(run.report.databases[0]?.statements).toHaveLength(3);
  });

  test("lists what is committed and what is unconfirmed when it cannot connect again", async () => {
    await createTables("open");
    let closed: Promise<void> | undefined;
    const server = await startProxy(
      sandbox,
      atCommit(2, () => {
        closed = server.close(); // from now on the port refuses connections
        return false;
      }),
    );

    const run = await apply("open", server.port);
    await closed;

    const [database] = run.report.databases;
    expect(run.exitCode).toBe(1);
    expect(database?.error?.code).toBe("connection-refused");
    expect(run.outputs).toMatchObject({ verdict: "error", "granted-count": "500", "missing-count": "0" });
    expect(database?.grantees).toMatchObject([
      { verdict: "error", granted: { length: 500 }, unconfirmed: { length: 500 } },
    ]);
    expect(database?.statements).toHaveLength(1);
    expect(await grantedIn("open")).toBe(1_000);
    expect(run.summary).toContain("granted privileges on 500 tables and got no answer for 500 tables before that");
    expect(run.summary).toContain("Unconfirmed (sent, but no answer came)");
    expect(run.stdout).toContain("Unconfirmed (sent, but no answer came) on 500 tables");
  });
});

test("a database whose session is cut again and again does not delay the second", async () => {
  await createTables("cut_always");
  await createTables("whole");
  const server = await startProxy(sandbox, (message, wire) => {
    if (message.type !== "D" || !message.body.includes("cut_always")) return true;
    wire.cut();
    return false;
  });

  const run = await apply("cut_always\nwhole", server.port).finally(server.close);

  expect(run.report.databases.map(({ verdict, error }) => error?.code ?? verdict)).toEqual([
    "connection-lost",
    "repaired",
  ]);
});

test("a grantee that is renamed while apply runs is an error, and what was committed for it is counted", async () => {
  await createTables("renamed");
  await sandbox.sql("renamed", "CREATE ROLE aad_old");
  // Renames the role in the transaction of the first batch.
  await sandbox.sql(
    "renamed",
    `CREATE FUNCTION rename() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
      IF 500 <= (SELECT count(*) FROM pg_class WHERE relacl::text LIKE '%aad_old%') THEN
        ALTER ROLE aad_old RENAME TO aad_new;
      END IF;
    END $$;
    CREATE EVENT TRIGGER rename ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION rename()`,
  );

  const run = await runAction(
    { ...migratorInputs(sandbox.server.port), database: "renamed", grantee: "aad_old" },
    sandbox.env,
  );

  expect(run.report.databases[0]?.grantees[0]?.error?.code).toBe("grantee-not-found");
  expect(run.outputs).toMatchObject({ verdict: "error", "granted-count": "500" });
  expect(run.report.databases[0]?.statements).toHaveLength(1);
});

test("a server that works on each batch for almost as long as it may is not cut off", async () => {
  await createTables("slow");
  await sandbox.sql(
    "slow",
    `CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); END';
    CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('GRANT') EXECUTE FUNCTION slow()`,
  );

  const run = await apply("slow", sandbox.server.port, {
    ...preloading(join(import.meta.dirname, "faster.ts")),
    FASTER: "20", // an answer may take 3.25 s
  });

  expect(run.stdout).not.toContain("Connecting again");
  expect(run.outputs).toMatchObject({ verdict: "repaired", "granted-count": String(TABLES) });
});
