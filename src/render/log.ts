import type { Changed, DatabaseReport, GranteeReport, Report } from "../model/report.ts";
import { inOurWords } from "../model/sentence.ts";
import { count } from "../text/count.ts";
import { logLine, logLines, visibleSql } from "../text/escape.ts";
import { causeText, explain } from "./explain.ts";
import { failureLines } from "./failure.ts";
import { type Cause, causesOf, changesOf, type Finding } from "./findings.ts";
import { plain } from "./pen.ts";
import {
  countKinds,
  countTypes,
  databaseName,
  hasNoOwner,
  privilegesText,
  serverText,
  verdictText,
} from "./phrases.ts";
import { undeclaredLine } from "./undeclared.ts";

/** A part of the job log that GitHub folds. Every line is safe to print. */
export interface LogGroup {
  readonly title: string;
  readonly lines: readonly string[];
}

const MAX_LINES = 200;

/** The findings and changes of the run, a group for each database. */
export function logGroups(report: Report): readonly LogGroup[] {
  return report.databases.map((database) => ({
    title: logLine(
      `${databaseName(database, plain)} on ${serverText(database, plain)}: ${verdictText(database.verdict, report.mode)}`,
    ),
    lines: [
      ...failure(database, report),
      ...database.grantees.flatMap((grantee) => granteeLines(database, grantee, report)),
      ...listed("Privileges that nobody declared", database.undeclared ?? [], (each) => undeclaredLine(each, plain)),
      ...(report.mode === "plan" ? listed("`mode: apply` would run", sqlLines(database), String) : []),
    ],
  }));
}

/** `apply` logs its statements while it runs them. */
function sqlLines({ statements }: DatabaseReport): readonly string[] {
  return statements.flatMap((sql) => visibleSql(sql).split("\n"));
}

function failure({ error }: DatabaseReport | GranteeReport, report: Report): readonly string[] {
  return error ? failureLines(error, report).flatMap(logLines) : [];
}

function granteeLines(database: DatabaseReport, grantee: GranteeReport, report: Report): readonly string[] {
  const { skipped, ...objects } = grantee.objects;
  const checked = [...countTypes(objects), `${skipped} skipped`].join(", ");
  const name = plain.name(grantee.grantee);
  return [
    logLine(
      `${name}: ${verdictText(grantee.verdict, report.mode)}${grantee.verdict === "error" ? "" : ` (${checked})`}`,
    ),
    ...(grantee.sessionRole === undefined
      ? []
      : [logLine(`  sessions begin as ${plain.name(grantee.sessionRole)} (ALTER ROLE … SET role)`)]),
    ...failure(grantee, report),
    ...changesOf(grantee).flatMap(({ done, changed }) =>
      listed(`${done} on ${countKinds(changed)}`, changed, objectLine),
    ),
    ...causesOf(grantee).flatMap((cause) => causeLines(cause, database)),
    ...grantee.warnings.flatMap(({ message }) => logLines(`Warning: ${plain.sentence(message)}`)),
  ];
}

function causeLines(cause: Cause, { user }: DatabaseReport): readonly string[] {
  const title = causeText(cause, plain);
  const lines = explain(cause, user, inOurWords("the SQL in the job summary"));
  return [
    ...(hasNoOwner(cause.objects[0]) ? [logLine(`${title}.`)] : listed(title, cause.findings, objectLine)),
    ...logLines(lines.map(plain.sentence).join(" ")),
  ];
}

function objectLine(object: Finding | Changed): string {
  return privilegesText([object], plain);
}

/** A title and an indented line for each item, a long list cut. */
function listed<T>(title: string, items: readonly T[], line: (item: T) => string): readonly string[] {
  if (items.length === 0) return [];
  const rest = items.length - MAX_LINES;
  return [
    logLine(`${title}:`),
    ...items.slice(0, MAX_LINES).map((item) => logLine(`  ${line(item)}`)),
    ...(rest > 0 ? [`  and ${count(rest, "more", "more")} in the JSON report`] : []),
  ];
}
