import type { DatabaseReport, Report, Undeclared } from "../model/report.ts";
import { some } from "../text/count.ts";
import type { Page } from "./page.ts";
import { markdown, type Pen } from "./pen.ts";
import { countKind, placesIn, runner } from "./phrases.ts";

/** What the report says about privileges that nobody declared: who else can read or write, and how. */

const MAX_LINES = 200;
const MAX_NAMES = 3;

/** An entry, and its database. */
interface Row extends Undeclared {
  readonly database: DatabaseReport;
}

function rowsOf({ databases }: Report): readonly Row[] {
  return databases.flatMap((database) => (database.undeclared ?? []).map((each) => ({ ...each, database })));
}

/** Adds the list for the job summary. */
export function undeclaredPart(page: Page, report: Report): void {
  const rows = rowsOf(report);
  if (rows.length === 0) return;
  const judged = report.undeclared === "fail" ? "" : " (a warning)";
  page.add(`**Privileges that nobody declared${judged}**`);
  const place = placesIn(report, markdown);
  const line = (row: Row) => {
    const { as } = row.fix;
    const by = as === undefined ? "" : `. Can be revoked by ${markdown.sentence(runner({ ...row.fix, as }))}`;
    return `${undeclaredLine(row, markdown)} of ${place(row.database)}${by}`;
  };
  page.list(rows, line, MAX_LINES);
  page.add(
    "The SQL that revokes them is the last part of the SQL file (output `sql`). This action never runs it. Declare what is needed: add the role as a grantee.",
  );
}

/** `bi: SELECT on 3 tables in schema public` */
export function undeclaredLine(entry: Undeclared, pen: Pen): string {
  const { kind, objects, privileges, onColumns, schema } = entry;
  const on = `${onColumns ? "columns of " : ""}${countKind(kind, objects)}`;
  return `${roleText(entry, pen)}: ${privileges.join(", ")} on ${on} in schema ${pen.name(schema)}`;
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
