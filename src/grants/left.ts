import type { Reason } from "../model/report.ts";
import { keyOfChange, type Outcome, placeOfChange } from "./outcome.ts";
import type { Blocked, Plan } from "./plan.ts";

/** What a plan leaves to do after what was done, and why: what is blocked, what failed, and `otherwise` the rest. */
export function whatIsLeft(
  { blocked, changes }: Plan,
  outcome: Outcome,
  otherwise: Reason,
): readonly Blocked[] {
  // Committed, and still not there: the server ignored it without an error.
  const ignored = new Set(changes.length === 0 ? [] : outcome.committed.map(placeOfChange));
  const planned = changes.map((change): Blocked => {
    const reason =
      outcome.failed.get(keyOfChange(change)) ?? (ignored.has(placeOfChange(change)) ? "refused" : otherwise);
    return { change, reason, ...(BY_LOGIN.has(reason) && { byLogin: true }) };
  });
  if (outcome.failed.size === 0) return [...blocked, ...planned];
  const tried = blocked.map((each) => {
    const reason = outcome.failed.get(keyOfChange(each.change));
    return reason === undefined ? each : { ...each, reason };
  });
  return [...tried, ...planned];
}

/** What the login that planned it can still do. */
const BY_LOGIN: ReadonlySet<Reason> = new Set(["not-granted", "not-revoked", "locked", "gone"]);
