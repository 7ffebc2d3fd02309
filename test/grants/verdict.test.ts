import { describe, expect, test } from "vitest";
import { type Assessment, assess, planToApply, statementsToApply } from "../../src/grants/assess.ts";
import { batchOf } from "../../src/grants/batches.ts";
import {
  isWorthTrying,
  keyOfChange,
  noteCommitted,
  noteFailed,
  nothingDone,
  type Outcome,
  settle,
} from "../../src/grants/outcome.ts";
import type { Refusal } from "../../src/grants/plan.ts";
import type { Change } from "../../src/grants/statements.ts";
import { conclude, unfinishedReport } from "../../src/grants/verdict.ts";
import type { Demand } from "../../src/model/demand.ts";
import { type GranteeReport, worst } from "../../src/model/report.ts";
import { ACTING, columnsOf, demand, entry, group, held, type Seen, snapshot } from "./snapshots.ts";

const nothing = snapshot([group(["t", "u"])], {}, ACTING);
const all = snapshot([group([], { size: 2, held: held("SELECT", "INSERT") })], {}, ACTING);
const some = snapshot([group(["t"]), group([], { held: held("SELECT", "INSERT") })], {}, ACTING);

function assessed(seen: Seen, asked: Demand = demand()): Assessment {
  return assess(seen, asked, ["app"]);
}

function committed(seen: Seen): Outcome {
  return doneWith(planToApply(assessed(seen)).changes);
}

function doneWith(changes: readonly Change[]): Outcome {
  const outcome = { ...nothingDone(), isTried: true };
  noteCommitted(outcome, batchOf(changes));
  return outcome;
}

function reportOn(before: Seen, after: Seen, done: Outcome, asked: Demand = demand()): GranteeReport {
  const now = assessed(after, asked);
  const [report] = conclude(assessed(before, asked), now, done).grantees;
  if (report === undefined) throw new Error("no report");
  return report;
}

describe("the verdict", () => {
  test.each([
    ["in-sync", all, all, nothingDone()],
    ["repaired", nothing, all, committed(nothing)],
    ["drift", nothing, some, committed(nothing)],
    ["drift", all, some, nothingDone()],
    // A privilege that is no longer missing counts as repaired, even if another session granted it.
    ["repaired", nothing, all, nothingDone()],
  ] as const)("is %s, by the last look alone", (verdict, before, after, outcome) => {
    expect(reportOn(before, after, outcome).verdict).toBe(verdict);
  });

  test("depends on extra privileges only when `on-extra` judges them", () => {
    const acl = [entry("owner", "app", "DELETE")];
    const extra = snapshot([group(["t"], { held: held("SELECT", "INSERT", "DELETE"), acl })], {}, ACTING);
    const verdict = (onExtra: Demand["onExtra"]) => reportOn(extra, extra, nothingDone(), demand({ onExtra })).verdict;
    expect([verdict("ignore"), verdict("warn"), verdict("fail"), verdict("revoke")]).toEqual([
      "in-sync",
      "in-sync",
      "drift",
      "drift",
    ]);
  });

  test("of several databases is the worst", () => {
    expect(worst(["in-sync", "repaired", "drift", "error"])).toBe("error");
    expect(worst(["in-sync", "drift", "repaired"])).toBe("drift");
    expect(worst(["repaired", "in-sync"])).toBe("repaired");
    expect(worst([])).toBe("in-sync");
  });

  test("of a grantee that does not exist is an error, and does not affect the other grantees", () => {
    const seen = assess(all, demand(), ["aad_gone", "app"]);
    expect(conclude(seen, seen, nothingDone()).grantees).toMatchObject([
      { grantee: "aad_gone", verdict: "error", error: { code: "grantee-not-found" } },
      { grantee: "app", verdict: "in-sync" },
    ]);
  });
});

describe("the plan of `apply`", () => {
  test("includes revokes only with `on-extra: revoke`", () => {
    const acl = [entry("owner", "app", "DELETE")];
    const extra = snapshot([group(["t"], { held: held("SELECT", "DELETE"), acl })], {}, ACTING);
    const statements = (onExtra: Demand["onExtra"]) => statementsToApply(assessed(extra, demand({ onExtra })));
    const grant = 'GRANT INSERT ON TABLE "public"."t" TO "app";';
    expect(statements("revoke")).toEqual([grant, 'REVOKE DELETE ON TABLE "public"."t" FROM "app";']);
    for (const onExtra of ["ignore", "warn", "fail"] as const) expect(statements(onExtra)).toEqual([grant]);
  });
});

