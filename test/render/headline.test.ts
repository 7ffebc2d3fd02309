import { expect, test } from "vitest";
import type { GranteeReport, Report } from "../../src/model/report.ts";
import { annotations } from "../../src/render/annotations.ts";
import { headline } from "../../src/render/headline.ts";
import { logGroups } from "../../src/render/log.ts";
import { outputsOf } from "../../src/render/outputs.ts";
import { plain } from "../../src/render/pen.ts";
import { renderSummary } from "../../src/render/summary.ts";
import * as reports from "./reports.ts";

const SERVER = "orders-prod.postgres.database.azure.com";

function line(report: Report): string {
  return headline(report, plain);
}

function withGrantees(grantees: readonly GranteeReport[], overrides: Partial<Report> = {}): Report {
  return reports.report([reports.database({ grantees })], overrides);
}

const drifting = (name: string) => reports.grantee({ grantee: name, verdict: "drift", missing: [reports.missing()] });

test("the headline names a grantee that could not be checked, and the findings of another", () => {
  expect(line(withGrantees([reports.failing("aad_gone"), drifting("aad_a")]))).toBe(
    `Could not check aad_gone in app. Drift: aad_a is missing privileges on 1 table in app on ${SERVER}.`,
  );
  expect(line(withGrantees([reports.grantee(), reports.failing("aad_gone")]))).toBe(
    `Could not check aad_gone in app. In sync: aad_orders holds every requested privilege on 171 objects in app on ${SERVER}.`,
  );
});

test("the headline does not say that a database could not be checked if the error came after the first look at it", () => {
  const [unreached = reports.database()] = reports.error().databases;
  const broken = { ...unreached, database: "broken", grantees: [reports.failing("a")] };
  expect(line(reports.report([broken]))).toBe(`Could not finish broken on ${SERVER}.`);
  expect(line(reports.report([broken, unreached]))).toBe(`Could not check broken and app on ${SERVER}.`);
  expect(annotations(reports.report([broken]))[0]?.title).toBe("Could not finish broken");
});

test("the headline says nothing about privileges when no grantee could be checked", () => {
  expect(line(withGrantees([reports.failing("a"), reports.failing("b")]))).toBe(
    `Could not check a in app and b in app on ${SERVER}.`,
  );
  expect(line(reports.error())).toBe(`Could not check app on ${SERVER}.`);
  expect(line(reports.badInput())).toBe("Could not check anything.");
});

test("the headline names both databases and grantees that could not be checked", () => {
  const [unreached = reports.database()] = reports.error().databases;
  const grantees = [drifting("aad_a"), reports.failing("aad_gone")];
  const report = reports.report([{ ...unreached, database: "other" }, reports.database({ grantees })]);
  expect(line(report)).toMatch(/^Could not check other and aad_gone in app\. Drift: aad_a is missing /);
});

test("the headline names up to three grantees, and counts more", () => {
  const failing = (n: number) => Array.from({ length: n }, (_, i) => reports.failing(`gone_${i}`));
  expect(line(withGrantees([...failing(3), drifting("a")]))).toMatch(
    /^Could not check gone_0 in app, gone_1 in app and gone_2 in app\. Drift/,
  );
  expect(line(withGrantees([...failing(4), drifting("a")]))).toMatch(/^Could not check 4 of 5 targets\. Drift/);
  const grantees = (n: number) => Array.from({ length: n }, (_, i) => drifting(`g${i}`));
  expect(line(withGrantees(grantees(3)))).toBe(
    `Drift: g0, g1 and g2 are missing privileges on 3 tables in app on ${SERVER}.`,
  );
  expect(line(withGrantees(grantees(4)))).toBe(
    `Drift: 4 grantees are missing privileges on 4 tables in app on ${SERVER}.`,
  );
});

test("the headline counts databases and servers", () => {
  const databases = (n: number, host = (_: number) => SERVER) =>
    Array.from({ length: n }, (_, i) => reports.database({ database: `d${i}`, host: host(i) }));
  expect(line(reports.report(databases(3)))).toContain(`in d0, d1 and d2 on ${SERVER}.`);
  expect(line(reports.report(databases(4)))).toContain(`in all 4 databases on ${SERVER}.`);
  expect(line(reports.report(databases(4, (i) => `h${i}`)))).toContain("in all 4 databases.");
  const [unreached = reports.database()] = reports.error().databases;
  const failed = Array.from({ length: 4 }, (_, i) => ({ ...unreached, database: `x${i}` }));
  expect(line(reports.report([...databases(5), ...failed]))).toMatch(
    /^Could not check 4 of 9 targets\. In sync: .* in 5 of 9 databases on /,
  );
  expect(line(reports.report([reports.database({ port: 6432 })]))).toContain(`in app on ${SERVER}:6432.`);
  expect(line(reports.report(databases(2, (i) => `h${i}`)))).toContain("in d0 on h0 and d1 on h1.");
});

