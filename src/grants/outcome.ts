import type { Reason } from "../model/report.ts";
import { identify } from "./drift.ts";
import type { Plan } from "./plan.ts";
import type { Change } from "./statements.ts";

/** What was tried between the first snapshot and the last. */
export interface Outcome {
  /** In the order in which they were committed. */
  readonly committed: readonly Change[];
  /** The statements that made them, as they were sent. */
  readonly statements: readonly string[];
  /** What was tried and failed, by `keyOfChange`. */
  readonly failed: ReadonlyMap<string, Reason>;
}

export const NOTHING_DONE: Outcome = { committed: [], statements: [], failed: new Map() };

/** What was done in all: what failed at first and was committed later has not failed. */
export function merge(done: Outcome, more: Outcome): Outcome {
  if (done === NOTHING_DONE) return more;
  const committed = new Set(more.committed.map(keyOfChange));
  const failed = [...done.failed].filter(([key]) => !committed.has(key));
  return {
    committed: [...done.committed, ...more.committed],
    statements: [...done.statements, ...more.statements],
    failed: new Map([...failed, ...more.failed]),
  };
}

/**
 * Whether a plan is worth carrying out after what was done: it holds a change that was not tried, because it became
 * possible meanwhile, or one that failed for a reason that passes. At first every change is.
 */
export function isWorthTrying({ changes, blocked }: Plan, done: Outcome): boolean {
  if (done === NOTHING_DONE) return changes.length + blocked.length > 0;
  if (changes.length === 0) return false;
  const made = new Set(done.committed.map(keyOfChange));
  return changes.some((change) => {
    const reason = done.failed.get(keyOfChange(change));
    return reason === undefined ? !made.has(keyOfChange(change)) : reason === "locked" || reason === "gone";
  });
}

/** The same privileges to grant on the same object, or to take back from the same grantor, across snapshots. */
export function keyOfChange(change: Change): string {
  return `${change.privileges} ${placeOfChange(change)}`;
}

/** The same without the privileges. */
export function placeOfChange(change: Change): string {
  return `${change.verb} ${change.grantor?.oid ?? ""} ${identify(change)}`;
}
