import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";

let sandbox: Sandbox;
let workspace: string;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
  await sandbox.sql("orders", "CREATE ROLE aad_reports LOGIN; CREATE ROLE aad_bi LOGIN");
  workspace = await mkdtemp(join(tmpdir(), "workspace-"));
});
afterAll(async () => {
  await sandbox.close();
  await rm(workspace, { recursive: true });
});

async function run(file: string, inputs: Record<string, string> = {}) {
  await writeFile(join(workspace, "grants.yml"), file);
  const env = { ...sandbox.env, GITHUB_WORKSPACE: workspace };
  return await runJob(sandbox, { database: "orders", grantee: "", "grants-file": "grants.yml", ...inputs }, env);
}

test("a file with two entries for one database: each grantee has what its entry says, and can work with it", async () => {
  const file = `grants:
  - grantee: aad_orders
    table-privileges: SELECT, INSERT, UPDATE, DELETE
    sequence-privileges: [USAGE, SELECT]
  - grantee: [aad_reports, aad_bi]
    schemas: "*"
    table-privileges: SELECT
    sequence-privileges: SELECT
    on-extra: fail
`;
  const { exitCode, outputs, report } = await run(file);
  expect([exitCode, outputs.verdict]).toEqual([0, "repaired"]);
  expect(report.databases).toMatchObject([
    {
      database: "orders",
      grantees: [
        { grantee: "aad_orders", schemas: ["public"], onExtra: "warn", verdict: "repaired" },
        { grantee: "aad_reports", schemas: "*", onExtra: "fail", verdict: "repaired" },
        { grantee: "aad_bi", schemas: "*", onExtra: "fail", verdict: "repaired" },
      ],
    },
  ]);
  expect(await run(file, { mode: "check" })).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync" } });

  const app = await sandbox.signInAs("aad_orders", "orders");
  await app.query("INSERT INTO products (name, price_cents) VALUES ('tea', 250)");
  await app.end();
  const reports = await sandbox.signInAs("aad_reports", "orders");
  await reports.query("TABLE products");
  await expect(reports.query("DELETE FROM products")).rejects.toThrow("permission denied");
  await reports.end();
});