test("the headline names a server whose databases could not be listed", () => {
  expect(line(reports.fleet())).toBe(
    "Could not check every database on orders-us. Drift: aad_orders is missing privileges on 3 tables and 1 sequence in app on orders-asia.",
  );
});

test("the headline says in a plan how much apply can grant", () => {
  const plan = (...reasons: readonly ("not-granted" | "not-owner")[]) => {
    const missing = reasons.map((reason, i) => reports.missing({ name: `t${i}`, reason }));
    return line(withGrantees([reports.grantee({ verdict: "drift", missing })], { mode: "plan" }));
  };
  expect(plan("not-granted", "not-granted")).toMatch(/; `mode: apply` can grant all of them\.$/);
  expect(plan("not-owner")).toMatch(/; `mode: apply` can grant them on none of the 1\.$/);
  expect(plan("not-owner", "not-granted")).toMatch(/; `mode: apply` can grant them on 1 of the 2\.$/);
  const beyond = reports.grantee({ verdict: "drift", onExtra: "fail", extra: [reports.extra()] });
  expect(line(withGrantees([beyond], { mode: "plan" }))).not.toContain("can grant");
  const identity = reports.missing({ kind: "identity", privileges: [], reason: "no-identity" });
  const missing = [identity, reports.missing({ reason: "not-granted" })];
  const unbound = (list: typeof missing) => reports.grantee({ verdict: "drift", missing: list });
  expect(line(withGrantees([unbound(missing)], { mode: "plan" }))).toMatch(/; `mode: apply` can grant all of them\.$/);
  expect(line(withGrantees([unbound([identity])], { mode: "plan" }))).not.toContain("can grant");
});

test("the verdict is called drift in a plan too, because there may be nothing to grant", () => {
  const beyond = reports.grantee({ verdict: "drift", onExtra: "revoke", extra: [reports.extra()] });
  const report = withGrantees([beyond, reports.grantee({ grantee: "aad_other" })], { mode: "plan" });
  expect(outputsOf(report).message).toContain("2 targets: 1 drift and 1 in sync.");
  expect(renderSummary(report)).toContain("| ❌ drift: 1 extra |");
  expect(logGroups(report).flatMap(({ lines }) => lines)).toContainEqual(
    expect.stringMatching(/^aad_orders: drift \(/),
  );
});

test("the headline says what was granted and revoked, and what is extra", () => {
  const granted = [reports.changed({}, ["SELECT"])];
  const revoked = [reports.changed({ kind: "sequence" }, ["USAGE"])];
  expect(line(withGrantees([reports.grantee({ verdict: "repaired", granted, revoked })]))).toBe(
    `Repaired: granted privileges on 1 table and revoked privileges on 1 sequence. aad_orders now holds every requested privilege in app on ${SERVER}.`,
  );
  const extra = [reports.extra()];
  const grantee = reports.grantee({ verdict: "drift", missing: [reports.missing()], extra });
  expect(line(withGrantees([grantee]))).toBe(
    `Drift: aad_orders is missing privileges on 1 table and holds more privileges than requested on 1 table in app on ${SERVER}.`,
  );
});

test("counts and names a table with two grantors, or with a column of its own, once everywhere", () => {
  const entry = reports.extra({ privileges: ["DELETE"] });
  const extra = [
    entry,
    { ...entry, fix: { ...entry.fix, sql: "SET ROLE dba; REVOKE …;" } },
    reports.extra({ privileges: ["UPDATE"], sources: [{ source: "column" }] }),
  ];
  const missing = [
    reports.missing({ privileges: ["SELECT"], reason: "not-granted" }),
    reports.missing({ privileges: ["INSERT"], reason: "not-owner" }),
  ];
  const written = (lists: Partial<GranteeReport>) => {
    const grantee = reports.grantee({ verdict: "drift", onExtra: "fail", ...lists });
    const database = reports.database({ verdict: "drift", grantees: [grantee] });
    const report = reports.report([database], { mode: "plan" });
    return {
      text: [
        headline(report, plain),
        renderSummary(report),
        ...annotations(report).map(({ title, message }) => `${title}: ${message}`),
        ...logGroups(report).flatMap(({ lines }) => lines),
      ].join("\n"),
      outputs: outputsOf(report),
    };
  };

  const beyond = written({ extra });
  expect(beyond.text).not.toMatch(/2 tables|3 tables|2 objects|3 objects/);
  expect(beyond.text.match(/^\| table `public\.\w+` \| DELETE/gm)).toHaveLength(1);
  expect(beyond.text.match(/^ {2}table public\.\w+: DELETE/gm)).toHaveLength(1);
  expect(beyond.outputs["extra-count"]).toBe(1);
  const lacking = written({ missing });
  expect(lacking.text).not.toMatch(/2 tables|2 objects|of the 2/);
  expect(lacking.text).toContain("on 1 table in app");
  expect(lacking.text).toContain("`mode: apply` can grant them on none of the 1");
  expect(lacking.outputs["missing-count"]).toBe(1);
});
