import type { Failure } from "../model/failure.ts";
import type { DatabaseReport, GranteeReport, Held, Report } from "../model/report.ts";
import { count, grouped, series, some } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { changedPart, driftPart, fixesPart } from "./drift.ts";
import { failureBlocks, failureKey } from "./failure.ts";
import { changesOf, checkedIn, countsOf, lookedAt, type Target, targetsOf } from "./findings.ts";
import { headline } from "./headline.ts";
import { openPage, type Page } from "./page.ts";
import { cell, markdown, markup } from "./pen.ts";
import { countKind, countObjects, countTypes, ICONS, placesIn, sourceText, targetsIn, VERDICTS } from "./phrases.ts";
import { undeclaredPart } from "./undeclared.ts";

/** A longer script is for the SQL file: nobody copies it from a web page. */
const MAX_SQL = 65_536;
const MAX_WARNINGS = 20;
const MAX_NAMES = 8;
/** With more targets than this, those in sync are below a fold. */
const MAX_ROWS = 20;

/** In the heading, because the summaries of a job's steps follow one another without their names. */
const NAME = "Azure Postgres Grants";

/**
 * GitHub drops a summary beyond 1 MiB, counted in bytes after it has masked secrets, which can make it longer.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
 */
const MAX_BYTES = 1_000_000;
const CUT = "The summary ends here because it would be too long. The JSON report is complete (output `report`).";

/**
 * The job summary, in GitHub-flavoured Markdown of at most a million bytes: the verdict in one line, then what is
 * missing by who has to act, the SQL that fixes it, and last what was checked.
 */
export function renderSummary(report: Report): string {
  const page = openPage(MAX_BYTES, CUT);
  const icon = report.mode === "plan" && report.verdict === "drift" ? "📋" : ICONS[report.verdict];
  page.add(`### ${icon} ${NAME} · ${headline(report, markdown)}`);
  if (report.error) errorPart(page, report.error, report);
  overview(page, report);
  for (const section of sections(report)) sectionPart(page, report, section);
  warningsPart(page, report);
  checkedPart(page, report);
  return page.close();
}

// --- sections: equal findings are shown once

/** Databases with the same findings. */
type Section = readonly [DatabaseReport, ...DatabaseReport[]];

/** What has findings, or could not be checked; the worst first. */
function sections(report: Report): readonly Section[] {
  const all = [...new Set(targetsOf(report).map(({ database }) => database))];
  const shown = all.filter((each) => each.error || each.undeclared?.length || each.grantees.some(hasFindings));
  return sameOf(shown, ({ error, user, fixes, undeclared, grantees }) => {
    const found = grantees.map((each) => [each.grantee, findingsOf(each)]);
    return JSON.stringify([error && failureKey(error), user, fixes, undeclared, found]);
  });
}

/** Groups as `groupsOf` does. The key of 20,000 findings takes a second, and one item needs none. */
function sameOf<T>(items: readonly T[], key: (item: T) => string) {
  return groupsOf(items, items.length > 1 ? key : () => "");
}

function hasFindings(grantee: GranteeReport): boolean {
  return findingsOf(grantee).flat().some(Boolean);
}

function findingsOf({ error, missing, granted, extra, revoked, unconfirmed }: GranteeReport) {
  return [error, missing, granted, extra, revoked, unconfirmed];
}

/** Grantees of one section with the same findings; fixes differ in the name of the grantee only. */
function sameGrantees({ grantees }: DatabaseReport) {
  return sameOf(grantees.filter(hasFindings), (grantee) =>
    JSON.stringify(findingsOf(grantee), (name, value) => (name === "fix" ? undefined : value)),
  ).map((same) => ({
    grantee: same[0],
    named: grantees.length > 1 ? [...new Set(same.map(({ grantee }) => grantee))] : [],
  }));
}

function sectionPart(page: Page, report: Report, databases: Section): void {
  const [database] = databases;
  const place = placesIn(report, markdown);
  if (report.databases.length > 1) page.add(`#### ${some(databases, MAX_NAMES, place)}`);
  if (database.error) {
    errorPart(page, database.error, report);
    if (new Set(databases.map(({ error }) => JSON.stringify(error))).size > 1)
      page.add(`The names are those of ${place(database)}; the others have the same error.`);
  }
  const parts = sameGrantees(database);
  for (const { grantee, named } of parts) {
    const { error, missing, extra } = grantee;
    if (named.length > 0 && (error || missing.length + extra.length > 0)) page.add(`##### For ${names(named)}`);
    if (error) errorPart(page, error, report);
    driftPart(page, database, grantee, named.length > 1);
  }
  fixesPart(page, database.fixes, MAX_SQL, ({ byHand, runnable }) => {
    if (byHand) return runnable ? ", which <code>mode: apply</code> does not run" : ", which ends only a warning";
    return runnable && report.mode === "plan" ? ", which <code>mode: apply</code> runs" : "";
  });
  undeclaredPart(page, report, database, MAX_SQL);
  for (const { grantee, named } of parts) {
    const whom = named.length === 0 ? "" : ` for ${some(named, MAX_NAMES, (name) => markup.name(name))}`;
    for (const { done, changed } of changesOf(grantee))
      changedPart(page, `${done} on ${countObjects(changed)}${whom}`, changed);
  }
}

