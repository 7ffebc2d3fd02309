import type { DatabaseReport, Report, Undeclared } from "../model/report.ts";
import { some } from "../text/count.ts";
import type { Page } from "./page.ts";
import { markdown, type Pen, plain } from "./pen.ts";
import { countKind, placesIn, runner } from "./phrases.ts";

/** What the report says about privileges that nobody declared: who else can read or write, and how. */

const MAX_ROWS = 200;
const MAX_NAMES = 3;

/** An entry, and its database. */
interface Row extends Undeclared {
  readonly database: DatabaseReport;
}

function rowsOf({ databases }: Report): readonly Row[] {
  return databases.flatMap((database) => (database.undeclared ?? []).map((each) => ({ ...each, database })));
}

/** Adds the table for the job summary. */
export function undeclaredPart(page: Page, report: Report): void {
  const rows = rowsOf(report);
  if (rows.length === 0) return;
  const judged = report.undeclared === "fail" ? "" : " (a warning)";
  page.add(`**Privileges that nobody declared${judged}**`);
  const several = report.databases.length > 1;
  const place = placesIn(report, markdown);
  page.table(
    [...(several ? ["Database"] : []), "Role", "Privileges", "On", "Schema", "Can be revoked by"],
    rows,
    (row) => [
      ...(several ? [place(row.database)] : []),
      roleText(row, markdown),
      row.privileges.join(", "),
      objectsText(row),
      markdown.name(row.schema),
      row.fix.as === undefined ? "see the JSON report" : markdown.sentence(runner({ ...row.fix, as: row.fix.as })),
    ],
    MAX_ROWS,
  );
  page.add(
    "The SQL that revokes them is the last part of the SQL file (output `sql`). This action never runs it. Declare what is needed: add the role as a grantee.",
  );
}

/** Lines for the log of one database. */
export function undeclaredLines({ undeclared = [] }: DatabaseReport): readonly string[] {
  return undeclared.map(
    (each) =>
      `${roleText(each, plain)}: ${each.privileges.join(", ")} on ${objectsText(each)} in schema ${plain.name(each.schema)}`,
  );
}

/** One sentence about all databases: `bi and 2 more hold privileges that nobody declared in app`; undefined if none do. */
export function undeclaredText(report: Report, pen: Pen): string | undefined {
  const rows = rowsOf(report);
  if (rows.length === 0) return undefined;
  const roles = [...new Set(rows.map((row) => roleText(row, pen)))];
  const place = placesIn(report, pen);
  const databases = [...new Set(rows.map(({ database }) => place(database)))];
  const hold = roles.length === 1 ? "holds" : "hold";
  const where = some(databases, MAX_NAMES, (name) => name);
  return `${some(roles, MAX_NAMES, (role) => role)} ${hold} privileges that nobody declared in ${where}`;
}

function roleText({ role, isPublic }: Undeclared, pen: Pen): string {
  return isPublic ? role : pen.name(role);
}

function objectsText({ kind, objects, onColumns }: Undeclared): string {
  return onColumns ? `columns of ${countKind(kind, objects)}` : countKind(kind, objects);
}
