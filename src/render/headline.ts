import type { DatabaseReport, GranteeReport, Missing, Named, Report } from "../model/report.ts";
import { count, series } from "../text/count.ts";
import { failureLines } from "./failure.ts";
import { countIn, distinctIn, granteesOf, lookedAt, unchecked } from "./findings.ts";
import { type Pen, plain } from "./pen.ts";
import { countObjects } from "./phrases.ts";

/** More names than this are counted instead. */
const MAX_NAMES = 3;

/**
 * The verdict in one line: what, where, how many, for which grantee. "Could not check" never reads like "missing".
 * E.g. `Drift: aad_orders is missing privileges on 3 tables and 1 sequence in app on srv .`
 */
export function headline(report: Report, pen: Pen): string {
  if (report.error) return "Could not check anything.";
  const checked = withoutErrors(report);
  const { databases, grantees } = unchecked(report.databases);
  if (databases.length + grantees.length === 0) return `${findings(report, checked, pen)}.`;
  if (checked.databases.length === 0) {
    return `Could not check ${place(report.databases, report, pen)}${doneBefore(report)}.`;
  }
  const failed = [
    ...named(
      databases.map(({ database }) => pen.name(database)),
      `of ${count(report.databases.length, "database")}`,
    ),
    ...named(
      grantees.map(
        ({ database, grantee }) => `${pen.name(grantee.grantee)} in ${pen.name(database.database)}`,
      ),
      "pairs of grantee and database",
    ),
  ];
  return `Could not check ${series(failed)}${doneBefore(report)}. ${findings(report, checked, pen)}.`;
}

/** Changes in the databases that could not be checked: a run that broke off names them first. */
function doneBefore({ databases }: Report): string {
  const done = changes(
    databases.filter(({ error }) => error !== undefined).flatMap(({ grantees }) => grantees),
  );
  return done.length > 0 ? `, but ${series(done)} before that` : "";
}

/** `granted privileges on 3 tables` */
function changes(grantees: readonly GranteeReport[]): readonly string[] {
  const all = [
    ["granted privileges on", grantees.flatMap(({ granted }) => granted)],
    ["revoked privileges on", grantees.flatMap(({ revoked }) => revoked)],
    ["got no answer for", grantees.flatMap(({ unconfirmed = [] }) => unconfirmed)],
  ] as const;
  return all.flatMap(([done, objects]) => (objects.length > 0 ? [`${done} ${countObjects(objects)}`] : []));
}

function named(names: readonly string[], counted: string): readonly string[] {
  if (names.length === 0) return [];
  return names.length <= MAX_NAMES ? [series(names)] : [`${names.length} ${counted}`];
}

/**
 * The verdict for `setFailed` and the log: the headline and, if the run could not start, the failure. A database that
 * could not be checked has an annotation.
 */
export function verdictLine(report: Report): string {
  const line = headline(report, plain);
  return report.error ? [line, ...failureLines(report.error, report)].join("\n") : line;
}

function withoutErrors(report: Report): Report {
  const databases = report.databases
    .filter(({ error }) => error === undefined)
    .map((database) => ({
      ...database,
      grantees: database.grantees.filter(({ error }) => error === undefined),
    }))
    .filter(({ grantees }) => grantees.length > 0);
  return { ...report, databases };
}

