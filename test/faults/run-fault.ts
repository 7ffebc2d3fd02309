import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonReport } from "../json-report.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { inputVariables, runStep, type Step } from "../sandbox/runner.ts";
import { migratorInputs, ORDERS, type Sandbox } from "../sandbox/sandbox.ts";
import type { FaultCase } from "./faults.ts";

/** The result of a run under a fault. */
export interface FaultRun extends Step {
  readonly seconds: number;
  /** The code of the run's error, or the database's; its verdict where it has none. */
  readonly ending: string;
  readonly report: JsonReport;
}

const TEMPLATE = "faultless";

/** Makes the database that each run has a copy of. */
export function prepareFaults(sandbox: Sandbox): Promise<void> {
  return sandbox.createDatabase(TEMPLATE, { seed: ORDERS });
}

let databases = 0;

/** Runs the built action in mode `apply`, on a new database, under a fault; after `prepareFaults`. */
export async function runFault(
  sandbox: Sandbox,
  { start }: FaultCase,
  env: Readonly<Record<string, string>> = {},
): Promise<FaultRun> {
  const database = `fault_${++databases}`;
  await sandbox.createDatabase(database, { template: TEMPLATE });
  const fault = await start(sandbox);
  const temp = await mkdtemp(join(tmpdir(), "fault-"));
  try {
    const inputs = inputVariables({
      ...defaults,
      ...migratorInputs(sandbox.server.port),
      database,
      ...fault.inputs,
    });
    const started = performance.now();
    const step = await runStep([join(ROOT, action.runs.main)], temp, {
      ...sandbox.env,
      ...fault.env,
      ...env,
      ...inputs,
    });
    const seconds = (performance.now() - started) / 1000;
    const report = JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport;
    const error = report.error ?? report.databases[0]?.error;
    return { ...step, seconds, report, ending: error?.code ?? report.verdict };
  } finally {
    await rm(temp, { recursive: true });
    await fault.close();
  }
}
