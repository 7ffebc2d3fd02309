import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonReport } from "../../src/render/json.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { inputVariables, runStep } from "../sandbox/runner.ts";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { HTTP_FAULTS, startFaultyHttp, startTcp } from "./http.ts";
import { startFaultyServer } from "./postgres-proxy.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
});
afterAll(() => sandbox.close());

/** Where a run stands when the signal comes. */
interface Stage {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves when the run is there. */
  reached(child: ChildProcess): Promise<void>;
  close(): Promise<void>;
}

/** So many tables of migrator; a batch takes 500 objects. */
const TABLES = 2_500;

const STAGES: Readonly<Record<string, (database: string) => Promise<Stage>>> = {
  "while GitHub does not answer": async () => {
    const asked = Promise.withResolvers<void>();
    const server = await startFaultyHttp(() => asked.resolve());
    return {
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b` },
      reached: () => asked.promise,
      close: server.close,
    };
  },
  "while the sign-in waits to try again": async () => {
    const server = await startFaultyHttp((_request, response) => response.writeHead(503).end("{}"));
    return {
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b` },
      reached: (child) => says(child, "Trying again in"),
      close: server.close,
    };
  },
  "while Entra stops in the middle of its answer": async () => {
    const asked = Promise.withResolvers<void>();
    const directory = sandbox.server.directory;
    const certificate = {
      cert: await readFile(join(directory, "server.crt"), "utf8"),
      key: await readFile(join(directory, "server.key"), "utf8"),
    };
    const server = await startFaultyHttp((request, response) => {
      HTTP_FAULTS["stops in the middle of its answer"](request, response);
      asked.resolve();
    }, certificate);
    return {
      env: { AZURE_AUTHORITY_HOST: `https://localhost:${server.port}` },
      reached: () => asked.promise,
      close: server.close,
    };
  },
  "while the server does not answer": async () => {
    const connected = Promise.withResolvers<void>();
    const server = await startTcp(() => connected.resolve());
    return { inputs: { port: String(server.port) }, reached: () => connected.promise, close: server.close };
  },
  "in the first look": async () => {
    const looked = Promise.withResolvers<void>();
    const server = await startFaultyServer(sandbox, ({ type }, wire) => {
      if (type !== "T") return true;
      wire.mute();
      looked.resolve();
      return false;
    });
    return { inputs: { port: String(server.port) }, reached: () => looked.promise, close: server.close };
  },
  "while a batch waits for a lock": async (database) => {
    const migration = await sandbox.signInAs("migrator", database);
    await migration.query(`BEGIN; LOCK TABLE t_${TABLES} IN ACCESS EXCLUSIVE MODE`);
    return { reached: () => granted(database, TABLES - 500), close: () => migration.end() };
  },
  "between batches": async (database) => ({ reached: () => granted(database, 500), close: async () => {} }),
  "in the look after the last batch": async () => {
    const looked = Promise.withResolvers<void>();
    let commits = 0;
    const server = await startFaultyServer(sandbox, ({ type, body }, wire) => {
      if (type === "C" && body.toString("latin1").startsWith("GRANT")) commits++;
      if (type !== "T" || commits < TABLES / 500) return true;
      wire.mute();
      looked.resolve();
      return false;
    });
    return { inputs: { port: String(server.port) }, reached: () => looked.promise, close: server.close };
  },
};

describe.each(["SIGINT", "SIGTERM"] as const)("a run that gets %s", (signal) => {
  test.each(Object.entries(STAGES))("%s ends within 5 s, and says what it did", async (_, start) => {
    const database = `cancelled_${Math.random().toString(36).slice(2)}`;
    await sandbox.createDatabase(database, {
      owner: "migrator",
      seed: `DO $$ BEGIN FOR n IN 1..${TABLES} LOOP EXECUTE format('CREATE TABLE t_%s ()', n); END LOOP; END $$`,
    });
    const stage = await start(database);
    const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
    let sent = 0;
    try {
      const inputs = inputVariables({ ...inputsFor(database), ...stage.inputs });
      const env = { ...sandbox.env, ...stage.env, ...inputs };
      const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
        await stage.reached(child);
        sent = performance.now();
        child.kill(signal);
      });
      const seconds = (performance.now() - sent) / 1000;
      const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;

      expect(step.exitCode).toBe(1);
      expect(seconds).toBeLessThan(5);
      expect(step.outputs.verdict).toBe("error");
      expect(report.databases[0]?.error).toMatchObject({
        code: "cancelled",
        message: expect.stringContaining(signal),
      });
      expect(step.summary).toContain("cancelled");
      // Nothing happens after the end, and what was done is in the report.
      const open = report.databases[0]?.grantees[0]?.unconfirmed ?? [];
      expect(open).toEqual([]);
      expect(Number(step.outputs["granted-count"])).toBe(await grantedIn(database));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(Number(step.outputs["granted-count"])).toBe(await grantedIn(database));
    } finally {
      await rm(temp, { recursive: true });
      await stage.close();
    }
  });
});

async function grantedIn(database: string): Promise<number> {
  const rows = await sandbox.sql<{ granted: number }>(
    database,
    "SELECT count(*)::int AS granted FROM pg_class WHERE relacl::text LIKE '%aad_orders%'",
  );
  return rows[0]?.granted ?? 0;
}

async function granted(database: string, count: number): Promise<void> {
  while ((await grantedIn(database)) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

function says(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk) => {
      if (String(chunk).includes(text)) resolve();
    });
  });
}

test("a run that is cancelled while it keeps its drift issue keeps its verdict, and fails", async () => {
  const database = "cancelled_late";
  await sandbox.createDatabase(database, { owner: "migrator", seed: "CREATE TABLE t ()" });
  const asked = Promise.withResolvers<void>();
  const server = await startFaultyHttp(() => asked.resolve());
  const temp = await mkdtemp(join(tmpdir(), "cancelled-"));
  let sent = 0;
  try {
    const inputs = inputVariables({ ...inputsFor(database), "drift-issue": "true", "github-token": "token" });
    const github = { GITHUB_API_URL: `http://127.0.0.1:${server.port}`, GITHUB_REPOSITORY: "contoso/orders" };
    const env = { ...sandbox.env, ...github, ...inputs };
    const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
      await asked.promise;
      sent = performance.now();
      child.kill("SIGINT");
    });
    expect((performance.now() - sent) / 1000).toBeLessThan(5);
    expect(step.exitCode).toBe(1);
    expect(step.outputs.verdict).toBe("repaired");
  } finally {
    await rm(temp, { recursive: true });
    await server.close();
  }
});

function inputsFor(database: string): Record<string, string> {
  return {
    ...defaults,
    "client-id": IDENTITIES.migrator.clientId,
    "tenant-id": TENANT_ID,
    user: "migrator",
    grantee: "aad_orders",
    host: sandbox.server.host,
    port: String(sandbox.server.port),
    database,
  };
}
