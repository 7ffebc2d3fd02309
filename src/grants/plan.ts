import type { Demand, Privilege } from "../model/demand.ts";
import type { Reason } from "../model/report.ts";
import { granteeOf, keyOf, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { type Way, wayToGrant, wayToRevoke } from "./acting-role.ts";
import { driftOf, type Finding } from "./drift.ts";
import { type Change, statementsOf } from "./statements.ts";

/** What to do about findings, as far as PostgreSQL's rules let this login. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What has no way by the rules, to be tried once for each owner, and why it has none. */
  readonly hopeless: readonly Hopeless[];
}

export interface Hopeless {
  readonly change: Change;
  readonly reason: Reason;
}

/** What `apply` sets out to do for these grantees. */
export function planFor(
  snapshot: Snapshot,
  demand: Demand,
  names: readonly string[],
  revoke = demand.onExtra === "revoke",
): Plan {
  const drifts = names.map((name) => driftOf(snapshot, demand, granteeOf(snapshot, name)));
  const grants = planGrants(
    snapshot,
    drifts.flatMap(({ missing }) => missing),
  );
  if (!revoke) return grants;
  const revokes = planRevokes(
    snapshot,
    drifts.flatMap(({ extra }) => extra),
    drifts.flatMap(({ extraOnColumns }) => extraOnColumns),
  );
  return {
    changes: [...grants.changes, ...revokes.changes],
    hopeless: [...grants.hopeless, ...revokes.hopeless],
  };
}

/** Plans to grant what is missing: nothing else, and each object by the name of its own. */
export function planGrants(snapshot: Snapshot, missing: readonly Finding[]): Plan {
  return plan(snapshot, "GRANT", missing, ({ group }, privilege) => [wayToGrant(snapshot, group, privilege)]);
}

/**
 * Plans to take away what was granted directly to the grantee, grantor by grantor. What comes by a role or PUBLIC has
 * no way; nor has what is held on columns too, because REVOKE on the table would take those along.
 */
export function planRevokes(
  snapshot: Snapshot,
  extra: readonly Finding[],
  extraOnColumns: readonly Finding[],
): Plan {
  const onColumns = new Map(extraOnColumns.map((finding) => [identify(finding), finding.privileges]));
  const waysTo: WaysTo = ({ grantee, group }, privilege) => {
    const direct = group.acl.filter((item) => item.grantee === grantee.oid && item.privilege === privilege);
    return direct.length === 0 ? ["not-direct"] : direct.map((item) => wayToRevoke(snapshot, group, item));
  };
  const plans = [
    plan(snapshot, "REVOKE", apart(extra, onColumns, false), waysTo),
    plan(snapshot, "REVOKE", apart(extra, onColumns, true), () => ["column-privileges"]),
  ];
  return {
    changes: plans.flatMap(({ changes }) => changes),
    hopeless: plans.flatMap(({ hopeless }) => hopeless),
  };
}

/** The findings cut down to the privileges that are, or are not, held on columns as well. */
function apart(
  findings: readonly Finding[],
  onColumns: ReadonlyMap<string, readonly Privilege[]>,
  wanted: boolean,
): readonly Finding[] {
  return findings.flatMap((finding) => {
    const columns = onColumns.get(identify(finding));
    if (columns === undefined) return wanted ? [] : finding;
    const privileges = finding.privileges.filter((privilege) => columns.includes(privilege) === wanted);
    return privileges.length === 0 ? [] : { ...finding, privileges };
  });
}

/** The same object for the same grantee, across snapshots. */
export function identify({ grantee, group, member }: Pick<Finding, "grantee" | "group" | "member">): string {
  return `${grantee.oid} ${keyOf(group, member)}`;
}

type WaysTo = (finding: Finding, privilege: Privilege) => readonly (Way | Reason)[];

/** Findings of one group share their list of privileges, and so the ways: they are looked for once. */
function plan(snapshot: Snapshot, verb: Change["verb"], findings: readonly Finding[], waysTo: WaysTo): Plan {
  const changes: Change[] = [];
  const hopeless: Hopeless[] = [];
  for (const [privileges, alike] of Map.groupBy(findings, (finding) => finding.privileges)) {
    const [first] = alike as [Finding];
    const owner = roleOf(snapshot, first.group.owner);
    const ways = privileges.flatMap((privilege) =>
      waysTo(first, privilege).map((way) => ({ privilege, way })),
    );
    for (const same of Map.groupBy(ways, ({ way }) => keyOfWay(way)).values()) {
      const [{ way }] = same as [(typeof ways)[number]];
      const reachable = same.map(({ privilege }) => privilege);
      for (const { grantee, group, member } of alike) {
        const change = { verb, grantee, group, owner, member, privileges: reachable };
        if (typeof way === "string")
          hopeless.push({ change: { ...change, as: null, oneByOne: false }, reason: way });
        else changes.push({ ...change, ...way });
      }
    }
  }
  return { changes, hopeless };
}

function keyOfWay(way: Way | Reason): string {
  return typeof way === "string" ? way : `as ${way.as?.oid} ${way.oneByOne}`;
}

/** GRANT on 18 keeps a lock on every object it names until commit, and the lock table is everybody's. */
export const BATCH = 500;

/**
 * Changes in the order they are to be made, cut into batches: the way to the objects first, then the objects, by
 * acting role and oid so that two runs meet in the same order, then default privileges; grants before revokes.
 */
export function batchesOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const phases = Map.groupBy([...changes].sort(byPhaseRoleAndOid), phaseOf);
  return [...phases.values()].flatMap((phase) =>
    Array.from({ length: Math.ceil(phase.length / BATCH) }, (_, n) =>
      phase.slice(n * BATCH, (n + 1) * BATCH),
    ),
  );
}

/** The statements that make a plan's changes, as the report tells them. */
export function statementsIn(changes: readonly Change[]): readonly string[] {
  return batchesOf(changes).flatMap((batch) => statementsOf(batch).map(({ sql }) => sql));
}

/** What others granted on by a grant option goes before what the owner gave: the latter depends on it. */
function phaseOf({ verb, group, oneByOne }: Change): number {
  if (verb === "REVOKE") return oneByOne ? 3 : 4;
  if (group.kind === "default-privileges") return 2;
  return group.kind === "database" || group.kind === "schema" ? 0 : 1;
}

function byPhaseRoleAndOid(a: Change, b: Change): number {
  return (
    phaseOf(a) - phaseOf(b) ||
    Number(a.as?.oid ?? 0) - Number(b.as?.oid ?? 0) ||
    Number(a.member.oid) - Number(b.member.oid)
  );
}

/** The session user, who signed in. */
export function sessionRole(snapshot: Snapshot): Role {
  return roleOf(snapshot, snapshot.sessionUser);
}
