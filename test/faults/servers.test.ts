import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAction } from "../e2e/run-action.ts";
import type { JsonReport } from "../json-report.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { issueCertificates } from "../sandbox/certificates.ts";
import { type Listening, listening } from "../sandbox/http.ts";
import { goesThrough, startProxy } from "../sandbox/proxy.ts";
import { inputVariables, preloading, runStep } from "../sandbox/runner.ts";
import { migratorInputs, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { startStandby } from "../sandbox/standby.ts";
import { interruption, PROMPTLY, says } from "./stages.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("template", { seed: "CREATE TABLE a (); CREATE TABLE b ()" });
});
afterAll(() => sandbox.close());

const FASTER = preloading(join(import.meta.dirname, "faster.ts"));

async function create(...names: readonly string[]): Promise<void> {
  for (const name of names) await sandbox.createDatabase(name, { owner: "migrator", template: "template" });
}

/** All servers of a run have one port, so each is at an address of its own. */
function at(host: string, serve: (client: Socket) => void): Promise<Listening> {
  return listening(createServer(serve), { host, port: sandbox.server.port });
}

function forwardTo(port: number): (client: Socket) => void {
  return (client) => {
    const upstream = connect(port, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  };
}

function rows({ databases }: JsonReport): readonly string[] {
  return databases.map(({ host, database, verdict, error }) => `${host} ${database}: ${error?.code ?? verdict}`);
}

test("servers that hang, refuse, have another authority or are replicas leave the others as they are", async () => {
  const names = ["one", "two", "three", "four", "five", "six"];
  await create(...names);
  let asked = 0;
  const silent = await at("127.0.0.2", () => asked++);
  const foreign = await startProxy({ ...sandbox, certificates: await issueCertificates() }, goesThrough, goesThrough, {
    host: "127.0.0.4",
    port: sandbox.server.port,
  });
  // A token would be the role's password on the standby only once it is replicated.
  await sandbox.sql("postgres", "ALTER ROLE migrator PASSWORD 'secret' VALID UNTIL 'infinity'");
  const standby = await startStandby(sandbox.server);
  const replica = await at("127.0.0.5", forwardTo(standby.port));
  try {
    const host = "127.0.0.2\n127.0.0.3\n127.0.0.4\n127.0.0.5\nlocalhost";
    const signIn = { "client-id": "", "tenant-id": "", password: "secret" };
    const inputs = { ...migratorInputs(sandbox.server.port), ...signIn, host, "ssl-mode": "verify-ca" };
    const { report, outputs, exitCode } = await runAction(
      { ...inputs, database: names.join("\n") },
      { ...sandbox.env, ...FASTER },
    );

    const all = (server: string, what: string) => names.map((name) => `${server} ${name}: ${what}`);
    expect(rows(report)).toEqual([
      ...all("127.0.0.2", "connection-timed-out"),
      ...all("127.0.0.3", "connection-refused"),
      ...all("127.0.0.4", "tls-unknown-authority"), // an authority of the same name, with another key
      ...all("127.0.0.5", "read-only"),
      ...all("localhost", "repaired"),
    ]);
    expect(outputs).toMatchObject({ verdict: "error", "granted-count": String(2 * names.length) });
    expect(exitCode).toBe(1);
    // Four databases at once, two attempts each; each of the others would wait as long.
    expect(asked).toBe(8);
    expect(report.databases[5]?.error?.message).toMatch(/^Not tried, because the server had not answered before: /);
  } finally {
    await silent.close();
    await foreign.close();
    await replica.close();
    await standby.stop();
    await sandbox.entra.reset(); // the next token replaces the password
  }
});

test("a server that does not list its databases in time has a row for the pattern and for each name", async () => {
  let asked = 0;
  const silent = await at("127.0.0.2", () => asked++);
  const inputs = { ...migratorInputs(sandbox.server.port), host: "127.0.0.2", "ssl-mode": "verify-ca" };
  const { report } = await runAction({ ...inputs, database: "a_*\nnamed" }, { ...sandbox.env, ...FASTER });
  await silent.close();
  expect(rows(report)).toEqual(["127.0.0.2 a_*: connection-timed-out", "127.0.0.2 named: connection-timed-out"]);
  expect(asked).toBe(2);
});

test("a server that stops answering queries is not asked about its other databases", async () => {
  await create("mute_1", "mute_2", "mute_3", "mute_4", "mute_5");
  const server = await startProxy(sandbox, ({ type, ready }, wire) => {
    if (type !== "T" || ready === 0) return true;
    wire.mute();
    return false;
  });
  const database = [1, 2, 3, 4, 5].map((n) => `mute_${n}`).join("\n");
  const { report } = await runAction({ ...migratorInputs(server.port), database }, { ...sandbox.env, ...FASTER });
  await server.close();
  expect(report.databases.map(({ error }) => error?.code)).toEqual(Array(5).fill("query-timed-out"));
  expect(report.databases[4]?.error?.message).toMatch(/^Not tried, because the server had not answered before: /);
});

test("a database that is dropped after the server has listed it is an error by name", async () => {
  await create("gone_a", "gone_b", "gone_c");
  const server = await startProxy(sandbox, goesThrough, ({ type, body }, wire) => {
    if (type !== "" || !body.includes("\0gone_b\0")) return true;
    const startup = Buffer.concat([Buffer.alloc(4), body]);
    startup.writeInt32BE(startup.length);
    sandbox.sql("postgres", "DROP DATABASE gone_b").then(() => wire.send(startup));
    return false;
  });
  const { report, outputs } = await runAction({ ...migratorInputs(server.port), database: "gone_*" }, sandbox.env);
  await server.close();
  expect(rows(report)).toEqual([
    "localhost gone_a: repaired",
    "localhost gone_b: database-not-found",
    "localhost gone_c: repaired",
  ]);
  expect(outputs).toMatchObject({ verdict: "error", "granted-count": "4" });
});

test("a run that is cancelled among many databases has all of them in its report, and counts what it did", async () => {
  const names = Array.from({ length: 60 }, (_, n) => `many_${String(n).padStart(2, "0")}`);
  await create(...names);
  const temp = await mkdtemp(join(tmpdir(), "servers-"));
  const stopping = interruption("SIGINT");
  try {
    const inputs = { ...defaults, ...migratorInputs(sandbox.server.port), database: "many_*\nother_*" };
    const env = { ...sandbox.env, ...inputVariables(inputs) };
    const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
      await says(child, /\(5 of 61\)/);
      stopping.send(child);
    });
    const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;

    expect(stopping.secondsAgo()).toBeLessThan(PROMPTLY);
    expect(step.exitCode).toBe(1);
    expect(report.databases.map(({ database }) => database)).toEqual([...names, "other_*"]);
    const ends = report.databases.map(({ verdict, error }) => error?.code ?? verdict);
    expect(ends.filter((end) => end === "repaired").length).toBeGreaterThanOrEqual(5);
    expect(ends.filter((end) => end === "cancelled").length).toBeGreaterThan(0);
    const last = report.databases.find(({ database }) => database === names.at(-1));
    expect(last?.error?.message).toMatch(/SIGINT.*It had not looked at this database yet\.$/);
    expect(Number(step.outputs["granted-count"])).toBe(await grantedIn(names));
  } finally {
    await rm(temp, { recursive: true });
  }
});

