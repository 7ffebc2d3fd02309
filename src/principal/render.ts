import type { Failure } from "../model/failure.ts";
import type { Report } from "../model/report.ts";
import { failureBlocks, failureLines } from "../render/failure.ts";
import { markdown, type Pen, plain } from "../render/pen.ts";
import { ICONS } from "../render/phrases.ts";
import { visibleSql } from "../text/escape.ts";
import { codeBlock } from "../text/markdown.ts";
import type { PrincipalResult } from "./ensure.ts";

/** In the heading, because the summaries of a job's steps follow one another without their names. */
const NAME = "Azure Postgres Grants, principal";

const HEADLINES = { "in-sync": "In sync: ", repaired: "Repaired: ", drift: "Drift: " };

/** The result for the log, and its warnings. */
export function renderPrincipalLog(
  result: PrincipalResult | Failure,
  facts: Pick<Report, "run">,
): { readonly text: string; readonly warnings: readonly string[] } {
  if ("code" in result) return { text: failureLines(result, facts).join("\n"), warnings: [] };
  const { fix, warnings } = result;
  const fixLines = fix === undefined ? [] : [plain.sentence(fix.text), visibleSql(fix.sql)];
  return { text: [headline(result, plain), ...fixLines].join("\n"), warnings: warnings.map(plain.sentence) };
}

/** The job summary, in GitHub-flavoured Markdown. */
export function renderPrincipalSummary(
  result: PrincipalResult | Failure,
  facts: Pick<Report, "run">,
): string {
  const blocks =
    "code" in result
      ? [
          `### ${ICONS.error} ${NAME} · Could not check or create the Entra role`,
          ...failureBlocks(result, facts),
        ]
      : [
          `### ${ICONS[result.verdict]} ${NAME} · ${headline(result, markdown)}`,
          ...result.warnings.map((warning) => `**Warning:** ${markdown.sentence(warning)}`),
          ...(result.fix === undefined
            ? []
            : [markdown.sentence(result.fix.text), codeBlock("sql", visibleSql(result.fix.sql))]),
        ];
  return `${blocks.join("\n\n")}\n\n`;
}

function headline({ verdict, message }: PrincipalResult, pen: Pen): string {
  return HEADLINES[verdict] + pen.sentence(message);
}
