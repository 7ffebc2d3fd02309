import fc from "fast-check";
import { expect, test } from "vitest";
import type { Missing } from "../../src/model/report.ts";
import { quoted, sentence } from "../../src/model/sentence.ts";
import { annotations } from "../../src/render/annotations.ts";
import { failureLines } from "../../src/render/failure.ts";
import { verdictLine } from "../../src/render/headline.ts";
import { hostileNames } from "./hostile.ts";
import * as reports from "./reports.ts";

function drifting(missing: readonly Missing[]) {
  return reports.report([
    reports.database({ verdict: "drift", grantees: [reports.grantee({ verdict: "drift", missing })] }),
  ]);
}

test("an annotation says what is missing on what for which grantee, where, why, and the fix", () => {
  expect(annotations(drifting([reports.missing()]))).toEqual([
    {
      level: "error",
      title: "Missing on 1 table owned by migrator",
      message:
        'aad_orders in app: table public.orders: INSERT, UPDATE. "ci-admin" has neither the privileges of migrator nor the grant option. Run as migrator: `GRANT INSERT, UPDATE ON TABLE "public"."orders" TO "aad_orders";` Or let "ci-admin" act as migrator: `GRANT "migrator" TO "ci-admin" WITH INHERIT TRUE, SET TRUE;` entra_admin can run this.',
    },
  ]);
});

test("objects with one cause have one annotation, in all databases", () => {
  const [one, ...more] = annotations(reports.many()).filter(({ title }) => title.includes(" on "));
  expect(one?.title).toBe("Missing on 3 tables and 1 sequence owned by migrator");
  expect(one?.message).toContain(
    'aad_orders in tenant_a and tenant_b: 3 tables (public.orders, public.order_lines and public."Order Notes"): INSERT, UPDATE; sequence public.orders_id_seq: USAGE, SELECT. "ci-admin" has',
  );
  expect(one?.message).toContain("Run the SQL in the job summary as migrator");
  expect(more).toEqual([]);
});

test("an annotation names three kinds of objects, and counts the others", () => {
  const missing = [
    reports.missing(),
    reports.missing({ kind: "view", name: "open_orders" }),
    reports.missing({ kind: "partitioned-table", name: "events" }),
    reports.missing({ kind: "materialized-view", name: "sales" }),
  ];
  expect(annotations(drifting(missing))[0]?.message).toContain(
    "in app: table public.orders: INSERT, UPDATE; view public.open_orders: INSERT, UPDATE; partitioned table public.events: INSERT, UPDATE; 1 more. ",
  );
});

test("an annotation names tables of two schemas apart, even if they have one owner and lack the same", () => {
  const missing = [reports.missing(), reports.missing({ schema: "sales" })];
  expect(annotations(drifting(missing))[0]?.message).toContain(
    "in app: table public.orders: INSERT, UPDATE; table sales.orders: INSERT, UPDATE. ",
  );
});

test("errors come first, then the findings in their order", () => {
  const missing = [
    reports.missing({ kind: "database", name: "app", privileges: ["CONNECT"], owner: "azure_pg_admin" }),
    ...Array.from({ length: 5 }, (_, i) => reports.missing({ name: `t${i}` })),
    reports.missing({ name: "t", owner: "other" }),
  ];
  const [unreached] = reports.error().databases;
  const report = reports.report([...drifting(missing).databases, ...(unreached ? [unreached] : [])]);
  expect(annotations(report).map(({ title }) => title)).toEqual([
    "Could not check app",
    "Missing on 1 database owned by azure_pg_admin",
    "Missing on 5 tables owned by migrator",
    "Missing on 1 table owned by other",
  ]);
});

test("an annotation names the server of a database if there are several, and errors that differ in names have one", () => {
  expect(annotations(reports.fleet()).map(({ title }) => title)).toEqual([
    "Could not check every database on orders-us",
    "Missing on 3 tables and 1 sequence owned by migrator",
    "1 warning",
  ]);
  const [errors, drift] = annotations(reports.targets(400));
  expect(errors?.title).toBe("Could not check tenant_50 on srv-0, tenant_161 on srv-1, tenant_272 on srv-2 and 1 more");
  expect(drift?.message).toContain("in tenant_7 on srv-7, tenant_57 on srv-7, tenant_107 on srv-7 and 5 more: ");
});

