import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import { outputsOf } from "../../src/render/outputs.ts";
import { hostileNames } from "./hostile.ts";
import * as reports from "./reports.ts";

const { url } = reports.RUN;

function message(report: Report): string {
  return outputsOf(report).message;
}

test("the message for a chat is the verdict line and a link to the run", () => {
  expect(message(reports.drift())).toBe(
    `Drift: aad_orders is missing privileges on 3 tables and 1 sequence in app on orders-prod.postgres.database.azure.com. ${url}`,
  );
  expect(message(reports.plan())).toBe(
    `Plan: aad_orders is missing privileges on 3 tables in app on orders-prod.postgres.database.azure.com; mode: apply can grant them on 2 of the 3. ${url}`,
  );
  const { run: _, ...local } = reports.inSync();
  expect(message(local)).toMatch(/^In sync: .* on orders-prod\.postgres\.database\.azure\.com\.$/);
});

test("the message says why nothing could be checked", () => {
  expect(message(reports.error())).toMatch(/^Could not check app on \S+ \S.*\. https/);
  expect(message(reports.badInput())).toBe(
    `Could not check anything. 2 inputs are invalid. Nothing was changed. ${url}`,
  );
});

test("the message counts the targets with each verdict, and names the worst", () => {
  expect(message(reports.fleet())).toContain(
    " 9 targets: 1 could not check, 1 drift and 7 in sync. The worst: every database on orders-us. ",
  );
  const { databases } = reports.fleet();
  expect(message(reports.report(databases.slice(3)))).toContain(
    " 4 targets: 1 drift and 3 in sync. The worst: aad_orders in app. ",
  );
  expect(message(reports.report(databases.slice(0, 2)))).not.toContain("The worst");
});

test("the message is one line without anything that a chat makes a mention, a link, an emoji or a format of", () => {
  fc.assert(
    fc.property(hostileNames, (names) => {
      const text = message(reports.hostile(names));
      expect(text).toMatch(/^[\p{L}\p{N} .,;:()'"_=+%?-]+ https:\/\/\S+$/u);
      expect(text.slice(0, -url.length)).not.toMatch(/:\S|\s_|_\s/);
      expect(text.length).toBeLessThan(1_100);
    }),
  );
});
