import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "../../src/model/report.ts";
import {
  type Issue,
  issueBody,
  issueComment,
  issuesPart,
  issueTitle,
  markerOf,
  readMarker,
  type Subject,
  subjectsOf,
  type Task,
} from "../../src/render/issue.ts";
import { visible } from "../../src/text/escape.ts";
import { githubTree, rawTree, sanitized } from "../render/github-html.ts";
import { hostileName, hostileNames } from "../render/hostile.ts";
import * as reports from "../render/reports.ts";
import { elementsIn, LIVE, proseIn, textIn } from "../render/tree.ts";

const RUN = "[this run](https://github.example/contoso/orders/actions/runs/1)";

function subject(report: Report): Subject {
  const [first] = subjectsOf(report);
  if (!first) throw new Error("the report names no grantee");
  return first;
}

function withSchemas(report: Report, schemas: readonly string[]): Report {
  const databases = report.databases.map((database) => ({
    ...database,
    grantees: database.grantees.map((grantee) => ({ ...grantee, schemas })),
  }));
  return { ...report, databases };
}

/** A report of a grantee that lacks privileges on one table. */
function named(database: string, grantee: string, table: string): Report {
  const missing = [reports.missing({ name: table })];
  return reports.report([
    reports.database({
      database,
      verdict: "drift",
      grantees: [reports.grantee({ grantee, verdict: "drift", missing })],
    }),
  ]);
}

const ISSUE = "https://github.example/contoso/orders/issues/1";

/** Another set of objects than what the issue knows. */
function taskFor(about: Subject, objects: readonly string[]): Omit<Task, "change"> {
  const now = markerOf(about);
  const lines = objects.map((text) => visible(text).replaceAll(">", "›"));
  const issue: Issue = { ...now, found: "other", objects: lines, number: 1, open: true, url: ISSUE };
  return { subject: about, now, issue };
}

const HIDDEN = /(?!\n)[\p{C}\p{Default_Ignorable_Code_Point}]/u;
const changes = ["updated", "reopened", "closed"] as const;
const OURS = "h3 hr p strong b code wbr br ul ol li table thead tbody tr th td details summary pre a".split(" ");

test("hostile names never become markup, a link, a mention or a reference in body, comment or title", () => {
  fc.assert(
    fc.property(hostileNames, (names) => {
      const about = subject(withSchemas(reports.hostile(names), names));
      const task = taskFor(about, names);
      for (const text of [
        issueBody(about, RUN),
        ...changes.map((change) => issueComment({ ...task, change }, RUN) ?? ""),
        ...changes.map((change) => issuesPart([{ ...task, change }]).replace(`[#1](${ISSUE})`, "")),
        issueTitle(about),
      ]) {
        const tree = rawTree(text);
        const elements = elementsIn(tree);
        expect(elements.filter((name) => !OURS.includes(name))).toEqual([]);
        expect(elements.filter((name) => name === "a").length).toBe(text.includes(RUN) ? 1 : 0);
        expect(proseIn(tree)).not.toMatch(LIVE);
        expect(elementsIn(sanitized(tree))).toEqual(elements);
        expect(text).not.toMatch(HIDDEN);
      }
    }),
    { numRuns: 20 },
  );
});

test("the marker can be read from the body for any names and either kind of line ending", () => {
  fc.assert(
    fc.property(hostileName, hostileName, hostileName, fc.array(hostileName), (a, b, c, schemas) => {
      const about = subject(withSchemas(named(a, b, c), schemas));
      const body = issueBody(about, RUN);
      expect(readMarker(body)).toEqual(markerOf(about));
      expect(readMarker(body.replaceAll("\n", "\r\n"))).toEqual(markerOf(about));
      expect(textIn(rawTree(body))).not.toContain(markerOf(about).key);
    }),
    { numRuns: 50 },
  );
});

test("different names have different markers, wherever a separator is", () => {
  const place = fc.tuple(hostileName, hostileName, fc.array(hostileName, { maxLength: 3 }));
  const keyOf = ([database, grantee, schemas]: [string, string, string[]]) =>
    markerOf(subject(withSchemas(named(database, grantee, "t"), schemas))).key;
  fc.assert(
    fc.property(place, place, (a, b) => {
      const same = JSON.stringify([a[0], a[1], [...new Set(a[2])].sort()]);
      const other = JSON.stringify([b[0], b[1], [...new Set(b[2])].sort()]);
      expect(keyOf(a) === keyOf(b)).toBe(same === other);
    }),
  );
  expect(keyOf(["a,b", "c", ["d"]])).not.toBe(keyOf(["a", "b,c", ["d"]]));
  expect(keyOf(["a", "b", ["c,d"]])).not.toBe(keyOf(["a", "b", ["c", "d"]]));
});

