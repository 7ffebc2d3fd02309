import { appendFile, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@actions/core";
import { annotations } from "../report/annotations.ts";
import { logLine, logLines } from "../report/escape.ts";
import { verdictLine } from "../report/headline.ts";
import { renderJson } from "../report/json.ts";
import { logGroups } from "../report/log.ts";
import { outputsOf } from "../report/outputs.ts";
import type { Report } from "../report/report.ts";
import { renderSql } from "../report/sql-file.ts";
import { renderSummary } from "../report/summary.ts";

/**
 * Tells the report to everybody: outputs, the two files, log, annotations, summary, and the step's outcome, which
 * fails on `error`, and on `drift` unless in `plan`. What cannot be written is a warning and changes no verdict.
 */
export async function tell(report: Report, env: NodeJS.ProcessEnv): Promise<void> {
  await tellOutputs(report, env);
  tellLog(report);
  await tellSummary(report, env);
  tellVerdict(report);
}

async function tellOutputs(report: Report, env: NodeJS.ProcessEnv): Promise<void> {
  const outputs = { ...outputsOf(report), ...(await writeFiles(report, env)) };
  for (const [name, value] of Object.entries(outputs)) {
    await unharmed(`set output ${name}`, async () => core.setOutput(name, value));
  }
}

/** A directory for each run: two steps of a job must not overwrite each other's files. */
async function writeFiles(report: Report, env: NodeJS.ProcessEnv) {
  const files = await unharmed("write the report", async () => {
    const directory = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), "azure-postgres-grants-"));
    const paths = { report: join(directory, "report.json"), sql: join(directory, "mending.sql") };
    await writeFile(paths.report, renderJson(report));
    await writeFile(paths.sql, renderSql(report));
    return paths;
  });
  return files ?? { report: "", sql: "" };
}

function tellLog(report: Report): void {
  for (const { title, lines } of logGroups(report)) {
    core.startGroup(title);
    core.info(lines.join("\n"));
    core.endGroup();
  }
}

async function tellSummary(report: Report, env: NodeJS.ProcessEnv): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) {
    core.notice("There is no job summary: GITHUB_STEP_SUMMARY is not set. The JSON report says it all.");
    return;
  }
  await unharmed("write the job summary", () => appendFile(file, renderSummary(report)));
}

function tellVerdict(report: Report): void {
  for (const { level, title, message } of annotations(report)) ANNOTATE[level](message, { title });
  const line = verdictLine(report);
  const failed = report.verdict === "error" || (report.verdict === "drift" && report.mode !== "plan");
  if (failed) core.setFailed(line);
  else core.info(logLines(line).join("\n"));
}

const ANNOTATE = { error: core.error, warning: core.warning, notice: core.notice } as const;

async function unharmed<T>(what: string, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    core.warning(logLine(`Could not ${what}: ${error instanceof Error ? error.message : String(error)}`));
    return undefined;
  }
}
