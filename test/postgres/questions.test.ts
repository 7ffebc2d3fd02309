import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../project/project.ts";
import { PSQL } from "../sandbox/psql.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
});
afterAll(() => sandbox.close());

test(".github/azure/questions.sql runs on a server and leaves nothing behind", async () => {
  await sandbox.createDatabase("orders", { seed: "CREATE TABLE orders (id serial)" });
  const { directory, port } = sandbox.server;
  const { status, stdout, stderr } = spawnSync(
    PSQL,
    ["--no-psqlrc", "--file", join(ROOT, ".github/azure/questions.sql"), "orders"],
    {
      encoding: "utf8",
      env: { ...process.env, PGHOST: directory, PGPORT: String(port), PGUSER: "ci-admin" },
    },
  );
  expect(status).toBe(0);
  // A refusal is an answer; a mistake in the file has another code. 25P02: the rest of a refused transaction.
  const codes = [...stderr.matchAll(/ERROR:\s+([0-9A-Z]{5}):/g)].map(([, code]) => code);
  const [REFUSED, REST, NO_FUNCTION, NO_PROVIDER] = ["42501", "25P02", "42883", "22023"];
  expect(codes).toEqual([
    ...[REFUSED, REFUSED, REST, REFUSED, REST, REFUSED, REFUSED, REST],
    ...[NO_FUNCTION, NO_PROVIDER, REST],
  ]);
  expect([...stdout.matchAll(/^## .*$/gm)].length).toBeGreaterThan(10);
  const [row] = await sandbox.sql("orders", "SELECT relacl FROM pg_class WHERE relname = 'orders'");
  expect(row).toEqual({ relacl: null });
});
