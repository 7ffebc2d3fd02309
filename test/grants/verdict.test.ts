import { describe, expect, test } from "vitest";
import { type Assessment, assess, planToApply, statementsToApply } from "../../src/grants/assess.ts";
import { whatIsLeft } from "../../src/grants/left.ts";
import { isWorthTrying, keyOfChange, merge, NOTHING_DONE, type Outcome, settle } from "../../src/grants/outcome.ts";
import { granteeReports, unfinishedReports } from "../../src/grants/verdict.ts";
import type { Demand } from "../../src/model/demand.ts";
import type { Reason } from "../../src/model/reasons.ts";
import { type GranteeReport, worst } from "../../src/model/report.ts";
import { ACTING, columnsOf, demand, entry, group, held, type Seen, snapshot } from "./snapshots.ts";

const nothing = snapshot([group(["t", "u"])], {}, ACTING);
const all = snapshot([group([], { size: 2, held: held("SELECT", "INSERT") })], {}, ACTING);
const some = snapshot([group(["t"]), group([], { held: held("SELECT", "INSERT") })], {}, ACTING);

function assessed(seen: Seen, asked: Demand = demand()): Assessment {
  return assess(seen, asked, ["app"]);
}

function committed(seen: Seen): Outcome {
  const assessment = assessed(seen);
  return {
    committed: planToApply(assessment).changes,
    statements: statementsToApply(assessment),
    failed: new Map(),
    unconfirmed: [],
  };
}

function reportOn(before: Seen, after: Seen, done: Outcome, asked: Demand = demand()): GranteeReport {
  const now = assessed(after, asked);
  const [report] = granteeReports(assessed(before, asked), now, done, whatIsLeft(now, done));
  if (report === undefined) throw new Error("no report");
  return report;
}

