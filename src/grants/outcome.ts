import type { Reason } from "../model/reasons.ts";
import type { Group, Role } from "../model/snapshot.ts";
import type { Batch } from "./batches.ts";
import { identify } from "./drift.ts";
import type { Blocked, Plan, Refusal } from "./plan.ts";
import type { Change } from "./statements.ts";

/** What a run did in one database: every round adds to it, and a session that breaks leaves it to the next one. */
export interface Outcome {
  /** A round has begun. */
  isTried: boolean;
  /** The errors that ended rounds early, because a role or a schema seemed to be gone. */
  readonly outdated: Set<string>;
  /** The server's last warning that it did not grant or revoke all of what it committed. */
  warning?: string | undefined;
  /** In the order in which they were committed. */
  readonly committed: Change[];
  /** The statements that made them, as they were sent. */
  readonly statements: string[];
  /** The changes that failed, by `keyOfChange`, and were not committed later. */
  readonly failed: Map<string, Refusal>;
  /** How many objects with the same owner and ACL were refused one after the other, by the acting role. */
  readonly refusals: Map<Group, Map<Role | null, number>>;
  /** One transaction that the server has not answered yet: it made all of it or nothing. */
  sent?: Batch | undefined;
}

/** The outcome before the first round. */
export function nothingDone(): Outcome {
  return { isTried: false, outdated: new Set(), committed: [], statements: [], failed: new Map(), refusals: new Map() };
}

/** Notes that the server committed a batch, perhaps with a warning. */
export function noteCommitted(outcome: Outcome, batch: Batch, warning = outcome.warning): void {
  const { committed, statements, failed, refusals } = outcome;
  outcome.warning = warning;
  committed.push(...batch.changes);
  statements.push(...batch.statements.map(({ sql }) => sql));
  if (failed.size === 0) return; // a key for each of 200,000 changes takes time
  for (const change of batch.changes) {
    failed.delete(keyOfChange(change));
    refusals.get(change.group)?.delete(change.acting.as);
  }
}

/** Notes that changes failed. */
export function noteFailed({ failed, refusals }: Outcome, changes: readonly Change[], refusal: Refusal): void {
  for (const change of changes) {
    failed.set(keyOfChange(change), refusal);
    if (refusal.reason !== "refused") continue;
    const { acting, group } = change;
    const ofGroup = refusals.get(group) ?? new Map<Role | null, number>();
    refusals.set(group, ofGroup.set(acting.as, (ofGroup.get(acting.as) ?? 0) + 1));
  }
}

/** After this many refusals in a row for objects with the same owner and ACL, the rest of these objects is not tried. */
const MAX_REFUSALS = 8;

/** True if so many objects with the same owner and ACL were refused that the others are not worth a try. */
export function isHopeless({ refusals }: Outcome, { acting, group }: Change): boolean {
  return (refusals.get(group)?.get(acting.as) ?? 0) >= MAX_REFUSALS;
}

/**
 * Decides about a batch without an answer by a later look: it was committed if none of its changes is still to do.
 * @param plan what is still to do
 */
export function settle(outcome: Outcome, plan: Plan): void {
  const { sent } = outcome;
  if (sent === undefined) return;
  outcome.sent = undefined;
  const left = new Set(plan.changes.map(keyOfChange));
  if (!sent.changes.some((change) => left.has(keyOfChange(change)))) noteCommitted(outcome, sent);
}

/**
 * Whether a plan is worth carrying out after what was done: it holds a change that was not tried, because it became
 * possible meanwhile, or one that failed because an object was locked or gone. At first every change is worth trying.
 */
export function isWorthTrying({ changes, blocked }: Plan, { isTried, committed, failed }: Outcome): boolean {
  if (!isTried) return changes.length + blocked.length > 0;
  const made = new Set(changes.length === 0 ? [] : committed.map(keyOfChange));
  return changes.some((change) => {
    const reason = failed.get(keyOfChange(change))?.reason;
    return reason === undefined ? !made.has(keyOfChange(change)) : reason === "locked" || reason === "gone";
  });
}

/**
 * The changes of a plan that are left, and why.
 * @param plan what was planned after the last look
 * @param otherwise the reason for a change that was not tried
 */
export function leftOf({ blocked, changes }: Plan, outcome: Outcome, otherwise: Reason): readonly Blocked[] {
  // The server ignored without an error what was committed and is still to do.
  const ignored = new Set(changes.length === 0 ? [] : outcome.committed.map(keyWithoutPrivileges));
  const planned = changes.map((change): Blocked => {
    const left = ignored.has(keyWithoutPrivileges(change))
      ? { reason: "without-effect" as const, serverMessage: outcome.warning }
      : { reason: otherwise };
    const refusal = refusalOf(outcome, change) ?? left;
    return { change, ...refusal, ...(BY_LOGIN.has(refusal.reason) && { byLogin: true }) };
  });
  const tried = outcome.isTried;
  return [...blocked.map((each) => ({ ...each, tried, ...refusalOf(outcome, each.change) })), ...planned];
}

/** The reason why a change failed. An object in the last look is not gone, even if the server said that it did not exist. */
function refusalOf({ failed }: Outcome, change: Change): Omit<Blocked, "change"> | undefined {
  if (failed.size === 0) return undefined; // a key for each of 200,000 changes takes time
  const { reason, ...why } = failed.get(keyOfChange(change)) ?? {};
  if (reason === "gone") return { ...why, reason: "refused", otherNotFound: true };
  return reason && { ...why, reason };
}

/** The reasons why a change that this login can make was not made. */
const BY_LOGIN: ReadonlySet<Reason> = new Set(["not-granted", "not-revoked", "locked"]);

/** The same privileges to grant on the same object, or to revoke as the same grantor, across snapshots. */
export function keyOfChange(change: Change): string {
  return `${change.privileges} ${keyWithoutPrivileges(change)}`;
}

/** The same object and grantor, whatever the privileges. */
function keyWithoutPrivileges(change: Change): string {
  return `${change.verb} ${change.grantor?.oid ?? ""} ${identify(change.grantee, change)}`;
}
