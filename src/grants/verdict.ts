import { type Demand, extraIsDrift } from "../model/demand.ts";
import { inOrder, type Privilege } from "../model/privileges.ts";
import type { Changed, Extra, GranteeReport, Missing, Reason, Source } from "../model/report.ts";
import { type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import type { AssessedGrantee, Assessment } from "./assess.ts";
import { type Finding, identify } from "./drift.ts";
import { fixFor } from "./fixes.ts";
import { keyOfChange, type Outcome } from "./outcome.ts";
import type { Blocked, Plan } from "./plan.ts";
import { sourcesFor } from "./sources.ts";
import type { Change } from "./statements.ts";
import { warningsFor } from "./warnings.ts";

/** The verdict on each grantee, from what was there before, what was done, and what is there now. */
export function granteeReports(
  before: Assessment,
  after: Assessment,
  outcome: Outcome,
): readonly GranteeReport[] {
  const { snapshot, demand } = after;
  const whyMissing = reasonsOf(after.grants, outcome, "not-granted");
  const whyExtra = reasonsOf(after.revokes, outcome, "not-revoked");
  return after.grantees.map((grantee, index): GranteeReport => {
    if (grantee.obstacle !== null) return { ...NOT_CHECKED, grantee: grantee.name, error: grantee.obstacle };
    const { name, role, drift, identity } = grantee;
    return {
      grantee: name,
      verdict: verdictOf(before.grantees[index], grantee, demand),
      objects: drift.objects,
      missing: [
        ...(identity === null ? [] : [identity]),
        ...drift.missing.map((finding) => describe(snapshot, finding, whyMissing)),
      ],
      granted: changedBy(outcome, "GRANT", role, drift.missing),
      extra: describeExtra(snapshot, role, drift.extra, whyExtra),
      revoked: changedBy(outcome, "REVOKE", role, drift.extra),
      held: drift.held,
      warnings: warningsFor(snapshot, demand, role, drift.gaps),
    };
  });
}

const NOT_CHECKED: Omit<GranteeReport, "grantee" | "error"> = {
  verdict: "error",
  objects: { tables: 0, sequences: 0, skipped: 0 },
  missing: [],
  granted: [],
  extra: [],
  revoked: [],
  held: [],
  warnings: [],
};

function verdictOf(before: AssessedGrantee | undefined, now: AssessedGrantee, { onExtra }: Demand) {
  const drifted = (grantee: AssessedGrantee | undefined) =>
    grantee?.obstacle === null &&
    (grantee.identity !== null ||
      grantee.drift.missing.length > 0 ||
      (extraIsDrift(onExtra) && grantee.drift.extra.length > 0));
  if (drifted(now)) return "drift";
  return drifted(before) ? "repaired" : "in-sync";
}

/** By object: the first reason why it is missing, or extra, and the change that it concerns. */
function reasonsOf(plan: Plan, outcome: Outcome, otherwise: Reason): ReadonlyMap<string, Blocked> {
  const committed = new Set(outcome.committed.map(keyOfChange));
  const reasons = [
    ...plan.blocked.map(({ change, reason }) => ({
      change,
      reason: outcome.failed.get(keyOfChange(change)) ?? reason,
    })),
    ...plan.changes.map((change) => {
      // Committed, and still not there: the server ignored it without an error.
      const unexplained = committed.has(keyOfChange(change)) ? "refused" : otherwise;
      return { change, reason: outcome.failed.get(keyOfChange(change)) ?? unexplained };
    }),
  ];
  return new Map(reasons.reverse().map((blocked) => [identify(blocked.change), blocked]));
}

function describe(snapshot: Snapshot, finding: Finding, reasons: ReadonlyMap<string, Blocked>): Missing {
  const { group, member, privileges } = finding;
  const found = reasons.get(identify(finding));
  if (found === undefined) throw new Error(`no reason for ${group.kind} ${member.name}`);
  return {
    kind: group.kind,
    ...(group.schema === undefined ? {} : { schema: group.schema.name }),
    name: member.name,
    owner: roleOf(snapshot, group.owner).name,
    privileges,
    reason: found.reason,
    fix: fixFor(snapshot, { ...found.change, privileges }, found.reason),
  };
}

function describeExtra(
  snapshot: Snapshot,
  grantee: Role,
  extra: readonly Finding[],
  reasons: ReadonlyMap<string, Blocked>,
): readonly Extra[] {
  const sourcesOf = sourcesFor(snapshot, grantee);
  return extra.map((finding) => {
    const { group, privileges, onColumns } = finding;
    const sources: Source[] = privileges
      .filter((privilege) => group.held.get(grantee.oid)?.has(privilege))
      .flatMap((privilege) => sourcesOf(group, privilege));
    if (onColumns.length > 0) sources.push({ source: "column" });
    const distinct = new Map(sources.map((source): [string, Source] => [JSON.stringify(source), source]));
    return { ...describe(snapshot, finding, reasons), sources: [...distinct.values()] };
  });
}

/** What was committed for a grantee, object by object, without what the last snapshot shows to be undone. */
function changedBy(
  outcome: Outcome,
  verb: Change["verb"],
  grantee: Role,
  left: readonly Finding[],
): readonly Changed[] {
  const stillThere = new Map(left.map((finding) => [identify(finding), finding.privileges]));
  const mine = outcome.committed.filter(
    (change) => change.verb === verb && change.grantee.oid === grantee.oid,
  );
  return [...Map.groupBy(mine, identify)].flatMap(([key, changes]) => {
    const [{ group, member, owner, privileges: made }, ...more] = changes as [Change];
    const all = more.length === 0 ? made : inOrder(changes.flatMap((change) => change.privileges));
    const undone: readonly Privilege[] = stillThere.get(key) ?? [];
    const privileges = all.filter((privilege) => !undone.includes(privilege));
    if (privileges.length === 0) return [];
    const schema = group.schema === undefined ? {} : { schema: group.schema.name };
    return { kind: group.kind, ...schema, name: member.name, owner: owner.name, privileges };
  });
}
