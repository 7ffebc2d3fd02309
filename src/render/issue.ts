import { createHash } from "node:crypto";
import { extraIsDrift } from "../model/demand.ts";
import type { DatabaseReport, GranteeReport, Missing, Report } from "../model/report.ts";
import { some } from "../text/count.ts";
import { driftPart, fixesPart } from "./drift.ts";
import { headline, serverText } from "./headline.ts";
import { openPage } from "./page.ts";
import { markdown } from "./pen.ts";

/** The subject of one drift issue: a grantee in a database, and the schemas that were checked. */
export interface Subject {
  readonly database: DatabaseReport;
  readonly grantee: GranteeReport;
  /** The run's report with nothing in it but this grantee in this database. */
  readonly report: Report;
}

/** Every grantee of every database, also those that could not be checked. */
export function subjectsOf(report: Report): readonly Subject[] {
  return report.databases.flatMap((database) =>
    database.grantees.map((grantee) => ({
      database,
      grantee,
      report: { ...report, databases: [{ ...database, grantees: [grantee] }] },
    })),
  );
}

// --- the marker: how the next run finds the issue, and what it compares with

export interface Marker {
  /** Which host, port, database, grantee and schemas the issue is about. */
  readonly key: string;
  /** Which set of objects was found. */
  readonly found: string;
}

/**
 * Two digests, which are equal if and only if the subjects and the sets of objects are equal. Names can neither end the comment that holds
 * the digests nor make it long (there may be hundreds of schemas), and the order of a list makes no difference.
 */
export function markerOf({ database, grantee }: Subject): Marker {
  const { host, port, database: name } = database;
  const { schemas } = grantee;
  const scope = schemas === "*" ? "*" : [...new Set(schemas)].toSorted();
  return {
    key: digest([host.toLowerCase(), port, name, grantee.grantee, scope]),
    found: digest([...new Set(findingsOf(grantee).map(objectId))].toSorted()),
  };
}

/** The findings that are drift. */
function findingsOf({ missing, extra, onExtra }: GranteeReport): readonly Missing[] {
  return extraIsDrift(onExtra) ? [...missing, ...extra] : missing;
}

function objectId({ kind, schema, name, owner }: Missing): string {
  return JSON.stringify([kind, schema, name, kind === "default-privileges" && owner]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

const MARKER = /^\s*<!-- azure-postgres-grants drift ([0-9a-f]{64}) ([0-9a-f]{64}) -->/;

/** The marker of an issue's body; undefined if the issue is not ours. */
export function readMarker(body: string | null | undefined): Marker | undefined {
  const [, key, found] = MARKER.exec(body ?? "") ?? [];
  return key !== undefined && found !== undefined ? { key, found } : undefined;
}

// --- title and body

/** GitHub: `title is too long (maximum is 256 characters)`. */
const MAX_TITLE = 256;

/** The issue's title, in the inline Markdown that titles may have. Set once, because people may change it. */
export function issueTitle({ database, grantee }: Subject): string {
  const about = "Drift of PostgreSQL privileges";
  const title = `${about}: ${markdown.name(grantee.grantee)} in ${markdown.name(database.database)} on ${serverText(database, markdown)}`;
  return title.length <= MAX_TITLE ? title : about;
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
  const { key, found } = markerOf(subject);
  const foot = `---\n\nFound by ${run}. azure-postgres-grants maintains this issue: each run updates this text, adds a comment when the set of objects changes, and closes the issue when the drift is gone. You can add comments; changes to this text are lost.\n`;
  const page = openPage({
    most: MAX_BODY - foot.length,
    sizeOf: (text) => text.length,
    cut: `The rest did not fit here. The JSON report of ${run} is complete (output \`report\`).\n`,
  });
  page.add(`<!-- azure-postgres-grants drift ${key} ${found} -->`);
  page.add(`### ❌ ${headline(report, markdown)}`);
  page.add(checkedLine(subject));
  driftPart(page, database, grantee);
  const drifting = database.grantees.filter(({ verdict }) => verdict === "drift").length;
  const note = drifting > 1 ? `, for all ${drifting} grantees with drift in this database` : "";
  fixesPart(page, database.fixes, { most: MAX_SQL, note: () => note });
  return page.close() + foot;
}

function checkedLine({ database, grantee: { schemas }, report }: Subject): string {
  const where =
    schemas === "*"
      ? "every schema"
      : `${schemas.length === 1 ? "schema" : "schemas"} ${some(schemas, MAX_NAMES, (name) => markdown.name(name))}`;
  const version =
    database.serverVersion === undefined ? [] : [`PostgreSQL ${markdown.quoted(database.serverVersion)}`];
  return [
    `Checked ${where}`,
    `as ${markdown.name(database.user)}`,
    ...version,
    `mode \`${report.mode}\``,
  ].join(" · ");
}

// --- comments

/** How a comment starts, by what has changed. */
const COMMENTS = {
  changed: "The set of objects has changed; the text above is up to date.",
  back: "The drift is back; the text above is up to date.",
  gone: "The drift is gone.",
} as const;

/**
 * A comment on an issue whose state or set of objects changed.
 * @param run a link to the run, or words if there is no link
 */
export function issueComment(change: keyof typeof COMMENTS, { report }: Subject, run: string): string {
  return `${COMMENTS[change]} ${headline(report, markdown)}\n\nFound by ${run}.`;
}
