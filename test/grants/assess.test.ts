import { describe, expect, test } from "vitest";
import { judge } from "../../src/grants/assess.ts";
import { isWorthTrying, keyOfChange, merge, NOTHING_DONE, type Outcome } from "../../src/grants/outcome.ts";
import { planFor, statementsIn } from "../../src/grants/plan.ts";
import type { Demand } from "../../src/model/demand.ts";
import { type Reason, worst } from "../../src/model/report.ts";
import type { Snapshot } from "../../src/model/snapshot.ts";
import { ACTING, demand, entry, group, held, snapshot } from "./snapshots.ts";

const nothing = snapshot([group(["t", "u"])], {}, ACTING);
const all = snapshot([group([], { size: 2, held: held("SELECT", "INSERT") })], {}, ACTING);
const some = snapshot([group(["t"]), group([], { held: held("SELECT", "INSERT") })], {}, ACTING);

function committed(seen: Snapshot, asked: Demand = demand()): Outcome {
  const { changes } = planFor(seen, asked, ["app"]);
  return { committed: changes, statements: statementsIn(changes), failed: new Map() };
}

describe("the verdict", () => {
  test.each([
    ["in-sync", all, all, NOTHING_DONE],
    ["repaired", nothing, all, committed(nothing)],
    ["drift", nothing, some, committed(nothing)],
    ["drift", all, some, NOTHING_DONE],
    // What was missing and no longer is was repaired, whoever did it.
    ["repaired", nothing, all, NOTHING_DONE],
  ] as const)("is %s by the last look alone", (verdict, before, after, outcome) => {
    expect(judge(before, after, outcome, demand(), "app").verdict).toBe(verdict);
  });

  test("is what is extra, where that is judged", () => {
    const acl = [entry("owner", "app", "DELETE")];
    const extra = snapshot([group(["t"], { held: held("SELECT", "INSERT", "DELETE"), acl })], {}, ACTING);
    const verdict = (onExtra: Demand["onExtra"]) =>
      judge(extra, extra, NOTHING_DONE, demand({ onExtra }), "app").verdict;
    expect([verdict("ignore"), verdict("warn"), verdict("fail"), verdict("revoke")]).toEqual([
      "in-sync",
      "in-sync",
      "drift",
      "drift",
    ]);
  });

  test("is of several the worst", () => {
    expect(worst(["in-sync", "repaired", "drift", "error"])).toBe("error");
    expect(worst(["in-sync", "drift", "repaired"])).toBe("drift");
    expect(worst(["repaired", "in-sync"])).toBe("repaired");
    expect(worst([])).toBe("in-sync");
  });
});

describe("what was done", () => {
  test("is granted only where the last look shows it", () => {
    const report = judge(nothing, some, committed(nothing), demand(), "app");
    expect(report.granted).toEqual([
      { kind: "table", schema: "public", name: "u", owner: "owner", privileges: ["SELECT", "INSERT"] },
    ]);
    // Committed, and not there all the same: WARNING 01007, or somebody who took it back.
    expect(report.missing).toMatchObject([{ name: "t", reason: "refused" }]);
  });

  test("says why the rest was not done", () => {
    const [change] = planFor(some, demand(), ["app"]).changes;
    if (change === undefined) throw new Error("no change");
    const failed = new Map<string, Reason>([[keyOfChange(change), "locked"]]);
    expect(judge(some, some, { ...NOTHING_DONE, failed }, demand(), "app").missing).toMatchObject([
      { reason: "locked" },
    ]);
    expect(judge(some, some, NOTHING_DONE, demand(), "app").missing).toMatchObject([
      { reason: "not-granted" },
    ]);
  });

  test("forgets a failure that was made good later, and keeps the others", () => {
    const first: Outcome = {
      ...NOTHING_DONE,
      failed: new Map([
        ["GRANT 10 table 100", "locked"],
        ["other", "gone"],
      ]),
    };
    const merged = merge(first, committed(nothing));
    expect([...merged.failed]).toEqual([["other", "gone"]]);
    expect(merged.committed).toHaveLength(2);
    expect(merge(merged, committed(nothing)).statements).toHaveLength(2);
  });

  test("is worth another try only for what was not tried, or failed for something that passes", () => {
    const { changes } = planFor(nothing, demand(), ["app"]);
    const [first] = changes;
    if (first === undefined) throw new Error("no change");
    const plan = { changes: [first], hopeless: [] };
    const tryAfter = (reason: Reason) =>
      isWorthTrying(plan, { ...NOTHING_DONE, failed: new Map([[keyOfChange(first), reason]]) });
    expect([
      tryAfter("locked"),
      tryAfter("gone"),
      tryAfter("refused"),
      tryAfter("dependent-privileges"),
    ]).toEqual([true, true, false, false]);
    expect(isWorthTrying(plan, committed(nothing))).toBe(false);
    expect(isWorthTrying({ changes, hopeless: [] }, { ...committed(nothing), committed: [first] })).toBe(
      true,
    );
    expect(isWorthTrying(plan, NOTHING_DONE)).toBe(true);
    const hopeless = [{ change: first, reason: "not-owner" as const }];
    expect(isWorthTrying({ changes: [], hopeless }, NOTHING_DONE)).toBe(true);
    expect(isWorthTrying({ changes: [], hopeless }, committed(nothing))).toBe(false);
  });

  test("is told as the statements that were run", () => {
    expect(statementsIn(committed(nothing).committed)).toEqual([
      `GRANT SELECT, INSERT ON TABLE\n  "public"."t",\n  "public"."u"\nTO "app";`,
    ]);
  });
});
