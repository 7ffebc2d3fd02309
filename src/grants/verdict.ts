import { type Demand, extraIsDrift } from "../model/demand.ts";
import { inOrder } from "../model/privileges.ts";
import type { Changed, DatabaseReport, Extra, GranteeReport, Missing, Named, Source } from "../model/report.ts";
import type { Group, Member, Role, Snapshot } from "../model/snapshot.ts";
import { distinctBy, groupsOf } from "../text/groups.ts";
import { type AssessedGrantee, type Assessment, fixesFor } from "./assess.ts";
import { type Difference, identify } from "./drift.ts";
import { fixFor } from "./fixes.ts";
import { boundIdentity } from "./identity.ts";
import { leftOf, type Outcome } from "./outcome.ts";
import type { Blocked } from "./plan.ts";
import { indirectSourcesOf } from "./sources.ts";
import type { Change } from "./statements.ts";
import { warningsFor } from "./warnings.ts";

/** The verdict on each grantee, and the SQL that ends what is left, from what was there before, what was done, and what is there now. */
export function conclude(
  before: Assessment,
  after: Assessment,
  outcome: Outcome,
): Pick<DatabaseReport, "grantees" | "fixes"> {
  const grants = leftOf(after.grants, outcome, "not-granted");
  const revokes = leftOf(after.revokes, outcome, "not-revoked");
  const why = { missing: whyLeft(grants), extra: whyLeft(revokes) };
  return {
    grantees: after.grantees.map((now, index) => {
      const then = before.grantees[index] ?? now;
      if (now.obstacle === null) return reportOf(then, now, after, outcome, why);
      return { ...unfinishedReport(then, after.demand, outcome), error: now.obstacle };
    }),
    fixes: fixesFor(after, grants, revokes),
  };
}

function reportOf(
  before: AssessedGrantee,
  now: Extract<AssessedGrantee, { obstacle: null }>,
  { snapshot, demand }: Assessment,
  { committed }: Outcome,
  why: { readonly missing: WhyLeft; readonly extra: WhyLeft },
): GranteeReport {
  const { name, drift, identity, powers, grantee } = now;
  const { role, actor } = grantee;
  const bound = boundIdentity(snapshot.server, grantee);
  const extra = extraOf(snapshot, drift.extra, why.extra);
  const granted = changesOf(committed, role, "GRANT", drift.missing);
  const revoked = changesOf(committed, role, "REVOKE", drift.extra);
  const missing = drift.missing.flatMap((difference) =>
    why.missing(difference).map((blocked) => described(snapshot, difference, blocked)),
  );
  return {
    grantee: name,
    schemas: demand.schemas,
    onExtra: demand.onExtra,
    ...(actor !== role && { sessionRole: actor.name }),
    ...(bound && { identity: bound }),
    verdict: verdictOf(before, now, demand, granted.length + revoked.length > 0),
    objects: drift.objects,
    missing: [...(identity === null ? [] : [identity]), ...missing],
    granted,
    extra: [...powers, ...extra],
    revoked,
    held: drift.held,
    warnings: warningsFor(snapshot, demand, grantee, drift.future, [...extra, ...revoked]),
  };
}

/** The report of a grantee, if the run ended before its last look: what was done. */
export function unfinishedReport(before: AssessedGrantee, demand: Demand, { committed, sent }: Outcome): GranteeReport {
  const none = notChecked(before.name, demand);
  if (before.obstacle !== null) return { ...none, error: before.obstacle };
  const { role } = before.grantee;
  const unconfirmed = changesOf(sent?.changes ?? [], role);
  return {
    ...none,
    objects: before.drift.objects,
    granted: changesOf(committed, role, "GRANT"),
    revoked: changesOf(committed, role, "REVOKE"),
    ...(unconfirmed.length > 0 && { unconfirmed }),
  };
}

/** The report of a grantee that could not be checked, without the error. */
export function notChecked(grantee: string, { schemas, onExtra }: Demand): GranteeReport {
  return {
    grantee,
    schemas,
    onExtra,
    verdict: "error",
    objects: { tables: 0, sequences: 0, skipped: 0 },
    missing: [],
    granted: [],
    extra: [],
    revoked: [],
    held: [],
    warnings: [],
  };
}

function verdictOf(before: AssessedGrantee, now: AssessedGrantee, { onExtra }: Demand, isChanged: boolean) {
  const drifted = (grantee: AssessedGrantee) =>
    grantee.obstacle === null &&
    (grantee.identity !== null ||
      grantee.drift.missing.length > 0 ||
      (extraIsDrift(onExtra) && grantee.drift.extra.length + grantee.powers.length > 0));
  if (drifted(now)) return "drift";
  return isChanged || drifted(before) ? "repaired" : "in-sync";
}

/** The changes that are left of a difference, and why. */
type WhyLeft = (difference: Difference) => readonly Blocked[];

function whyLeft(left: readonly Blocked[]): WhyLeft {
  const byObject = Map.groupBy(left, ({ change }) => change.member);
  return ({ grantee, member }) => (byObject.get(member) ?? []).filter(({ change }) => change.grantee === grantee.role);
}

/** The name of an object in the report. */
function named({ kind, schema }: Group, { name, arguments: types }: Member): Named {
  return {
    kind,
    ...(schema && { schema: schema.name }),
    ...(types === undefined ? { name } : { name: `${name}(${types})`, arguments: types }),
  };
}

/** One entry for all privileges on an object that are missing, or extra, for one reason and have one fix. */
function described(snapshot: Snapshot, { group, member }: Difference, blocked: Blocked): Missing {
  return {
    ...named(group, member),
    owner: group.owner.name,
    privileges: blocked.change.privileges,
    reason: blocked.reason,
    ...(blocked.serverMessage !== undefined && { serverMessage: blocked.serverMessage }),
    fix: fixFor(snapshot, blocked),
  };
}

function extraOf(snapshot: Snapshot, extra: readonly Difference[], whyExtra: WhyLeft): readonly Extra[] {
  const sourcesOf = ({ grantee, group, columns }: Difference, { change }: Blocked): readonly Source[] =>
    change.grantor !== undefined
      ? [{ source: change.columns === undefined ? "direct" : "column" }]
      : change.privileges.flatMap((privilege) => indirectSourcesOf(grantee, group, columns, privilege));
  return extra.flatMap((difference) =>
    whyExtra(difference).map((blocked) => {
      const sources = distinctBy(sourcesOf(difference, blocked), (source) => JSON.stringify(source));
      return { ...described(snapshot, difference, blocked), sources };
    }),
  );
}

/**
 * The changes for a grantee, object by object, without those that the last snapshot shows to be undone.
 * @param verb absent: grants and revokes
 */
function changesOf(
  changes: readonly Change[],
  grantee: Role,
  verb?: Change["verb"],
  left: readonly Difference[] = [],
): readonly Changed[] {
  const mine = changes.filter((change) => change.grantee.oid === grantee.oid && (verb ?? change.verb) === change.verb);
  const undone = new Map(left.map((each) => [identify(each.grantee.role, each), each.privileges]));
  return groupsOf(mine, (change) => identify(grantee, change)).flatMap((same): readonly Changed[] => {
    const [{ group, member }] = same;
    const all = same.length === 1 ? same[0].privileges : inOrder(same.flatMap(({ privileges }) => privileges));
    const again = undone.get(identify(grantee, same[0])) ?? [];
    const privileges = again.length === 0 ? all : all.filter((privilege) => !again.includes(privilege));
    return privileges.length === 0 ? [] : [{ ...named(group, member), owner: group.owner.name, privileges }];
  });
}
