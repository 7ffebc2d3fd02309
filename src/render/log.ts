import type { Changed, DatabaseReport, GranteeReport, Report } from "../model/report.ts";
import { logLine, logLines, plain, visibleSql } from "../text/escape.ts";
import { byCause, type Cause, sourcesText } from "./findings.ts";
import { serverText } from "./headline.ts";
import { count, countKinds, objectText, VERDICT_WORDS } from "./phrases.ts";
import { explain } from "./reasons.ts";

/** A part of the job log that GitHub folds. Every line is safe to print. */
export interface LogGroup {
  readonly title: string;
  readonly lines: readonly string[];
}

const MOST_LINES = 200;

/** What the run found and did, a group for each database. */
export function logGroups(report: Report): readonly LogGroup[] {
  return report.databases.map((database) => ({
    title: logLine(
      `${plain.name(database.database)} on ${serverText(database, plain)}: ${VERDICT_WORDS[database.verdict]}`,
    ),
    lines: [
      ...failure(database),
      ...database.grantees.flatMap((grantee) => granteeLines(database, grantee)),
      ...(report.mode === "plan" ? listed("Mode apply would run", sqlLines(database), String) : []),
    ],
  }));
}

/** What `apply` runs it says while it runs; the report keeps it all. */
function sqlLines({ statements }: DatabaseReport): readonly string[] {
  return statements.flatMap((sql) => visibleSql(sql).split("\n"));
}

function failure({ error }: DatabaseReport | GranteeReport): readonly string[] {
  if (!error) return [];
  return [...logLines(error.message), ...logLines(error.hint)].filter((line) => line !== "");
}

function granteeLines(database: DatabaseReport, grantee: GranteeReport): readonly string[] {
  const { tables, sequences, skipped } = grantee.objects;
  const looked = `${count(tables, "table")}, ${count(sequences, "sequence")}, ${skipped} skipped`;
  const name = plain.name(grantee.grantee);
  return [
    logLine(`${name}: ${VERDICT_WORDS[grantee.verdict]}${grantee.error ? "" : ` (${looked})`}`),
    ...failure(grantee),
    ...changed("Granted", grantee.granted),
    ...changed("Revoked", grantee.revoked),
    ...byCause(grantee.missing).flatMap((cause) => [
      ...listed(
        `Missing on ${countKinds(cause.findings)}, owned by ${plain.name(cause.owner)}`,
        cause.findings,
        objectLine,
      ),
      ...explanation(cause, database),
    ]),
    ...byCause(grantee.extra).flatMap((cause) => [
      ...listed(
        `More than asked for on ${countKinds(cause.findings)}, owned by ${plain.name(cause.owner)}`,
        cause.findings,
        (extra) => `${objectLine(extra)} (from ${sourcesText(extra, plain)})`,
      ),
      ...explanation(cause, database),
    ]),
    ...grantee.warnings.flatMap(({ message }) => logLines(`Warning: ${message}`)),
  ];
}

function explanation(cause: Cause, database: DatabaseReport): readonly string[] {
  const { why, fix } = explain(cause, { database, pen: plain, sql: "the SQL in the job summary" });
  return logLines(`${why} ${fix}`);
}

function changed(verb: string, objects: readonly Changed[]): readonly string[] {
  return listed(`${verb} on ${countKinds(objects)}`, objects, objectLine);
}

function objectLine(object: Changed): string {
  return `${objectText(object, plain)}: ${object.privileges.join(", ")}`;
}

/** A title and an indented line for each item, a long list cut. */
function listed<T>(title: string, items: readonly T[], line: (item: T) => string): readonly string[] {
  if (items.length === 0) return [];
  const rest = items.length - MOST_LINES;
  return [
    logLine(`${title}:`),
    ...items.slice(0, MOST_LINES).map((item) => logLine(`  ${line(item)}`)),
    ...(rest > 0 ? [`  and ${count(rest, "more", "more")} in the JSON report`] : []),
  ];
}
