import type { Demand, Privilege } from "../model/demand.ts";
import type { Changed, Extra, GranteeReport, Missing, Reason, Source } from "../model/report.ts";
import { granteeOf, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { byName, type Drift, driftOf, type Finding, inOrder, judgesExtra } from "./drift.ts";
import { fixFor } from "./fixes.ts";
import { keyOfChange, type Outcome } from "./outcome.ts";
import { type Hopeless, identify, type Plan, planGrants, planRevokes } from "./plan.ts";
import { sourcesFor } from "./sources.ts";
import type { Change } from "./statements.ts";
import { warningsFor } from "./warnings.ts";

/** The verdict on one grantee in one database, from what was there before, what was done, and what is there now. */
export function judge(
  before: Snapshot,
  after: Snapshot,
  outcome: Outcome,
  demand: Demand,
  name: string,
): GranteeReport {
  const grantee = granteeOf(after, name);
  const first = driftOf(before, demand, granteeOf(before, name));
  const last = driftOf(after, demand, grantee);
  const missing = describeMissing(after, last, outcome);
  const extra = describeExtra(after, last, outcome, grantee);
  const drifted = (drift: Drift) =>
    drift.missing.length > 0 || (judgesExtra(demand) && drift.extra.length + drift.extraOnColumns.length > 0);
  return {
    grantee: name,
    verdict: drifted(last) ? "drift" : drifted(first) ? "repaired" : "in-sync",
    objects: last.objects,
    missing,
    granted: changedBy(outcome, "GRANT", grantee, last.missing),
    extra,
    revoked: changedBy(outcome, "REVOKE", grantee, last.extra),
    held: last.held,
    warnings: warningsFor(after, demand, grantee, last),
  };
}

function describeMissing(snapshot: Snapshot, drift: Drift, outcome: Outcome): readonly Missing[] {
  const reasons = reasonsOf(planGrants(snapshot, drift.missing), outcome, "not-granted");
  return drift.missing.map((finding) => describe(snapshot, finding, reasons));
}

function describeExtra(snapshot: Snapshot, drift: Drift, outcome: Outcome, grantee: Role): readonly Extra[] {
  const plan = planRevokes(snapshot, drift.extra, drift.extraOnColumns);
  const onTables = new Map(drift.extra.map((finding) => [identify(finding), finding]));
  const onColumns = new Map(drift.extraOnColumns.map((finding) => [identify(finding), finding]));
  const columnsOnly = drift.extraOnColumns.filter((finding) => !onTables.has(identify(finding)));
  const hopeless = columnsOnly.map((finding) => hopelessRevoke(snapshot, finding));
  const reasons = reasonsOf({ ...plan, hopeless: [...plan.hopeless, ...hopeless] }, outcome, "not-revoked");
  const sourcesOf = sourcesFor(snapshot, grantee);
  return [...drift.extra, ...columnsOnly].sort(byName).map((finding) => {
    const [table, column] = [onTables.get(identify(finding)), onColumns.get(identify(finding))];
    const privileges = inOrder([...finding.privileges, ...(column?.privileges ?? [])]);
    const sources = (table?.privileges ?? [])
      .flatMap((privilege) => sourcesOf(finding.group, privilege))
      .concat(column === undefined ? [] : [{ source: "column" }]);
    const unique = new Map(sources.map((source): [string, Source] => [JSON.stringify(source), source]));
    return { ...describe(snapshot, { ...finding, privileges }, reasons), sources: [...unique.values()] };
  });
}

/** By object: the first reason that stands in the way, and the change it stands in the way of. */
function reasonsOf(plan: Plan, outcome: Outcome, otherwise: Reason): ReadonlyMap<string, Hopeless> {
  if (plan.changes.length + plan.hopeless.length === 0) return new Map();
  const tried = new Set(outcome.committed.map(keyOfChange));
  const reasons = [
    ...plan.hopeless.map(({ change, reason }) => ({
      change,
      reason: outcome.failed.get(keyOfChange(change)) ?? reason,
    })),
    ...plan.changes.map((change) => {
      const silent = tried.has(keyOfChange(change)) ? "refused" : otherwise;
      return { change, reason: outcome.failed.get(keyOfChange(change)) ?? silent };
    }),
  ];
  return new Map(reasons.reverse().map((hopeless) => [identify(hopeless.change), hopeless]));
}

function describe(snapshot: Snapshot, finding: Finding, reasons: ReadonlyMap<string, Hopeless>): Missing {
  const { group, member, privileges } = finding;
  const why = reasons.get(identify(finding));
  if (why === undefined) throw new Error(`no reason for ${group.kind} ${member.name}`);
  return {
    kind: group.kind,
    ...(group.schema === undefined ? {} : { schema: group.schema.name }),
    name: member.name,
    owner: roleOf(snapshot, group.owner).name,
    privileges,
    reason: why.reason,
    fix: fixFor(snapshot, { ...why.change, privileges }, why.reason),
  };
}

/** What is held on columns only: no REVOKE on the table is right for it. */
function hopelessRevoke(snapshot: Snapshot, finding: Finding): Hopeless {
  const owner = roleOf(snapshot, finding.group.owner);
  const change: Change = { verb: "REVOKE", ...finding, owner, as: null, oneByOne: false };
  return { change, reason: "column-privileges" };
}

/** What was committed for a grantee, object by object, less what the last snapshot shows to be undone. */
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
