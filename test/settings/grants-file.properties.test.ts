import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  dictionary,
  oneof,
  option,
  record,
  string,
  uint8Array,
  uniqueArray,
} from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { ON_EXTRA } from "../../src/model/demand.ts";
import { ActionError } from "../../src/model/failure.ts";
import {
  ROUTINE_PRIVILEGES,
  SCHEMA_PRIVILEGES,
  SEQUENCE_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "../../src/model/privileges.ts";
import type { Grant } from "../../src/model/settings.ts";
import { GRANT_INPUTS } from "../../src/settings/grants.ts";
import { grantsFileIn, parseSettings } from "../../src/settings/inputs.ts";
import { readText } from "../project/project.ts";
import { inputVariables } from "../sandbox/runner.ts";

const workspace = mkdtempSync(join(tmpdir(), "grants-file-"));
afterAll(() => rmSync(workspace, { recursive: true }));

const ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const REQUIRED = { "client-id": ID, "tenant-id": ID, user: "ci-admin", host: "contoso-pg", database: "d" };

async function grantsOf(inputs: Readonly<Record<string, string>>): Promise<readonly Grant[]> {
  const env = { GITHUB_WORKSPACE: workspace, ...inputVariables({ ...REQUIRED, ...inputs }) };
  return parseSettings(env, await grantsFileIn(env)).grants;
}

async function grantsIn(file: string | Uint8Array): Promise<readonly Grant[]> {
  writeFileSync(join(workspace, "grants.yml"), file);
  return await grantsOf({ "grants-file": "grants.yml" });
}

/** A value in a file: the text of an input, a boolean, or the lines of a text. */
type Value = string | boolean | readonly string[];

/** One line of text as it is, whatever YAML would make of it without quotes. */
const name = oneof(
  constantFrom(
    "aad_orders",
    "null",
    "true",
    "1",
    "~",
    "a, b",
    "# x",
    "- x",
    "&a",
    "*a",
    "<<",
    "a: b",
    "'",
    '"',
    "ü",
    "a\u2028b",
  ),
  string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
).filter((text) => text.trim() === text && text !== "" && !/[\0\r\n]/.test(text) && Buffer.byteLength(text) < 64);

const some = <T>(values: readonly T[]) => uniqueArray(constantFrom(...values), { minLength: 1 });
const names = uniqueArray(name, { minLength: 1, maxLength: 4 });
/** A list, or its lines. */
const linesOf = (list: Arbitrary<readonly string[]>): Arbitrary<Value> =>
  oneof(
    list,
    list.map((items) => items.join("\n")),
  );
const words = (list: Arbitrary<readonly string[]>): Arbitrary<Value> =>
  oneof(
    linesOf(list),
    list.map((items) => items.join(", ")),
  );

/** The values that each key can have. */
const VALUES: { readonly [K in keyof typeof GRANT_INPUTS]: Arbitrary<Value> } = {
  database: linesOf(names),
  grantee: linesOf(names),
  "grantee-object-id": constant(ID),
  schemas: oneof(constant("*"), linesOf(names.filter((all) => !all.includes("*")))),
  "table-privileges": oneof(constant("ALL"), words(some(TABLE_PRIVILEGES))),
  "sequence-privileges": oneof(constant("all"), words(some(SEQUENCE_PRIVILEGES))),
  "schema-privileges": words(some(SCHEMA_PRIVILEGES).filter((all) => all.includes("USAGE"))),
  "routine-privileges": words(some(ROUTINE_PRIVILEGES)),
  "default-privileges": oneof(boolean(), constantFrom("true", "false")),
  "on-extra": constantFrom(...ON_EXTRA),
  exclude: linesOf(names),
  "allow-empty": oneof(boolean(), constantFrom("true", "false")),
};

const { "grantee-object-id": objectId, grantee, ...OPTIONAL } = VALUES;
const entry: Arbitrary<Record<string, Value>> = oneof(
  record({ grantee, ...OPTIONAL }, { requiredKeys: ["grantee"] }),
  record({ grantee: name, "grantee-object-id": objectId, ...OPTIONAL }, { requiredKeys: ["grantee"] }),
) as Arbitrary<Record<string, Value>>;

describe("an entry", () => {
  test("an entry demands what inputs with the same texts demand", async () => {
    await assert(
      asyncProperty(entry, async (values) => {
        const texts = Object.entries(values).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.join("\n") : String(value),
        ]);
        expect(await grantsIn(stringify({ grants: [values] }))).toEqual(await grantsOf(Object.fromEntries(texts)));
      }),
    );
  });

  test("an entry is accepted if, and only if, the schema for editors accepts it", async () => {
    const validate = new Ajv().compile(JSON.parse(readText("docs/grants.schema.json")));
    const wrong = constantFrom<unknown>(null, 1, true, [], {}, [1], [null], ["a\nb"], [" a"], [""], [["a"]]);
    const change = option(
      dictionary(constantFrom(...Object.keys(GRANT_INPUTS), "schema", "mode", "<<"), wrong, { maxKeys: 1 }),
    );
    await assert(
      asyncProperty(entry, change, async (values, changes) => {
        const grants = { grants: [{ ...values, ...changes }] };
        const isAccepted = await grantsIn(stringify(grants)).then(
          () => true,
          () => false,
        );
        expect(validate(grants)).toBe(isAccepted);
      }),
    );
  });
});

describe("a file of whatever bytes", () => {
  const pieces = array(
    constantFrom(
      "grants:",
      "grantee",
      "database: d",
      "-",
      " ",
      "  ",
      "\n",
      ":",
      ",",
      "[",
      "]",
      "{",
      "}",
      "*a",
      "&a",
      "!!str",
      "<<",
      "|",
      ">",
      '"',
      "'",
      "#",
      "---",
      "...",
      "%YAML 1.1",
      "?",
      "\t",
      "\r",
      "\0",
      "null",
      "1",
      "é",
    ),
    { maxLength: 60 },
  ).map((all) => all.join(""));

  test("a file of whatever bytes has grants or mistakes, and no other error", async () => {
    await assert(
      asyncProperty(
        oneof(
          uint8Array({ maxLength: 200 }),
          pieces,
          pieces.map((text) => `grants:\n- ${text}`),
        ),
        async (file) => {
          const error = await grantsIn(file).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (error === undefined) return;
          expect(error).toBeInstanceOf(ActionError);
          expect((error as ActionError).failure).toMatchObject({ code: "bad-input" });
        },
      ),
      { numRuns: 500 },
    );
  });
});
