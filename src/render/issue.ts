import { createHash } from "node:crypto";
import { extraIsDrift } from "../model/demand.ts";
import type { GranteeReport, Missing, Report } from "../model/report.ts";
import { grouped, some, upTo } from "../text/count.ts";
import { driftPart, fixesPart } from "./drift.ts";
import { type Checked, checkedIn } from "./findings.ts";
import { headline } from "./headline.ts";
import { openPage } from "./page.ts";
import { markdown, plain } from "./pen.ts";
import { objectText, placeText, schemasText } from "./phrases.ts";

/** The subject of one drift issue: a grantee in a database, and the schemas that were checked. */
export interface Subject extends Checked {
  /** The run's report with nothing in it but this grantee in this database. */
  readonly report: Report;
}

/** Every grantee of every database, also those that could not be checked. */
export function subjectsOf(report: Report): readonly Subject[] {
  return checkedIn(report.databases).map(({ database, grantee }) => ({
    database,
    grantee,
    report: { ...report, databases: [{ ...database, grantees: [grantee] }] },
  }));
}

// --- the marker: how the next run finds the issue, and what it compares with

export interface Marker {
  /** A digest of the host, port, database, grantee and schemas that the issue is about. */
  readonly key: string;
  /** A digest of the set of objects that were found. */
  readonly found: string;
  /** A digest of what the text says of them. */
  readonly text: string;
  /** The objects that were found, by kind and name; empty if they are too many. */
  readonly objects: readonly string[];
}

/** A longer list of objects would leave too little room for the rest. */
const MAX_OBJECTS = 16_000;

/**
 * What the issue of a subject has to say. Names can neither end the comment that holds it nor make a digest long (there may
 * be hundreds of schemas), and the order of a list makes no difference.
 */
export function markerOf({ database, grantee }: Subject): Marker {
  const { host, port, database: name, fixes } = database;
  const { schemas } = grantee;
  const scope = schemas === "*" ? "*" : [...new Set(schemas)].toSorted();
  const findings = findingsOf(grantee);
  // No line can end a comment of HTML.
  const objects = [...new Set(findings.map((each) => objectText(each, plain).replaceAll(">", "›")))].toSorted();
  return {
    key: digest([host.toLowerCase(), port, name, grantee.grantee, scope]),
    found: digest(objects),
    text: digest([findings.map((each) => JSON.stringify(each)).toSorted(), fixes]),
    objects: objects.join("\n").length > MAX_OBJECTS ? [] : objects,
  };
}

/** The findings that are drift. */
function findingsOf(grantee: GranteeReport): readonly Missing[] {
  return extraIsDrift(grantee.onExtra) ? [...grantee.missing, ...grantee.extra] : grantee.missing;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

const MARKER = /^\s*<!-- azure-postgres-grants drift ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{64})([^>]*)-->/;

/** The marker of an issue's body; undefined if the issue is not ours. */
export function readMarker(body: string | null | undefined): Marker | undefined {
  const [, key, found, text, objects] = MARKER.exec(body ?? "") ?? [];
  if (!key || !found || !text || objects === undefined) return undefined;
  return { key, found, text, objects: objects.split(/[\r\n]+/).filter((line) => line.trim() !== "") };
}

// --- title and body

/** GitHub: `title is too long (maximum is 256 characters)`. */
const MAX_TITLE = 256;

/** The issue's title, in the inline Markdown that titles may have. Set once, because people may change it. */
export function issueTitle(subject: Subject): string {
  const what = "Drift of PostgreSQL privileges";
  const title = `${what}: ${aboutText(subject)}`;
  return title.length <= MAX_TITLE ? title : what;
}

function aboutText({ database, grantee }: Subject): string {
  return `${markdown.name(grantee.grantee)} in ${placeText(database, markdown)}`;
}

/** GitHub: `body is too long (maximum is 65536 characters)`. JavaScript counts at least as many as GitHub does. */
const MAX_BODY = 65_536;
/** A longer script is for the SQL file. */
const MAX_SQL = 24_000;
const MAX_NAMES = 8;

/**
 * The issue's body: the marker, what has drifted for which cause, the SQL that fixes it. At most 65,536 characters,
 * cut at a whole row with a pointer to the run.
 * @param run a link to the run, or words if there is no link
 */
