import type { Failure } from "../model/failure.ts";
import type {
  Changed,
  DatabaseReport,
  GranteeReport,
  Held,
  MendingBlock,
  Missing,
  Named,
  Report,
  Verdict,
} from "../model/report.ts";
import { codeBlock, markdown, markup, type Pen, visibleSql } from "../text/escape.ts";
import {
  alike,
  byCause,
  type Cause,
  extraIsDrift,
  granteesOf,
  lookedAt,
  objectsIn,
  sourcesText,
} from "./findings.ts";
import { headline, serverText } from "./headline.ts";
import { openPage, type Page } from "./page.ts";
import {
  count,
  countKind,
  countKinds,
  countObjects,
  objectName,
  objectText,
  runner,
  some,
  sourceText,
  VERDICT_WORDS,
} from "./phrases.ts";
import { explain } from "./reasons.ts";

/** So many rows are shown at once; more are grouped, and listed one by one below a fold. */
const SHOWN_ROWS = 12;
const FOLDED_ROWS = 1_000;
/** A longer script is for the SQL file: nobody pastes it from a web page. */
const SQL_BYTES = 65_536;
const MOST_WARNINGS = 20;
const MOST_NAMES = 8;
const MOST_CAUSES = 20;
const MOST_DATABASES = 200;
/** With more rows than this, those in sync are only counted. */
const MOST_GREEN_ROWS = 20;

const ICONS: Readonly<Record<Verdict, string>> = { "in-sync": "✅", repaired: "🔧", drift: "❌", error: "⚠️" };

/**
 * The job summary, in GitHub-flavoured Markdown of at most a million bytes: the verdict in one line, then what is
 * missing by who has to act, the SQL that mends it, and last what was looked at.
 */
export function renderSummary(report: Report): string {
  const page = openPage();
  page.add(`### ${icon(report)} ${headline(report, markdown)}`);
  if (report.error) errorPart(page, report.error);
  if (report.databases.length > 1 || granteesOf(report).length > 1) overview(page, report);
  for (const section of sections(report)) sectionPart(page, report, section);
  facts(page, report);
  return page.close();
}

function icon({ mode, verdict }: Report): string {
  return mode === "plan" && verdict === "drift" ? "📋" : ICONS[verdict];
}

// --- sections: findings that are the same in several places are told once

interface Section {
  readonly databases: readonly DatabaseReport[];
  readonly grantees: readonly GranteeReport[];
}

/** Beyond this, comparing findings costs more than telling them twice. */
const MOST_COMPARED = 1_000;

function sections(report: Report): readonly Section[] {
  const told = report.databases.filter(
    (database) => database.error || database.grantees.some(hasSomethingToSay),
  );
  const groups = [...Map.groupBy(told, (database) => sameDatabase(database)).values()];
  return groups.map((databases) => ({ databases, grantees: databases[0]?.grantees ?? [] }));
}

function hasSomethingToSay({ error, missing, granted, extra, revoked, warnings }: GranteeReport): boolean {
  return error !== undefined || [missing, granted, extra, revoked, warnings].some((list) => list.length > 0);
}

function sameDatabase(database: DatabaseReport): unknown {
  const { error, user, mending, grantees } = database;
  if (grantees.some(isLarge)) return database;
  return JSON.stringify([error, user, mending, grantees.map((g) => [g.grantee, sayable(g)])]);
}

function isLarge({ missing, granted, extra, revoked }: GranteeReport): boolean {
  return missing.length + granted.length + extra.length + revoked.length > MOST_COMPARED;
}

function sayable({ error, missing, granted, extra, revoked, warnings }: GranteeReport) {
  return [error, missing, granted, extra, revoked, warnings];
}

/** Grantees of one section with the same findings; the fix of each names the grantee and is no difference. */
function sameGrantees(grantees: readonly GranteeReport[]): readonly (readonly GranteeReport[])[] {
  const key = (grantee: GranteeReport) =>
    isLarge(grantee)
      ? grantee
      : JSON.stringify(sayable(grantee), (name, value) => (name === "fix" ? undefined : value));
  return [...Map.groupBy(grantees.filter(hasSomethingToSay), key).values()];
}

function sectionPart(page: Page, report: Report, { databases, grantees }: Section): void {
  const [database] = databases;
  if (!database) return;
  if (report.databases.length > 1) page.add(`#### ${names(databases.map(({ database }) => database))}`);
  if (database.error) errorPart(page, database.error);
  const several = grantees.length > 1;
  const parts = sameGrantees(grantees).flatMap((same) => {
    const [grantee] = same;
    return grantee ? [{ grantee, whom: several ? same.map(({ grantee }) => grantee) : [] }] : [];
  });
  for (const { grantee, whom } of parts) driftPart(page, report, database, grantee, whom);
  for (const block of database.mending) mendingPart(page, report, block);
  for (const { grantee, whom } of parts) {
    warningsPart(page, grantee, whom);
    changedPart(page, "Granted", grantee.granted, whom);
    changedPart(page, "Revoked", grantee.revoked, whom);
  }
}

