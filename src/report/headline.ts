import { type Pen, plain } from "./escape.ts";
import { countIn, granteesOf, unchecked } from "./findings.ts";
import type { DatabaseReport, Report } from "./report.ts";
import { count, countKinds, series, some } from "./words.ts";

/**
 * The verdict in one sentence: what, where, how many, for whom. "Could not check" never reads like "missing".
 * E.g. `Drift: aad_orders is missing privileges on 4 objects in app on srv (3 tables, 1 sequence).`
 */
export function headline(report: Report, pen: Pen): string {
  if (report.error) return "Could not check anything.";
  const { databases, grantees } = unchecked(report.databases);
  const failed = databases.length + grantees.length;
  if (failed === 0) return `${findings(report, pen)}.`;
  if (databases.length === report.databases.length) return `Could not check ${place(report, pen)}.`;
  const rest = withoutErrors(report);
  const what = [
    ...(databases.length > 0
      ? [
          `${databases.length} of ${count(report.databases.length, "database")} (${some(
            databases.map(({ database }) => pen.name(database)),
            3,
          )})`,
        ]
      : []),
    ...(grantees.length > 0
      ? [
          some(
            grantees.map(
              ({ database, grantee }) => `${pen.name(grantee.grantee)} in ${pen.name(database.database)}`,
            ),
            3,
          ),
        ]
      : []),
  ];
  const others = granteesOf(rest).length > 0 ? ` ${findings(rest, pen)}.` : "";
  return `Could not check ${series(what)}.${others}`;
}

/** The one sentence for `setFailed` and the log: the headline, and for an error what happened and what to do. */
export function verdictLine(report: Report): string {
  const line = headline(report, plain);
  const error = report.error ?? onlyError(report);
  return error ? `${line} ${plain.text(error.message)}\n${plain.text(error.hint)}`.trimEnd() : line;
}

/** The error all that failed share; with several, each has an annotation of its own. */
function onlyError(report: Report) {
  const { databases, grantees } = unchecked(report.databases);
  const errors = [...databases.map(({ error }) => error), ...grantees.map(({ grantee }) => grantee.error)];
  return new Set(errors.map((error) => error?.message)).size === 1 ? errors[0] : undefined;
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

function findings(report: Report, pen: Pen): string {
  const who = forWhom(report, pen);
  const where = place(report, pen);
  const missing = countIn(report, "missing");
  const extra = countIn(report, "extra");
  const granted = countIn(report, "granted");
  const revoked = countIn(report, "revoked");
  const verbs = who.many ? ["are", "hold"] : ["is", "holds"];
  const beyond = `more than asked for on ${count(extra, "object")}`;
  const lacks = `${who.text} ${verbs[0]} missing privileges on ${count(missing, "object")} in ${where}`;

  if (missing > 0) {
    const kinds = countKinds(granteesOf(report).flatMap(({ missing }) => missing));
    const held = extra > 0 ? `, and ${verbs[1]} ${beyond}` : "";
    return `${report.mode === "plan" ? "Plan" : "Drift"}: ${lacks} (${kinds})${held}`;
  }
  if (extra > 0 && granteesOf(report).some(({ verdict }) => verdict === "drift")) {
    return `${report.mode === "plan" ? "Plan" : "Drift"}: ${who.text} ${verbs[1]} ${beyond} in ${where}`;
  }
  if (granted + revoked > 0) {
    const done = [
      ...(granted > 0 ? [`granted on ${count(granted, "object")}`] : []),
      ...(revoked > 0 ? [`revoked on ${count(revoked, "object")}`] : []),
    ];
    return `Repaired: ${done.join(", ")}; ${who.text} now ${verbs[1]} every privilege asked for in ${where}`;
  }
  const objects = granteesOf(report).reduce(
    (sum, { objects }) => sum + objects.tables + objects.sequences,
    0,
  );
  return `In sync: ${who.text} ${verbs[1]} every privilege asked for on ${count(objects, "object")} in ${where}`;
}

function forWhom(report: Report, pen: Pen): { readonly text: string; readonly many: boolean } {
  const names = [...new Set(granteesOf(report).map(({ grantee }) => grantee))];
  return {
    text: some(
      names.map((name) => pen.name(name)),
      3,
    ),
    many: names.length > 1,
  };
}

function place(report: Report, pen: Pen): string {
  const [first, ...others] = report.databases;
  if (!first) return "any database";
  const servers = new Set(report.databases.map((database) => serverText(database, pen)));
  const server = servers.size === 1 ? serverText(first, pen) : count(servers.size, "server");
  const database =
    others.length === 0 ? pen.name(first.database) : count(report.databases.length, "database");
  return `${database} on ${server}`;
}

/** The server, with its port where it is not PostgreSQL's own. */
export function serverText({ host, port }: DatabaseReport, pen: Pen): string {
  return pen.code(port === 5432 ? host : `${host}:${port}`);
}
