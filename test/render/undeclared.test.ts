import { expect, test } from "vitest";
import type { Undeclared } from "../../src/model/report.ts";
import { inOurWords } from "../../src/model/sentence.ts";
import { annotations } from "../../src/render/annotations.ts";
import { verdictLine } from "../../src/render/headline.ts";
import { logGroups } from "../../src/render/log.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { githubTree } from "./github-html.ts";
import * as reports from "./reports.ts";
import { textIn } from "./tree.ts";

const SQL = 'REVOKE SELECT ON TABLE "public"."t" FROM "bi";';

function entry(more: Partial<Undeclared> = {}): Undeclared {
  return {
    role: "bi",
    schema: "public",
    kind: "table",
    privileges: ["SELECT"],
    objects: 3,
    fix: { as: "migrator", sql: SQL },
    ...more,
  };
}

function report(undeclared: "warn" | "fail", entries: readonly Undeclared[]) {
  const verdict = undeclared === "fail" ? "drift" : "in-sync";
  const undeclaredFixes = [{ as: "migrator", runnable: false, statements: [SQL] }];
  return reports.report([reports.database({ verdict, undeclared: entries, undeclaredFixes })], {
    undeclared,
  });
}

const ENTRIES = [
  entry({ role: "PUBLIC", isPublic: true, kind: "view", objects: 1 }),
  entry({ role: "PUBLIC", onColumns: true }),
  entry({ role: "Bi team", fix: { as: "group", byMember: true } }),
];

test("undeclared privileges are a list in the summary, with who can revoke them", () => {
  for (const [judged, note] of [
    ["warn", " (a warning)"],
    ["fail", ""],
  ] as const) {
    const text = textIn(githubTree(renderSummary(report(judged, ENTRIES))));
    expect(text).toContain(`Privileges that nobody declared${note}`);
    for (const part of [
      "PUBLIC: SELECT on 1 view in schema public. Can be revoked by migrator",
      '"PUBLIC": SELECT on columns of 3 tables in schema public',
      '"Bi team": SELECT on 3 tables in schema public. Can be revoked by a member of group',
    ])
      expect(text.replaceAll(/\s+/g, " ")).toContain(part);
    expect(text).toContain("SQL for migrator (1 statement, which this action never runs)");
    expect(text).toContain(SQL);
  }
});

test("undeclared privileges that need something else first have the note, and too long SQL is left out once", () => {
  const note = inOurWords("Revoke those grants first.");
  const [database = reports.database()] = report("warn", [entry({ fix: { as: "bi", sql: SQL, note } })]).databases;
  const undeclaredFixes = [{ as: "bi", runnable: false, statements: [SQL.padEnd(70_000, "x")] }];
  const databases = ["a", "b"].map((name) => ({ ...database, database: name, undeclaredFixes }));
  const summary = renderSummary(reports.report(databases, { undeclared: "warn" }));
  expect(summary).toContain("in schema `public`. Can be revoked by `bi`. Revoke those grants first.\n");
  expect(summary).not.toContain("REVOKE");
  expect(summary).toContain("#### `a` and `b`\n");
  expect(summary.match(/too long to show here/g)).toHaveLength(1);
  expect(summary.match(/actions\/upload-artifact/g)).toHaveLength(1);
});

test("undeclared privileges are in the verdict and an annotation if they fail the job", () => {
  const failing = report("fail", ENTRIES);
  const text = 'PUBLIC, "PUBLIC" and "Bi team" hold privileges that nobody declared in app';
  expect(verdictLine(failing)).toBe(`Drift: ${text}.`);
  expect(annotations(failing)).toEqual([
    { level: "error", title: "Not declared", message: `${text}. The job summary lists them.` },
  ]);
  expect(annotations({ ...failing, mode: "plan" }).map(({ level }) => level)).toEqual(["notice"]);
  const warning = report("warn", [entry()]);
  expect(verdictLine(warning)).toMatch(/^In sync/);
  expect(annotations(warning)).toEqual([
    {
      level: "warning",
      title: "1 warning",
      message: "bi holds privileges that nobody declared in app. The job summary lists them.",
    },
  ]);
  expect(annotations(report("warn", []))).toEqual([]);
});

test("undeclared privileges that fail the job are a row of their own beside the grantees of several databases", () => {
  const [failing = reports.database()] = report("fail", ENTRIES).databases;
  const databases = [reports.database({ database: "other", undeclared: [] }), failing];
  const summary = renderSummary(reports.report(databases, { undeclared: "fail" }));
  expect(summary).toContain(
    "| ❌ drift | privileges that nobody declared in `app` |\n| ✅ in sync | `aad_orders` in `other` |\n",
  );
  expect(renderSummary(reports.report(databases, { undeclared: "warn" }))).not.toContain("| ❌ drift");
});

test("undeclared privileges are lines in the log, and the last part of the SQL file", () => {
  expect(logGroups(report("warn", [entry()]))[0]?.lines).toEqual([
    expect.stringContaining("in sync"),
    "Privileges that nobody declared:",
    "  bi: SELECT on 3 tables in schema public",
  ]);
  const sql = renderSql(report("warn", [entry()]));
  expect(sql).not.toMatch(/drift|comes first/);
  expect(sql).toContain(
    `-- -- To run as migrator:\n-- -- (revokes what roles hold that nobody declared: check first that nothing needs it. This action never runs it)\n-- ${SQL}\n`,
  );
});

test("the SQL file has what a REVOKE of an undeclared privilege needs before that REVOKE", () => {
  const [database = reports.database()] = report("warn", [entry()]).databases;
  const prepares = { as: "admin", runnable: false, prepares: true, statements: ["GRANT CONNECT;"] } as const;
  const undeclaredFixes = [...(database.undeclaredFixes ?? []), prepares];
  const sql = renderSql(reports.report([{ ...database, undeclaredFixes }], { undeclared: "warn" }));
  expect(sql.match(/To run as .*(?=:)/g)).toEqual(["To run as admin", "To run as migrator"]);
});
