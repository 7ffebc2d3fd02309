import type { Failure } from "../model/failure.ts";
import type {
  DatabaseReport,
  FixBlock,
  GranteeReport,
  Held,
  Named,
  Report,
  Verdict,
} from "../model/report.ts";
import { count, series, some } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { changedPart, driftPart, fixesPart } from "./drift.ts";
import { failureBlocks } from "./failure.ts";
import { distinctIn, granteesOf, lookedAt } from "./findings.ts";
import { headline, serverText } from "./headline.ts";
import { openPage, type Page, type PageLimit } from "./page.ts";
import { markdown, markup, type Pen } from "./pen.ts";
import {
  countKind,
  countObjects,
  countTypes,
  ICONS,
  sourceText,
  UNCONFIRMED,
  verdictText,
} from "./phrases.ts";

/** A longer script is for the SQL file: nobody copies it from a web page. */
const MAX_SQL = 65_536;
const MAX_WARNINGS = 20;
const MAX_NAMES = 8;
const MAX_DATABASES = 200;
/** With more rows than this, those in sync are only counted. */
const MAX_GREEN_ROWS = 20;
const MAX_HELD_ROWS = 1_000;

/** In the heading, because the summaries of a job's steps follow one another without their names. */
const NAME = "Azure Postgres Grants";

/**
 * GitHub drops a summary beyond 1 MiB, counted in bytes after it has masked secrets, which can make it longer.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const LIMIT: PageLimit = {
  most: 1_000_000,
  sizeOf: Buffer.byteLength,
  cut: "The summary ends here because it would be too long. The JSON report is complete (output `report`).",
};

/**
 * The job summary, in GitHub-flavoured Markdown of at most a million bytes: the verdict in one line, then what is
 * missing by who has to act, the SQL that fixes it, and last what was checked.
 */
export function renderSummary(report: Report): string {
  const page = openPage(LIMIT);
  page.add(`### ${icon(report)} ${NAME} · ${headline(report, markdown)}`);
  if (report.error) errorPart(page, report.error, report);
  if (report.databases.length > 1 || granteesOf(report).length > 1) overview(page, report);
  for (const section of sections(report)) sectionPart(page, report, section);
  warningsPart(page, report);
  checkedPart(page, report);
  return page.close();
}

function icon({ mode, verdict }: Report): string {
  return mode === "plan" && verdict === "drift" ? "📋" : ICONS[verdict];
}

// --- sections: equal findings are shown once

/** Databases with the same findings. */
type Section = readonly [DatabaseReport, ...DatabaseReport[]];

/** Beyond this, comparing findings costs more than showing them twice. */
const MAX_COMPARED = 1_000;

function sections(report: Report): readonly Section[] {
  const shown = report.databases.filter((database) => database.error || database.grantees.some(hasFindings));
  return groupsOf(shown, sameDatabase);
}

function hasFindings(grantee: GranteeReport): boolean {
  return grantee.error !== undefined || listsOf(grantee).some((list) => list.length > 0);
}

function listsOf({ missing, granted, extra, revoked, unconfirmed = [] }: GranteeReport) {
  return [missing, granted, extra, revoked, unconfirmed];
}

function sameDatabase(database: DatabaseReport): unknown {
  const { error, user, fixes, grantees } = database;
  if (grantees.some(isLarge)) return database;
  return JSON.stringify([error, user, fixes, grantees.map((g) => [g.grantee, findingsOf(g)])]);
}

function isLarge(grantee: GranteeReport): boolean {
  return listsOf(grantee).reduce((sum, list) => sum + list.length, 0) > MAX_COMPARED;
}

function findingsOf(grantee: GranteeReport) {
  return [grantee.error, ...listsOf(grantee)];
}

/** Grantees of one section with the same findings; fixes differ in the name of the grantee only. */
function sameGrantees(
  grantees: readonly GranteeReport[],
): readonly (readonly [GranteeReport, ...GranteeReport[]])[] {
  const key = (grantee: GranteeReport) =>
    isLarge(grantee)
      ? grantee
      : JSON.stringify(findingsOf(grantee), (name, value) => (name === "fix" ? undefined : value));
  return groupsOf(grantees.filter(hasFindings), key);
}