test("a run that is cancelled while a server does not list its databases has a row for each pattern and name", async () => {
  const asked = Promise.withResolvers<void>();
  const silent = await at("127.0.0.2", () => asked.resolve());
  const temp = await mkdtemp(join(tmpdir(), "servers-"));
  const stopping = interruption("SIGTERM");
  try {
    const where = { host: "127.0.0.2", "ssl-mode": "verify-ca", database: "a_*\nnamed" };
    // A sign-in that is not finished would end the run, too.
    const signIn = { "client-id": "", "tenant-id": "", password: "secret" };
    const inputs = { ...defaults, ...migratorInputs(sandbox.server.port), ...where, ...signIn };
    const env = { ...sandbox.env, ...inputVariables(inputs) };
    const step = await runStep([join(ROOT, action.runs.main)], temp, env, async (child) => {
      await asked.promise;
      stopping.send(child);
    });
    const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;
    expect(stopping.secondsAgo()).toBeLessThan(PROMPTLY);
    expect(rows(report)).toEqual(["127.0.0.2 a_*: cancelled", "127.0.0.2 named: cancelled"]);
  } finally {
    await rm(temp, { recursive: true });
    await silent.close();
  }
});

async function grantedIn(databases: readonly string[]): Promise<number> {
  let granted = 0;
  for (const database of databases) {
    const [row] = await sandbox.sql<{ objects: number }>(
      database,
      `SELECT (SELECT count(*) FROM pg_class WHERE relacl::text LIKE '%aad_orders=%')::int
        + (SELECT count(*) FROM pg_database WHERE datname = current_database() AND datacl::text LIKE '%aad_orders=%')::int AS objects`,
    );
    granted += row?.objects ?? 0;
  }
  return granted;
}
