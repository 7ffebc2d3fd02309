import type { DatabaseReport, FixBlock, Report } from "../model/report.ts";
import { count } from "../text/count.ts";
import { linesOf, visibleSql } from "../text/escape.ts";
import { groupsOf } from "../text/groups.ts";
import { plain } from "./pen.ts";
import { hasServers, placeText, runner } from "./phrases.ts";

/**
 * The SQL for what was found, as a file: first what `mode: apply` runs, then, commented out, what else this run's login
 * can run, and a part for each other role. Plain SQL for one database, a psql script for several. Empty if there is nothing to fix.
 *
 * To run a commented part, sign in as its role and remove `-- ` from its lines: SQL and comments remain.
 */
export function renderSql(report: Report): string {
  const parts = partsOf(report).toSorted((a, b) => STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)));
  if (parts.length === 0) return "";
  const script = report.databases.length > 1 ? scriptPart(report) : statementsOf;
  // A role may have parts of several stages.
  const lines = groupsOf(parts, (part) => `${stageOf(part)} ${runnerOf(part)}`).flatMap((group) => {
    const [first] = group;
    if (stageOf(first) === "by apply") return group.flatMap((part) => [...script(part), ""]);
    return [...commented([...titleOf(first), ...group.flatMap(script)]), ""];
  });
  return `${[...header(report), ...lines].join("\n").trimEnd()}\n`;
}

/** The order of the parts. All but the first are commented out. */
const STAGES = ["by apply", "by hand", "prepares", "rest", "undeclared prepares", "undeclared"] as const;

function stageOf({ block, undeclared }: SqlPart): (typeof STAGES)[number] {
  const { runnable, byHand, prepares } = block;
  if (undeclared) return prepares ? "undeclared prepares" : "undeclared";
  if (runnable || byHand) return byHand ? "by hand" : "by apply";
  return prepares ? "prepares" : "rest";
}

function runnerOf({ block }: SqlPart): string {
  return plain.sentence(runner(block));
}

function titleOf(part: SqlPart): readonly string[] {
  const note = part.undeclared ? [NOT_DECLARED] : part.block.byHand ? [part.block.runnable ? BY_HAND : WARNED] : [];
  return [`-- To run as ${runnerOf(part)}:`, ...note];
}

const WARNED = "-- (revokes what is only a warning)";
const BY_HAND = "-- (mode apply does not run this part)";
const NOT_DECLARED =
  "-- (revokes what roles hold that nobody declared: check first that nothing needs it. This action never runs it)";

interface SqlPart {
  readonly database: DatabaseReport;
  readonly block: FixBlock;
  /** It revokes what nobody declared. */
  readonly undeclared: boolean;
}

/** A block for each database. If several databases of a server need the same in one of them, it is to be run once. */
function partsOf({ databases }: Report): readonly SqlPart[] {
  const all = databases.flatMap((database) => [
    ...database.fixes.map((block) => ({ database, block, undeclared: false })),
    ...(database.undeclaredFixes ?? []).map((block) => ({ database, block, undeclared: true })),
  ]);
  const once = groupsOf(all, ({ database: { host, port }, block }) =>
    block.database === undefined ? {} : JSON.stringify([host, port, block.database, block.statements]),
  );
  return once.map(([first]) => first);
}

/** The statements, after one that sets the file's encoding if they are not all ASCII. */
function statementsOf({ block }: SqlPart): readonly string[] {
  const statements = block.statements.map(visibleSql);
  return statements.some((sql) => NOT_ASCII.test(sql)) ? [SET_ENCODING, ...statements] : statements;
}

/** Every encoding of a server has the characters of ASCII. */
const NOT_ASCII = /\P{ASCII}/u;

/** https://www.postgresql.org/docs/current/multibyte.html#MULTIBYTE-AUTOMATIC-CONVERSION */
const SET_ENCODING = "SET client_encoding = 'UTF8';";

/** For psql: each part connects to its database first, and says which server only if there are several. */
function scriptPart({ databases }: Report): (part: SqlPart) => readonly string[] {
  const several = hasServers(databases);
  return (part) => {
    const { host, port } = part.database;
    const database = part.block.database ?? part.database.database;
    if (/[\r\n]/.test(database)) return unreachable(part);
    return [connectLine({ dbname: database, ...(several && { host, port: `${port}` }) }), ...statementsOf(part)];
  };
}

function header({ databases, mode }: Report): readonly string[] {
  const [first] = databases;
  if (!first) return [];
  const found = databases.filter(({ fixes, undeclaredFixes = [] }) => fixes.length + undeclaredFixes.length > 0);
  const where =
    databases.length > 1 ? `${count(found.length, "database")}: a script for psql` : placeText(first, plain);
  return [
    `-- SQL for what azure-postgres-grants (mode ${mode}) found in ${where}.`,
    `-- Mode apply runs what is not commented out, as ${plain.name(first.user)}. All other SQL is commented out, under the role that has to run it.`,
    "",
  ];
}

/** Every line a comment. */
function commented(lines: readonly string[]): readonly string[] {
  return lines.flatMap(linesOf).map((line) => `-- ${line}`);
}

/**
 * psql's way to another database, the settings as a connection string so that no name is taken for one:
 * https://github.com/postgres/postgres/blob/REL_17_0/src/fe_utils/string_utils.c#L745 (appendPsqlMetaConnect)
 */
function connectLine(settings: Readonly<Record<string, string>>): string {
  const conninfo = Object.entries(settings)
    .map(([key, value]) => `${key}='${value.replaceAll(/['\\]/g, "\\$&")}'`)
    .join(" ");
  return `\\connect -reuse-previous=on "${conninfo.replaceAll('"', '""')}"`;
}

/** A line break ends a psql command whatever its quotes; pg_dump gives up on such a name as well. */
function unreachable(part: SqlPart): readonly string[] {
  const why = `-- psql cannot \\connect to ${plain.name(part.database.database)}, because its name contains a line break. Connect to it and run:`;
  return commented([why, ...statementsOf(part)]);
}
