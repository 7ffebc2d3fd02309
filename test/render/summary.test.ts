import fc from "fast-check";
import { expect, test } from "vitest";
import { inOurWords } from "../../src/model/sentence.ts";
import { annotations } from "../../src/render/annotations.ts";
import { logGroups } from "../../src/render/log.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { rawTree, sanitized } from "./github-html.ts";
import { hostileNames } from "./hostile.ts";
import * as reports from "./reports.ts";
import { elementsIn, LIVE, proseIn, textIn } from "./tree.ts";

const MEBIBYTE = 1024 * 1024;

test("the summary begins with the verdict in one line: what, where, how many, and for which grantee", () => {
  expect(firstLine(reports.drift())).toBe(
    "### ❌ Azure Postgres Grants · Drift: `aad_orders` is missing privileges on 3 tables and 1 sequence in `app` on `orders-prod.postgres.database.azure.com`.",
  );
  expect(firstLine(reports.repaired())).toBe(
    "### 🔧 Azure Postgres Grants · Repaired: granted privileges on 2 tables and 1 sequence. `aad_orders` now holds every requested privilege in `app` on `orders-prod.postgres.database.azure.com`.",
  );
  expect(firstLine(reports.inSync())).toBe(
    "### ✅ Azure Postgres Grants · In sync: `aad_orders` holds every requested privilege on 171 objects in `app` on `orders-prod.postgres.database.azure.com`.",
  );
  expect(firstLine(reports.plan())).toBe(
    "### 📋 Azure Postgres Grants · Plan: `aad_orders` is missing privileges on 3 tables in `app` on `orders-prod.postgres.database.azure.com`; `mode: apply` can grant them on 2 of the 3.",
  );
});

test("the summary has a row for each server, database and grantee, the worst first, without numbers if nothing was checked", () => {
  const summary = renderSummary(reports.fleet());
  expect(tableIn(summary)).toBe(`| Verdict | Target |
| :-- | :-- |
| ⚠️ could not check: connection-timed-out | every database on \`orders-us\` |
| ❌ drift: 4 missing | \`aad_orders\` in \`app\` on \`orders-asia\` |
| ✅ in sync | \`aad_orders\` in \`app\` on \`orders-eu\` |
| ✅ in sync | \`aad_reports\` in \`app\` on \`orders-eu\` |
| ✅ in sync | \`aad_orders\` in \`billing\` on \`orders-eu\` |
| ✅ in sync | \`aad_reports\` in \`billing\` on \`orders-eu\` |
| ✅ in sync | \`aad_reports\` in \`app\` on \`orders-asia\` |
| ✅ in sync | \`aad_orders\` in \`billing\` on \`orders-asia\` |
| ✅ in sync | \`aad_reports\` in \`billing\` on \`orders-asia\` |`);
  expect(headingsIn(summary)).toEqual([
    "#### every database on `orders-us`",
    "#### `app` on `orders-asia`",
    "##### For `aad_orders`",
  ]);
});

test("the summary shows whole names of servers if their domains differ, or if they are addresses", () => {
  const summary = (...hosts: string[]) =>
    renderSummary(reports.report(hosts.map((host) => reports.database({ host }))));
  expect(summary("a.example", "b.test")).toContain("in `app` on `a.example` |");
  expect(summary("10.0.0.4", "11.0.0.4")).toContain("in `app` on `10.0.0.4` |");
  expect(summary("a.example", "b.example")).toContain("in `app` on `a` |");
});

test("the summary lists a thousand targets, those in sync below a fold, and explains equal errors once", () => {
  const summary = renderSummary(reports.targets(1_000));
  const [shown = "", folded = ""] = summary.split("<details><summary>The other 971 are in sync</summary>");
  expect(tableIn(shown).split("\n")).toHaveLength(2 + 29);
  expect(tableIn(folded).split("\n")).toHaveLength(2 + 971);
  for (let i = 0; i < 1_000; i += 1) expect(summary).toContain(`\`tenant_${i}\` on \`srv-${i % 10}\``);
  expect(summary.match(/\*\*What happened:/g)).toHaveLength(1);
  expect(summary).toContain("#### `tenant_50` on `srv-0`, `tenant_161` on ");
  expect(summary).toContain("The names are those of `tenant_50` on `srv-0`; the others have the same error.");
  expect(summary.match(/\*\*Missing on/g)).toHaveLength(1);
});

