import type { DatabaseReport, GranteeReport, Report } from "../model/report.ts";
import { grouped, upTo } from "../text/count.ts";
import { logLine, logLines, visibleSql } from "../text/escape.ts";
import { causeText, explanationLines } from "./explain.ts";
import { failureLines } from "./failure.ts";
import { type Cause, causesOf, changesOf } from "./findings.ts";
import { plain } from "./pen.ts";
import { countKinds, countTypes, hasNoOwner, placeText, privilegesText, VERDICTS } from "./phrases.ts";
import { undeclaredLine } from "./undeclared.ts";

const MAX_LINES = 200;

/**
 * The findings and changes of the run, a group for each database, which GitHub folds below its title. Every line is safe to
 * print. `apply` logs its statements while it runs them.
 */
export function logGroups(report: Report) {
  const { mode } = report;
  return report.databases.map((database) => {
    const { verdict, error, grantees, undeclared = [], statements } = database;
    const sql = mode === "plan" ? statements.flatMap((statement) => visibleSql(statement).split("\n")) : [];
    const lines = [
      ...(error ? failureLines(error, report.run?.docs) : []),
      ...grantees.flatMap((grantee) => granteeLines(database, grantee, report)),
      ...listed("Privileges that nobody declared", undeclared, (each) => undeclaredLine(each, plain)),
      ...listed("`mode: apply` would run", sql, String),
    ];
    return { title: logLine(`${placeText(database, plain)}: ${VERDICTS[verdict]}`), lines: lines.flatMap(logLines) };
  });
}

function granteeLines(database: DatabaseReport, grantee: GranteeReport, report: Report): readonly string[] {
  const { verdict, error, sessionRole, warnings } = grantee;
  const { skipped, ...objects } = grantee.objects;
  const checked = verdict === "error" ? "" : ` (${[...countTypes(objects), `${skipped} skipped`].join(", ")})`;
  return [
    `${plain.name(grantee.grantee)}: ${VERDICTS[verdict]}${checked}`,
    ...(sessionRole === undefined ? [] : [`  sessions begin as ${plain.name(sessionRole)} (ALTER ROLE … SET role)`]),
    ...(error ? failureLines(error, report.run?.docs) : []),
    ...changesOf(grantee).flatMap(({ done, changed }) =>
      listed(`${done} on ${countKinds(changed)}`, changed, (object) => privilegesText([object], plain)),
    ),
    ...causesOf(grantee).flatMap((cause) => causeLines(cause, database)),
    ...warnings.map(({ message }) => `Warning: ${plain.sentence(message)}`),
  ];
}

function causeLines(cause: Cause, { user }: DatabaseReport): readonly string[] {
  const title = causeText(cause, plain);
  const said = explanationLines(cause, user);
  if (hasNoOwner(cause.objects[0])) return [`${title}.`, ...said];
  return [...listed(title, cause.findings, (finding) => privilegesText([finding], plain)), ...said];
}

/** A title and an indented line for each item, a long list cut. */
function listed<T>(title: string, items: readonly T[], line: (item: T) => string): readonly string[] {
  if (items.length === 0) return [];
  const more = (rest: number) => `and ${grouped(rest)} more in the JSON report`;
  return [`${title}:`, ...upTo(MAX_LINES, items, line, more).map((each) => `  ${each}`)];
}