test("the set of objects keeps schemas, kinds and the creators of future tables apart", () => {
  const found = (overrides: Parameters<typeof reports.missing>[0]) => {
    const missing = [reports.missing(overrides)];
    const grantee = reports.grantee({ verdict: "drift", missing });
    return markerOf(subject(reports.report([reports.database({ verdict: "drift", grantees: [grantee] })]))).found;
  };
  const future = { kind: "default-privileges", name: "tables" } as const;
  const all = [
    found({}),
    found({ schema: "sales" }),
    found({ kind: "sequence" }),
    found({ ...future, owner: "a" }),
    found({ ...future, owner: "b" }),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(found({ owner: "other", reason: "locked" })).toBe(found({}));
});

test("extra privileges change the set only when they are drift", () => {
  const found = (onExtra: "warn" | "fail", extra: string) => {
    const grantee = reports.grantee({
      verdict: "drift",
      onExtra,
      missing: [reports.missing()],
      extra: [reports.extra({ name: extra })],
    });
    const database = reports.database({ verdict: "drift", grantees: [grantee] });
    return markerOf(subject(reports.report([database]))).found;
  };
  expect(found("warn", "a")).toBe(found("warn", "b"));
  expect(found("fail", "a")).not.toBe(found("fail", "b"));
});

test("the action does not accept a body that quotes the marker, or no body", () => {
  const body = issueBody(subject(reports.drift()), RUN);
  expect(readMarker(`> ${body}`)).toBeUndefined();
  expect(readMarker(`I saw this:\n\n${body}`)).toBeUndefined();
  expect(readMarker(null)).toBeUndefined();
});

test("the body says what is missing, why, what to do, and which SQL fixes it", () => {
  const text = textIn(githubTree(issueBody(subject(reports.drift("check")), RUN)));
  expect(text).toContain('Checked schema public · as "ci-admin" · mode check');
  expect(text).toContain("has neither the privileges of migrator nor the grant option");
  expect(text).toContain('GRANT USAGE, SELECT ON SEQUENCE "public"."orders_id_seq" TO "aad_orders";');
});

test("the body says that the SQL is for more grantees than the issue's", () => {
  const [database = reports.database()] = reports.drift().databases;
  const [grantee = reports.grantee()] = database.grantees;
  const both = reports.report([{ ...database, grantees: [grantee, { ...grantee, grantee: "aad_b" }] }]);
  expect(issueBody(subject(both), RUN)).toContain("(2 statements, for all 2 grantees with drift in this database)");
});

test("the body lists extra privileges with their sources", () => {
  const extra = [reports.extra({ sources: [{ source: "role", role: "app_writers" }] })];
  const grantees = [reports.grantee({ schemas: "*", onExtra: "fail", verdict: "drift", extra })];
  const report = reports.report([reports.database({ verdict: "drift", grantees })]);
  const body = issueBody(subject(report), RUN);
  expect(body).toContain("**More than requested on 1 table owned by `migrator`**");
  expect(body).toContain("| table `public.orders` | DELETE (role `app_writers`) |\n");
  expect(body).toContain("Checked every schema");
});

test("the body lists many objects in a collapsed section, and says that the report has more", () => {
  const body = issueBody(subject(reports.large(3_000)), RUN);
  expect(body).toContain("<details><summary>All 1,000 tables</summary>");
  expect(body).toMatch(/\nAnd more in the JSON report \(output `report`\)\.\n\n<\/details>/);
  expect(body).toContain("**SQL for `owner_0`** (3,000 statements): too long to show here. The output `sql` holds it.");
});

test("the body is never longer than GitHub's limit; what follows the last whole block is in the report of the run", () => {
  const long = "\u0085".repeat(29);
  const missing = Array.from({ length: 240 }, (_, i) =>
    reports.missing({ name: `${i}${long}`, schema: long, owner: `${i % 20}${long}` }),
  );
  const body = issueBody(
    subject(
      reports.report([
        reports.database({ verdict: "drift", grantees: [reports.grantee({ verdict: "drift", missing })] }),
      ]),
    ),
    RUN,
  );
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body.length).toBeGreaterThan(60_000);
  expect(body).toContain("The rest did not fit here. The JSON report of [this run]");
  expect(readMarker(body)).toBeDefined();
});

test("the part of the summary lists twenty issues, and counts the rest", () => {
  const task = { ...taskFor(subject(reports.drift()), ["table public.orders"]), change: "reopened" } as const;
  const lines = issuesPart(Array.from({ length: 25 }, () => task)).split("\n");
  expect(lines.filter((line) => line.startsWith("- [#1]"))).toHaveLength(20);
  expect(lines).toContain("- 5 more in the log");
  const same = Array.from({ length: 25 }, () => ({ ...task, change: "unchanged" }) as const);
  expect(issuesPart(same)).toMatch(/- Nothing is new in \[#1\].* and 17 more\.\n$/);
});

test("the marker lists as many objects as fit beside the text, or none", () => {
  const now = (n: number) => {
    const missing = Array.from({ length: n }, (_, i) => reports.missing({ name: `table_${i}` }));
    const grantees = [reports.grantee({ verdict: "drift", missing })];
    return markerOf(subject(reports.report([reports.database({ verdict: "drift", grantees })])));
  };
  expect(now(500).objects).toHaveLength(500);
  expect(now(1_000).objects).toEqual([]);
  expect(now(1_000).found).not.toBe(now(1_001).found);
});

test("a title whose names are too long is shortened to fit", () => {
  const long = "\u0085".repeat(31);
  expect(issueTitle(subject(named(long, long, "t")))).toBe("Drift of PostgreSQL privileges");
});
