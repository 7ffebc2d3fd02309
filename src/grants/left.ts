import type { Reason } from "../model/report.ts";
import { keyOfChange, type Outcome, placeOfChange, type Refusal } from "./outcome.ts";
import type { Blocked, Plan } from "./plan.ts";
import type { Change } from "./statements.ts";

/** What a plan leaves to do after what was done, and why: what is blocked, what failed, and `otherwise` the rest. */
export function whatIsLeft(
  { blocked, changes }: Plan,
  outcome: Outcome,
  otherwise: Reason,
): readonly Blocked[] {
  // Committed, and still not there: the server ignored it without an error.
  const ignored = new Set(changes.length === 0 ? [] : outcome.committed.map(placeOfChange));
  const planned = changes.map((change): Blocked => {
    const refusal = refusalOf(outcome, change) ?? {
      reason: ignored.has(placeOfChange(change)) ? "refused" : otherwise,
    };
    return { change, ...refusal, ...(BY_LOGIN.has(refusal.reason) && { byLogin: true }) };
  });
  if (outcome.failed.size === 0) return [...blocked, ...planned];
  return [...blocked.map((each) => ({ ...each, ...refusalOf(outcome, each.change) })), ...planned];
}

/** Why a change failed: what the last look shows is not gone, whatever the server said. */
function refusalOf({ failed }: Outcome, change: Change): Refusal | undefined {
  if (failed.size === 0) return undefined; // a key for each of 200,000 changes takes time
  const refusal = failed.get(keyOfChange(change));
  return refusal?.reason === "gone" ? { ...refusal, reason: "refused" } : refusal;
}

/** What the login that planned it can still do. */
const BY_LOGIN: ReadonlySet<Reason> = new Set(["not-granted", "not-revoked", "locked"]);
