import fc from "fast-check";
import { expect, test } from "vitest";
import { logGroups } from "../../src/render/log.ts";
import { hostileNames } from "./hostile.ts";
import * as reports from "./reports.ts";
import { commandsIn } from "./runner.ts";

test("the log has a group for each database, with the verdict in its title", () => {
  expect(logGroups(reports.many()).map(({ title }) => title)).toEqual([
    "tenant_a on orders-prod.postgres.database.azure.com: drift",
    "tenant_b on orders-prod.postgres.database.azure.com: drift",
    "tenant_c on orders-prod.postgres.database.azure.com: repaired",
    "tenant_d on orders-prod.postgres.database.azure.com: in sync",
    '"Billing Archive" on orders-prod.postgres.database.azure.com: could not check',
  ]);
});

test("the log lists what was granted, what is missing and why, warnings, and what ran", () => {
  expect(logGroups(reports.drift())[0]?.lines.join("\n")).toMatchInlineSnapshot(`
    "aad_orders: drift (130 tables, 41 sequences, 2 skipped)
    Granted on 1 table and 1 sequence:
      table public.customers: SELECT, INSERT
      sequence public.customers_id_seq: USAGE
    Missing on 3 tables and 1 sequence owned by migrator:
      table public.orders: INSERT, UPDATE
      table public.order_lines: INSERT, UPDATE
      table public."Order Notes": INSERT, UPDATE
      sequence public.orders_id_seq: USAGE, SELECT
    "ci-admin" has neither the privileges of migrator nor the grant option. Run the SQL in the job summary as migrator. Or let "ci-admin" act as migrator: \`GRANT "migrator" TO "ci-admin" WITH INHERIT TRUE, SET TRUE;\` entra_admin can run this.
    Warning: Row-level security hides every row of public.invoices from aad_orders, because no policy applies to it."
  `);
  expect(logGroups(reports.plan())[0]?.lines.slice(-2)).toEqual([
    "`mode: apply` would run:",
    '  GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";',
  ]);
});

test("the log lists what was revoked, and what is extra with its source", () => {
  const grantee = reports.grantee({
    verdict: "repaired",
    revoked: [reports.changed({}, ["DELETE"]), reports.changed({ kind: "sequence", name: "orders_id_seq" }, ["USAGE"])],
    extra: [reports.extra({ reason: "not-direct", sources: [{ source: "role", role: "app_writers" }] })],
  });
  const report = reports.report([reports.database({ verdict: "repaired", grantees: [grantee] })]);
  expect(logGroups(report)[0]?.lines.slice(1, 6)).toEqual([
    "Revoked on 1 table and 1 sequence:",
    "  table public.orders: DELETE",
    "  sequence public.orders_id_seq: USAGE",
    "More than requested (a warning) on 1 table owned by migrator:",
    "  table public.orders: DELETE (role app_writers)",
  ]);
});

test("the log shortens a long list", () => {
  const lines = logGroups(reports.large(3_000))[0]?.lines ?? [];
  expect(lines.length).toBeLessThan(1_000);
  expect(lines).toContain("  and 800 more in the JSON report");
});

test("no name becomes a workflow command", () => {
  fc.assert(
    fc.property(hostileNames, (names) => {
      const groups = logGroups(reports.hostile(names));
      const lines = groups.flatMap(({ title, lines }) => [title, ...lines]);
      expect(commandsIn(lines.join("\n"))).toEqual([]);
      for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
    }),
  );
});
