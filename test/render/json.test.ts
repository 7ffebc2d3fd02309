import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import type { Failure } from "../../src/model/failure.ts";
import type { Kind } from "../../src/model/kinds.ts";
import { REASONS } from "../../src/model/reasons.ts";
import type { Report, Source, Undeclared } from "../../src/model/report.ts";
import { sentence } from "../../src/model/sentence.ts";
import { renderJson } from "../../src/render/json.ts";
import { outputsOf } from "../../src/render/outputs.ts";
import { plain } from "../../src/render/pen.ts";
import * as reports from "./reports.ts";
import { commandsIn } from "./runner.ts";

const schema = JSON.parse(readFileSync("docs/report.schema.json", "utf8"));
const FORMATS = {
  uri: (text: string) => URL.canParse(text),
  "date-time": (text: string) => new Date(text).toISOString() === text,
};
const validate = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: FORMATS,
}).compile(schema);

const UNDECLARED: Undeclared = {
  role: "bi",
  schema: "public",
  kind: "table",
  privileges: ["SELECT"],
  objects: 3,
  fix: { as: "migrator", sql: "REVOKE …;", note: sentence`Ask first.` },
};

const EVERY: Readonly<Record<string, Report>> = {
  drift: reports.drift(),
  plan: reports.plan(),
  repaired: reports.repaired(),
  "in sync": reports.inSync(),
  error: reports.error(),
  "bad input": reports.badInput(),
  many: reports.many(),
  "an owner that cannot log in": reports.ownerCannotLogIn(),
  "every reason": reports.everyReason(),
  "a run outside GitHub": local(reports.error()),
  hostile: reports.hostile(),
  "what nobody declared": reports.report([reports.database({ undeclared: [UNDECLARED] })], { undeclared: "warn" }),
};

test.each(Object.entries(EVERY))(
  "the JSON of %s is the whole report with sentences as text, and matches the schema",
  (_, report) => {
    const read = JSON.parse(renderJson(report));
    expect(read).toEqual(JSON.parse(JSON.stringify(report, written(report))));
    expect(commandsIn(renderJson(report))).toEqual([]);
    validate(read);
    expect(validate.errors).toBeNull();
  },
);

/** A sentence is plain text, and the problems of a failure stand with its message. */
function written({ run }: Report): (key: string, value: Loose) => unknown {
  return (key, value) => {
    if (key === "error") {
      const { problems = [], ...error } = value as Failure;
      const lines = [error.message, ...problems.map((problem) => sentence`- ${problem}`)].map(plain.sentence);
      const docs = run?.docs && { docs: `${run.docs}/troubleshooting.md#${error.code}` };
      return { ...error, message: lines.join("\n"), ...docs };
    }
    return ["message", "hint", "text", "note"].includes(key) && value?.parts ? plain.sentence(value) : value;
  };
}

function local(report: Report): Report {
  const { startedAt, seconds, actionVersion } = reports.RUN;
  return { ...report, run: { startedAt, seconds, actionVersion } };
}

test("the report of invalid inputs names each input in its message, and has a link", () => {
  const { error } = JSON.parse(renderJson(reports.badInput()));
  expect(error.message).toBe(
    "2 inputs are invalid. Nothing was changed.\n- `grantee` is missing.\n- `mode` is `aply`. Use `apply`, `check` or `plan`.",
  );
  expect(error.docs).toBe(`${reports.RUN.docs}/troubleshooting.md#bad-input`);
});

test("a fix has the role, the SQL, and a note as text", () => {
  const [finding] = JSON.parse(renderJson(reports.ownerCannotLogIn())).databases[0].grantees[0].missing;
  expect(finding.fix).toEqual({
    as: "azure_pg_admin",
    byMember: true,
    sql: 'SET ROLE "azure_pg_admin"; GRANT INSERT, UPDATE ON TABLE "public"."orders" TO "aad_orders";',
    note: 'Or let "ci-admin" act as azure_pg_admin: `GRANT "azure_pg_admin" TO "ci-admin" WITH INHERIT TRUE, SET TRUE;` entra_admin can run this.',
  });
});

test("the schema accepts kinds, reasons, codes and fields that do not exist yet", () => {
  const read = JSON.parse(renderJson(reports.drift()));
  Object.assign(read.databases[0].grantees[0].missing[0], { kind: "large-object", reason: "new", more: 1 });
  read.databases[0].grantees[0].warnings[0].code = "new";
  expect(validate(read)).toBe(true);
});

