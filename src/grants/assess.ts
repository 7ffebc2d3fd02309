import { type Demand, extraIsDrift } from "../model/demand.ts";
import type { Failure } from "../model/failure.ts";
import type { FixBlock, Missing } from "../model/report.ts";
import { type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { statementsIn } from "./batches.ts";
import { type Drift, driftsIn } from "./drift.ts";
import { fixBlocks } from "./fixes.ts";
import { identityDrift, identityFixes } from "./identity.ts";
import { whatIsLeft } from "./left.ts";
import { granteeObstacle } from "./obstacles.ts";
import type { Outcome } from "./outcome.ts";
import { allOf, type Plan, planGrants } from "./plan.ts";
import { planRevokes } from "./revokes.ts";

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
      readonly role: Role;
      readonly drift: Drift;
      readonly identity: Missing | null;
    };

/** Computes the drift of each grantee in a snapshot, and plans what to grant and revoke. */
export function assess(snapshot: Snapshot, demand: Demand, names: readonly string[]): Assessment {
  const driftOf = driftsIn(snapshot, demand);
  const grantees = names.map((name): AssessedGrantee => {
    const obstacle = granteeObstacle(snapshot, name);
    if (obstacle !== null) return { name, obstacle };
    const role = roleOf(snapshot, snapshot.grantees.get(name) ?? "");
    const identity = identityDrift(snapshot, demand, role);
    return { name, obstacle, role, drift: driftOf(role), identity };
  });
  const drifts = grantees.flatMap((grantee) => (grantee.obstacle === null ? grantee.drift : []));
  return {
    snapshot,
    demand,
    grantees,
    grants: planGrants(
      snapshot,
      drifts.flatMap(({ missing }) => missing),
      demand.actAsOwner,
    ),
    revokes: planRevokes(
      snapshot,
      drifts.flatMap(({ extra }) => extra),
      demand.actAsOwner,
    ),
  };
}

/** What `apply` sets out to do. */
export function planToApply({ demand, grants, revokes }: Assessment): Plan {
  return demand.onExtra === "revoke" ? allOf([grants, revokes]) : grants;
}

/** The statements that `apply` would run. */
export function statementsToApply(assessment: Assessment): readonly string[] {
  return statementsIn(planToApply(assessment).changes);
}

/** The SQL that ends the drift that is left after what was done, a block for each role that has to run it. */
export function fixesFor(assessment: Assessment, outcome: Outcome): readonly FixBlock[] {
  const { snapshot, demand, grantees, grants, revokes } = assessment;
  const identities = grantees.flatMap((each) => (each.obstacle === null ? (each.identity ?? []) : []));
  return [
    ...fixBlocks(snapshot, [
      ...whatIsLeft(grants, outcome, "not-granted"),
      ...(extraIsDrift(demand.onExtra) ? whatIsLeft(revokes, outcome, "not-revoked") : []),
    ]),
    ...identityFixes(identities),
  ];
}
