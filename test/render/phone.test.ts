import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Element, Nodes } from "hast";
import { toHtml } from "hast-util-to-html";
import { expect, test } from "vitest";
import type { Privilege } from "../../src/model/privileges.ts";
import type { Report, Undeclared } from "../../src/model/report.ts";
import { issueBody, subjectsOf } from "../../src/render/issue.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { githubTree } from "./github-html.ts";
import * as reports from "./reports.ts";
import { textIn } from "./tree.ts";

/** GitHub breaks every word at the edge of the screen, except in these elements, which scroll. */
const SCROLLING = ["table", "pre"];

const CSS = readFileSync(
  join(import.meta.dirname, "../../node_modules/github-markdown-css/github-markdown-light.css"),
  "utf8",
);

const ALL: readonly Privilege[] = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
  "MAINTAIN",
];

/** The longest name that PostgreSQL has. */
const LONG = "a".repeat(63);

const UNDECLARED: Undeclared = {
  role: LONG,
  schema: LONG,
  kind: "materialized-view",
  privileges: ALL,
  objects: 3,
  fix: { as: LONG, sql: "REVOKE …" },
};

/** All privileges on `n` objects with the longest names, missing, extra, granted and not declared. */
function long(n: number): Report {
  const object = (i: number) =>
    ({ kind: "materialized-view", schema: LONG, name: `n${i}`.padEnd(63, "a"), owner: LONG }) as const;
  const all = Array.from({ length: n }, (_, i) => ({ ...object(i), privileges: ALL }));
  const grantee = reports.grantee({
    grantee: LONG,
    verdict: "drift",
    onExtra: "fail",
    missing: all.map(reports.missing),
    extra: all.map((each) => reports.extra({ ...each, sources: [{ source: "role", role: LONG }] })),
    granted: all,
    held: [{ source: "role", role: LONG, kind: "table", privileges: ALL, objects: 3 }],
    identity: { objectId: LONG, type: "service", tenantId: LONG },
  });
  const grantees = [grantee, { ...grantee, grantee: "b" }];
  const named = { database: LONG, user: LONG, verdict: "drift", grantees, undeclared: [UNDECLARED] } as const;
  const databases = ["eu", "us"].map((host) => reports.database({ ...named, host }));
  return reports.report(databases, { undeclared: "fail" });
}

const REPORTS: Readonly<Record<string, Report>> = {
  "some long names": long(3),
  "many long names": long(30),
  "every reason": reports.everyReason(),
  "hostile names": reports.hostile(),
  "a fleet": reports.fleet(),
  "many targets": reports.targets(400),
  "a repair": reports.repaired(),
  "an error": reports.error(),
};

test("GitHub's style breaks long words everywhere, except in tables and code blocks", () => {
  expect(CSS).toMatch(/\.markdown-body \{[^}]*word-wrap: break-word;/);
  const scrolling = [
    ...CSS.matchAll(/([^{}]+)\{[^}]*(?:width: max-content|word-wrap: normal|white-space: (?:pre|nowrap);)/g),
  ]
    .flatMap(([, selectors = ""]) => selectors.split(","))
    .filter((selector) => !SCROLLING.some((element) => selector.includes(`.markdown-body ${element}`)))
    .map((selector) => selector.trim());
  expect(scrolling.filter((selector) => !/\.(csv-data|g-emoji|octicon)|^svg|^g-emoji/.test(selector))).toEqual([]);
});

/** So many characters of code, the widest letters, fit into a row of two cells at 390 pixels. */
const ROOM = 32;

test.each(Object.entries(REPORTS))("the tables about %s fit on a phone", (_, report) => {
  for (const page of pagesOf(report)) {
    for (const table of find(githubTree(page), "table")) {
      const rows = find(table, "tr").map((row) => [...find(row, "th"), ...find(row, "td")].map(longestPiece));
      const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column] ?? 0)));
      expect(widths.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(ROOM);
    }
  }
});

test("the rows of the summary and of the drift issue that say what is missing on what are whole", () => {
  const row = `materialized view ${LONG}.n0${LONG.slice(2)}${ALL.join(", ")}`;
  for (const page of pagesOf(long(1)))
    expect(find(githubTree(page), "tr").map((each) => textIn(each).replaceAll("\n", ""))).toContain(row);
});

function pagesOf(report: Report): readonly string[] {
  const issues = subjectsOf(report).slice(0, 1);
  return [renderSummary(report), ...issues.map((each) => issueBody(each, "a run"))];
}

function find(node: Nodes, name: string): readonly Element[] {
  const inside = "children" in node ? node.children.flatMap((child) => find(child, name)) : [];
  return node.type === "element" && node.tagName === name ? [node, ...inside] : inside;
}

/** The length of the longest text in which a cell cannot break. */
function longestPiece(cell: Nodes): number {
  const pieces = toHtml(cell)
    .replaceAll("<wbr>", " ")
    .replaceAll(/<[^>]*>/g, "")
    .split(/\s|(?<=-)/);
  return Math.max(...pieces.map((piece) => piece.replaceAll(/&#?\w+;/g, "x").length));
}