function findings(report: Report, checked: Report, pen: Pen): string {
  const found = (list: "missing" | "extra") =>
    checked.databases.filter(({ grantees }) => grantees.some((grantee) => grantee[list].length > 0));
  const missing = granteesOf(checked).flatMap(({ missing }) => missing);
  const identities = missing.filter(isIdentity).length;
  const drift = report.mode === "plan" ? "Plan" : "Drift";
  const extra = countIn(checked, "extra");
  const beyond = `more privileges than requested on ${objects(checked, "extra")}`;

  if (identities > 0) {
    const { who, is } = subject(checked, ({ missing }) => missing.some(isIdentity), pen);
    const where = place(found("missing"), report, pen);
    const others = countIn(checked, "missing") - identities;
    const also = others > 0 ? `, and privileges on ${count(others, "object")} are missing` : "";
    return `${drift}: ${who} ${is} not bound to the expected Microsoft Entra identity${also}, in ${where}`;
  }
  if (missing.length > 0) {
    const { who, is, holds } = subject(checked, ({ missing }) => missing.length > 0, pen);
    const where = place(found("missing"), report, pen);
    const also = extra > 0 ? `, and ${holds} ${beyond}` : "";
    return `${drift}: ${who} ${is} missing privileges on ${objects(checked, "missing")} in ${where}${also}${applied(checked)}`;
  }
  if (extra > 0 && granteesOf(checked).some(({ verdict }) => verdict === "drift")) {
    const { who, holds } = subject(checked, ({ extra }) => extra.length > 0, pen);
    return `${drift}: ${who} ${holds} ${beyond} in ${place(found("extra"), report, pen)}`;
  }
  const { who, holds } = subject(checked, () => true, pen);
  const where = place(checked.databases, report, pen);
  const all = "every requested privilege";
  const done = changes(granteesOf(checked));
  if (done.length > 0) return `Repaired: ${series(done)}. ${who} now ${holds} ${all} in ${where}`;
  const { tables, sequences, routines = 0 } = lookedAt(checked);
  return `In sync: ${who} ${holds} ${all} on ${count(tables + sequences + routines, "object")} in ${where}`;
}

function isIdentity({ kind }: Named): boolean {
  return kind === "identity";
}

function objects(report: Report, list: "missing" | "extra"): string {
  return countObjects(granteesOf(report).flatMap((grantee) => distinctIn<Named>(grantee[list])));
}

/** In a plan, how much of it `apply` can do. */
function applied({ mode, databases }: Report): string {
  if (mode !== "plan") return "";
  const lists = databases.flatMap(({ grantees }) => grantees.map(({ missing }) => missing));
  const isDoable = ({ reason }: Missing) => reason === "not-granted";
  const total = lists.reduce((sum, list) => sum + distinctIn(list).length, 0);
  const blocked = lists.reduce(
    (sum, list) => sum + distinctIn(list.filter((each) => !isDoable(each))).length,
    0,
  );
  if (blocked === 0) return "; `mode: apply` can grant all of them";
  if (!lists.flat().some(isDoable)) return "; `mode: apply` can grant none of them";
  return blocked === total
    ? "; `mode: apply` can grant some of them"
    : `; \`mode: apply\` can grant them on ${total - blocked} of the ${total}`;
}

function subject(report: Report, which: (grantee: GranteeReport) => boolean, pen: Pen) {
  const names = [...new Set(granteesOf(report).flatMap((each) => (which(each) ? each.grantee : [])))];
  const who =
    names.length <= MAX_NAMES ? series(names.map((name) => pen.name(name))) : count(names.length, "grantee");
  return names.length > 1 ? { who, is: "are", holds: "hold" } : { who, is: "is", holds: "holds" };
}

/** Some of the report's databases and their server: `app on srv`, `12 of 50 databases on srv`. */
function place(databases: readonly DatabaseReport[], report: Report, pen: Pen): string {
  const servers = [...new Set(databases.map((database) => serverText(database, pen)))];
  const [server = ""] = servers;
  const all = report.databases.length;
  const which =
    databases.length <= MAX_NAMES
      ? series(databases.map(({ database }) => pen.name(database)))
      : `${databases.length === all ? "all" : `${databases.length} of`} ${count(all, "database")}`;
  return `${which} on ${servers.length === 1 ? server : count(servers.length, "server")}`;
}

/** The server, with its port unless it is the default port. */
export function serverText({ host, port }: DatabaseReport, pen: Pen): string {
  return pen.code(port === 5432 ? host : `${host}:${port}`);
}
