import { createHash } from "node:crypto";
import type { DatabaseReport, Extra, GranteeReport, Missing, Report } from "../model/report.ts";
import { codeBlock, markdown, markup, visibleSql } from "../text/escape.ts";
import { byCause, type Cause, extraIsDrift, sourcesText } from "./findings.ts";
import { headline, serverText } from "./headline.ts";
import { count, countKinds, objectText, runner, some } from "./phrases.ts";
import { explain } from "./reasons.ts";

/** What one drift issue is about: a grantee in a database, and the schemas that were looked at. */
export interface Subject {
  readonly database: DatabaseReport;
  readonly grantee: GranteeReport;
  readonly schemas: readonly string[] | "*";
  /** The run's report with nothing in it but this grantee in this database. */
  readonly report: Report;
}

/** Every grantee of every database, those included that could not be checked. */
export function subjectsOf(report: Report, schemas: Subject["schemas"]): readonly Subject[] {
  return report.databases.flatMap((database) =>
    database.grantees.map((grantee) => ({
      database,
      grantee,
      schemas,
      report: { ...report, databases: [{ ...database, grantees: [grantee] }] },
    })),
  );
}

// --- the marker: how the next run finds the issue, and knows what was in it

export interface Marker {
  /** Which host, port, database, grantee and schemas the issue is about. */
  readonly key: string;
  /** Which set of objects was found. */
  readonly found: string;
}

/**
 * Two digests: equal if and only if what they stand for is. So names can neither leave the comment they are hidden
 * in nor make it long (there may be hundreds of schemas), and lists mean the same in any order.
 */
export function markerOf({ database, grantee, schemas, report }: Subject): Marker {
  const { host, port, database: name } = database;
  const scope = schemas === "*" ? "*" : [...new Set(schemas)].toSorted();
  return {
    key: digest([host.toLowerCase(), port, name, grantee.grantee, scope]),
    found: digest([...new Set(findingsOf(report, grantee).map(objectId))].toSorted()),
  };
}

/** What the drift consists of: the job is not failed for anything else. */
function findingsOf(report: Report, { missing, extra }: GranteeReport): readonly Missing[] {
  return extraIsDrift(report) ? [...missing, ...extra] : missing;
}

