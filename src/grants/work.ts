import type { Group, Role } from "../model/snapshot.ts";
import type { Batch } from "./batches.ts";
import { keyOfChange, type Outcome, type Refusal } from "./outcome.ts";
import type { Change } from "./statements.ts";

/** The record of what was done with the changes of a plan so far. */
export interface Work {
  /** The batch is unconfirmed until it is answered. */
  sent(batch: Batch): void;
  answered(): void;
  committed(batch: Batch): void;
  failed(changes: readonly Change[], refusal: Refusal): void;
  /** True if so many objects with the same owner and ACL were refused that the others are not tried. */
  isHopeless(change: Change): boolean;
  outcome(): Outcome;
}

/** After this many refusals in a row for objects with the same owner and ACL, the rest of these objects is not tried. */
const MAX_REFUSALS = 8;

/** Notes what is done from now on. */
export function startWork(): Work {
  const committed: Change[] = [];
  const statements: string[] = [];
  const failed = new Map<string, Refusal>();
  const refusals = new Map<Role | null, Map<Group, number>>();
  let open: Batch | undefined;

  return {
    sent(batch) {
      open = batch;
    },
    answered() {
      open = undefined;
    },
    committed(batch) {
      committed.push(...batch.changes);
      statements.push(...sqlOf(batch));
      if (refusals.size > 0) for (const { acting, group } of batch.changes) refusals.get(acting.as)?.delete(group);
    },
    failed(changes, refusal) {
      for (const change of changes) {
        failed.set(keyOfChange(change), refusal);
        if (refusal.reason !== "refused") continue;
        const { acting, group } = change;
        const ofRole = refusals.get(acting.as) ?? new Map<Group, number>();
        refusals.set(acting.as, ofRole.set(group, (ofRole.get(group) ?? 0) + 1));
      }
    },
    isHopeless: ({ acting, group }) => (refusals.get(acting.as)?.get(group) ?? 0) >= MAX_REFUSALS,
    outcome: () => ({
      committed,
      statements,
      failed,
      unconfirmed: open === undefined ? [] : [{ changes: open.changes, statements: sqlOf(open) }],
    }),
  };
}

function sqlOf({ statements }: Batch): readonly string[] {
  return statements.map(({ sql }) => sql);
}