test("the summary shows the rows of twelve thousand targets before anything else, within the limit", () => {
  const summary = renderSummary(reports.targets(12_000));
  expect(Buffer.byteLength(summary)).toBeLessThan(MEBIBYTE);
  expect(summary.indexOf("**What happened:")).toBeGreaterThan(summary.indexOf("The other 11,654 are in sync"));
  expect(summary).toContain("\nAnd more in the JSON report (output `report`).\n");
  expect(summary).toContain("**What happened:");
});

test("the summary opens SQL of up to ten lines", () => {
  const summary = (lines: number) => {
    const statements = Array.from({ length: lines }, (_, i) => `SELECT ${i};`);
    const grantees = [reports.grantee({ verdict: "drift", missing: [reports.missing()] })];
    const fixes = [{ as: "migrator", runnable: false, statements }];
    return renderSummary(reports.report([reports.database({ verdict: "drift", grantees, fixes })]));
  };
  expect(summary(10)).toContain("<details open><summary><b>SQL for <code>migrator</code></b> (10 statements)");
  expect(summary(11)).toContain("<details><summary><b>SQL for <code>migrator</code></b> (11 statements)");
});

test("the summary says that mode apply is enough before it shows the SQL", () => {
  const missing = ["a", "b"].map((name) => reports.missing({ name, reason: "not-granted" }));
  const grantees = [reports.grantee({ verdict: "drift", missing })];
  const report = reports.report([reports.database({ verdict: "drift", grantees })], { mode: "check" });
  expect(renderSummary(report)).toContain(
    '`"ci-admin"` can grant this.<br>Run this action with `mode: apply`.<br>Or run the SQL below as `"ci-admin"`.',
  );
});

