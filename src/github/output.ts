import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import * as core from "@actions/core";
import { say } from "../log.ts";
import type { Report } from "../model/report.ts";
import type { Env } from "../model/settings.ts";
import { annotations } from "../render/annotations.ts";
import { verdictLine } from "../render/headline.ts";
import { renderJson } from "../render/json.ts";
import { logGroups } from "../render/log.ts";
import { outputsOf } from "../render/outputs.ts";
import { renderSql } from "../render/sql-file.ts";
import { renderSummary } from "../render/summary.ts";
import { addToSummary, orWarn } from "./step.ts";

/**
 * Publishes the report: outputs, the two files, log, summary, annotations, and last the step's outcome, which fails on
 * `error`, and on `drift` unless in `plan`. What cannot be written is a warning and hides no verdict.
 */
export function publish(report: Report, env: Env): void {
  stopOptimizing();
  const files = orWarn("write the report", () => writeFiles(report, env.RUNNER_TEMP || tmpdir()));
  orWarn("set the outputs", () => {
    const outputs = { ...outputsOf(report), report: files?.report ?? "", sql: files?.sql ?? "" };
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
  });
  orWarn("write the log", () => writeLog(report));
  addToSummary(() => renderSummary(report), env);
  orWarn("annotate the job", () => {
    for (const { level, title, message } of annotations(report)) ANNOTATE[level](message, { title });
  });
  endStep(report);
}

/**
 * Ends the optimization of code, which only a long run needs. If V8 optimizes while Node.js ends the process, and needs
 * memory for it, Node.js waits forever: https://github.com/nodejs/node/issues/54918
 */
function stopOptimizing(): void {
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--no-turbofan");
}

const ANNOTATE = { error: core.error, warning: core.warning, notice: core.notice } as const;

/** In a new directory: two steps of a job must not overwrite each other's files. */
function writeFiles(report: Report, parent: string) {
  const directory = mkdtempSync(join(parent, "azure-postgres-grants-"));
  const paths = { report: join(directory, "report.json"), sql: join(directory, "fixes.sql") };
  writeFileSync(paths.report, renderJson(report));
  writeFileSync(paths.sql, renderSql(report));
  return paths;
}

function writeLog(report: Report): void {
  for (const { title, lines } of logGroups(report)) {
    core.startGroup(title);
    for (const line of lines) core.info(line);
    core.endGroup();
  }
}

function endStep(report: Report): void {
  const line = verdictLine(report);
  const failed = report.verdict === "error" || (report.verdict === "drift" && report.mode !== "plan");
  if (failed) core.setFailed(line);
  else say(line);
}
