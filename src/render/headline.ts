import type { DatabaseReport, GranteeReport, Missing, Mode, Report } from "../model/report.ts";
import { count, series } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { failureLines } from "./failure.ts";
import { type Checked, changesOf, lookedAt, objectsIn, type Target, targetsOf } from "./findings.ts";
import { type Pen, plain } from "./pen.ts";
import { countObjects, hasServers, placesIn, serverText, targetsIn } from "./phrases.ts";
import { undeclaredText } from "./undeclared.ts";

/** More names than this are counted instead. */
const MAX_NAMES = 3;

/**
 * The verdict in one line: what, where, how many, for which grantee. "Could not check" never reads like "missing".
 * E.g. `Drift: aad_orders is missing privileges on 3 tables and 1 sequence in app on srv .`
 */
export function headline(report: Report, pen: Pen): string {
  if (report.error) return "Could not check anything.";
  const targets = targetsOf(report);
  const failed = targets.filter(({ verdict }) => verdict === "error");
  if (failed.length === 0) return `${findings(report, pen)}.`;
  const named = failed.length <= MAX_NAMES ? series(failed.map(targetsIn(report, pen))) : undefined;
  const what = named ?? `${failed.length} of ${count(targets.length, "target")}`;
  return failed.length === targets.length
    ? `${couldNot(failed)} ${what}${onServer(report, pen)}${doneBefore(failed)}.`
    : `${couldNot(failed)} ${what}${doneBefore(failed)}. ${findings(report, pen)}.`;
}

/** What did not work. After the first look at a database, its report has the grantees. */
export const couldNot = (failed: readonly Target[]): string =>
  `Could not ${failed.every(({ database }) => database.error && database.grantees[0]) ? "finish" : "check"}`;

/** Changes in the databases that could not be checked: a run that broke off names them first. */
function doneBefore(failed: readonly Target[]): string {
  const done = changes(failed.flatMap(({ database }) => (database.error ? database.grantees : [])));
  return done.length > 0 ? `, but ${series(done)} before that` : "";
}

/** `granted privileges on 3 tables` */
function changes(grantees: readonly GranteeReport[]): readonly string[] {
  return groupsOf(grantees.flatMap(changesOf), ({ past }) => past).map(
    (group) => `${group[0].past} ${countObjects(group.flatMap(({ changed }) => changed))}`,
  );
}

/**
 * The verdict for `setFailed` and the log: the headline and, if the run could not start, the failure. A database that
 * could not be checked has an annotation.
 */
export function verdictLine(report: Report): string {
  const line = headline(report, plain);
  return report.error ? [line, ...failureLines(report.error, report.run?.docs)].join("\n") : line;
}

/** What was found where there was no error. */
function findings(report: Report, pen: Pen): string {
  const checked = targetsOf(report).flatMap(({ database, grantee, error }) =>
    grantee && !error ? [{ database, grantee }] : [],
  );
  const all = about(checked);
  const drifting = checked.filter(({ grantee }) => grantee.verdict === "drift");
  const drift = report.mode === "plan" ? "Plan" : "Drift";
  if (drifting.length > 0) {
    const { who, is, holds, where } = about(drifting);
    const missing = objectsIn(drifting, lackingIn);
    const isUnbound = drifting.some(({ grantee }) => lackingIn(grantee).length < grantee.missing.length);
    const extra = objectsIn(drifting, (grantee) => grantee.extra);
    const found = [
      ...(isUnbound ? [`${is} not bound to the expected Microsoft Entra identity`] : []),
      ...(missing.length > 0 ? [`${is} missing privileges on ${countObjects(missing)}`] : []),
      ...(extra.length > 0 ? [`${holds} more privileges than requested on ${countObjects(extra)}`] : []),
    ];
    return `${drift}: ${who} ${series(found)} in ${where}${applied(report.mode, drifting)}`;
  }
  const [undeclared] = report.undeclared === "fail" ? undeclaredText(report, pen) : [];
  if (undeclared !== undefined) return `${drift}: ${undeclared}`;
  const requested = "every requested privilege";
  const done = changes(all.grantees);
  if (done.length > 0) return `Repaired: ${series(done)}. ${all.who} now ${all.holds} ${requested} in ${all.where}`;
  const { tables, sequences, routines } = lookedAt(report);
  return `In sync: ${all.who} ${all.holds} ${requested} on ${count(tables + sequences + routines, "object")} in ${all.where}`;

  function about(some: readonly Checked[]) {
    const grantees = some.map(({ grantee }) => grantee);
    const names = [...new Set(grantees.map(({ grantee }) => grantee))];
    return {
      grantees,
      who: names.length <= MAX_NAMES ? series(names.map((name) => pen.name(name))) : count(names.length, "grantee"),
      ...(names.length > 1 ? { is: "are", holds: "hold" } : { is: "is", holds: "holds" }),
      where: place([...new Set(some.map(({ database }) => database))], report, pen),
    };
  }
}

/** What a grantee is missing that is a privilege. */
function lackingIn({ missing }: GranteeReport): readonly Missing[] {
  return missing.filter(({ kind }) => kind !== "identity");
}

/** In a plan, how many of the missing privileges `apply` can grant. */
function applied(mode: Mode, checked: readonly Checked[]): string {
  const total = objectsIn(checked, lackingIn).length;
  if (mode !== "plan" || total === 0) return "";
  const isBlocked = ({ reason }: Missing) => reason !== "not-granted";
  const blocked = objectsIn(checked, (grantee) => lackingIn(grantee).filter(isBlocked)).length;
  const what = blocked === 0 ? "all of them" : `them on ${total - blocked || "none"} of the ${total}`;
  return `; \`mode: apply\` can grant ${what}`;
}

/** Some of the report's databases and their server: `app on srv`, `12 of 50 databases on srv`. */
function place(databases: readonly DatabaseReport[], report: Report, pen: Pen): string {
  const all = report.databases.length;
  const many = `${databases.length === all ? "all" : `${databases.length} of`} ${count(all, "database")}`;
  return (databases.length <= MAX_NAMES ? series(databases.map(placesIn(report, pen))) : many) + onServer(report, pen);
}

/** The server, unless there are several: `placesIn` names each then. */
function onServer({ databases }: Report, pen: Pen): string {
  const [first] = databases;
  return first && !hasServers(databases) ? ` on ${serverText(first, pen)}` : "";
}
