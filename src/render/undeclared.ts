import type { DatabaseReport, Report, Undeclared } from "../model/report.ts";
import { fixesPart } from "./drift.ts";
import type { Page } from "./page.ts";
import { markdown, type Pen } from "./pen.ts";
import { countKind, holdersText, runner } from "./phrases.ts";

/** What the report says about privileges that nobody declared: who else can read or write, and how. */

const MAX_LINES = 200;

const REVOKES =
  " Check that nothing needs the rest before you run the SQL that revokes it. That SQL is also the last part of the SQL file (output `sql`).";

/** Adds what nobody declared in one database, and the SQL that revokes it unless that is longer than `maxSql` characters. */
export function undeclaredPart(page: Page, report: Report, database: DatabaseReport, maxSql: number): void {
  const { undeclared = [], undeclaredFixes = [] } = database;
  if (undeclared.length === 0) return;
  page.add(`**Privileges that nobody declared${report.undeclared === "fail" ? "" : " (a warning)"}**`);
  const line = (entry: Undeclared) => {
    const { as, note } = entry.fix;
    const by = as && `Can be revoked by ${markdown.sentence(runner({ ...entry.fix, as }))}`;
    return [undeclaredLine(entry, markdown), by, note && markdown.sentence(note)].filter(Boolean).join(". ");
  };
  page.list(undeclared, line, MAX_LINES);
  page.add(`Declare what is needed: add the role as a grantee.${undeclaredFixes.length === 0 ? "" : REVOKES}`);
  fixesPart(page, undeclaredFixes, maxSql, () => ", which this action never runs");
}

/** `bi: SELECT on 3 tables in schema public` */
export function undeclaredLine(entry: Undeclared, pen: Pen): string {
  const { kind, objects, privileges, onColumns, schema } = entry;
  const on = `${onColumns ? "columns of " : ""}${countKind(kind, objects)}`;
  return `${roleText(entry, pen)}: ${privileges.join(", ")} on ${on} in schema ${pen.name(schema)}`;
}

/** One sentence about all databases, if there is something. */
export function undeclaredText(report: Report, pen: Pen): readonly string[] {
  const found = report.databases.filter(({ undeclared = [] }) => undeclared.length > 0);
  const roles = found.flatMap(({ undeclared = [] }) => undeclared.map((entry) => roleText(entry, pen)));
  return holdersText(report, pen, roles, "privileges that nobody declared", found);
}

function roleText({ role, isPublic }: Undeclared, pen: Pen): string {
  return isPublic ? role : pen.name(role);
}
