import * as core from "@actions/core";
import { addToSummary, failStep, orWarn } from "../github/step.ts";
import { say } from "../log.ts";
import type { Failure } from "../model/failure.ts";
import type { Env } from "../model/settings.ts";
import { markdown, plain } from "../render/pen.ts";
import { ICONS } from "../render/phrases.ts";
import { visibleSql } from "../text/escape.ts";
import { codeBlock } from "../text/markdown.ts";
import type { PrincipalResult } from "./ensure.ts";

const HEADLINES = { "in-sync": "In sync: ", repaired: "Repaired: ", drift: "Drift: " };

/** Publishes the result: output, log, warnings, summary, and the step's outcome, which fails on drift and on an error. */
export function publish(result: PrincipalResult | Failure, env: Env): void {
  const verdict = "code" in result ? "error" : result.verdict;
  orWarn("set the output", () => core.setOutput("verdict", verdict));
  if ("code" in result) {
    failStep("principal · Could not check or create the Entra role", result, env);
    return;
  }
  const { message, warnings, fix } = result;
  for (const warning of warnings) core.warning(plain.sentence(warning));
  const headline = HEADLINES[result.verdict];
  const sql = visibleSql(fix?.command ?? "");
  const lines = [headline + plain.sentence(message), ...(fix ? [plain.sentence(fix.text), sql] : [])].join("\n");
  if (verdict === "drift") core.setFailed(lines);
  else say(lines);
  const blocks = [
    `### ${ICONS[verdict]} Azure Postgres Grants, principal · ${headline}${markdown.sentence(message)}`,
    ...warnings.map((warning) => `**Warning:** ${markdown.sentence(warning)}`),
    ...(fix ? [markdown.sentence(fix.text), codeBlock("sql", sql)] : []),
  ];
  addToSummary(() => `${blocks.join("\n\n")}\n\n`, env);
}
