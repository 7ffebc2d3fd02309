import { afterAll, beforeAll, expect, test } from "vitest";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";
import { aclsOf } from "./truth.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
  await sandbox.sql("postgres", "ALTER SYSTEM SET log_connections = 'receipt'");
  await sandbox.sql("postgres", "SELECT pg_reload_conf()");
}, 120_000);
afterAll(() => sandbox.close());

test.each([
  { inputs: { "table-privileges": "" }, named: ["table-privileges"] },
  { inputs: { "sequence-privileges": " " }, named: ["sequence-privileges"] },
  { inputs: { schemas: "" }, named: ["schemas"] },
  { inputs: { mode: "" }, named: ["mode"] },
  { inputs: { "on-extra": "" }, named: ["on-extra"] },
  { inputs: { "table-privilege": "SELECT" }, named: ["table-privilege", "table-privileges"] },
  { inputs: { "table-privileges": "SELECT, DESTROY" }, named: ["table-privileges", "DESTROY"] },
  { inputs: { password: "p", "client-secret": "s" }, named: ["password", "client-secret"] },
  { inputs: { environment: "production" }, named: ["environment", "job"] },
  { inputs: { "ssl-mode": "disable" }, named: ["ssl-mode"] },
  { inputs: { port: "5432x", "allow-empty": "yes", grantee: "" }, named: ["port", "allow-empty", "grantee"] },
])("refuses $inputs before anything is connected to", async ({ inputs, named }) => {
  const acls = await aclsOf(sandbox, "orders");
  const before = asked();
  const run = await runJob(sandbox, { database: "orders", ...inputs });
  expect(await aclsOf(sandbox, "orders")).toEqual(acls);
  expect(asked()).toEqual(before);

  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: "error", "missing-count": "0", "granted-count": "0" });
  expect(run.report).toMatchObject({ verdict: "error", error: { code: "bad-input" }, databases: [] });
  for (const name of named) {
    expect(run.report.error?.message).toContain(name);
    expect(run.summary).toContain(name);
  }
  expect([...run.stdout.matchAll(/^::error/gm)]).toHaveLength(1);
});

test("would notice a connection: good inputs make one", async () => {
  const before = asked();
  await runJob(sandbox, { database: "orders", mode: "check" });
  await aclsOf(sandbox, "orders"); // the server's log has come this far
  const after = asked();
  expect(after.connections).toBe(before.connections + 1);
  expect(after.entra).toBeGreaterThan(before.entra);
  expect(after.github).toBeGreaterThan(before.github);
});

/** What has reached the server over the network, Entra and GitHub so far. */
function asked() {
  const connections = [...sandbox.server.log().matchAll(/connection received: host=127\.0\.0\.1/g)].length;
  return { connections, entra: sandbox.entra.requests.length, github: sandbox.github.requests.length };
}
