import { appendFile } from "node:fs/promises";
import * as core from "@actions/core";
import { runFacts } from "../github/run.ts";
import type { Failure } from "../model/failure.ts";
import type { PrincipalResult } from "../model/principal.ts";
import { renderPrincipalLog, renderPrincipalSummary } from "../render/principal.ts";
import { logLines, visible } from "../text/escape.ts";

/** Publishes the result: output, log, summary, warnings, and the step's outcome, which fails on drift and on an error. */
export async function publish(
  result: PrincipalResult | Failure,
  startedAt: Date,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const facts = { run: runFacts(startedAt, env) };
  const verdict = "code" in result ? "error" : result.verdict;
  core.setOutput("verdict", verdict);
  const { text, warnings } = renderPrincipalLog(result, facts);
  for (const warning of warnings) core.warning(warning);
  if (verdict === "error" || verdict === "drift") core.setFailed(text);
  else core.info(logLines(text).join("\n"));
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  await appendFile(file, renderPrincipalSummary(result, facts)).catch((error: unknown) =>
    core.warning(visible(`Could not write the job summary: ${error}. This does not change the verdict.`)),
  );
}
