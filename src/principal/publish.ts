import * as core from "@actions/core";
import { runFacts } from "../github/run.ts";
import { addToSummary, orWarn } from "../github/step.ts";
import { say } from "../log.ts";
import type { Failure } from "../model/failure.ts";
import type { RunFacts } from "../model/report.ts";
import { failureBlocks, failureLines } from "../render/failure.ts";
import { markdown, plain } from "../render/pen.ts";
import { ICONS } from "../render/phrases.ts";
import { visibleSql } from "../text/escape.ts";
import { codeBlock } from "../text/markdown.ts";
import type { PrincipalResult } from "./ensure.ts";

/** In the heading, because the summaries of a job's steps follow one another without their names. */
const NAME = "Azure Postgres Grants, principal";

const HEADLINES = { "in-sync": "In sync: ", repaired: "Repaired: ", drift: "Drift: " };

/** Publishes the result: output, log, warnings, summary, and the step's outcome, which fails on drift and on an error. */
export function publish(result: PrincipalResult | Failure, startedAt: Date, env: NodeJS.ProcessEnv): void {
  const facts = { run: runFacts(startedAt, env) };
  const verdict = "code" in result ? "error" : result.verdict;
  orWarn("set the output", () => core.setOutput("verdict", verdict));
  if (!("code" in result)) for (const warning of result.warnings) core.warning(plain.sentence(warning));
  const text = textOf(result, facts);
  if (verdict === "error" || verdict === "drift") core.setFailed(text);
  else say(text);
  addToSummary(() => `${summaryOf(result, facts).join("\n\n")}\n\n`, env);
}

/** The result for the log. */
function textOf(result: PrincipalResult | Failure, facts: { readonly run: RunFacts }): string {
  if ("code" in result) return failureLines(result, facts).join("\n");
  const { verdict, message, fix } = result;
  const fixLines = fix === undefined ? [] : [plain.sentence(fix.text), visibleSql(fix.sql)];
  return [HEADLINES[verdict] + plain.sentence(message), ...fixLines].join("\n");
}

/** The blocks of the job summary, in GitHub-flavoured Markdown. */
function summaryOf(result: PrincipalResult | Failure, facts: { readonly run: RunFacts }): readonly string[] {
  if ("code" in result) {
    const heading = `### ${ICONS.error} ${NAME} · Could not check or create the Entra role`;
    return [heading, ...failureBlocks(result, facts)];
  }
  const { verdict, message, warnings, fix } = result;
  return [
    `### ${ICONS[verdict]} ${NAME} · ${HEADLINES[verdict]}${markdown.sentence(message)}`,
    ...warnings.map((warning) => `**Warning:** ${markdown.sentence(warning)}`),
    ...(fix === undefined ? [] : [markdown.sentence(fix.text), codeBlock("sql", visibleSql(fix.sql))]),
  ];
}
