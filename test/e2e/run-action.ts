import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonReport } from "../json-report.ts";
import { action, defaults, ROOT } from "../project/project.ts";
import { inputVariables, preloading, runStep, type Step } from "../sandbox/runner.ts";

/** What a run of the action left behind. */
export interface Run extends Step {
  readonly report: JsonReport;
  readonly sql: string;
}

/**
 * Runs the built action as the runner does. An input that is not given has its default in action.yml, or is empty.
 * @param inputs by their names in action.yml
 */
export async function runAction(inputs: Record<string, string>, env: Record<string, string>): Promise<Run> {
  const temp = await mkdtemp(join(tmpdir(), "run-"));
  try {
    const variables = inputVariables({ ...defaults, ...inputs });
    const step = await runStep([join(ROOT, action.runs.main)], temp, { ...env, ...variables });
    return {
      ...step,
      report: JSON.parse(await readFile(step.outputs.report ?? "", "utf8")) as JsonReport,
      sql: await readFile(step.outputs.sql ?? "", "utf8"),
    };
  } finally {
    await rm(temp, { recursive: true });
  }
}

/** For `env`: the waits between attempts take no time. */
export const WITHOUT_WAITS = preloading(join(import.meta.dirname, "without-waits.ts"));
