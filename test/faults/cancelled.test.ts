import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonReport } from "../json-report.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { goesThrough, startProxy } from "../sandbox/proxy.ts";
import { inputVariables, preloading, runStep } from "../sandbox/runner.ts";
import { migratorInputs, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { searchIsSilent } from "./faults.ts";
import { startFaultyHttp } from "./http.ts";
import {
  interruption,
  PROMPTLY,
  SERVER_STAGES,
  SIGN_IN_STAGES,
  type Stage,
  type Stages,
  withSignals,
} from "./stages.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase(TEMPLATE, {
    seed: `DO $$ BEGIN FOR n IN 1..${TABLES} LOOP EXECUTE format('CREATE TABLE t_%s ()', n); END LOOP; END $$`,
  });
});
afterAll(() => sandbox.close());

/** With such clocks, only the signal can end a wait of the action before the test's own limit. */
const SLOWER = { FASTER: "0.01", ...preloading(join(import.meta.dirname, "faster.ts")) };

/** The number of migrator's tables; a batch has 500 objects. */
const TABLES = 2_500;
const TEMPLATE = "many_tables";

const STAGES: Readonly<Record<string, (database: string) => Promise<Stage>>> = {
  ...onSandbox({ ...SIGN_IN_STAGES, ...SERVER_STAGES }),
  "while a batch waits for a lock": async (database) => {
    const migration = await sandbox.signInAs("migrator", database);
    await migration.query(`BEGIN; LOCK TABLE t_${TABLES} IN ACCESS EXCLUSIVE MODE`);
    return { reached: () => waitsForLock(database), close: () => migration.end() };
  },
  "between batches": async (database) => ({ reached: () => granted(database, 500), close: async () => {} }),
  "in the look after the last batch": async () => {
    const looked = Promise.withResolvers<void>();
    let commits = 0;
    const server = await startProxy(sandbox, ({ type, body }, wire) => {
      if (type === "C" && body.toString("latin1").startsWith("GRANT")) commits++;
      if (type !== "T" || commits < TABLES / 500) return true;
      wire.mute();
      looked.resolve();
      return false;
    });
    return { inputs: { port: String(server.port) }, reached: () => looked.promise, close: server.close };
  },
};

function onSandbox(stages: Stages) {
  return Object.fromEntries(Object.entries(stages).map(([name, start]) => [name, () => start(sandbox)]));
}

test.each(withSignals(Object.entries(STAGES)))(
  "a run that gets %s %s ends promptly and reports what it did",
  async (signal, _, start) => {
    const database = `cancelled_${Math.random().toString(36).slice(2)}`;
    await sandbox.createDatabase(database, { owner: "migrator", template: TEMPLATE });
    const stage = await start(database);
    const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
    const stopping = interruption(signal);
    try {
      const inputs = inputVariables({ ...inputsFor(database), ...stage.inputs });
      const env = { ...sandbox.env, ...stage.env, ...inputs };
      const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
        await stage.reached(child);
        stopping.send(child);
      });
      const seconds = stopping.secondsAgo();
      const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;

      expect(step.exitCode).toBe(1);
      expect(seconds).toBeLessThan(PROMPTLY);
      expect(step.outputs.verdict).toBe("error");
      expect(report.databases[0]?.error).toMatchObject({
        code: "cancelled",
        message: expect.stringContaining(signal),
      });
      expect(step.summary).toContain("cancelled");
      // Nothing changes after the end, and the report lists what was committed.
      const open = report.databases[0]?.grantees[0]?.unconfirmed ?? [];
      expect(open).toEqual([]);
      expect(Number(step.outputs["granted-count"])).toBe(await grantedIn(database));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(Number(step.outputs["granted-count"])).toBe(await grantedIn(database));
    } finally {
      await rm(temp, { recursive: true });
      await stage.close();
    }
  },
);