test.each([
  ["another version", (report: Loose) => Object.assign(report, { version: 2 })],
  ["an unknown verdict", (report: Loose) => Object.assign(report, { verdict: "fine" })],
  ["no databases", (report: Loose) => delete report.databases],
  [
    "an empty privilege list",
    (report: Loose) => {
      report.databases[0].grantees[0].missing[0].privileges = [];
    },
  ],
  [
    "a fix with SQL and no role",
    (report: Loose) => {
      report.databases[0].grantees[0].missing[0].fix = { sql: "GRANT …;" };
    },
  ],
  [
    "a fix that is a sentence",
    (report: Loose) => {
      report.databases[0].grantees[0].missing[0].fix = "Run it.";
    },
  ],
  [
    "an error without steps",
    (report: Loose) => {
      report.error = { code: "x", message: "x", hint: "" };
    },
  ],
  [
    "a negative count",
    (report: Loose) => {
      report.databases[0].grantees[0].objects.tables = -1;
    },
  ],
  [
    "a source without its role",
    (report: Loose) => {
      report.databases[0].grantees[0].held = [{ source: "role", kind: "table", privileges: ["SELECT"], objects: 1 }];
    },
  ],
])("the schema rejects %s", (_, spoil) => {
  const read = JSON.parse(renderJson(reports.drift()));
  spoil(read);
  expect(validate(read)).toBe(false);
});

test("each finding is on one line, in a fixed order", () => {
  const lines = renderJson(reports.drift()).split("\n");
  expect(lines.filter((line) => line.includes('"Order Notes", "owner"'))).toHaveLength(1);
  expect(lines.slice(0, 4)).toEqual(["{", '  "version": 1,', '  "mode": "apply",', '  "verdict": "drift",']);
  expect(renderJson(reports.drift())).toBe(renderJson(reports.drift()));
});

/** The compiler checks that none is left out. */
const KINDS: Readonly<Record<Kind, true>> = {
  database: true,
  schema: true,
  table: true,
  "partitioned-table": true,
  view: true,
  "materialized-view": true,
  "foreign-table": true,
  sequence: true,
  function: true,
  procedure: true,
  aggregate: true,
  "default-privileges": true,
  identity: true,
  role: true,
};
const SOURCES: Readonly<Record<Source["source"], true>> = {
  direct: true,
  owner: true,
  role: true,
  public: true,
  column: true,
  superuser: true,
  server: true,
};

test("the schema lists every kind, reason and source", () => {
  const { kind, source, finding } = schema.$defs;
  expect(kind.examples).toEqual(Object.keys(KINDS));
  expect(finding.properties.reason.examples).toEqual(Object.keys(REASONS));
  expect(source.properties.source.examples).toEqual(Object.keys(SOURCES));
});

test("docs/report.md names every value in the schema, and its example is valid", () => {
  const page = readFileSync("docs/report.md", "utf8");
  const { kind, source, finding } = schema.$defs;
  const values = [kind, source.properties.source, finding.properties.reason].flatMap(({ examples }) => examples);
  expect(values.filter((value) => !page.includes(`\`${value}\``))).toEqual([]);
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  validate(JSON.parse(example));
  expect(validate.errors).toBeNull();
});

test("the outputs count objects, not privileges", () => {
  expect(outputsOf(reports.drift())).toEqual({
    verdict: "drift",
    message: expect.stringMatching(/^Drift: /),
    "missing-count": 4,
    "granted-count": 2,
    "extra-count": 0,
    "revoked-count": 0,
  });
  const missing = [
    reports.missing({ privileges: ["SELECT"], reason: "locked" }),
    reports.missing({ privileges: ["INSERT"], reason: "not-owner" }),
    reports.missing({ kind: "default-privileges", name: "tables", owner: "a" }),
    reports.missing({ kind: "default-privileges", name: "tables", owner: "b" }),
  ];
  const report = reports.report([
    reports.database({ verdict: "drift", grantees: [reports.grantee({ verdict: "drift", missing })] }),
  ]);
  expect(outputsOf(report)["missing-count"]).toBe(3);
});

// biome-ignore lint/suspicious/noExplicitAny: JSON to be spoiled
type Loose = any;

test("an object that two grants of one role are about counts once, and once for each database", () => {
  const connect = reports.missing({ kind: "database", name: "app", privileges: ["CONNECT"] });
  const grantee = reports.grantee({ verdict: "drift", missing: [connect] });
  const both = [grantee, grantee];
  const report = reports.report([
    reports.database({ verdict: "drift", grantees: both }),
    reports.database({ database: "other", verdict: "drift", grantees: both }),
  ]);
  expect(outputsOf(report)["missing-count"]).toBe(2);
  expect(outputsOf(report).message).toContain("on 2 databases");
});