export function issueBody(subject: Subject, run: string): string {
  const { database, grantee, report } = subject;
  const { key, found, text, objects } = markerOf(subject);
  const foot = `---\n\nFound by ${run}. azure-postgres-grants maintains this issue: when it finds something else, it updates this text, adds a comment if the set of objects has changed, and closes the issue if the drift is gone. You can add comments; changes to this text are lost.\n`;
  const cut = `The rest did not fit here. The JSON report of ${run} is complete (output \`report\`).\n`;
  const page = openPage(MAX_BODY - Buffer.byteLength(foot), cut);
  page.add([`<!-- azure-postgres-grants drift ${key} ${found} ${text}`, ...objects, "-->"].join("\n"));
  page.add(`### ❌ ${headline(report, markdown)}`);
  page.add(`Checked ${schemasText(grantee, markdown)} · as ${markdown.name(database.user)} · mode \`${report.mode}\``);
  driftPart(page, database, grantee);
  const drifting = database.grantees.filter(({ verdict }) => verdict === "drift").length;
  const note = drifting > 1 ? `, for all ${drifting} grantees with drift in this database` : "";
  fixesPart(page, database.fixes, MAX_SQL, () => note);
  return page.close() + foot;
}

// --- what a run does with an issue, and what it says

/** An issue that this action opened. */
export interface Issue extends Marker {
  readonly number: number;
  readonly open: boolean;
  readonly url: string;
}

export interface Task {
  readonly subject: Subject;
  readonly now: Marker;
  readonly change: "opened" | "updated" | "reopened" | "closed" | "unchanged";
  /** The issue as the last run left it; absent if there is none. */
  readonly issue?: Issue | undefined;
}

/**
 * What to do with the issue of each subject. The issue stays as it is if the subject could not be checked.
 * @param issues the oldest first: the oldest one of a subject counts
 */
export function tasksFor(report: Report, issues: readonly Issue[]): readonly Task[] {
  const byKey = Map.groupBy(issues, ({ key }) => key);
  return subjectsOf(report).flatMap((subject): readonly Task[] => {
    const { verdict } = subject.grantee;
    if (verdict === "error") return [];
    const now = markerOf(subject);
    const issue = byKey.get(now.key)?.[0];
    const to = (change: Task["change"]) => [{ subject, now, change, issue }];
    if (verdict !== "drift") return issue?.open ? to("closed") : [];
    if (issue === undefined) return to("opened");
    if (!issue.open) return to("reopened");
    return to(issue.text === now.text ? "unchanged" : "updated");
  });
}

/** How a comment begins. */
const COMMENTS: Readonly<Partial<Record<Task["change"], string>>> = {
  updated: "The set of objects has changed; the text above is up to date.",
  reopened: "There is drift, so this issue is open again; the text above is up to date.",
  closed: "The drift is gone.",
};

/**
 * The comment on an issue whose state or set of objects has changed, else undefined.
 * @param run a link to the run, or words if there is no link
 */
export function issueComment(task: Task, run: string): string | undefined {
  const { subject, now, change, issue } = task;
  const begin = COMMENTS[change];
  if (begin === undefined || (change === "updated" && issue?.found === now.found)) return undefined;
  return `${begin}${news(task)} ${headline(subject.report, markdown)}\n\nFound by ${run}.`;
}

/** Which objects are new since the last run, and which are gone; empty if that is not known. */
function news({ change, now, issue }: Task): string {
  const before = issue?.objects ?? [];
  if (change !== "updated" || now.objects.length === 0 || before.length === 0) return "";
  const text = (what: string, objects: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    const list = objects.filter((object) => !known.has(object));
    return list.length === 0 ? "" : ` ${what}: ${some(list, MAX_NAMES, markdown.code)}.`;
  };
  return text("New", now.objects, before) + text("Gone", before, now.objects);
}

/** More issues are counted. */
const MAX_LINES = 20;

/** What the run did with the issues, for the end of the job summary. */
export function issuesPart(done: readonly Task[]): string {
  const link = ({ issue }: Task) => `[#${issue?.number}](${issue?.url})`;
  const same = done.filter(({ change }) => change === "unchanged");
  const changed = done.filter(({ change }) => change !== "unchanged");
  const line = (task: Task) => `- ${link(task)} ${task.change}: ${aboutText(task.subject)}.${news(task)}`;
  return [
    "**Drift issues, since the last run**\n",
    ...upTo(MAX_LINES, changed, line, (rest) => `- ${grouped(rest)} more in the log`),
    ...(same.length > 0 ? [`- Nothing is new in ${some(same, MAX_NAMES, link)}.`] : []),
    "",
  ].join("\n");
}
