import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WITHOUT_WAITS } from "../e2e/run-action.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { inputVariables, preloading, runStep } from "../sandbox/runner.ts";
import { migratorInputs, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { FAULTS } from "./faults.ts";
import { prepareFaults, runFault } from "./run-fault.ts";
import { throwing } from "./stages.ts";

/** `npm run faults` runs them without faster clocks. */
const FASTER = preloading(join(import.meta.dirname, "faster.ts"));
const TIMES = 10;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await prepareFaults(sandbox);
});
afterAll(() => sandbox.close());

/** Seconds that a run without a fault may take, on a machine that is very busy. */
const START = 50;

describe.concurrent("the run ends and explains why when", () => {
  const cases = FAULTS.filter(({ repeats }) => !repeats || process.env.ALL_VERSIONS);
  test.each(cases.map((fault) => [`${fault.peer} ${fault.name}`, fault] as const))("%s", async (_, fault) => {
    const run = await runFault(sandbox, fault, fault.busy ? WITHOUT_WAITS : FASTER);

    expect(run.ending).toBe(fault.code ?? "repaired");
    expect(run.exitCode).toBe(fault.code === undefined ? 0 : 1);
    expect(run.seconds).toBeLessThan((fault.within ?? 100) / (fault.busy ? 1 : TIMES) + START);
    expect(run.outputs.verdict).toBe(run.report.verdict);
    expect(run.summary).not.toBe("");
    expect(run.stderr).toBe("");
    expect(run.stdout).not.toMatch(/^\s+at /m); // no stack trace
  });
});

test.each(["exception", "rejection"])("reports an uncaught %s and what was committed", async (thrown) => {
  const mute = FAULTS.find(({ name }) => name === "goes silent after the sign-in");
  if (mute === undefined) throw new Error("no such fault");

  const run = await runFault(sandbox, mute, throwing(thrown));

  expect(run).toMatchObject({ ending: "unknown", exitCode: 1, stderr: "", outputs: { verdict: "error" } });
  expect(run.seconds).toBeLessThan(START);
  expect(run.summary).toContain("thrown where nobody catches it");
});

test("optimizes no code after its result, because Node.js could then hang while it ends", async () => {
  const temp = await mkdtemp(join(tmpdir(), "optimizing-"));
  const inputs = inputVariables({ ...defaults, ...migratorInputs(sandbox.server.port), database: "postgres" });
  const optimizing = ["--trace-opt", "--invocation-count-for-maglev=2", join(ROOT, action.runs.main)];

  const { stdout } = await runStep(optimizing, temp, { ...sandbox.env, ...inputs });

  const [before, after] = stdout.split("::group::");
  expect(before).toContain("[compiling method");
  expect(after).not.toContain("[compiling method");
  await rm(temp, { recursive: true });
});
