import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { action, defaults, ROOT } from "../project/project.ts";
import { inputVariables, runStep } from "../sandbox/runner.ts";
import { migratorInputs, ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

let sandbox: Sandbox;
let temp: string;
beforeAll(async () => {
  temp = await mkdtemp(join(tmpdir(), "log-"));
  sandbox = await startSandbox({ version: 18 });
});
afterAll(async () => {
  await sandbox.close();
  await rm(temp, { recursive: true });
});

/** How the log of the child process ends. */
const LOGS = {
  closed: 'spawn(...run, { stdio: ["ignore", "pipe", "inherit"] }); child.stdout.destroy()',
  full: 'spawn(...run, { stdio: ["ignore", openSync("/dev/full", "w"), "inherit"] })',
};

test.each(Object.entries(LOGS))("a log that is %s does not change the result of a run", async (name, start) => {
  const database = `log_${name}`;
  await sandbox.createDatabase(database, { seed: ORDERS });
  const inputs = inputVariables({ ...defaults, ...migratorInputs(sandbox.server.port), database });
  const script = `
    const { spawn } = require("node:child_process");
    const { openSync } = require("node:fs");
    const run = [process.execPath, [${JSON.stringify(join(ROOT, action.runs.main))}]];
    const child = ${start};
    child.on("exit", (code) => { process.exitCode = code; });`;
  const step = await runStep(["-e", script], temp, { ...sandbox.env, ...inputs });
  expect(step).toMatchObject({ exitCode: 0, stdout: "", stderr: "", outputs: { verdict: "repaired" } });
  expect(step.summary).toContain("Repaired");
});