function sectionPart(page: Page, report: Report, databases: Section): void {
  const [database] = databases;
  if (report.databases.length > 1) page.add(`#### ${names(databases.map(({ database }) => database))}`);
  if (database.error) errorPart(page, database.error, report);
  const several = database.grantees.length > 1;
  const parts = sameGrantees(database.grantees).map((same) => ({
    grantee: same[0],
    named: several ? same.map(({ grantee }) => grantee) : [],
  }));
  for (const { grantee, named } of parts) {
    const { error, missing, extra } = grantee;
    if (named.length > 0 && (error || missing.length + extra.length > 0))
      page.add(`##### For ${names(named)}`);
    if (error) errorPart(page, error, report);
    driftPart(page, database, grantee, named.length > 1);
  }
  const isPlanned = ({ runnable, byHand }: FixBlock) => runnable && !byHand && report.mode === "plan";
  const noteFor = (block: FixBlock) => {
    if (block.byHand) return ", which <code>mode: apply</code> does not run";
    return isPlanned(block) ? ", which <code>mode: apply</code> runs" : "";
  };
  fixesPart(page, database.fixes, {
    most: MAX_SQL,
    note: noteFor,
    open: isPlanned,
  });
  for (const { grantee, named } of parts) {
    for (const [verb, changed] of [
      ["Granted", grantee.granted],
      ["Revoked", grantee.revoked],
      [UNCONFIRMED, grantee.unconfirmed ?? []],
    ] as const) {
      if (changed.length === 0) continue;
      changedPart(
        page,
        `${verb} on ${countObjects(changed)}${forNamed(named, markup)}`,
        verb === UNCONFIRMED ? "Sent" : verb,
        changed,
      );
    }
  }
}

function names(list: readonly string[]): string {
  return some(list, MAX_NAMES, (name) => markdown.name(name));
}

function errorPart(page: Page, error: Failure, report: Report): void {
  for (const block of failureBlocks(error, report)) page.add(block);
  page.add("Privileges could not be checked, so this is not drift.");
}

/** Each warning once, with its databases unless they are all. */
function warningsPart(page: Page, { databases }: Report): void {
  const all = databases.flatMap(({ database, grantees }) =>
    grantees.flatMap(({ warnings }) =>
      warnings.map(({ message }) => ({ database, text: markdown.sentence(message) })),
    ),
  );
  if (all.length === 0) return;
  const distinct = groupsOf(all, ({ text }) => text).map((group) => {
    const found = [...new Set(group.map(({ database }) => database))];
    const where = found.length < databases.length ? ` (in ${names(found)})` : "";
    return `- ${group[0].text}${where}`;
  });
  const rest = distinct.length - MAX_WARNINGS;
  const more = rest > 0 ? [`- ${count(rest, "more warning")} in the JSON report (output \`report\`)`] : [];
  page.add(
    `**${count(distinct.length, "warning")}**\n\n${[...distinct.slice(0, MAX_WARNINGS), ...more].join("\n")}`,
  );
}

function forNamed(named: readonly string[], pen: Pen): string {
  return named.length === 0 ? "" : ` for ${some(named, MAX_NAMES, (name) => pen.name(name))}`;
}

// --- the whole

