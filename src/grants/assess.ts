import { type Demand, extraIsDrift } from "../model/demand.ts";
import type { Failure } from "../model/failure.ts";
import type { Extra, FixBlock, Missing } from "../model/report.ts";
import type { Grantee, Snapshot } from "../model/snapshot.ts";
import type { Login } from "./acting-role.ts";
import { statementsIn } from "./batches.ts";
import { type Drift, driftsIn } from "./drift.ts";
import { fixBlocks } from "./fixes.ts";
import { identityDrift, identityFixes } from "./identity.ts";
import { temporaryMembership } from "./membership.ts";
import { granteeNotFound } from "./obstacles.ts";
import { allOf, type Blocked, type Plan, planGrants } from "./plan.ts";
import { powersBeyond } from "./powers.ts";
import { planRevokes } from "./revokes.ts";
import { isReadOnly } from "./setting.ts";
import type { Change } from "./statements.ts";

/** A snapshot compared with the demand: the drift of each grantee, and what can be done about it. */
export interface Assessment {
  readonly snapshot: Snapshot;
  readonly demand: Demand;
  /** In the order in which they were asked for. */
  readonly grantees: readonly AssessedGrantee[];
  readonly grants: Plan;
  readonly revokes: Plan;
}

export type AssessedGrantee =
  | { readonly name: string; readonly obstacle: Failure }
  | {
      readonly name: string;
      readonly obstacle: null;
      readonly grantee: Grantee;
      readonly drift: Drift;
      readonly identity: Missing | null;
      /** The ownerships and memberships that let it do more than any privilege. */
      readonly powers: readonly Extra[];
    };

/** Computes the drift of each grantee in a snapshot, and plans what to grant and revoke. */
export function assess(snapshot: Snapshot, demand: Demand, names: readonly string[]): Assessment {
  const driftOf = driftsIn(snapshot, demand);
  const login = loginOf(snapshot, demand);
  const grantees = names.map((name): AssessedGrantee => {
    const grantee = snapshot.grantees.get(name);
    if (grantee === undefined)
      return { name, obstacle: granteeNotFound(name, snapshot.knownRoles, demand.objectIds?.get(name)) };
    const identity = identityDrift(snapshot.server, demand, grantee);
    const powers = powersBeyond(snapshot, demand, grantee);
    return { name, obstacle: null, grantee, drift: driftOf(grantee), identity, powers };
  });
  const drifts = grantees.flatMap((grantee) => (grantee.obstacle === null ? grantee.drift : []));
  const [missing, extra] = [drifts.flatMap((drift) => drift.missing), drifts.flatMap((drift) => drift.extra)];
  return { snapshot, demand, grantees, grants: planGrants(login, missing), revokes: planRevokes(login, extra) };
}

function loginOf({ sessionUser, server }: Snapshot, { actAsOwner }: Demand): Login {
  return {
    role: sessionUser,
    readOnly: isReadOnly(server),
    membershipIn: (role) => (actAsOwner ? temporaryMembership(role, sessionUser, server.version) : null),
  };
}

/** The grants and revokes that `apply` makes. */
export function planToApply({ demand, grants, revokes }: Assessment): Plan {
  return demand.onExtra === "revoke" ? allOf([grants, revokes]) : grants;
}

/** A grantee that does not exist is a mistake in the inputs: then `apply` writes nothing. */
export function mayApply({ grantees }: Assessment): boolean {
  return grantees.every(({ obstacle }) => obstacle === null);
}

function changesToApply(assessment: Assessment): readonly Change[] {
  return mayApply(assessment) ? planToApply(assessment).changes : [];
}

/** The statements that `apply` would run. */
export function statementsToApply(assessment: Assessment): readonly string[] {
  return statementsIn(changesToApply(assessment));
}

/** The SQL for what is left after what was done, a block for each role that has to run it, and apart from drift what is only a warning. */
export function fixesFor(assessment: Assessment, grants: readonly Blocked[], revokes: readonly Blocked[]) {
  const { snapshot, demand, grantees } = assessment;
  const identities = grantees.flatMap((each) => (each.obstacle === null ? (each.identity ?? []) : []));
  const [drift, warned] = extraIsDrift(demand.onExtra) ? [[...grants, ...revokes], []] : [grants, revokes];
  return [
    ...fixBlocks(snapshot, drift, new Set(changesToApply(assessment))),
    ...fixBlocks(snapshot, warned, new Set()).map((block): FixBlock => ({ ...block, byHand: true })),
    ...identityFixes(identities),
  ];
}