function objectId({ kind, schema, name, owner }: Missing): string {
  return JSON.stringify([kind, schema, name, kind === "default-privileges" && owner]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

const MARKER = /^\s*<!-- azure-postgres-grants drift ([0-9a-f]{64}) ([0-9a-f]{64}) -->/;

function markerText({ key, found }: Marker): string {
  return `<!-- azure-postgres-grants drift ${key} ${found} -->`;
}

/** The marker of an issue's body; undefined if the issue is not ours. */
export function readMarker(body: string | null | undefined): Marker | undefined {
  const [, key, found] = MARKER.exec(body ?? "") ?? [];
  return key !== undefined && found !== undefined ? { key, found } : undefined;
}

// --- what people read

/** GitHub: `title is too long (maximum is 256 characters)`. */
const MOST_TITLE = 256;

/** The issue's title, in the inline Markdown that titles may have. It is given once: people may change it. */
export function issueTitle({ database, grantee }: Subject): string {
  const about = "Drift of PostgreSQL privileges";
  const title = `${about}: ${markdown.name(grantee.grantee)} in ${markdown.name(database.database)} on ${serverText(database, markdown)}`;
  return title.length <= MOST_TITLE ? title : about;
}

/** GitHub: `body is too long (maximum is 65536 characters)`. Counted here as JavaScript does, which is never less. */
const MOST_BODY = 65_536;
/** So many rows are shown at once; more go below a fold, up to so many characters. */
const SHOWN_ROWS = 12;
const FOLD_LENGTH = 16_000;
/** A longer script is for the SQL file. */
const SQL_LENGTH = 24_000;
const MOST_NAMES = 8;

/**
 * The issue's body: the marker, what has drifted for which cause, the SQL that mends it. At most 65,536 characters,
 * cut between blocks with a pointer to the run.
 * @param run a link to the run, or words where there is none
 */
export function issueBody(subject: Subject, run: string): string {
  const head = `${markerText(markerOf(subject))}\n\n### ❌ ${headline(subject.report, markdown)}\n\n`;
  const cut = `The rest would not fit here: it is in the JSON report (output \`report\`) of ${run}.\n\n`;
  const foot = `---\n\nFound by ${run}. azure-postgres-grants keeps this issue: each run writes this text anew, tells in a comment when the set of objects changes, and closes the issue when the drift is gone. Write comments; changes to this text are lost.\n`;
  let body = head;
  for (const block of blocks(subject)) {
    if (body.length + block.length + cut.length + foot.length > MOST_BODY) {
      body += cut;
      break;
    }
    body += `${block}\n\n`;
  }
  return body + foot;
}

function* blocks(subject: Subject): Generator<string> {
  const { database, grantee, report } = subject;
  yield facts(subject);
  for (const cause of byCause(grantee.missing)) yield* causeBlocks("Missing", cause, database);
  const beyond = extraIsDrift(report) ? "More than asked for" : "More than asked for (a warning)";
  for (const cause of byCause(grantee.extra)) yield* causeBlocks(beyond, cause, database);
  yield* mendingBlocks(database);
}

function facts({ database, schemas, report }: Subject): string {
  const where =
    schemas === "*"
      ? "every schema"
      : `${schemas.length === 1 ? "schema" : "schemas"} ${some(schemas, MOST_NAMES, (name) => markdown.name(name))}`;
  const version =
    database.serverVersion === undefined ? [] : [`PostgreSQL ${markdown.text(database.serverVersion)}`];
  return [
    `Looked at ${where}`,
    `as ${markdown.name(database.user)}`,
    ...version,
    `mode \`${report.mode}\``,
  ].join(" · ");
}

function* causeBlocks(what: string, cause: Cause, database: DatabaseReport): Generator<string> {
  const { owner, findings } = cause;
  const { why, fix } = explain(cause, { database, pen: markdown, sql: "the SQL below" });
  yield `**${what} on ${countKinds(findings)} owned by ${markdown.name(owner)}**<br>${why}<br>${fix}`;
  if (findings.length <= SHOWN_ROWS) yield table(findings);
  else
    yield `<details><summary>All ${countKinds(findings)}</summary>\n\n${table(findings, FOLD_LENGTH)}\n\n</details>`;
}

/** @param room characters for the rows; those that do not fit are counted */
function table(findings: readonly (Missing | Extra)[], room = Number.POSITIVE_INFINITY): string {
  const rows: string[] = [];
  let left = room;
  for (const finding of findings) {
    const from = "sources" in finding ? ` (${sourcesText(finding, markdown)})` : "";
    const row = `| ${objectText(finding, markdown)} | ${finding.privileges.join(", ")}${from} |`;
    left -= row.length + 1;
    if (left < 0) break;
    rows.push(row);
  }
  const rest = findings.length - rows.length;
  const more =
    rest === 0 ? [] : ["", `${count(rest, "more is", "more are")} in the JSON report (output \`report\`).`];
  return ["| Object | Privileges |", "| :-- | :-- |", ...rows, ...more].join("\n");
}

function* mendingBlocks({ mending, grantees }: DatabaseReport): Generator<string> {
  const drifting = grantees.filter(({ verdict }) => verdict === "drift").length;
  const whom = drifting > 1 ? `, for all ${drifting} grantees with drift in this database` : "";
  for (const block of mending) {
    const { statements } = block;
    const size = `${count(statements.length, "statement")}${whom}`;
    yield statements.reduce((sum, statement) => sum + statement.length, 0) > SQL_LENGTH
      ? `**SQL for ${runner(block, markdown)}** (${size}): too long for here, in the SQL file (output \`sql\`).`
      : `<details><summary><b>SQL for ${runner(block, markup)}</b> (${size})</summary>\n\n${codeBlock("sql", statements.map(visibleSql).join("\n"))}\n\n</details>`;
  }
}

// --- comments

/** What a comment tells of, with the word it starts with. */
const NEWS = {
  changed: "The set of objects has changed; the text above is up to date.",
  back: "The drift is back; the text above is up to date.",
  gone: "The drift is gone.",
} as const;

/**
 * A comment on an issue whose state or set of objects changed.
 * @param run a link to the run, or words where there is none
 */
export function issueComment(news: keyof typeof NEWS, { report }: Subject, run: string): string {
  return `${NEWS[news]} ${headline(report, markdown)}\n\nFound by ${run}.`;
}
