import * as core from "@actions/core";
import { runFacts } from "../github/run.ts";
import { addToSummary, orWarn } from "../github/step.ts";
import { say } from "../log.ts";
import type { Failure } from "../model/failure.ts";
import type { PrincipalResult } from "./ensure.ts";
import { renderPrincipalLog, renderPrincipalSummary } from "./render.ts";

/** Publishes the result: output, log, warnings, summary, and the step's outcome, which fails on drift and on an error. */
export function publish(result: PrincipalResult | Failure, startedAt: Date, env: NodeJS.ProcessEnv): void {
  const facts = { run: runFacts(startedAt, env) };
  const verdict = "code" in result ? "error" : result.verdict;
  orWarn("set the output", () => core.setOutput("verdict", verdict));
  const { text, warnings } = renderPrincipalLog(result, facts);
  for (const warning of warnings) core.warning(warning);
  if (verdict === "error" || verdict === "drift") core.setFailed(text);
  else say(text);
  addToSummary(() => renderPrincipalSummary(result, facts), env);
}