/** A row for each database and grantee, with the number of objects; a value that all rows share has no column. */
function overview(page: Page, report: Report): void {
  const rows = report.databases.flatMap(overviewRows);
  if (rows.every(({ verdict }) => verdict === "error")) return;
  const shownRows = rows.length > MAX_GREEN_ROWS ? rows.filter(({ verdict }) => verdict !== "in-sync") : rows;
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
    {
      head: "Verdict",
      show: true,
      cell: ({ verdict }) => `${ICONS[verdict]} ${verdictText(verdict, report.mode)}`,
    },
    ...(["missing", "granted", "extra", "revoked"] as const).map((list) => ({
      head: `${list.charAt(0).toUpperCase()}${list.slice(1)}`,
      show: granteesOf(report).some((grantee) => grantee[list].length > 0),
      cell: ({ database, grantee, verdict }: OverviewRow) => {
        const ofGrantees = grantee ? [grantee] : database.grantees;
        const objects = ofGrantees.reduce((sum, each) => sum + distinctIn<Named>(each[list]).length, 0);
        return verdict === "error" && objects === 0 ? "?" : String(objects);
      },
    })),
  ];
  const shown = columns.filter(({ show }) => show);
  page.table(
    shown.map(({ head }) => head),
    shownRows,
    (row) => shown.map(({ cell }) => cell(row)),
    MAX_DATABASES,
  );
  if (shownRows.length < rows.length) page.add(`The other ${rows.length - shownRows.length} are in sync.`);
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

/** The last part: the objects that were checked, as which role, when, and where the privileges come from. */
function checkedPart(page: Page, report: Report): void {
  const { skipped, ...objects } = lookedAt(report);
  const versions = new Set(report.databases.flatMap(({ serverVersion }) => serverVersion ?? []));
  const checked = [
    `Checked ${series(countTypes(objects))}, skipped ${skipped}`,
    `as ${names([...new Set(report.databases.map(({ user }) => user))])}`,
    `PostgreSQL ${some([...versions], MAX_NAMES, markdown.quoted)}`,
    `mode \`${report.mode}\``,
    ...sessionRoles(report),
  ];
  const lines = [
    ...([skipped, ...Object.values(objects)].some((n) => n > 0) ? checked : []),
    ...runLine(report),
  ];
  if (lines.length > 0) page.add(lines.join(" · "));
  const held = granteesOf(report).flatMap(({ held }) => held);
  if (held.length > 0)
    page.fold("Where the privileges come from", () =>
      page.table(["Objects", "Privileges", "From"], heldRows(held), (row) => row, MAX_HELD_ROWS),
    );
  const bound = identityRows(report);
  if (bound.length > 0)
    page.fold("Which identities can sign in", () =>
      page.table(["Grantee", "Object ID", "Type", "Tenant"], bound, (row) => row, MAX_HELD_ROWS),
    );
}

/** When, how long, by which version, and where to read more. */
function runLine({ run }: Report): readonly string[] {
  if (run === undefined) return [];
  const { startedAt, seconds, actionVersion, url, docs } = run;
  return [
    `${startedAt.slice(0, 16).replace("T", " ")} UTC, ${seconds} s`,
    `version ${actionVersion}`,
    ...(url === undefined ? [] : [`[run](${url})`]),
    ...(docs === undefined ? [] : [`[documentation](${docs}/report.md)`]),
  ];
}

/** Whose privileges count in place of a grantee's own. */
function sessionRoles(report: Report): readonly string[] {
  const sentences = granteesOf(report).flatMap(({ grantee, sessionRole }) =>
    sessionRole === undefined
      ? []
      : `sessions of ${markdown.name(grantee)} begin as ${markdown.name(sessionRole)}`,
  );
  return [...new Set(sentences)];
}

/** The identity in Entra that each grantee is bound to, once for all databases of a server. */
function identityRows(report: Report): readonly (readonly string[])[] {
  const rows = granteesOf(report).flatMap(({ grantee, identity }) =>
    identity === undefined
      ? []
      : [[markdown.name(grantee), `\`${identity.objectId}\``, identity.type, identity.tenantId ?? ""]],
  );
  return groupsOf(rows, (row) => row.join("\0")).map(([row]) => row);
}

function heldRows(held: readonly Held[]): readonly (readonly string[])[] {
  const groups = groupsOf(held, ({ kind, privileges, ...source }) =>
    [kind, privileges.join(), source.source, "role" in source ? source.role : ""].join("\0"),
  );
  return groups.map((group) => {
    const [first] = group;
    const total = group.reduce((sum, { objects }) => sum + objects, 0);
    return [countKind(first.kind, total), first.privileges.join(", "), sourceText(first, markdown)];
  });
}