function names(list: readonly string[]): string {
  return some(list, MOST_NAMES, (name) => markdown.name(name));
}

function errorPart(page: Page, { message, hint }: Failure): void {
  page.add(`**What happened:** ${markdown.text(message)}`);
  if (hint) page.add(`**What to do:** ${markdown.text(hint)}`);
  page.add("This is no finding: whether a privilege is missing could not be checked.");
}

// --- findings

/** @param whom the grantees, where there are others to tell them from */
function driftPart(
  page: Page,
  report: Report,
  database: DatabaseReport,
  { error, missing, extra }: GranteeReport,
  whom: readonly string[],
): void {
  if (whom.length > 0 && (error || missing.length > 0 || extra.length > 0)) {
    page.add(`##### For ${names(whom)}`);
  }
  if (error) errorPart(page, error);
  causesPart(page, "Missing", causesFor(whom, missing), database, ["Missing"], ({ privileges }) => [
    privileges.join(", "),
  ]);
  const beyond = extraIsDrift(report) ? "More than asked for" : "More than asked for (a warning)";
  causesPart(page, beyond, causesFor(whom, extra), database, ["Extra", "From"], (finding) => [
    finding.privileges.join(", "),
    sourcesText(finding, markdown),
  ]);
}

/** A finding's own fix names its grantee: for several at once only the words that fit them all are right. */
function causesFor<F extends Missing>(whom: readonly string[], findings: readonly F[]): readonly Cause<F>[] {
  const causes = byCause(findings);
  return whom.length > 1 ? causes.map(({ fix: _, ...cause }) => cause) : causes;
}

function causesPart<F extends Missing>(
  page: Page,
  what: string,
  causes: readonly Cause<F>[],
  database: DatabaseReport,
  head: readonly string[],
  cells: (finding: F) => readonly string[],
): void {
  for (const cause of causes.slice(0, MOST_CAUSES)) {
    const { owner, findings } = cause;
    const { why, fix } = explain(cause, { database, pen: markdown, sql: "the SQL below" });
    page.add(`**${what} on ${countKinds(findings)} owned by ${markdown.name(owner)}**<br>${why}<br>${fix}`);
    findingsTable(page, ["Object", ...head], findings, cells);
  }
  const rest = causes.slice(MOST_CAUSES).flatMap(({ findings }) => findings);
  if (rest.length > 0) {
    page.add(`**${what} on ${countKinds(rest)} of other owners:** see the JSON report (output \`report\`).`);
  }
}

/** A few objects one by one; many as groups that differ in nothing but the name, and one by one below a fold. */
function findingsTable<F extends Missing>(
  page: Page,
  head: readonly string[],
  findings: readonly F[],
  cells: (finding: F) => readonly string[],
): void {
  const row = (finding: F) => [objectText(finding, markdown), ...cells(finding)];
  if (findings.length <= SHOWN_ROWS) {
    page.table(head, findings.map(row));
    return;
  }
  const groups = alike(findings).toSorted((a, b) => b.length - a.length);
  page.table(
    head,
    groups
      .slice(0, SHOWN_ROWS)
      .flatMap((group) => (group[0] ? [[groupText(group), ...cells(group[0])]] : [])),
  );
  const rest = groups.slice(SHOWN_ROWS).flat();
  const others = rest.length > 0 ? `, ${count(rest.length, "of them", "of them")} not above` : "";
  page.fold(`All ${countObjects(findings)}${others}`, () =>
    page.table(head, lazily(findings, row), FOLDED_ROWS),
  );
}

/** Rows as they are asked for: of a hundred thousand, few are ever written. */
function* lazily<F>(findings: readonly F[], row: (finding: F) => readonly string[]) {
  for (const finding of findings) yield row(finding);
}

/** `1,240 tables: public.lines, public.orders, public.parts and 1,237 more`. */
function groupText(group: readonly Named[]): string {
  const [first] = group;
  if (!first) return "";
  if (group.length === 1) return objectText(first, markdown);
  return `${countKind(first.kind, group.length)}: ${some(group, 3, (object) => objectName(object, markdown))}`;
}

function changedPart(page: Page, verb: string, changed: readonly Changed[], whom: readonly string[]): void {
  if (changed.length === 0) return;
  page.fold(`${verb} on ${countObjects(changed)}${forWhom(whom, markup)}`, () =>
    page.table(
      ["Object", verb],
      lazily(changed, (object) => [objectText(object, markdown), object.privileges.join(", ")]),
      FOLDED_ROWS,
    ),
  );
}

function mendingPart(page: Page, { mode }: Report, block: MendingBlock): void {
  const { runnable, statements } = block;
  const lines = count(statements.length, "statement");
  const size = statements.reduce((sum, statement) => sum + statement.length, 0);
  if (size > SQL_BYTES) {
    page.add(
      `**SQL for ${runner(block, markdown)}:** ${lines}, too long for here, in the SQL file (output \`sql\`).`,
    );
    return;
  }
  const planned = runnable && mode === "plan";
  const note = planned ? `${lines}: <code>mode: apply</code> runs it` : lines;
  page.fold(
    `<b>SQL for ${runner(block, markup)}</b> (${note})`,
    () => page.add(codeBlock("sql", statements.map(visibleSql).join("\n"))),
    planned,
  );
}

