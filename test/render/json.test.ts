import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import type { Kind, Reason, Report, Source } from "../../src/model/report.ts";
import { renderJson } from "../../src/render/json.ts";
import { outputsOf } from "../../src/render/outputs.ts";
import * as reports from "./reports.ts";
import { commandsIn } from "./runner.ts";

const schema = JSON.parse(readFileSync("docs/report.schema.json", "utf8"));
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

const EVERY: Readonly<Record<string, Report>> = {
  drift: reports.drift(),
  plan: reports.plan(),
  repaired: reports.repaired(),
  "in sync": reports.inSync(),
  error: reports.error(),
  "bad input": reports.badInput(),
  many: reports.many(),
  hostile: reports.hostile(),
};

test.each(Object.entries(EVERY))(
  "the JSON of %s is the report, whole and as its schema says",
  (_, report) => {
    const read = JSON.parse(renderJson(report));
    expect(read).toEqual(JSON.parse(JSON.stringify(report)));
    expect(commandsIn(renderJson(report))).toEqual([]);
    validate(read);
    expect(validate.errors).toBeNull();
  },
);

test("the schema takes kinds, reasons, codes and fields that are yet to come", () => {
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
    "a privilege list that is none",
    (report: Loose) => {
      report.databases[0].grantees[0].missing[0].privileges = [];
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
      report.databases[0].grantees[0].held = [
        { source: "role", kind: "table", privileges: ["SELECT"], objects: 1 },
      ];
    },
  ],
])("the schema refuses %s", (_, spoil) => {
  const read = JSON.parse(renderJson(reports.drift()));
  spoil(read);
  expect(validate(read)).toBe(false);
});

test("a finding is a line, in an order that does not change", () => {
  const lines = renderJson(reports.drift()).split("\n");
  expect(lines.filter((line) => line.includes('"Order Notes","owner"'))).toHaveLength(1);
  expect(lines.slice(0, 4)).toEqual(["{", '  "version": 1,', '  "mode": "apply",', '  "verdict": "drift",']);
  expect(renderJson(reports.drift())).toBe(renderJson(reports.drift()));
});

/** The compiler keeps these whole. */
const KINDS: Readonly<Record<Kind, true>> = {
  database: true,
  schema: true,
  table: true,
  "partitioned-table": true,
  view: true,
  "materialized-view": true,
  "foreign-table": true,
  sequence: true,
  "default-privileges": true,
};
const REASONS: Readonly<Record<Reason, true>> = {
  "not-granted": true,
  "not-revoked": true,
  "not-owner": true,
  "owner-lacks-usage": true,
  locked: true,
  refused: true,
  "read-only": true,
  gone: true,
  "not-direct": true,
  "other-grantor": true,
  "dependent-privileges": true,
  "column-privileges": true,
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

test("the schema knows every kind, reason and source there is", () => {
  const { kind, source, finding } = schema.$defs;
  expect(kind.examples).toEqual(Object.keys(KINDS));
  expect(finding.properties.reason.examples).toEqual(Object.keys(REASONS));
  expect(source.properties.source.examples).toEqual(Object.keys(SOURCES));
});

test("docs/report.md tells every value the schema knows, and its example is valid", () => {
  const page = readFileSync("docs/report.md", "utf8");
  const { kind, source, finding } = schema.$defs;
  const values = [kind, source.properties.source, finding.properties.reason].flatMap(
    ({ examples }) => examples,
  );
  expect(values.filter((value) => !page.includes(`\`${value}\``))).toEqual([]);
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  validate(JSON.parse(example));
  expect(validate.errors).toBeNull();
});

test("the outputs count objects, not privileges", () => {
  expect(outputsOf(reports.drift())).toEqual({
    verdict: "drift",
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
