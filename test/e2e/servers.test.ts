import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonReport } from "../json-report.ts";
import { listening } from "../sandbox/http.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { OBJECTS, runJob } from "./orders-job.ts";
import { type Run, WITHOUT_WAITS } from "./run-action.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("template", { seed: ORDERS });
  await sandbox.sql("postgres", "ALTER DATABASE template IS_TEMPLATE TRUE");
  for (const database of ODD) await sandbox.createDatabase(database, { template: "template" });
});
afterAll(() => sandbox.close());

/** Names with what a pattern, a message or psql could take for something else. */
const ODD = ["odd-a b", "odd-'quo\"te'", "odd-ü💥", "odd-a=b;c", "odd-%_\\", "odd-\nline"];

test("a pattern checks every database that fits, whatever its name", async () => {
  const { report, outputs } = await run({ database: "odd-*" });
  expect(verdicts(report)).toEqual(ODD.toSorted().map((database) => `${database}: repaired`));
  expect(outputs["granted-count"]).toBe(String(OBJECTS * ODD.length));
  const again = await run({ database: "odd-*", mode: "check" });
  expect(again.outputs.verdict).toBe("in-sync");
});

test("a database that is new since the last run is checked", async () => {
  await sandbox.createDatabase("new_1", { template: "template" });
  expect(verdicts((await run({ database: "new_*" })).report)).toEqual(["new_1: repaired"]);
  await sandbox.createDatabase("new_2", { template: "template" });
  const { report } = await run({ database: "new_*", mode: "check" });
  expect(verdicts(report)).toEqual(["new_1: in-sync", "new_2: drift"]);
});

test("`*` leaves out templates and the databases of the administration", async () => {
  for (const name of ["azure_maintenance", "azure_sys"]) await sandbox.createDatabase(name);
  const { report } = await run({ database: "*", mode: "check" });
  const found = report.databases.map(({ database }) => database);
  expect(found).toEqual(expect.arrayContaining(ODD));
  expect(found.filter((name) => /^(template|postgres|azure)/.test(name))).toEqual([]);
});

test("a database that fits and cannot be connected to is an error by name, and the others are checked", async () => {
  for (const name of ["shut_closed", "shut_denied", "shut_fine"])
    await sandbox.createDatabase(name, { template: "template" });
  await sandbox.sql("postgres", "REVOKE CONNECT ON DATABASE shut_denied FROM PUBLIC");
  await sandbox.sql("postgres", "ALTER DATABASE shut_closed ALLOW_CONNECTIONS FALSE");
  const { report, summary } = await run({ database: "shut_*" });
  expect(verdicts(report)).toEqual([
    "shut_closed: database-closed",
    "shut_denied: connect-not-granted",
    "shut_fine: repaired",
  ]);
  expect(summary).toContain('GRANT CONNECT ON DATABASE "shut_denied" TO "migrator";');
});

test("a pattern that fits no database is an error beside the others", async () => {
  const { report, exitCode } = await run({ database: "odr-*\nodd-a b", mode: "check" });
  expect(verdicts(report)).toEqual(["odr-*: no-database-fits", "odd-a b: in-sync"]);
  expect(exitCode).toBe(1);
});

test("a pattern is the error of the server's list, and a name beside it is checked", async () => {
  await sandbox.sql("postgres", "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
  const { report, summary } = await run({ database: "odd-a b\nodd-a*", mode: "check" });
  await sandbox.sql("postgres", "GRANT CONNECT ON DATABASE postgres TO PUBLIC");
  expect(verdicts(report)).toEqual(["odd-a b: in-sync", "odd-a*: connect-not-granted"]);
  expect(summary).toContain("only patterns need the database");
});

test("several servers share one token, and each has its rows in the report", async () => {
  const second = await forward("127.0.0.2", sandbox.server.port);
  sandbox.entra.requests.splice(0);
  const hosts = "localhost\n127.0.0.2";
  const { report, outputs, stdout } = await run({
    host: hosts,
    database: "odd-a*",
    mode: "check",
    ...ANY_NAME,
  });
  await second.close();
  expect(rows(report)).toEqual([
    "localhost odd-a b: in-sync",
    "localhost odd-a=b;c: in-sync",
    "127.0.0.2 odd-a b: in-sync",
    "127.0.0.2 odd-a=b;c: in-sync",
  ]);
  expect(outputs.verdict).toBe("in-sync");
  expect(sandbox.entra.requests).toHaveLength(1);
  expect(stdout).toMatch(/^"odd-a b" on 127\.0\.0\.2: in sync \(\d of 2\)$/m);
});

test("a server that cannot be reached has its rows, and the others go on", async () => {
  const hosts = "127.0.0.3\nlocalhost";
  const database = "odd-a b\nodd-a*\nodd-%*";
  const { report, outputs } = await run({ host: hosts, database, mode: "check", ...ANY_NAME }, WITHOUT_WAITS);
  expect(rows(report)).toEqual([
    "127.0.0.3 odd-a b: connection-refused",
    "127.0.0.3 odd-a*: connection-refused",
    "127.0.0.3 odd-%*: connection-refused",
    "localhost odd-a b: in-sync",
    "localhost odd-a=b;c: in-sync",
    "localhost odd-%_\\: in-sync",
  ]);
  expect(outputs.verdict).toBe("error");
});

test("patterns of two entries of a file that both name a database are an error of it, and of no other", async () => {
  const workspace = await mkdtemp(join(tmpdir(), "workspace-"));
  const file = `grants:
  - { grantee: aad_orders, database: odd-a* }
  - { grantee: [migrator, aad_orders], database: "*-a b" }
  - { grantee: migrator, database: odd-a=b;c, schemas: sale }
`;
  await writeFile(join(workspace, "grants.yml"), file);
  const inputs = { grantee: "", "grants-file": "grants.yml", mode: "check" };
  const { report } = await run(inputs, { GITHUB_WORKSPACE: workspace });
  await rm(workspace, { recursive: true });
  expect(verdicts(report)).toEqual(["odd-a b: demanded-twice", "odd-a=b;c: error"]);
  expect(report.databases[1]?.grantees).toMatchObject([
    { grantee: "aad_orders", schemas: ["public"], verdict: "in-sync" },
    { grantee: "migrator", schemas: ["sale"], verdict: "error", error: { code: "schema-not-found" } },
  ]);
});

/** The certificate is for `localhost`. */
const ANY_NAME = { "ssl-mode": "verify-ca" };

/** A server under another address, on the port that all servers of a run have. */
function forward(host: string, to: number) {
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  return listening(server, { host, port: sandbox.server.port });
}

function run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<Run> {
  return runJob(sandbox, inputs, { ...sandbox.env, ...env });
}

/** Each database with its verdict, or the code of its error. */
function verdicts({ databases }: JsonReport): readonly string[] {
  return databases.map(({ database, verdict, error }) => `${database}: ${error?.code ?? verdict}`);
}

function rows(report: JsonReport): readonly string[] {
  return verdicts(report).map((verdict, n) => `${report.databases[n]?.host} ${verdict}`);
}