test("annotations are at most nine findings and one warning, with no more text than GitHub keeps of each", () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    reports.missing({
      owner: `owner_${i}`,
      name: "x".repeat(60),
      fix: { note: quoted("long ".repeat(2_000)) },
    }),
  );
  const warnings = Array.from({ length: 30 }, (_, i) => ({ code: "view", message: sentence`View ${i}.` }));
  const [database] = drifting(many).databases;
  const report = reports.report([
    {
      ...(database ?? reports.database()),
      grantees: [reports.grantee({ verdict: "drift", missing: many, warnings })],
    },
  ]);
  const all = annotations(report);
  expect(all.filter(({ level }) => level === "error")).toHaveLength(9);
  expect(all[8]).toEqual({
    level: "error",
    title: "More findings",
    message: "22 more findings in the job summary.",
  });
  expect(all.filter(({ level }) => level === "warning")).toEqual([
    {
      level: "warning",
      title: "30 warnings",
      message: "View 0.\nView 1.\nView 2.\nView 3.\nView 4.\n25 more warnings in the job summary.",
    },
  ]);
  for (const { message } of all) expect(message.length).toBeLessThan(4_096);
});

test("a plan has no errors, however many findings it has", () => {
  expect(annotations(reports.plan()).map(({ level }) => level)).toEqual(["notice", "notice"]);
  const twelve = drifting(Array.from({ length: 12 }, (_, n) => reports.missing({ owner: `owner_${n}` })));
  expect(annotations({ ...twelve, mode: "plan" }).map(({ level }) => level)).toEqual(Array(9).fill("notice"));
});

test("extra privileges have one warning for all databases, or an error for each cause if they fail the job", () => {
  const written = (onExtra: "warn" | "fail", ...names: readonly string[]) => {
    const verdict = onExtra === "fail" ? "drift" : "in-sync";
    const extra = [reports.extra(), reports.extra({ name: "lines" }), reports.extra({ reason: "not-owner" })];
    const grantees = [reports.grantee({ verdict, onExtra, extra })];
    return annotations(reports.report(names.map((database) => reports.database({ database, verdict, grantees }))));
  };
  const text = (tables: number, where: string) =>
    `aad_orders holds more privileges than requested on ${tables} tables in ${where}. The job summary lists them.`;
  expect(written("warn", "app")).toEqual([{ level: "warning", title: "1 warning", message: text(2, "app") }]);
  expect(written("warn", "a", "b").map(({ message }) => message)).toEqual([text(4, "a and b")]);
  expect(written("fail", "app")[0]?.message).toContain(
    "aad_orders in app: 2 tables (public.orders and public.lines): DELETE (granted directly). ",
  );
});

test("a run with nothing to do has no annotation", () => {
  expect(annotations(reports.inSync())).toEqual([]);
  expect(annotations(reports.repaired())).toEqual([]);
});

test("an annotation shows every hidden character of a name, with its title on one line", () => {
  fc.assert(
    fc.property(hostileNames, (names) => {
      for (const { title } of annotations(reports.hostile(names))) {
        expect(title).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }
    }),
  );
});

test("setFailed gets one line, and the failure when the run could not start", () => {
  expect(verdictLine(reports.drift())).toBe(
    "Drift: aad_orders is missing privileges on 3 tables and 1 sequence in app on orders-prod.postgres.database.azure.com.",
  );
  expect(verdictLine(reports.error())).toBe("Could not check app on orders-prod.postgres.database.azure.com.");
  expect(verdictLine(reports.badInput()).split("\n")).toEqual([
    "Could not check anything.",
    ...failureLines(reports.BAD_INPUT, reports.badInput().run?.docs),
  ]);
});

test("a database is named once for a grantee that has two grants in it", () => {
  const grantee = reports.grantee({ verdict: "drift", missing: [reports.missing()] });
  const grantees = [grantee, { ...grantee, schemas: ["sales"] }];
  const [first] = annotations(reports.report([reports.database({ verdict: "drift", grantees })]));
  expect(first?.message).toMatch(/^aad_orders in app: /);
});
