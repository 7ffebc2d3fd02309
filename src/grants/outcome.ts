import type { Reason } from "../model/reasons.ts";
import { identify } from "./drift.ts";
import type { Plan } from "./plan.ts";
import type { Change } from "./statements.ts";

/** The changes that were tried between the first snapshot and the last. */
export interface Outcome {
  /** In the order in which they were committed. */
  readonly committed: readonly Change[];
  /** The statements that made them, as they were sent. */
  readonly statements: readonly string[];
  /** The changes that failed, by `keyOfChange`. */
  readonly failed: ReadonlyMap<string, Refusal>;
  /** Sent, but the connection broke before the server answered. */
  readonly unconfirmed: readonly SentBatch[];
  /** A role or schema that the rest needs is gone: look again before going on. */
  readonly outdated?: true;
  /** The error that ended it early. */
  readonly endedBy?: unknown;
}

/** The reason why a change failed. */
export interface Refusal {
  readonly reason: Reason;
  /** The server's message, if it is about this object or one with the same owner and ACL. */
  readonly serverMessage?: string;
  /** The server did not find something, and it was not the object. */
  readonly otherNotFound?: true;
}

/** One transaction: the server made all of it or nothing. */
interface SentBatch {
  readonly changes: readonly Change[];
  readonly statements: readonly string[];
}

export const NOTHING_DONE: Outcome = { committed: [], statements: [], failed: new Map(), unconfirmed: [] };

/** Two outcomes as one. What failed first and was committed later has not failed. */
export function merge(done: Outcome, more: Outcome): Outcome {
  if (done === NOTHING_DONE) return more;
  const committed = new Set(more.committed.map(keyOfChange));
  const failed = [...done.failed].filter(([key]) => !committed.has(key));
  return {
    ...more,
    committed: [...done.committed, ...more.committed],
    statements: [...done.statements, ...more.statements],
    failed: new Map([...failed, ...more.failed]),
    unconfirmed: [...done.unconfirmed, ...more.unconfirmed],
  };
}

/**
 * Decides about the unconfirmed batches by a later look: a batch was committed if none of its changes is still to do.
 * @param plan what is still to do
 */
export function settle(done: Outcome, plan: Plan): Outcome {
  if (done.unconfirmed.length === 0) return done;
  const left = new Set(plan.changes.map(keyOfChange));
  const made = done.unconfirmed.filter(({ changes }) => !changes.some((change) => left.has(keyOfChange(change))));
  return {
    ...done,
    committed: [...done.committed, ...made.flatMap(({ changes }) => changes)],
    statements: [...done.statements, ...made.flatMap(({ statements }) => statements)],
    unconfirmed: [],
  };
}

/**
 * Whether a plan is worth carrying out after what was done: it holds a change that was not tried, because it became
 * possible meanwhile, or one that failed because an object was locked or gone. At first every change is worth trying.
 */
export function isWorthTrying({ changes, blocked }: Plan, done: Outcome): boolean {
  if (done === NOTHING_DONE) return changes.length + blocked.length > 0;
  if (changes.length === 0) return false;
  const made = new Set(done.committed.map(keyOfChange));
  return changes.some((change) => {
    const reason = done.failed.get(keyOfChange(change))?.reason;
    return reason === undefined ? !made.has(keyOfChange(change)) : reason === "locked" || reason === "gone";
  });
}

/** The same privileges to grant on the same object, or to revoke as the same grantor, across snapshots. */
export function keyOfChange(change: Change): string {
  return `${change.privileges} ${keyWithoutPrivileges(change)}`;
}

/** The same object and grantor, whatever the privileges. */
export function keyWithoutPrivileges(change: Change): string {
  return `${change.verb} ${change.grantor?.oid ?? ""} ${identify(change.grantee, change)}`;
}
