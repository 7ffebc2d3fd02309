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
  const { verdict, warnings, lines, blocks } =
    "code" in result ? ofFailure(result, runFacts(startedAt, env)) : ofResult(result);
  orWarn("set the output", () => core.setOutput("verdict", verdict));
  for (const warning of warnings) core.warning(plain.sentence(warning));
  if (verdict === "error" || verdict === "drift") core.setFailed(lines.join("\n"));
  else say(lines.join("\n"));
  addToSummary(() => `${blocks.join("\n\n")}\n\n`, env);
}

/** The lines of the log, and the blocks of the job summary in GitHub-flavoured Markdown. */
function ofFailure(failure: Failure, run: RunFacts) {
  const heading = `### ${ICONS.error} ${NAME} · Could not check or create the Entra role`;
  const blocks = [heading, ...failureBlocks(failure, { run })];
  return { verdict: "error", warnings: [], lines: failureLines(failure, { run }), blocks } as const;
}

function ofResult({ verdict, message, warnings, fix }: PrincipalResult) {
  const sql = visibleSql(fix?.command ?? "");
  const lines = [HEADLINES[verdict] + plain.sentence(message), ...(fix ? [plain.sentence(fix.text), sql] : [])];
  const blocks = [
    `### ${ICONS[verdict]} ${NAME} · ${HEADLINES[verdict]}${markdown.sentence(message)}`,
    ...warnings.map((warning) => `**Warning:** ${markdown.sentence(warning)}`),
    ...(fix ? [markdown.sentence(fix.text), codeBlock("sql", sql)] : []),
  ];
  return { verdict, warnings, lines, blocks };
}
