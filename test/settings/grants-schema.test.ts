import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ON_EXTRA } from "../../src/model/demand.ts";
import {
  ROUTINE_PRIVILEGES,
  SCHEMA_PRIVILEGES,
  SEQUENCE_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "../../src/model/privileges.ts";
import { GRANT_INPUTS } from "../../src/settings/grants.ts";
import type { Input } from "../../src/settings/reader.ts";
import { action, readText } from "../project/project.ts";

const WORDS: Readonly<Record<string, readonly string[]>> = {
  "table-privileges": ["ALL", ...TABLE_PRIVILEGES],
  "sequence-privileges": ["ALL", ...SEQUENCE_PRIVILEGES],
  "schema-privileges": SCHEMA_PRIVILEGES,
  "routine-privileges": ROUTINE_PRIVILEGES,
};

/** The schema of a value; its description is that of the input. */
function schemaOf([key, { inFile, neverEmpty }]: [string, Input]): [string, object] {
  const description = action.inputs[key]?.description;
  const words = WORDS[key] === undefined ? {} : { examples: WORDS[key] };
  const text = { type: "string", ...(neverEmpty && { pattern: "\\S" }), ...words };
  const line = { type: "string", pattern: "^\\S([^\\r\\n]*\\S)?$", ...words };
  if (key === "on-extra") return [key, { description, enum: ON_EXTRA }];
  if (inFile === "boolean") return [key, { description, enum: [true, false, "true", "false"] }];
  expect(inFile, key).toBe("list");
  return [key, { description, anyOf: [text, { type: "array", minItems: 1, items: line }] }];
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

test.each([
  ["examples/grants-file/grants.yml", readText("examples/grants-file/grants.yml")],
  ["docs/grants-file.md", /^```yml\n([\s\S]*?)^```$/m.exec(readText("docs/grants-file.md"))?.[1] ?? ""],
])("%s has the form of the schema", (_, text) => {
  const validate = new Ajv().compile(schema);
  validate(parse(text));
  expect(validate.errors).toBeNull();
});
