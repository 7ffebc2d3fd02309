import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
});
afterAll(() => sandbox.close());

const UNSET = "Check that the variable or secret it comes from is set.";

test.each([
  { inputs: { "table-privileges": "" }, problems: [`\`table-privileges\` is empty. ${UNSET}`] },
  { inputs: { "sequence-privileges": " " }, problems: [`\`sequence-privileges\` is empty. ${UNSET}`] },
  { inputs: { schemas: "" }, problems: [`\`schemas\` is empty. ${UNSET}`] },
  { inputs: { mode: "" }, problems: [`\`mode\` is empty. ${UNSET}`] },
  { inputs: { "on-extra": "" }, problems: [`\`on-extra\` is empty. ${UNSET}`] },
  {
    inputs: { "table-privilege": "SELECT" },
    problems: ["`table-privilege` is not an input of this action. Did you mean `table-privileges`?"],
  },
  {
    inputs: { "table-privileges": "SELECT, DESTROY" },
    problems: ["`table-privileges`: ", "DESTROY", " is not valid. Use `ALL`, or a comma-separated list of SELECT"],
  },
  {
    inputs: { password: "p", "client-secret": "s" },
    problems: ["`password` and `client-secret` are both set. Remove one of them."],
  },
  {
    inputs: { environment: "production" },
    problems: ["`environment`: ", "For a GitHub environment, set `jobs.<job_id>.environment` on the job."],
  },
  { inputs: { "ssl-mode": "disable" }, problems: ["`ssl-mode`: `disable` sends everything unencrypted."] },
  {
    inputs: { port: "5432x", "allow-empty": "yes", grantee: "" },
    problems: [
      "3 inputs are invalid. Nothing was changed.",
      "`port`: ",
      " is not a port number. Use a number from 1 to 65535.",
      "`allow-empty`: ",
      " is not valid. Use `true` or `false`.",
      "`grantee` is missing. Set it to ",
    ],
  },
])("refuses $inputs before it connects to anything", async ({ inputs, problems }) => {
  const acls = await aclsOf(sandbox, "orders");
  const before = requests();
  const run = await runJob(sandbox, { database: "orders", ...inputs });
  expect(await aclsOf(sandbox, "orders")).toEqual(acls);
  expect(requests()).toEqual(before);

  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: "error", "missing-count": "0", "granted-count": "0" });
  expect(run.report).toMatchObject({ verdict: "error", error: { code: "bad-input" }, databases: [] });
  const error = JSON.stringify(run.report.error);
  for (const problem of problems) {
    expect(error).toContain(problem);
    expect(run.summary).toContain(problem);
  }
  expect([...run.stdout.matchAll(/^::error/gm)]).toHaveLength(1);
});

test("a file and inputs with mistakes: one error has all of them, and nothing is connected to or changed", async () => {
  const acls = await aclsOf(sandbox, "orders");
  const before = requests();
  const workspace = await mkdtemp(join(tmpdir(), "workspace-"));
  await writeFile(
    join(workspace, "grants.yml"),
    `grants:
  - grantee: aad_orders
    table-privileges: SELECT, DESTROY
    schema: app
    exclude: *audit
  - grantee: aad_reports
    on-extra: fail
    on-extra: warn
  - grantee: aad_reports
`,
  );
  const inputs = { grantee: "", "grants-file": "grants.yml", mode: "aply", "allow-empty": "yes" };
  const env = { ...sandbox.env, GITHUB_WORKSPACE: workspace };
  const { exitCode, stdout, summary, outputs, report } = await runJob(sandbox, { database: "orders", ...inputs }, env);
  await rm(workspace, { recursive: true });
  expect(await aclsOf(sandbox, "orders")).toEqual(acls);
  expect(requests()).toEqual(before);
  expect([exitCode, outputs.verdict]).toEqual([1, "error"]);
  expect(report).toMatchObject({ error: { code: "bad-input" }, databases: [] });
  const problems = [
    "2 inputs are invalid. `grants.yml` has 5 mistakes. Nothing was changed.",
    "`grants.yml:3`: `table-privileges`: ",
    "`grants.yml:4`: `schema` is not a key of this file. Did you mean `schemas`?",
    "`grants.yml:5`: `exclude`: `*audit` is an alias, an anchor or a tag of YAML.",
    "`grants.yml:8`: `on-extra` is also a key on line 7.",
    "`grants.yml:9`: `grantee`: ",
    "`mode`: ",
    "`allow-empty`: ",
  ];
  for (const problem of problems) {
    expect(JSON.stringify(report.error)).toContain(problem);
    expect(summary).toContain(problem);
  }
  expect([...stdout.matchAll(/^::error/gm)]).toHaveLength(1);
});

test("with valid inputs it connects, and the request counts show it", async () => {
  const before = requests();
  await runJob(sandbox, { database: "orders", mode: "check" });
  await aclsOf(sandbox, "orders"); // the server's log has come this far
  const after = requests();
  expect(after.connections).toBe(before.connections + 1);
  expect(after.entra).toBeGreaterThan(before.entra);
  expect(after.github).toBeGreaterThan(before.github);
});

/** The number of requests so far: connections to the server over the network, Entra and GitHub. */
function requests() {
  const connections = [...sandbox.server.log().matchAll(/connection received: host=127\.0\.0\.1/g)].length;
  return { connections, entra: sandbox.entra.requests.length, github: sandbox.github.requests.length };
}
