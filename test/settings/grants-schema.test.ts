import { Ajv } from "ajv";
import { expect, test } from "vitest";
import * as yaml from "yaml";
import { ON_EXTRA } from "../../src/model/demand.ts";
import {
  ROUTINE_PRIVILEGES,
  SCHEMA_PRIVILEGES,
  SEQUENCE_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "../../src/model/privileges.ts";
import { GRANT_INPUTS } from "../../src/settings/grants.ts";
import { readGrantsFile } from "../../src/settings/grants-file.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { resultOf } from "../../src/settings/invalid.ts";
import type { Input } from "../../src/settings/reader.ts";
import { action, readText } from "../project/project.ts";
import { inputVariables } from "../sandbox/runner.ts";

const ID = "5c1d0a9e-0000-4000-8000-00000000c11e";

const WORDS: Readonly<Record<string, readonly string[]>> = {
  "table-privileges": ["ALL", ...TABLE_PRIVILEGES],
  "sequence-privileges": ["ALL", ...SEQUENCE_PRIVILEGES],
  "schema-privileges": SCHEMA_PRIVILEGES,
  "routine-privileges": ROUTINE_PRIVILEGES,
};

/** Keys whose items are names. PostgreSQL has no longer one; a name of fewer characters may have too many bytes, too. */
const NAMES = new Set(["database", "grantee", "schemas"]);
const MAX_NAME = 63;
const LONG_NAME = "\\S[^\\r\\n]{62,}\\S";

/** An item of a text that this is a pattern of, and any other item. A comma separates privileges, and not names. */
const itemIs = (item: string, comma = ",") => `(^|[${comma}\\r\\n])\\s*${item}\\s*($|[${comma}\\r\\n])`;
const otherThan = (item: string, comma: string) =>
  `(^|[${comma}\\r\\n])\\s*(?!\\s|${item}\\s*($|[${comma}\\r\\n]))[^${comma}\\r\\n]`;
const ALL = "[Aa][Ll][Ll]";
const USAGE = "[Uu][Ss][Aa][Gg][Ee]";

/** What only one item may say, and what one item has to say. */
const ALONE: Readonly<Record<string, string>> = {
  schemas: "\\*",
  "table-privileges": ALL,
  "sequence-privileges": ALL,
};
const ALWAYS: Readonly<Record<string, string>> = { "schema-privileges": USAGE };

/** The schema of a value; its description is that of the input. */
function schemaOf([key, { inFile, neverEmpty }]: [string, Input]): [string, object] {
  const description = action.inputs[key]?.description;
  const words = WORDS[key] === undefined ? {} : { examples: WORDS[key] };
  const [alone, always] = [ALONE[key], ALWAYS[key]];
  const isName = NAMES.has(key);
  const comma = isName ? "" : ",";
  const together = alone === undefined ? [] : [{ pattern: itemIs(alone, comma) }, { pattern: otherThan(alone, comma) }];
  const pattern = always === undefined ? "\\S" : itemIs(always);
  const refused = [...(isName ? [{ pattern: LONG_NAME }] : []), ...(alone === undefined ? [] : [{ allOf: together }])];
  const text = {
    type: "string",
    ...(neverEmpty && { pattern }),
    ...(refused.length > 0 && { not: { anyOf: refused } }),
    ...words,
  };
  const line = { type: "string", pattern: "^\\S([^\\r\\n]*\\S)?$", ...(isName && { maxLength: MAX_NAME }), ...words };
  const list = {
    type: "array",
    minItems: 1,
    items: line,
    ...(always !== undefined && { contains: { pattern } }),
    ...(alone !== undefined && { not: { allOf: together.map((contains) => ({ contains })) } }),
  };
  if (key === "on-extra") return [key, { description, enum: ON_EXTRA }];
  if (inFile === "boolean")
    return [key, { description, enum: [true, false, "true", "false", "True", "False", "TRUE", "FALSE"] }];
  expect(inFile, key).toBe("list");
  return [key, { description, anyOf: [text, list] }];
}

const schema = JSON.parse(readText("docs/grants.schema.json"));

test("docs/grants.schema.json has the keys of an entry, each with the values that it can have", () => {
  expect(schema).toEqual({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "The file of grants",
    description: "Who must have what: the input `grants-file` of the action Azure Postgres Grants.",
    type: "object",
    additionalProperties: false,
    required: ["grants"],
    properties: {
      grants: {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          additionalProperties: false,
          required: ["grantee"],
          properties: Object.fromEntries(Object.entries(GRANT_INPUTS).map(schemaOf)),
        },
      },
    },
  });
});

const LONG = "x".repeat(64);

test.each([
  'default-privileges: "True"',
  "allow-empty: 'FALSE'",
  'allow-empty: "yes"',
  "table-privileges: ALL",
  "table-privileges: all",
  "table-privileges: 'ALL, ALL'",
  "table-privileges: select, Insert",
  "table-privileges: [SELECT, INSERT]",
  "table-privileges: ALL, SELECT",
  "table-privileges: [SELECT, all]",
  "sequence-privileges: ['USAGE, ALL']",
  'sequence-privileges: "ALL\\nUSAGE"',
  "schemas: '*'",
  "schemas: ['*']",
  "schemas: [a*, b]",
  "schemas: ['*', sales]",
  'schemas: "sales\\n*"',
  'schemas: "sales,*"',
  "schemas: ['*,sales', other]",
  "schema-privileges: CREATE",
  "schema-privileges: [create]",
  "schema-privileges: create, usage",
  "schema-privileges: [CREATE, USAGE]",
  "schema-privileges: ['CREATE, USAGE']",
  `schemas: ${LONG}`,
  `schemas: [sales, ${LONG}]`,
  `schemas: ${LONG.slice(1)}`,
  `schemas: "  ${LONG.slice(1)}  "`,
  `exclude: [${LONG}]`,
])("the schema and the action agree about %s", (line) => {
  const text = `grants:\n  - grantee: aad_orders\n    database: orders\n    ${line}\n`;
  const env = inputVariables({ "client-id": ID, "tenant-id": ID, user: "ci-admin", host: "contoso-pg" });
  const file = readGrantsFile(text, "grants.yml", yaml, INPUTS, Object.keys(GRANT_INPUTS));
  const isValid = new Ajv().compile(schema)(yaml.parse(text));
  const isAccepted = resultOf(() => parseSettings(env, file)) !== undefined;
  expect(isValid).toBe(isAccepted);
});

test.each([
  ["examples/grants-file/grants.yml", readText("examples/grants-file/grants.yml")],
  ["docs/grants-file.md", /^```yml\n([\s\S]*?)^```$/m.exec(readText("docs/grants-file.md"))?.[1] ?? ""],
])("%s has the form of the schema", (_, text) => {
  const validate = new Ajv().compile(schema);
  validate(yaml.parse(text));
  expect(validate.errors).toBeNull();
});