test("the summary does not let an error look like a finding", () => {
  for (const report of [reports.error(), reports.badInput()]) {
    const summary = renderSummary(report);
    expect(summary).toMatch(/^### ⚠️ Azure Postgres Grants · Could not check /);
    expect(summary).toContain("**What to do:**");
    expect(summary).toContain("The run failed: this is not drift.");
    expect(summary).not.toMatch(/(?<!this is not )drift|missing privileges|in sync/i);
  }
});

test("the summary says once, below the table of several targets, that a target with an error is not drift", () => {
  const [unreached = reports.database()] = reports.error().databases;
  const [drifting = reports.database()] = reports.drift().databases;
  const failed = ["a.example", "b.example"].map((host) => ({ ...unreached, host }));
  for (const databases of [failed, [...failed, drifting]]) {
    const summary = renderSummary(reports.report(databases));
    expect(summary).not.toContain("The run failed: this is not drift.");
    expect(summary.match(/it is not known which privileges are missing/g)).toHaveLength(1);
    expect(summary.indexOf("it is not known")).toBeLessThan(summary.indexOf("####"));
  }
  expect(renderSummary(reports.many())).toContain("it is not known");
  expect(renderSummary(reports.report([drifting, drifting]))).not.toContain("it is not known");
});

test("the summary shows owner, reason and fix of what is missing, then the SQL to paste", () => {
  const summary = renderSummary(reports.drift());
  expect(summary).toContain("**Missing on 3 tables and 1 sequence owned by `migrator`**");
  expect(summary).toContain('`"ci-admin"` has neither the privileges of `migrator` nor the grant option.');
  expect(summary).toContain(
    'Run the SQL below as `migrator`.<br>Or let `"ci-admin"` act as `migrator`: `GRANT "migrator" TO "ci-admin" WITH INHERIT TRUE, SET TRUE;`',
  );
  expect(summary).toContain('| table `public."Order Notes"` | INSERT, UPDATE |\n');
  const sql = reports.drift().databases[0]?.fixes[0]?.statements.join("\n");
  expect(codeIn(summary)).toContain(`${sql}\n`);
});

test("the summary shows the fix of a single object", () => {
  const [database] = reports.drift().databases;
  const missing = reports.missing({ fix: { note: inOurWords("Do exactly this: `VACUUM`") } });
  if (!database) throw new Error("no database");
  const report = reports.report([
    { ...database, grantees: [reports.grantee({ verdict: "drift", missing: [missing] })] },
  ]);
  expect(renderSummary(report)).toContain("<br>Do exactly this: `VACUUM`\n");
});

test("the summary, the log and the annotation list what to do about a refusal, with the commands", () => {
  const [database] = reports.drift().databases;
  const steps = [{ text: inOurWords("List them:"), command: "SELECT 1;\nSELECT 2;" }, { text: inOurWords("Ask.") }];
  const missing = reports.missing({ reason: "refused", fix: { note: inOurWords("A trigger did."), steps } });
  if (!database) throw new Error("no database");
  const report = reports.report([
    { ...database, grantees: [reports.grantee({ verdict: "drift", missing: [missing] })] },
  ]);
  expect(renderSummary(report)).toMatch(
    /<br>A trigger did\.\n\n\*\*What to do:\*\*\n\n1\. List them:\n\n {3}```\w*\n {3}SELECT 1;\n {3}SELECT 2;\n {3}```\n2\. Ask\.\n/,
  );
  const lines = "A trigger did.\n1. List them:\n   SELECT 1;\n   SELECT 2;\n2. Ask.";
  expect(
    logGroups(report)
      .flatMap(({ lines }) => lines)
      .join("\n"),
  ).toContain(lines);
  expect(annotations(report).map(({ message }) => message)).toContainEqual(expect.stringContaining(lines));
});

test("the summary is short when nothing is missing", () => {
  for (const report of [reports.inSync(), reports.repaired()]) {
    const unfolded = renderSummary(report).replaceAll(/<details>.*?<\/details>/gs, "");
    expect(unfolded.split("\n").filter((line) => line !== "")).toHaveLength(2);
  }
});

test("objects held from one source are one line, and each kind, privilege and role has a line of its own", () => {
  const direct = { source: "direct", kind: "table", privileges: ["SELECT"], objects: 1 } as const;
  const held = [
    direct,
    { ...direct, objects: 2 },
    { ...direct, kind: "view" },
    { ...direct, privileges: ["INSERT"] },
    { ...direct, source: "owner" },
    { ...direct, source: "role", role: "a" },
    { ...direct, source: "role", role: "b" },
  ] as const;
  const summary = renderSummary(reports.report([reports.database({ grantees: [reports.grantee({ held })] })]));
  expect(foldIn(summary, "Where the privileges come from")?.split("\n")).toEqual([
    "- 3 tables: SELECT (granted directly)",
    "- 1 view: SELECT (granted directly)",
    "- 1 table: INSERT (granted directly)",
    "- 1 table: SELECT (ownership)",
    "- 1 table: SELECT (role `a`)",
    "- 1 table: SELECT (role `b`)",
  ]);
});

test("with several grantees, an object counts for each of them where the privileges come from", () => {
  const summary = renderSummary(
    reports.report([reports.database({ grantees: [reports.grantee(), reports.grantee({ grantee: "aad_b" })] })]),
  );
  const held = foldIn(summary, "Where the privileges come from");
  expect(held).toMatch(/^- An object counts once for each grantee\.\n/);
  expect(held).toContain("- 18 views: SELECT (role `app_readers`)");
  expect(foldIn(renderSummary(reports.inSync()), "Where the privileges come from")).not.toContain("for each grantee");
});

test("the summary and the log name the role that creates future objects where they say what was granted", () => {
  const future = { kind: "default-privileges", name: "tables" } as const;
  const granted = ["migrator", "old owner"].map((owner) => ({ ...reports.changed(future, ["SELECT"]), owner }));
  const report = reports.report([reports.database({ grantees: [reports.grantee({ granted })] })]);
  for (const text of [
    renderSummary(report).replaceAll("`", ""),
    logGroups(report)
      .flatMap(({ lines }) => lines)
      .join("\n"),
  ]) {
    expect(text).toContain("future tables of migrator in schema public: SELECT");
    expect(text).toContain('future tables of "old owner" in schema public: SELECT');
  }
});

test("the summary says what was checked, as which role, and where the privileges come from", () => {
  const summary = renderSummary(reports.inSync());
  expect(summary).toContain(
    'Checked 130 tables and 41 sequences, skipped 2 · as `"ci-admin"` · PostgreSQL `16.14` · mode `apply`',
  );
  expect(summary).toContain("- 9 views: SELECT (role `app_readers`)\n");
});

test("the summary lists what was granted and revoked in collapsed sections, with the privileges", () => {
  const granted = [reports.changed({}, ["SELECT", "INSERT"])];
  const revoked = [reports.changed({ kind: "sequence", name: "orders_id_seq" }, ["USAGE"])];
  const summary = renderSummary(
    reports.report([
      reports.database({
        verdict: "repaired",
        grantees: [reports.grantee({ verdict: "repaired", granted, revoked }), reports.grantee({ grantee: "aad_b" })],
      }),
    ]),
  );
  expect(foldIn(summary, "Granted on 1 table for <code>aad_orders</code>")).toBe(
    "- table `public.orders`: SELECT, INSERT",
  );
  expect(foldIn(summary, "Revoked on 1 sequence for <code>aad_orders</code>")).toBe(
    "- sequence `public.orders_id_seq`: USAGE",
  );
  expect(summary).toContain("| 🔧 repaired: 1 granted, 1 revoked | `aad_orders` in `app` |\n");
});

test("the summary shows the SQL of a plan in an open section", () => {
  expect(renderSummary(reports.plan())).toContain(
    '<details open><summary><b>SQL for <code>"ci-admin"</code></b> (1 statement, which <code>mode: apply</code> runs)',
  );
});

test("the summary shows several databases in one table, and the same drift once", () => {
  const summary = renderSummary(reports.many());
  expect(firstLine(reports.many())).toBe(
    '### ⚠️ Azure Postgres Grants · Could not check `"Billing Archive"`. Drift: `aad_orders` is missing privileges on 6 tables and 2 sequences in `tenant_a` and `tenant_b` on `orders-prod.postgres.database.azure.com`.',
  );
  expect(summary).toContain("| ✅ in sync | `aad_orders` in `tenant_d` |\n");
  expect(summary).toContain('| ⚠️ could not check: connection-timed-out | `"Billing Archive"` |\n');
  expect(summary).toContain("#### `tenant_a` and `tenant_b`");
  expect(summary.match(/\*\*Missing on/g)).toHaveLength(1);
  expect(summary).not.toContain("#### `tenant_d`");
});

test("the summary says in a plan which block `mode: apply` runs, and always which block of this login it does not run", () => {
  const fixes = [
    { as: "ci-admin", runnable: true, statements: ["GRANT a;"] },
    { as: "ci-admin", runnable: true, byHand: true as const, statements: ["REVOKE c;"] },
    { as: "migrator", runnable: false, statements: ["GRANT b;"] },
    { as: "migrator", runnable: false, byHand: true as const, statements: ["REVOKE d;"] },
  ];
  const drift = reports.grantee({ verdict: "drift", missing: [reports.missing()] });
  const titles = (mode: "plan" | "check") =>
    renderSummary(reports.report([reports.database({ verdict: "drift", grantees: [drift], fixes })], { mode })).match(
      /<summary><b>SQL for .*?<\/summary>/g,
    );
  expect(titles("plan")).toEqual([
    '<summary><b>SQL for <code>"ci-admin"</code></b> (1 statement, which <code>mode: apply</code> runs)</summary>',
    '<summary><b>SQL for <code>"ci-admin"</code></b> (1 statement, which <code>mode: apply</code> does not run)</summary>',
    "<summary><b>SQL for <code>migrator</code></b> (1 statement)</summary>",
    "<summary><b>SQL for <code>migrator</code></b> (1 statement, which ends only a warning)</summary>",
  ]);
  expect(titles("check")?.join()).not.toContain("</code> runs");
  expect(titles("check")?.[1]).toContain("does not run");
});

test("the summary has no heading for a grantee that lacks nothing", () => {
  const granted = [{ kind: "table", schema: "public", name: "t", owner: "o", privileges: ["SELECT"] }] as const;
  const summary = renderSummary(
    reports.report([
      reports.database({
        grantees: [
          reports.grantee({ grantee: "aad_a", verdict: "repaired", granted }),
          reports.grantee({ grantee: "aad_b" }),
        ],
      }),
    ]),
  );
  expect(summary).toContain("Granted on 1 table for <code>aad_a</code>");
  expect(summary).not.toContain("##### For");
});

test("the summary shows a warning once, with its databases unless it is about all", () => {
  const warning = (text: string) => ({ code: "grantee-is-owner", message: inOurWords(text) });
  const database = (name: string, ...warnings: ReturnType<typeof warning>[]) =>
    reports.database({ database: name, grantees: [reports.grantee({ warnings })] });
  const summary = renderSummary(
    reports.report([
      database("a", warning("Everywhere."), warning("Twice.")),
      database("b", warning("Everywhere."), warning("Twice.")),
      database("c", warning("Everywhere.")),
    ]),
  );
  expect(summary).toContain("**2 warnings**\n\n- Everywhere.\n- Twice. (in `a` and `b`)\n");
});

test("the summary ends with what was checked, when, how long, by which version, and links to the run and the documentation", () => {
  expect(renderSummary(reports.inSync())).toContain(
    'Checked 130 tables and 41 sequences, skipped 2 · as `"ci-admin"` · PostgreSQL `16.14` · mode `apply` · 2026-11-23 02:00 UTC, 4.2 s · version 1.0.0 · [run](https://github.com/contoso/orders/actions/runs/30433642) · [documentation](https://github.com/',
  );
  expect(renderSummary(reports.badInput())).toContain("\n2026-11-23 02:00 UTC, 4.2 s · version 1.0.0");
});

test("the summary separates grantees only when they differ", () => {
  const missing = [reports.missing()];
  const drift = (grantee: string, more = {}) => reports.grantee({ grantee, verdict: "drift", missing, ...more });
  const summary = renderSummary(
    reports.report([
      reports.database({
        verdict: "drift",
        grantees: [
          drift("aad_a"),
          drift("aad_b"),
          drift("aad_c", { missing: [reports.missing({ name: "other" })] }),
          reports.grantee({ grantee: "aad_d" }),
        ],
      }),
    ]),
  );
  expect(summary).toContain("##### For `aad_a` and `aad_b`\n");
  expect(summary).toContain("##### For `aad_c`\n");
  // A group of two grantees names neither of them.
  expect(summary.match(/GRANT INSERT, UPDATE/g)).toHaveLength(1);
  expect(summary).not.toContain("##### For `aad_d`");
  expect(summary).toContain("| ✅ in sync | `aad_d` in `app` |\n");
});

test("the summary lists the databases in sync below a fold when there are many, also if all are", () => {
  const [drifting] = reports.drift().databases;
  const green = Array.from({ length: 50 }, (_, i) => reports.database({ database: `tenant_${i}` }));
  const summary = renderSummary(reports.report([...green, ...(drifting ? [drifting] : [])]));
  const [shown, folded] = summary.split("<details><summary>The other 50 are in sync</summary>");
  expect(shown).toContain("| ❌ drift: 4 missing, 2 granted | `aad_orders` in `app` |\n");
  expect(shown).not.toContain("tenant_7");
  expect(folded).toContain("| ✅ in sync | `aad_orders` in `tenant_7` |\n");
  expect(renderSummary(reports.report(green))).toContain(
    "<summary>All 50 are in sync</summary>\n\n| Verdict | Target |\n",
  );
});

test.each([
  [12, "| table `public.t_11` |"],
  [13, "| 13 tables ("],
])("the summary lists up to twelve missing objects one by one: %i", (length, row) => {
  const missing = Array.from({ length }, (_, n) => reports.missing({ name: `t_${n}` }));
  const grantees = [reports.grantee({ verdict: "drift", missing })];
  const summary = renderSummary(reports.report([reports.database({ verdict: "drift", grantees })]));
  expect(summary.split("<details>")[0]).toContain(row);
});

test("the summary groups three thousand objects, and lists them in a collapsed section", () => {
  const summary = renderSummary(reports.large(3_000));
  const [visible = ""] = summary.split("<details>");
  expect(visible).toContain("**Missing on 1,000 tables owned by `owner_0`**");
  expect(visible.match(/^\| \d+ tables \(/gm)?.length).toBeLessThanOrEqual(12);
  expect(summary).toContain("<summary>All 1,000 tables");
  expect(summary).toContain("| table `tenant_6.table_2967` |");
});

test("the summary stays below a mebibyte, with whole rows only, and refers to the report for the rest", () => {
  const summary = renderSummary(reports.large(10_000));
  expect(Buffer.byteLength(summary)).toBeLessThan(MEBIBYTE);
  expect(summary).toContain("\nAnd more in the JSON report (output `report`).\n");

  const owners = Array.from({ length: 1_000 }, (_, i) =>
    reports.missing({
      name: `${"💥".repeat(14)}${i}`,
      owner: `${i % 400}`.repeat(12),
      schema: "é".repeat(31),
    }),
  );
  const databases = Array.from({ length: 40 }, (_, i) =>
    reports.database({
      database: `tenant_${i}`,
      verdict: "drift",
      grantees: [reports.grantee({ verdict: "drift", missing: owners.slice(i) })],
    }),
  );
  const full = renderSummary(reports.report(databases));
  expect(Buffer.byteLength(full)).toBeLessThan(MEBIBYTE);
  expect(Buffer.byteLength(full)).toBeGreaterThan(MEBIBYTE / 2);
  expect(full.trimEnd()).toMatch(/The summary ends here.*\(output `report`\)\.$/);
  expect(full.match(/<details/g)?.length).toBe(full.match(/<\/details>/g)?.length);
  for (const line of full.split("\n").filter((line) => line.startsWith("| "))) expect(line).toMatch(/ \|$/);
});

const UPLOAD = `To get the whole SQL, upload the SQL file (output \`sql\`). Give this step \`id: grants\`, and add a step after it:

\`\`\`yaml
- uses: actions/upload-artifact@`;

test("the summary leaves SQL that nobody would paste to the SQL file, and says how to keep it", () => {
  const summary = renderSummary(reports.large(3_000));
  expect(summary).toContain(
    `**SQL for \`owner_0\`** (3,000 statements): too long to show here. The output \`sql\` holds it.\n\n${UPLOAD}`,
  );
  expect(summary.split(UPLOAD)).toHaveLength(2);
  expect(renderSummary(reports.large(30))).not.toContain(UPLOAD);
});

test("the summary shows extra privileges with their source, as a warning unless they fail the job", () => {
  const extra = [reports.extra({ sources: [{ source: "role", role: "app_writers" }, { source: "direct" }] })];
  const written = (verdict: "in-sync" | "drift") =>
    renderSummary(reports.report([reports.database({ verdict, grantees: [reports.grantee({ verdict, extra })] })]));
  expect(written("in-sync")).toContain("**More than requested (a warning) on 1 table owned by `migrator`**");
  expect(written("in-sync")).toMatch(/^### ✅ Azure Postgres Grants · In sync/);
  expect(written("drift")).toMatch(
    /^### ❌ Azure Postgres Grants · Drift: `aad_orders` holds more privileges than requested on 1 table/,
  );
  expect(written("drift")).toContain("| table `public.orders` | DELETE (role `app_writers`, granted directly) |\n");
});

const OURS = "h3 h4 h5 p strong b code wbr br table thead tbody tr th td details summary pre ul ol li a".split(" ");

test("hostile names never become markup, a link or a mention", () => {
  fc.assert(
    fc.property(hostileNames, (names) => {
      const summary = renderSummary(reports.hostile(names));
      const tree = rawTree(summary);
      const elements = elementsIn(tree);
      expect(elements.filter((name) => !OURS.includes(name))).toEqual([]);
      expect(proseIn(tree)).not.toMatch(LIVE);
      // GitHub removes nothing.
      const shown = sanitized(tree);
      expect(textIn(shown)).toBe(textIn(tree));
      expect(elementsIn(shown)).toEqual(elements);
    }),
    { numRuns: 15 },
  );
});

test("the summary shows every hostile name whole", () => {
  const text = textIn(rawTree(renderSummary(reports.hostile())));
  expect(text).toContain('U&"a\\000A::error title=x::pwned"');
  expect(text).toContain('"<img src=x onerror=alert(1)>"');
  expect(text).toContain('"](javascript:alert(1))"');
  expect(text).toContain('U&"abc\\202Etxt.exe\\200B\\00A0"');
  expect(text).toContain('"@github/security #1 GH-2 0123456789abcdef"');
});

/** The first table. */
function tableIn(summary: string): string {
  return /(?:^\|.*\n)+/m.exec(summary)?.[0].trimEnd() ?? "";
}

function headingsIn(summary: string): readonly string[] {
  return summary.split("\n").filter((line) => /^#{4,}/.test(line));
}

function firstLine(report: Parameters<typeof renderSummary>[0]): string {
  return renderSummary(report).split("\n")[0] ?? "";
}

test("the identities that can sign in are folded, each once for several databases", () => {
  const identity = { objectId: "0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03", type: "service" } as const;
  const tenantId = "770a2450-0227-4c62-90c7-4e38537f1102";
  const grantees = [
    reports.grantee({ identity: { ...identity, tenantId } }),
    reports.grantee({ grantee: "aad|bi", identity }),
    reports.grantee({ grantee: "aad_none" }),
  ];
  const summary = renderSummary(
    reports.report([reports.database({ grantees }), reports.database({ database: "two", grantees })]),
  );
  const lines = foldIn(summary, "Which identities can sign in")?.split("\n");
  expect(lines).toEqual([
    `- \`aad_orders\`: service \`${identity.objectId}\`, tenant \`${tenantId}\``,
    expect.stringMatching(new RegExp(`: service \`${identity.objectId}\`$`)),
  ]);
});

function foldIn(summary: string, title: string): string | undefined {
  return summary.split(`<details><summary>${title}</summary>\n\n`)[1]?.split("\n\n</details>")[0]?.trim();
}

function codeIn(summary: string): readonly string[] {
  return [...summary.matchAll(/```sql\n(.*?)```/gs)].map(([, code = ""]) => code);
}

test("a grantee that has two grants in a database has a row for each with its schemas, and its name once above what is missing", () => {
  const grantee = reports.grantee({ verdict: "drift", missing: [reports.missing()] });
  const grantees = [grantee, { ...grantee, schemas: ["sales"] }];
  const summary = renderSummary(reports.report([reports.database({ verdict: "drift", grantees })]));
  expect(summary).toContain(
    "| ❌ drift: 1 missing | `aad_orders` in `app`, schema `public` |\n| ❌ drift: 1 missing | `aad_orders` in `app`, schema `sales` |\n",
  );
  expect(summary).toContain("##### For `aad_orders`\n");
});