describe("the result of `apply`", () => {
  test("counts a privilege as granted only when the last look shows it", () => {
    const report = reportOn(nothing, some, committed(nothing));
    expect(report.granted).toEqual([
      { kind: "table", schema: "public", name: "u", owner: "owner", privileges: ["SELECT", "INSERT"] },
    ]);
    // Committed and still missing: WARNING 01007, or another session revoked it.
    expect(report.missing).toMatchObject([{ name: "t", reason: "without-effect" }]);
  });

  test("counts a privilege as revoked only when the last look does not show it", () => {
    const acl = [entry("owner", "app", "DELETE"), entry("owner", "app", "UPDATE")];
    const of = (...privileges: readonly string[]) =>
      snapshot([group(["t"], { held: held("SELECT", "INSERT", ...privileges), acl })], {}, ACTING);
    const asked = demand({ onExtra: "revoke" });
    const before = of("UPDATE", "DELETE");
    const done = doneWith(planToApply(assessed(before, asked)).changes);
    expect(reportOn(before, of(), done, asked).revoked).toMatchObject([{ privileges: ["UPDATE", "DELETE"] }]);
    expect(reportOn(before, of("DELETE"), done, asked).revoked).toMatchObject([{ privileges: ["UPDATE"] }]);
  });

  test("gives a reason for everything that was not done", () => {
    const [change] = planToApply(assessed(some)).changes;
    if (change === undefined) throw new Error("no change");
    const failed = new Map([[keyOfChange(change), { reason: "locked" as const }]]);
    expect(reportOn(some, some, { ...nothingDone(), failed }).missing).toMatchObject([{ reason: "locked" }]);
    expect(reportOn(some, some, nothingDone()).missing).toMatchObject([{ reason: "not-granted" }]);
  });

  test("drops the failure of a change that was committed later, and keeps the other failures", () => {
    const { changes } = planToApply(assessed(nothing));
    const [first, second] = changes;
    if (first === undefined || second === undefined) throw new Error("no changes");
    const outcome = nothingDone();
    noteFailed(outcome, changes, { reason: "locked" });
    noteCommitted(outcome, batchOf([first]));
    expect([...outcome.failed]).toEqual([[keyOfChange(second), { reason: "locked" }]]);
    expect(outcome).toMatchObject({ committed: [first], statements: [expect.stringContaining("GRANT")] });
  });

  test("is retried only when it was not tried or failed for a transient reason", () => {
    const { changes } = planToApply(assessed(nothing));
    const [first] = changes;
    if (first === undefined) throw new Error("no change");
    const plan = { changes: [first], blocked: [] };
    const tryAfter = (reason: Refusal["reason"]) =>
      isWorthTrying(plan, { ...nothingDone(), isTried: true, failed: new Map([[keyOfChange(first), { reason }]]) });
    expect([tryAfter("locked"), tryAfter("gone"), tryAfter("refused"), tryAfter("dependent-privileges")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isWorthTrying(plan, committed(nothing))).toBe(false);
    expect(isWorthTrying({ changes, blocked: [] }, doneWith([first]))).toBe(true);
    expect(isWorthTrying(plan, nothingDone())).toBe(true);
    const blocked = [{ change: first, reason: "not-owner" as const }];
    expect(isWorthTrying({ changes: [], blocked }, nothingDone())).toBe(true);
    expect(isWorthTrying({ changes: [], blocked }, committed(nothing))).toBe(false);
  });

  test("decides from the next look whether a batch without an answer was committed", () => {
    const { changes } = planToApply(assessed(nothing));
    const settled = (left: readonly Change[]) => {
      const outcome = { ...nothingDone(), sent: batchOf(changes) };
      settle(outcome, { changes: left, blocked: [] });
      return outcome;
    };
    expect(settled([])).toMatchObject({ sent: undefined, committed: changes, statements: [expect.any(String)] });
    expect(settled(changes.slice(0, 1))).toMatchObject({ sent: undefined, committed: [], statements: [] });
  });

  test("of an interrupted run lists what was committed and what is unconfirmed", () => {
    const { changes } = planToApply(assessed(nothing));
    const [granted, sent] = [changes.slice(0, 1), changes.slice(1)];
    const revoked = sent.map((change) => ({ ...change, verb: "REVOKE" as const }));
    const done = { ...doneWith([...granted, ...revoked]), sent: batchOf(sent) };
    const unfinished = (outcome: Outcome) =>
      assessed(nothing).grantees.map((each) => unfinishedReport(each, demand(), outcome));
    expect(unfinished(done)).toMatchObject([
      {
        verdict: "error",
        missing: [],
        granted: [{ name: "t" }],
        revoked: [{ name: "u" }],
        unconfirmed: [{ name: "u" }],
      },
    ]);
    const [untouched] = unfinished(nothingDone());
    expect(untouched).toMatchObject({ verdict: "error", granted: [] });
    expect(untouched).not.toHaveProperty("unconfirmed");
  });

  test("gives the server's message, and does not report an existing object as dropped", () => {
    const [change] = planToApply(assessed(some)).changes;
    if (change === undefined) throw new Error("no change");
    const failed = new Map([[keyOfChange(change), { reason: "gone" as const, serverMessage: "no grants on Fridays" }]]);
    expect(reportOn(some, some, { ...nothingDone(), failed }).missing).toMatchObject([
      { reason: "refused", serverMessage: "no grants on Fridays" },
    ]);
  });

  test("lists the statements that ran", () => {
    expect(committed(nothing).statements).toEqual([
      `GRANT SELECT, INSERT ON TABLE\n  "public"."t",\n  "public"."u"\nTO "app";`,
    ]);
  });
});

describe("extra privileges", () => {
  test("have one entry for each reason, with its sources and fix", () => {
    const acl = [
      entry("owner", "app", "DELETE", true),
      entry("owner", "app", "UPDATE"),
      entry("owner", "PUBLIC", "TRUNCATE"),
      entry("owner", "PUBLIC", "DELETE"),
      entry("app", "stranger", "DELETE"),
    ];
    const of = group(["t"], { held: held("SELECT", "INSERT", "DELETE", "UPDATE", "TRUNCATE"), acl });
    const columns = [columnsOf(of, { ...entry("owner", "app", "REFERENCES"), column: "a" })];
    const seen = snapshot([of], { columns }, ACTING);
    expect(
      reportOn(seen, seen, nothingDone(), demand({ onExtra: "fail" })).extra.map(({ privileges, reason, sources }) => [
        reason,
        privileges,
        sources,
      ]),
    ).toEqual([
      ["not-direct", ["DELETE", "TRUNCATE"], [{ source: "public" }]],
      ["column-privileges", ["REFERENCES"], [{ source: "column" }]],
      ["dependent-privileges", ["DELETE"], [{ source: "direct" }]],
      ["not-revoked", ["UPDATE"], [{ source: "direct" }]],
    ]);
  });
});
