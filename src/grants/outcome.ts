import type { Reason } from "../report/report.ts";
import { identify } from "./plan.ts";
import type { Change } from "./statements.ts";

/** What was tried between the first snapshot and the last. */
export interface Outcome {
  /** In the order they were committed. */
  readonly committed: readonly Change[];
  /** What made them, as it was sent. */
  readonly statements: readonly string[];
  /** What was tried and failed, by `keyOfChange`. */
  readonly failed: ReadonlyMap<string, Reason>;
}

export const NOTHING_DONE: Outcome = { committed: [], statements: [], failed: new Map() };

/** What was done in all: what failed at first and was committed later has not failed. */
export function merge(done: Outcome, more: Outcome): Outcome {
  if (done.committed.length + done.failed.size === 0) return more;
  const committed = new Set(more.committed.map(keyOfChange));
  const failed = [...done.failed].filter(([key]) => !committed.has(key));
  return {
    committed: [...done.committed, ...more.committed],
    statements: [...done.statements, ...more.statements],
    failed: new Map([...failed, ...more.failed]),
  };
}

/** Locks are let go, and what was dropped may be there anew: worth planning once more from a fresh snapshot. */
export function isPassing({ failed }: Outcome): boolean {
  return [...failed.values()].some((reason) => reason === "locked" || reason === "gone");
}

/** The same thing to do to the same object, across snapshots. */
export function keyOfChange(change: Pick<Change, "verb" | "grantee" | "group" | "member">): string {
  return `${change.verb} ${identify(change)}`;
}
