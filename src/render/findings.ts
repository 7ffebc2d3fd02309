import { extraIsDrift } from "../model/demand.ts";
import type { Failure } from "../model/failure.ts";
import type { Reason } from "../model/reasons.ts";
import {
  type DatabaseReport,
  type Extra,
  type Fix,
  type GranteeReport,
  type Missing,
  type Named,
  type ObjectCounts,
  type Report,
  severity,
  type Verdict,
} from "../model/report.ts";
import { distinctBy, groupsOf } from "../text/groups.ts";

/** Something missing or, with its sources, something extra. */
export type Finding = Missing & Partial<Pick<Extra, "sources">>;

/** The findings with one cause: one owner and one reason, and therefore one thing to do. */
export interface Cause {
  readonly what: "Missing" | "More than requested";
  /** False for a warning. */
  readonly isDrift: boolean;
  readonly owner: string;
  readonly reason: Reason;
  /** Of those that read the same, because they differ only in the grantor, the first. */
  readonly findings: readonly Finding[];
  /** The first finding of each object. */
  readonly objects: readonly Finding[];
  /** The fix that all findings share: SQL only if it is the same for all. */
  readonly fix: Fix;
  /** True if another role has to run something before. */
  readonly inOrder: boolean;
}

const known = new WeakMap<GranteeReport, readonly Cause[]>();

/**
 * What a grantee is missing, and what it holds beyond the demand, by owner, reason, the role that fixes it and the note.
 * Found once for log, summary, annotations and issue, because there may be 40,000 findings.
 */
export function causesOf(grantee: GranteeReport): readonly Cause[] {
  const { missing, extra, onExtra } = grantee;
  const causes = known.get(grantee) ?? [
    ...causesIn("Missing", true, missing),
    ...causesIn("More than requested", extraIsDrift(onExtra), extra),
  ];
  known.set(grantee, causes);
  return causes;
}

function causesIn(what: Cause["what"], isDrift: boolean, findings: readonly Finding[]): readonly Cause[] {
  const keyOfCause = ({ owner, reason, fix }: Finding) =>
    `${reason}\0${owner}\0${fix.as}\0${JSON.stringify([fix.note, fix.steps])}`;
  return groupsOf(findings, keyOfCause).map((group) => {
    const [first, ...others] = group;
    const { sql, first: before, ...shared } = first.fix;
    return {
      what,
      isDrift,
      owner: first.owner,
      reason: first.reason,
      findings: distinctBy(group, lineKey),
      objects: distinctIn(group),
      fix: others.every((other) => other.fix.sql === sql) ? first.fix : shared,
      inOrder: group.some(({ fix }) => fix.first !== undefined),
    };
  });
}

/** Groups findings of a schema that differ only in the name. */
export function alike(findings: readonly Finding[]) {
  return groupsOf(findings, (finding) => [finding.kind, finding.schema ?? "", contentKey(finding)].join("\0"));
}

/** The first entry of each object: one object has several for several grantors, or for privileges on columns. */
function distinctIn<F extends Named & { readonly owner?: string }>(list: readonly F[]): readonly F[] {
  return distinctBy(list, objectKey);
}

function objectKey({ kind, schema, name, owner }: Named & { readonly owner?: string }): string {
  return `${kind}\0${schema}\0${name}${kind === "default-privileges" ? `\0${owner}` : ""}`;
}

function lineKey(finding: Finding): string {
  return `${objectKey(finding)}\0${contentKey(finding)}`;
}

function contentKey({ privileges, sources }: Finding): string {
  return `${privileges.join()}\0${JSON.stringify(sources)}`;
}

/** What has a verdict of its own: a grantee in a database, or the database if it could not be checked. */
export interface Target {
  readonly database: DatabaseReport;
  /** Also absent for what nobody declared, if it is drift. */
  readonly grantee?: GranteeReport;
  readonly verdict: Verdict;
  readonly error?: Failure | undefined;
}

/** The targets of a report, the worst first. */
export function targetsOf({ databases, undeclared: judged }: Report): readonly Target[] {
  return databases
    .flatMap((database): readonly Target[] => {
      const { error, grantees, undeclared = [] } = database;
      if (error) return [{ database, verdict: "error", error }];
      const others = judged === "fail" && undeclared.length > 0 ? [{ database, verdict: "drift" } as const] : [];
      return [
        ...grantees.map((grantee) => ({ database, grantee, verdict: grantee.verdict, error: grantee.error })),
        ...others,
      ];
    })
    .toSorted((a, b) => severity(b.verdict) - severity(a.verdict));
}

/** What was checked, each database once for all grantees with the same list of schemas. */
export function lookedAt(report: Report): Required<ObjectCounts> {
  const checked = targetsOf(report).filter(({ error }) => error === undefined);
  const once = groupsOf(checked, ({ database: { host, port, database }, grantee }) =>
    JSON.stringify([host, port, database, grantee?.schemas]),
  );
  const sum = (what: keyof ObjectCounts) =>
    once.reduce((total, [{ grantee }]) => total + (grantee?.objects[what] ?? 0), 0);
  return { tables: sum("tables"), sequences: sum("sequences"), routines: sum("routines"), skipped: sum("skipped") };
}

/** The report of a grantee, and that of the database. */
export interface Checked {
  readonly database: DatabaseReport;
  readonly grantee: GranteeReport;
}

/** The grantees of databases, also of those that have an error, each with its database. */
export function checkedIn(databases: readonly DatabaseReport[]): readonly Checked[] {
  return databases.flatMap((database) => database.grantees.map((grantee) => ({ database, grantee })));
}

/** The objects in a list of grantees, each once for each database and role: two grants of a role can be about one. */
export function objectsIn(
  checked: readonly Checked[],
  list: (grantee: GranteeReport) => readonly Named[],
): readonly Named[] {
  const roles = groupsOf(checked, ({ database: { host, port, database }, grantee: { grantee } }) =>
    JSON.stringify([host, port, database, grantee]),
  );
  return roles.flatMap((grants) => distinctIn(grants.flatMap(({ grantee }) => list(grantee))));
}

/** The numbers of objects that are missing, granted, extra and revoked. */
export function countsOf(checked: readonly Checked[]) {
  return {
    missing: objectsIn(checked, ({ missing }) => missing).length,
    granted: objectsIn(checked, ({ granted }) => granted).length,
    extra: objectsIn(checked, ({ extra }) => extra).length,
    revoked: objectsIn(checked, ({ revoked }) => revoked).length,
  };
}

/**
 * What was done for a grantee: words that stand before "on 3 tables" in a title, words that stand before "3 tables" in a
 * sentence, and the objects.
 */
export function changesOf({ granted, revoked, unconfirmed = [] }: GranteeReport) {
  const unknown = "Unconfirmed (sent, but no answer came)";
  const all = [
    { done: "Granted", past: "granted privileges on", changed: granted },
    { done: "Revoked", past: "revoked privileges on", changed: revoked },
    { done: unknown, past: "got no answer for", changed: unconfirmed },
  ];
  return all.filter(({ changed }) => changed.length > 0);
}