function warningsPart(page: Page, { warnings }: GranteeReport, whom: readonly string[]): void {
  if (warnings.length === 0) return;
  const shown = warnings.slice(0, MOST_WARNINGS).map(({ message }) => `- ${markdown.text(message)}`);
  const rest = warnings.length - shown.length;
  const more = rest > 0 ? [`- ${count(rest, "more warning")} in the JSON report (output \`report\`)`] : [];
  page.add(
    `**${count(warnings.length, "warning")}${forWhom(whom, markdown)}**\n\n${[...shown, ...more].join("\n")}`,
  );
}

function forWhom(whom: readonly string[], pen: Pen): string {
  return whom.length === 0 ? "" : ` for ${some(whom, MOST_NAMES, (name) => pen.name(name))}`;
}

// --- the whole

/** A row for each database and grantee, with the number of objects; what is the same in all is no column. */
function overview(page: Page, report: Report): void {
  const rows = report.databases.flatMap(overviewRows);
  if (rows.every(({ verdict }) => verdict === "error")) return;
  const told = rows.length > MOST_GREEN_ROWS ? rows.filter(({ verdict }) => verdict !== "in-sync") : rows;
  const many = (of: (row: OverviewRow) => unknown) => new Set(rows.map(of)).size > 1;
  const columns: readonly Column[] = [
    { head: "Database", show: true, cell: ({ database }) => markdown.name(database.database) },
    {
      head: "Server",
      show: many(({ database }) => serverText(database, markdown)),
      cell: ({ database }) => serverText(database, markdown),
    },
    {
      head: "Grantee",
      show: granteesOf(report).some(({ grantee }, _, [first]) => grantee !== first?.grantee),
      cell: ({ grantee }) => (grantee ? markdown.name(grantee.grantee) : "all"),
    },
    { head: "Verdict", show: true, cell: ({ verdict }) => verdictText(verdict) },
    ...(["missing", "granted", "extra", "revoked"] as const).map((list) => ({
      head: `${list.charAt(0).toUpperCase()}${list.slice(1)}`,
      show: granteesOf(report).some((grantee) => grantee[list].length > 0),
      cell: ({ grantee, verdict }: OverviewRow) =>
        grantee && verdict !== "error" ? String(objectsIn(grantee[list])) : "?",
    })),
  ];
  const shown = columns.filter(({ show }) => show);
  page.table(
    shown.map(({ head }) => head),
    told.map((row) => shown.map(({ cell }) => cell(row))),
    MOST_DATABASES,
  );
  if (told.length < rows.length) page.add(`The other ${rows.length - told.length} are in sync.`);
}

interface Column {
  readonly head: string;
  readonly show: boolean;
  readonly cell: (row: OverviewRow) => string;
}

interface OverviewRow {
  readonly database: DatabaseReport;
  /** Absent if the whole database could not be checked. */
  readonly grantee?: GranteeReport;
  readonly verdict: Verdict;
}

function overviewRows(database: DatabaseReport): readonly OverviewRow[] {
  if (database.error) return [{ database, verdict: "error" }];
  return database.grantees.map((grantee) => ({ database, grantee, verdict: grantee.verdict }));
}

function verdictText(verdict: Verdict): string {
  return `${ICONS[verdict]} ${VERDICT_WORDS[verdict]}`;
}

/** What was looked at, as whom, and where the privileges come from. */
function facts(page: Page, report: Report): void {
  const { tables, sequences, skipped } = lookedAt(report);
  if (tables + sequences + skipped === 0) return;
  const versions = new Set(report.databases.flatMap(({ serverVersion }) => serverVersion ?? []));
  page.add(
    [
      `Looked at ${count(tables, "table")} and ${count(sequences, "sequence")}, skipped ${skipped}`,
      `as ${names([...new Set(report.databases.map(({ user }) => user))])}`,
      `PostgreSQL ${some([...versions], MOST_NAMES, markdown.text)}`,
      `mode \`${report.mode}\``,
    ].join(" · "),
  );
  const held = granteesOf(report).flatMap(({ held }) => held);
  if (held.length === 0) return;
  page.fold("Where the privileges come from", () =>
    page.table(["Objects", "Privileges", "From"], heldRows(held), FOLDED_ROWS),
  );
}

function heldRows(held: readonly Held[]): readonly (readonly string[])[] {
  const groups = Map.groupBy(held, ({ kind, privileges, ...source }) =>
    [kind, privileges.join(), source.source, "role" in source ? source.role : ""].join("\0"),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const total = group.reduce((sum, { objects }) => sum + objects, 0);
    return [[countKind(first.kind, total), first.privileges.join(", "), sourceText(first, markdown)]];
  });
}