function names(list: readonly string[]): string {
  return some(list, MAX_NAMES, (name) => markdown.name(name));
}

function errorPart(page: Page, error: Failure, report: Report): void {
  for (const block of failureBlocks(error, report.run?.docs)) page.add(block);
  if (targetsOf(report).length < 2) page.add("The run failed: this is not drift.");
}

/** Each warning once, with its databases unless they are all. */
function warningsPart(page: Page, report: Report): void {
  const { databases } = report;
  const all = checkedIn(databases).flatMap(({ database, grantee }) =>
    grantee.warnings.map(({ message }) => ({ database, text: markdown.sentence(message) })),
  );
  const distinct = groupsOf(all, ({ text }) => text);
  if (distinct.length === 0) return;
  const place = placesIn(report, markdown);
  const line = ([first, ...others]: (typeof distinct)[number]) => {
    const found = [...new Set([first, ...others].map(({ database }) => database))];
    return first.text + (found.length < databases.length ? ` (in ${some(found, MAX_NAMES, place)})` : "");
  };
  page.add(`**${count(distinct.length, "warning")}**`);
  page.list(distinct, line, MAX_WARNINGS);
}

// --- the whole

/** A row for each target, the worst first; if there are many, those in sync are below a fold. */
function overview(page: Page, report: Report): void {
  const targets = targetsOf(report);
  if (targets.length < 2) return;
  const table = (rows: readonly Target[]) => page.table(["Verdict", "Target"], rows, targetCells(report));
  const green = targets.length > MAX_ROWS ? targets.filter(({ verdict }) => verdict === "in-sync") : [];
  const others = targets.slice(0, targets.length - green.length);
  if (others.length > 0) table(others);
  const title = `${others.length > 0 ? "The other" : "All"} ${grouped(green.length)} are in sync`;
  if (green.length > 0) page.fold(title, () => table(green));
  if (targets.some(({ error }) => error))
    page.add("An error is not drift: it is not known which privileges are missing there.");
}

/** How to write a target: `❌ drift: 3 missing, 1 granted` and `aad_orders in app`. */
function targetCells(report: Report): (target: Target) => readonly string[] {
  const named = targetsIn(report, cell);
  return (target) => {
    const { database, grantee, verdict, error } = target;
    const checked = grantee ? [{ database, grantee }] : error ? checkedIn([database]) : [];
    const counts = Object.entries(countsOf(checked)).flatMap(([list, n]) => (n > 0 ? `${grouped(n)} ${list}` : []));
    const more = [...(error ? [error.code] : []), ...counts].join(", ");
    return [`${ICONS[verdict]} ${VERDICTS[verdict]}${more && `: ${more}`}`, named(target)];
  };
}

/** The last part: the objects that were checked, as which role, when, and where the privileges come from. */
function checkedPart(page: Page, report: Report): void {
  const { skipped, ...objects } = lookedAt(report);
  const versions = new Set(report.databases.flatMap(({ serverVersion }) => serverVersion ?? []));
  const checked = [
    `Checked ${series(countTypes(objects))}, skipped ${skipped}`,
    `as ${names([...new Set(report.databases.map(({ user }) => user))])}`,
    `PostgreSQL ${some([...versions], MAX_NAMES, markdown.code)}`,
    `mode \`${report.mode}\``,
    ...sessionRoles(report),
  ];
  const lines = [...([skipped, ...Object.values(objects)].some((n) => n > 0) ? checked : []), ...runLine(report)];
  if (lines.length > 0) page.add(lines.join(" · "));
  const grantees = checkedIn(report.databases).map(({ grantee }) => grantee);
  const held = heldLines(grantees.flatMap((grantee) => grantee.held));
  if (new Set(grantees.map(({ grantee }) => grantee)).size > 1) held.unshift("An object counts once for each grantee.");
  if (held.length > 0) page.fold("Where the privileges come from", () => page.list(held, String));
  const bound = identityLines(report);
  if (bound.length > 0) page.fold("Which identities can sign in", () => page.list(bound, String));
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
  const sentences = checkedIn(report.databases).flatMap(({ grantee: { grantee, sessionRole } }) =>
    sessionRole === undefined ? [] : `sessions of ${markdown.name(grantee)} begin as ${markdown.name(sessionRole)}`,
  );
  return [...new Set(sentences)];
}

/** The identity in Entra that each grantee is bound to, once for all databases of a server. */
function identityLines(report: Report): readonly string[] {
  const lines = checkedIn(report.databases).flatMap(({ grantee: { grantee, identity } }) => {
    if (identity === undefined) return [];
    const { objectId, type, tenantId } = identity;
    const tenant = tenantId === undefined ? "" : `, tenant \`${tenantId}\``;
    return [`${markdown.name(grantee)}: ${type} \`${objectId}\`${tenant}`];
  });
  return [...new Set(lines)];
}

function heldLines(held: readonly Held[]): string[] {
  const groups = groupsOf(held, ({ kind, privileges, ...source }) =>
    [kind, privileges.join(), source.source, "role" in source ? source.role : ""].join("\0"),
  );
  return groups.map((group) => {
    const [first] = group;
    const total = group.reduce((sum, { objects }) => sum + objects, 0);
    return `${countKind(first.kind, total)}: ${first.privileges.join(", ")} (${sourceText(first, markdown)})`;
  });
}
