import type { Reason } from "../model/reasons.ts";
import { keyOfChange, keyWithoutPrivileges, type Outcome, type Refusal } from "./outcome.ts";
import type { Blocked, Plan } from "./plan.ts";
import type { Change } from "./statements.ts";

/** The changes that are left after an outcome, and why. */
export interface Left {
  readonly grants: readonly Blocked[];
  readonly revokes: readonly Blocked[];
}

/** Compares what was planned after the last look with what was tried. */
export function whatIsLeft(
  { grants, revokes }: { readonly grants: Plan; readonly revokes: Plan },
  outcome: Outcome,
): Left {
  return {
    grants: leftOf(grants, outcome, "not-granted"),
    revokes: leftOf(revokes, outcome, "not-revoked"),
  };
}

/** @param otherwise the reason for a change that was not tried */
function leftOf({ blocked, changes }: Plan, outcome: Outcome, otherwise: Reason): readonly Blocked[] {
  // The server ignored without an error what was committed and is still to do.
  const ignored = new Set(changes.length === 0 ? [] : outcome.committed.map(keyWithoutPrivileges));
  const planned = changes.map((change): Blocked => {
    const refusal = refusalOf(outcome, change) ?? {
      reason: ignored.has(keyWithoutPrivileges(change)) ? "refused" : otherwise,
    };
    return { change, ...refusal, ...(BY_LOGIN.has(refusal.reason) && { byLogin: true }) };
  });
  if (outcome.failed.size === 0) return [...blocked, ...planned];
  return [...blocked.map((each) => ({ ...each, ...refusalOf(outcome, each.change) })), ...planned];
}

/** The reason why a change failed. An object in the last look is not gone, even if the server said that it did not exist. */
function refusalOf({ failed }: Outcome, change: Change): Refusal | undefined {
  if (failed.size === 0) return undefined; // a key for each of 200,000 changes takes time
  const refusal = failed.get(keyOfChange(change));
  return refusal?.reason === "gone" ? { ...refusal, reason: "refused", otherNotFound: true } : refusal;
}

/** The reasons why a change that this login can make was not made. */
const BY_LOGIN: ReadonlySet<Reason> = new Set(["not-granted", "not-revoked", "locked"]);