describe("the verdict", () => {
  test.each([
    ["in-sync", all, all, NOTHING_DONE],
    ["repaired", nothing, all, committed(nothing)],
    ["drift", nothing, some, committed(nothing)],
    ["drift", all, some, NOTHING_DONE],
    // A privilege that is no longer missing counts as repaired, even if another session granted it.
    ["repaired", nothing, all, NOTHING_DONE],
  ] as const)("is %s, by the last look alone", (verdict, before, after, outcome) => {
    expect(reportOn(before, after, outcome).verdict).toBe(verdict);
  });

  test("depends on extra privileges only when `on-extra` judges them", () => {
    const acl = [entry("owner", "app", "DELETE")];
    const extra = snapshot([group(["t"], { held: held("SELECT", "INSERT", "DELETE"), acl })], {}, ACTING);
    const verdict = (onExtra: Demand["onExtra"]) => reportOn(extra, extra, NOTHING_DONE, demand({ onExtra })).verdict;
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
    expect(granteeReports(seen, seen, NOTHING_DONE, whatIsLeft(seen, NOTHING_DONE))).toMatchObject([
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
    expect(report.missing).toMatchObject([{ name: "t", reason: "refused" }]);
  });

  test("counts a privilege as revoked only when the last look does not show it", () => {
    const acl = [entry("owner", "app", "DELETE"), entry("owner", "app", "UPDATE")];
    const of = (...privileges: readonly string[]) =>
      snapshot([group(["t"], { held: held("SELECT", "INSERT", ...privileges), acl })], {}, ACTING);
    const asked = demand({ onExtra: "revoke" });
    const before = of("UPDATE", "DELETE");
    const done = { ...NOTHING_DONE, committed: planToApply(assessed(before, asked)).changes };
    expect(reportOn(before, of(), done, asked).revoked).toMatchObject([{ privileges: ["UPDATE", "DELETE"] }]);
    expect(reportOn(before, of("DELETE"), done, asked).revoked).toMatchObject([{ privileges: ["UPDATE"] }]);
  });

  test("gives a reason for everything that was not done", () => {
    const [change] = planToApply(assessed(some)).changes;
    if (change === undefined) throw new Error("no change");
    const failed = new Map([[keyOfChange(change), { reason: "locked" as const }]]);
    expect(reportOn(some, some, { ...NOTHING_DONE, failed }).missing).toMatchObject([{ reason: "locked" }]);
    expect(reportOn(some, some, NOTHING_DONE).missing).toMatchObject([{ reason: "not-granted" }]);
  });

  test("drops the failure of a batch that was committed later, and keeps the other failures", () => {
    const [change] = committed(nothing).committed;
    if (change === undefined) throw new Error("no change");
    const first: Outcome = {
      ...NOTHING_DONE,
      failed: new Map([
        [keyOfChange(change), { reason: "locked" }],
        ["other", { reason: "gone", serverMessage: "no such relation" }],
      ]),
    };
    const merged = merge(first, committed(nothing));
    expect([...merged.failed]).toEqual([["other", { reason: "gone", serverMessage: "no such relation" }]]);
    expect(merged.committed).toHaveLength(2);
    expect(merge(merged, committed(nothing)).statements).toHaveLength(2);
  });

  test("is retried only when it was not tried or failed for a transient reason", () => {
    const { changes } = planToApply(assessed(nothing));
    const [first] = changes;
    if (first === undefined) throw new Error("no change");
    const plan = { changes: [first], blocked: [] };
    const tryAfter = (reason: Reason) =>
      isWorthTrying(plan, { ...NOTHING_DONE, failed: new Map([[keyOfChange(first), { reason }]]) });
    expect([tryAfter("locked"), tryAfter("gone"), tryAfter("refused"), tryAfter("dependent-privileges")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isWorthTrying(plan, committed(nothing))).toBe(false);
    expect(isWorthTrying({ changes, blocked: [] }, { ...committed(nothing), committed: [first] })).toBe(true);
    expect(isWorthTrying(plan, NOTHING_DONE)).toBe(true);
    const blocked = [{ change: first, reason: "not-owner" as const }];
    expect(isWorthTrying({ changes: [], blocked }, NOTHING_DONE)).toBe(true);
    expect(isWorthTrying({ changes: [], blocked }, committed(nothing))).toBe(false);
  });

  test("decides from the next look whether a batch without an answer was committed", () => {
    const { changes } = planToApply(assessed(nothing));
    const lost = { changes, statements: ["GRANT;"] };
    const done: Outcome = { ...NOTHING_DONE, unconfirmed: [lost] };
    const made = { ...NOTHING_DONE, committed: changes, statements: ["GRANT;"] };
    expect(settle(done, { changes: [], blocked: [] })).toEqual(made);
    expect(settle(done, { changes: changes.slice(0, 1), blocked: [] })).toEqual(NOTHING_DONE);
    expect(settle(NOTHING_DONE, { changes, blocked: [] })).toBe(NOTHING_DONE);
  });

  test("of an interrupted run lists what was committed and what is unconfirmed", () => {
    const { changes } = planToApply(assessed(nothing));
    const [granted, sent] = [changes.slice(0, 1), changes.slice(1)];
    const committed = [...granted, ...sent.map((change) => ({ ...change, verb: "REVOKE" as const }))];
    const done = { ...NOTHING_DONE, committed, unconfirmed: [{ changes: sent, statements: [] }] };
    expect(unfinishedReports(assessed(nothing), done)).toMatchObject([
      {
        verdict: "error",
        missing: [],
        granted: [{ name: "t" }],
        revoked: [{ name: "u" }],
        unconfirmed: [{ name: "u" }],
      },
    ]);
    const [untouched] = unfinishedReports(assessed(nothing), NOTHING_DONE);
    expect(untouched).toMatchObject({ verdict: "error", granted: [] });
    expect(untouched).not.toHaveProperty("unconfirmed");
  });

  test("gives the server's message, and does not report an existing object as dropped", () => {
    const [change] = planToApply(assessed(some)).changes;
    if (change === undefined) throw new Error("no change");
    const failed = new Map([[keyOfChange(change), { reason: "gone" as const, serverMessage: "no grants on Fridays" }]]);
    expect(reportOn(some, some, { ...NOTHING_DONE, failed }).missing).toMatchObject([
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
      reportOn(seen, seen, NOTHING_DONE, demand({ onExtra: "fail" })).extra.map(({ privileges, reason, sources }) => [
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