async function grantedIn(database: string): Promise<number> {
  const rows = await sandbox.sql<{ granted: number }>(
    database,
    "SELECT count(*)::int AS granted FROM pg_class WHERE relacl::text LIKE '%aad_orders%'",
  );
  return rows[0]?.granted ?? 0;
}

/** A request to cancel that comes before the server has begun with the batch is lost. */
async function waitsForLock(database: string): Promise<void> {
  const waiting =
    "SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock' AND wait_event = 'relation'";
  while ((await sandbox.sql(database, waiting, [database])).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

async function granted(database: string, count: number): Promise<void> {
  while ((await grantedIn(database)) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a run that is cancelled sends no other batch, even if its request to cancel is lost", async () => {
  const database = "not_cancelled";
  await sandbox.createDatabase(database, { owner: "migrator", template: TEMPLATE });
  const migration = await sandbox.signInAs("migrator", database);
  await migration.query("BEGIN; LOCK TABLE t_1 IN ACCESS EXCLUSIVE MODE");
  const first = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  let sent = 0;
  const server = await startProxy(sandbox, goesThrough, ({ type, body, connection }) => {
    if (connection === 0) cancelled.resolve();
    if (type === "Q" && body.includes("\nGRANT ") && ++sent === 1) first.resolve();
    return connection !== 0;
  });
  const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
  const stopping = interruption("SIGTERM");
  try {
    const inputs = inputVariables({ ...inputsFor(database), port: String(server.port) });
    const step = await runStep([join(ROOT, action.runs.main)], temp, { ...sandbox.env, ...inputs }, async (child) => {
      await first.promise; // the batch waits for the lock
      stopping.send(child);
      await cancelled.promise;
      await migration.query("ROLLBACK");
    });

    expect(step.exitCode).toBe(1);
    expect(sent).toBe(1);
    expect(step.outputs["granted-count"]).toBe("500");
    expect(await grantedIn(database)).toBe(500);
  } finally {
    await rm(temp, { recursive: true });
    await migration.end();
    await server.close();
  }
});

test("a run that is cancelled while it updates the drift issue keeps its verdict and fails", async () => {
  const database = "cancelled_late";
  await sandbox.createDatabase(database, { owner: "migrator", seed: "CREATE TABLE t ()" });
  const asked = Promise.withResolvers<void>();
  const server = await startFaultyHttp(() => asked.resolve());
  const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
  const stopping = interruption("SIGINT");
  try {
    const inputs = inputVariables({ ...inputsFor(database), "drift-issue": "true", "github-token": "token" });
    const github = { GITHUB_API_URL: `http://127.0.0.1:${server.port}`, GITHUB_REPOSITORY: "contoso/orders" };
    const env = { ...sandbox.env, ...github, ...inputs };
    const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
      await asked.promise;
      stopping.send(child);
    });
    expect(stopping.secondsAgo()).toBeLessThan(PROMPTLY);
    expect(step.exitCode).toBe(1);
    expect(step.outputs.verdict).toBe("repaired");
  } finally {
    await rm(temp, { recursive: true });
    await server.close();
  }
});

test("a run that is cancelled while it looks for a similar database name reports the error that it knows", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await startProxy(
    sandbox,
    searchIsSilent(() => asked.resolve()),
  );
  const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
  try {
    const inputs = inputVariables({ ...inputsFor("ordres"), port: String(server.port) });
    const env = { ...sandbox.env, ...SLOWER, ...inputs };
    const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
      await asked.promise;
      child.kill("SIGINT");
    });
    const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;

    expect(report.databases[0]?.error?.code).toBe("database-not-found");
    expect(step.exitCode).toBe(1);
    expect(step.summary).toContain("ordres");
  } finally {
    await rm(temp, { recursive: true });
    await server.close();
  }
});

function inputsFor(database: string): Record<string, string> {
  return { ...defaults, ...migratorInputs(sandbox.server.port), database };
}
