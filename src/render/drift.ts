import type { Changed, DatabaseReport, FixBlock, GranteeReport } from "../model/report.ts";
import { inOurWords } from "../model/sentence.ts";
import { count } from "../text/count.ts";
import { visibleSql } from "../text/escape.ts";
import { codeBlock } from "../text/markdown.ts";
import { causeText, explain } from "./explain.ts";
import { stepList } from "./failure.ts";
import { alike, type Cause, causesOf, type Finding } from "./findings.ts";
import type { Page } from "./page.ts";
import { cell, markdown, markup } from "./pen.ts";
import { countObjects, hasNoOwner, objectAndPrivileges, privilegesText, runner } from "./phrases.ts";

/** The Markdown that the job summary and the drift issue share: findings by cause, and the SQL that fixes them. */

/** So many rows are shown at once; more are grouped, and listed one by one below a fold. */
const SHOWN_ROWS = 12;
const FOLDED_ROWS = 1_000;
/** SQL of so many lines is open. */
const OPEN_LINES = 10;

/**
 * Adds what a grantee is missing, and what it holds beyond the demand.
 * @param several whether the part is about several grantees, and so shows no SQL that names one of them
 */
export function driftPart(page: Page, { user }: DatabaseReport, grantee: GranteeReport, several = false): void {
  for (const each of causesOf(grantee)) {
    const { sql: _, first: __, ...fix } = each.fix;
    const cause = several ? { ...each, fix } : each;
    const lines = explain(cause, user, inOurWords("the SQL below")).map(markdown.sentence);
    page.add([`**${causeText(cause, markdown)}**`, ...lines].join("<br>"));
    if (cause.fix.steps !== undefined) page.add(`**What to do:**\n\n${stepList(cause.fix.steps)}`);
    if (!hasNoOwner(cause.objects[0])) findingsTable(page, cause);
  }
}

/** A few objects one by one; many as groups that differ only in the name, and one by one below a fold. */
function findingsTable(page: Page, { what, findings, objects }: Cause): void {
  const head = ["Object", what === "Missing" ? what : "Extra"];
  const cells = (finding: Finding) => objectAndPrivileges([finding], cell);
  if (findings.length <= SHOWN_ROWS) {
    page.table(head, findings, cells);
    return;
  }
  const largest = alike(findings).toSorted((a, b) => b.length - a.length);
  page.table(head, largest.slice(0, SHOWN_ROWS), (group) => objectAndPrivileges(group, cell));
  page.fold(`All ${countObjects(objects)}`, () => page.table(head, findings, cells, FOLDED_ROWS));
}

/** Adds what was granted or revoked, below a fold. `title` is HTML. */
export function changedPart(page: Page, title: string, changed: readonly Changed[]): void {
  page.fold(title, () => page.list(changed, (object) => privilegesText([object], markdown), FOLDED_ROWS));
}

/**
 * Adds the SQL of each block, a long one below a fold, or how many statements it has if they are longer than `most`
 * characters. Last, how to keep the SQL file, if it has more than is shown.
 * @param note HTML that follows the number of statements of a block
 */
export function fixesPart(
  page: Page,
  blocks: readonly FixBlock[],
  most: number,
  note: (block: FixBlock) => string,
): void {
  const isLong = ({ statements }: FixBlock) => statements.reduce((sum, sql) => sum + sql.length, 0) > most;
  for (const block of blocks) {
    const { statements } = block;
    const counted = count(statements.filter((statement) => !TRANSACTION.has(statement)).length, "statement");
    if (isLong(block)) {
      const who = markdown.sentence(runner(block));
      page.add(`**SQL for ${who}** (${counted}${note(block)}): too long to show here. The output \`sql\` holds it.`);
      continue;
    }
    const sql = statements.map(visibleSql).join("\n");
    page.fold(
      `<b>SQL for ${markup.sentence(runner(block))}</b> (${counted}${note(block)})`,
      () => page.add(codeBlock("sql", sql)),
      sql.split("\n").length <= OPEN_LINES,
    );
  }
  if (blocks.some(isLong)) page.add(UPLOAD);
}

const UPLOAD = `To get the whole SQL, upload the SQL file (output \`sql\`). Give this step \`id: grants\`, and add a step after it:

${codeBlock(
  "yaml",
  `- uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
  if: \${{ !cancelled() }}
  with: { name: sql, path: "\${{ steps.grants.outputs.sql }}" }`,
)}`;

/** Not counted as statements. */
const TRANSACTION: ReadonlySet<string> = new Set(["BEGIN;", "COMMIT;"]);
