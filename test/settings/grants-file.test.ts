import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ActionError } from "../../src/model/failure.ts";
import type { Grant } from "../../src/model/settings.ts";
import { grantsFileIn, parseSettings } from "../../src/settings/inputs.ts";
import { readFailure } from "../read.ts";
import { inputVariables } from "../sandbox/runner.ts";

const ID = "5c1d0a9e-0000-4000-8000-00000000c11e";
const REQUIRED = { "client-id": ID, "tenant-id": ID, user: "ci-admin", host: "contoso-pg" };

let root: string;
let workspace: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "grants-file-"));
  workspace = join(root, "workspace");
  await mkdir(workspace);
});
afterAll(() => rm(root, { recursive: true }));

type Inputs = Readonly<Record<string, string>>;

/** The grants of a file with this text, or of the file that the inputs name. */
async function grantsOf(text: string | Buffer | undefined, inputs: Inputs = {}): Promise<readonly Grant[]> {
  if (text !== undefined) await writeFile(join(workspace, "grants.yml"), text);
  const given = { ...REQUIRED, "grants-file": "grants.yml", ...inputs };
  const env = { GITHUB_WORKSPACE: workspace, ...inputVariables(given) };
  return parseSettings(env, await grantsFileIn(env)).grants;
}

async function failureOf(text: string | Buffer | undefined, inputs: Inputs = {}) {
  const error = await grantsOf(text, inputs).then(
    () => new Error("it should have failed"),
    (error: unknown) => error,
  );
  if (!(error instanceof ActionError)) throw error;
  const failure = readFailure(error.failure);
  expect(failure.code).toBe("bad-input");
  return failure;
}

const problemsOf = async (text: string | Buffer | undefined, inputs?: Inputs) =>
  (await failureOf(text, inputs)).problems;

/** The problems of an entry that has these lines and all that is required. */
const problemsOfEntry = (...lines: readonly string[]) =>
  problemsOf(["grants:", "  - grantee: aad_orders", "    database: orders", ...lines].join("\n"));

describe("an entry", () => {
  test("an entry has its own values, and those of the inputs for what it leaves out", async () => {
    const text = `grants:
  - grantee: aad_orders
    grantee-object-id: 16e79f61-a301-49b2-b9d2-ca841d049fdf
    database: orders
    table-privileges: SELECT, INSERT, UPDATE, DELETE # the input's text, or a list
    sequence-privileges: [USAGE, SELECT]
    default-privileges: true
  - grantee: [aad_reports, aad_bi]
    schemas: "*"
    table-privileges: SELECT
    on-extra: fail
`;
    const inputs = { database: "billing", "on-extra": "ignore", exclude: "audit_*", "act-as-owner": "true" };
    expect(await grantsOf(text, inputs)).toEqual([
      {
        databases: ["orders"],
        grantees: ["aad_orders"],
        demand: {
          schemas: ["public"],
          tablePrivileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
          sequencePrivileges: ["USAGE", "SELECT"],
          schemaPrivileges: ["USAGE"],
          routinePrivileges: [],
          actAsOwner: true,
          defaultPrivileges: true,
          onExtra: "ignore",
          exclude: ["audit_*"],
          allowEmpty: false,
          objectIds: new Map([["aad_orders", "16e79f61-a301-49b2-b9d2-ca841d049fdf"]]),
          tenantId: ID,
        },
      },
      {
        databases: ["billing"],
        grantees: ["aad_reports", "aad_bi"],
        demand: {
          schemas: "*",
          tablePrivileges: ["SELECT"],
          sequencePrivileges: "ALL",
          schemaPrivileges: ["USAGE"],
          routinePrivileges: [],
          actAsOwner: true,
          defaultPrivileges: false,
          onExtra: "fail",
          exclude: ["audit_*"],
          allowEmpty: false,
          objectIds: undefined,
          tenantId: ID,
        },
      },
    ]);
  });

  test("lists are read as flow, as block and as lines of text", async () => {
    const text = `grants:
  - grantee:
      - aad_a
      - aad_b
    database: [orders, "orders_*"]
    schemas: |
      app
      public
    table-privileges: [select, "INSERT, UPDATE"]
    sequence-privileges: |
      USAGE
      SELECT
    exclude: ["audit_*"]
`;
    expect(await grantsOf(text)).toMatchObject([
      {
        databases: ["orders", "orders_*"],
        grantees: ["aad_a", "aad_b"],
        demand: {
          schemas: ["app", "public"],
          tablePrivileges: ["SELECT", "INSERT", "UPDATE"],
          sequencePrivileges: ["USAGE", "SELECT"],
          exclude: ["audit_*"],
        },
      },
    ]);
  });

  test("names keep their characters, in whatever form YAML has them", async () => {
    const names = ["a, b", '"quoted"', "#1", "- x", "ü 中 🐘", "Case", "a: b", "null", "true", "1", "*x", "a\tb"];
    const grantee = names.map((each) => `      - ${JSON.stringify(each)}`).join("\n");
    const [grant] = await grantsOf(`grants:\n  - database: 'o''r'\n    grantee:\n${grantee}\n`);
    expect(grant).toMatchObject({ grantees: names, databases: ["o'r"] });
  });

  test("object IDs are in the order of the entry's own grantees, some of them equal", async () => {
    const ids = ["16e79f61-a301-49b2-b9d2-ca841d049fdf", "16E79F61-A301-49B2-B9D2-CA841D049FDF"];
    const text = `grants: [{ database: d, grantee: [a, b], grantee-object-id: [${ids.join(", ")}] }]`;
    const [grant] = await grantsOf(text);
    expect(grant?.demand.objectIds).toEqual(
      new Map([
        ["a", ids[0]],
        ["b", ids[0]],
      ]),
    );
  });

  test.each(["true", "True", '"true"'])("the boolean %s is read", async (value) => {
    const [grant] = await grantsOf(`grants: [{ grantee: a, database: d, allow-empty: ${value} }]`);
    expect(grant?.demand.allowEmpty).toBe(true);
  });

  test("an empty text counts as left out, unless empty is a mistake", async () => {
    const text = 'grants: [{ grantee: a, database: "", exclude: "" }]';
    expect(await grantsOf(text, { database: "d", exclude: "x" })).toMatchObject([
      { databases: ["d"], demand: { exclude: ["x"] } },
    ]);
    expect(await problemsOfEntry('    schemas: ""', '    grantee-object-id: ""')).toEqual([
      "`grants.yml:4`: `schemas` is empty. Use one or more schema names, one per line, or only `'*'`.",
    ]);
  });
});

test("a file can be JSON, and begin with a byte order mark or have CRLF at the ends of its lines", async () => {
  const json = JSON.stringify({ grants: [{ grantee: ["a"], database: "d", "default-privileges": true }] });
  const yaml = "grants:\n  - grantee: a\n    database: d\n    default-privileges: true\n";
  const expected = await grantsOf(yaml);
  expect(expected).toHaveLength(1);
  for (const text of [json, `\uFEFF${yaml}`, yaml.replaceAll("\n", "\r\n"), `---\n${yaml}...\n`])
    expect(await grantsOf(text)).toEqual(expected);
});

describe("the mistakes of a file", () => {
  test("mistakes are reported with those of the inputs, each with its line, its key and a near name", async () => {
    const text = `grants:
  - &orders
    grantee: aad_orders
    granteee: x
    mode: plan
    database: 5
    schemas:
    table-privileges: [SELECT, SELCT]
    sequence-privileges: []
    on-extra: [warn]
    exclude: { a: b }
    default-privileges: yes
    <<: *b
    schema-privileges: !!str USAGE
    grantee: y
  - grantee:
      - "a\\nb"
      - ""
      - 5
      - " x"
    database: *
  - table-privileges: |
      SELECT
      DELET
  - foo
grant: 1
---
a: b
`;
    const failure = await failureOf(text, { mode: "aply", "on-extra": "nope", "table-privilege": "ALL" });
    const tables = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN";
    const database = "one or more database names or patterns such as `orders_*`, one per line";
    expect(failure.problems).toEqual([
      "`table-privilege` is not an input of this action. Did you mean `table-privileges`?",
      '`on-extra`: "nope" is not valid. Use `ignore`, `warn`, `fail` or `revoke`.',
      '`mode`: "aply" is not valid. Use `apply`, `check` or `plan`. Did you mean `apply`?',
      "`grants.yml:3`: `grants`: `&orders` is an alias, an anchor or a tag of YAML. Write the value itself, in quotes if it begins with `&`.",
      "`grants.yml:4`: `granteee` is not a key of this file. Did you mean `grantee`?",
      "`grants.yml:5`: `mode` is an input of the action and not a key of this file. Set it in the workflow.",
      `\`grants.yml:6\`: \`database\` is not text or a list with items. Put a name such as \`1\`, \`true\` or \`null\` in quotes. Use ${database}.`,
      "`grants.yml:7`: `schemas` is not text or a list with items. Put a name such as `1`, `true` or `null` in quotes. Use one or more schema names, one per line, or only `'*'`.",
      `\`grants.yml:8\`: \`table-privileges\`: "SELCT" is not valid. Use \`ALL\`, or a comma-separated list of ${tables}. Did you mean \`SELECT\`?`,
      "`grants.yml:9`: `sequence-privileges` is not text or a list with items. Put a name such as `1`, `true` or `null` in quotes. Use `ALL`, or a comma-separated list of USAGE, SELECT, UPDATE.",
      "`grants.yml:10`: `on-extra` is not text. Use `ignore`, `warn`, `fail` or `revoke`.",
      "`grants.yml:11`: `exclude` is not text or a list with items. Put a name such as `1`, `true` or `null` in quotes. Use patterns such as `audit_*` or `billing.*`, one per line.",
      '`grants.yml:12`: `default-privileges`: "yes" is not valid. Use `true` or `false`.',
      "`grants.yml:13`: `<<`: `*b` is an alias, an anchor or a tag of YAML. Write the value itself, in quotes if it begins with `*`.",
      "`grants.yml:13`: `<<` is a merge key. Write the keys themselves.",
      "`grants.yml:14`: `schema-privileges`: `!!str` is an alias, an anchor or a tag of YAML. Write the value itself, in quotes if it begins with `!`.",
      "`grants.yml:15`: `grantee` is also a key on line 3. Remove one of them.",
      "`grants.yml:17`: `grantee`: an item is not one line of text. Put a name such as `1`, `true` or `null` in quotes.",
      "`grants.yml:18`: `grantee`: an item is not one line of text. Put a name such as `1`, `true` or `null` in quotes.",
      "`grants.yml:19`: `grantee`: an item is not one line of text. Put a name such as `1`, `true` or `null` in quotes.",
      "`grants.yml:20`: `grantee`: an item is not one line of text. Put a name such as `1`, `true` or `null` in quotes.",
      "`grants.yml:21`: `database`: `*` is an alias, an anchor or a tag of YAML. Write the value itself, in quotes if it begins with `*`.",
      `\`grants.yml:22\`: \`database\` is missing. Set it to ${database}.`,
      "`grants.yml:22`: `grantee` is missing. Set it to the PostgreSQL names of one or more Entra users (`aad_…`), one per line.",
      `\`grants.yml:22\`: \`table-privileges\`: "DELET" is not valid. Use \`ALL\`, or a comma-separated list of ${tables}. Did you mean \`DELETE\`?`,
      "`grants.yml:25`: An entry has no keys, such as `grantee`, with their values.",
      "`grants.yml:26`: `grant` is not a key of this file. Did you mean `grants`?",
      "`grants.yml:27`: A second YAML document begins here. Use one: remove `---`.",
    ]);
    expect(failure.message).toBe("3 inputs are invalid. `grants.yml` has 25 mistakes. Nothing was changed.");
    expect(failure.steps).toBe(
      "Correct the `with:` block of this step. The README of this action explains every input.\n" +
        "Correct `grants.yml`. The page docs/grants-file.md of this action explains its keys.",
    );
  });

  test("a key that an entry has again and again is a mistake that names its first line", async () => {
    expect(await problemsOfEntry("    database: billing", "    database: stock")).toEqual(
      [4, 5].map((line) => `\`grants.yml:${line}\`: \`database\` is also a key on line 3. Remove one of them.`),
    );
  });

  test("a mistake in an item of a list has the line of the item", async () => {
    const text = `grants:
  - database: orders
    grantee:
      - aad_orders
      - ${"x".repeat(64)}
    grantee-object-id:
      - 16e79f61-a301-49b2-b9d2-ca841d049fdf
      - none
`;
    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/^`grants\.yml:5`: `grantee`: an item \(64 characters\) is longer than 63 bytes/),
      expect.stringMatching(/^`grants\.yml:8`: `grantee-object-id`: "none" is not a GUID/),
    ]);
  });

  test("a mistake in a value that several entries inherit is the input's, once", async () => {
    const text = "grants: [{ grantee: a }, { grantee: b }, { grantee: c, schemas: x }]";
    expect(await problemsOf(text, { database: "d", schemas: "", "table-privileges": "x" })).toEqual([
      expect.stringMatching(/^`schemas` is empty\. Check that the variable/),
      expect.stringMatching(/^`table-privileges`: "x" is not valid/),
    ]);
  });

  test("a mistake in an input that no entry inherits is reported, too", async () => {
    const text = "grants: [{ grantee: a, database: d, on-extra: fail }]";
    expect(await problemsOf(text, { "on-extra": "x", database: "ä".repeat(32) })).toEqual([
      expect.stringMatching(/^`database`: the value \(32 characters\) is longer than 63 bytes/),
      expect.stringMatching(/^`on-extra`: "x" is not valid/),
    ]);
  });

  test("mistakes are listed up to a hundred", async () => {
    const entries = Array.from({ length: 250 }, (_, n) => `  - { grantee: a${n}, databases: d }`);
    const { message, problems } = await failureOf(["grants:", ...entries].join("\n"), { database: "d" });
    expect(message).toBe("`grants.yml` has 250 mistakes. Nothing was changed.");
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe("There are 150 more.");
  });

  test.each([
    ["", "`grants.yml:1`: The key `grants` has no list of entries."],
    ["# nothing\n", "`grants.yml:1`: The key `grants` has no list of entries."],
    ["- grantee: a\n", "`grants.yml:1`: The key `grants` has no list of entries."],
    ["grants:\n", "`grants.yml:1`: The key `grants` has no list of entries."],
    ["\ngrants: []\n", "`grants.yml:2`: The key `grants` has no list of entries."],
    ["grants: { grantee: a }", "`grants.yml:1`: The key `grants` has no list of entries."],
    ["grants: all", "`grants.yml:1`: The key `grants` has no list of entries."],
    [
      "grants: *x",
      "`grants.yml:1`: `grants`: `*x` is an alias, an anchor or a tag of YAML. Write the value itself, in quotes if it begins with `*`.",
    ],
    ["%YAML 1.1\n---\ngrants: [{ grantee: a, database: d }]", "`grants.yml:1`: `%YAML` is a directive. Remove it."],
    [
      "%FOO\n---\ngrants: [{ grantee: a, database: d }]",
      "`grants.yml:1`: This is not valid YAML: Unknown directive %FOO.",
    ],
    ["grants:\n\t- grantee: a", "`grants.yml:2`: This is not valid YAML: Tabs are not allowed as indentation."],
    [
      "grants: [{ grantee: a, database: d }]\n? [x]\n: y",
      "`grants.yml:2`: This is not valid YAML: With stringKeys, all keys must be strings.",
    ],
  ])("the form of a file is checked: %j", async (text, problem) => {
    expect(await problemsOf(text)).toEqual([problem]);
  });

  test("a file that is another one, by a symlink in a pull request, is not repeated", async () => {
    const config = '[http "https://github.com/"]\n\textraheader = AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46Z2hzXw==\n';
    for (const text of [config, `a: |${config}`]) {
      const problems = (await problemsOf(text)).join();
      expect(problems).toContain("This is not valid YAML: ");
      expect(problems).not.toMatch(/eC1h|AUTHORIZATION/);
    }
  });

  test.each([
    ["exclude: null", "`exclude` is not text or a list with items"],
    ["exclude: ~", "`exclude` is not text or a list with items"],
    ["exclude: 1.5", "`exclude` is not text or a list with items"],
    ["exclude: false", "`exclude` is not text or a list with items"],
    ["on-extra: false", "`on-extra` is not text. Use"],
    ["allow-empty: 1", "`allow-empty` is not text. Use"],
    ["allow-empty: [true]", "`allow-empty` is not text. Use"],
    ["exclude: [[a]]", "`exclude`: an item is not one line of text. Put a name"],
    ["exclude: [{ a: b }]", "`exclude`: an item is not one line of text. Put a name"],
    ["exclude: [true]", "`exclude`: an item is not one line of text. Put a name"],
    ["exclude: [a, null]", "`exclude`: an item is not one line of text. Put a name"],
    ["exclude: [&a x]", "`exclude`: `&a` is an alias, an anchor or a tag of YAML"],
    ["exclude: &a x", "`exclude`: `&a` is an alias, an anchor or a tag of YAML"],
    ["exclude: !x y", "`exclude`: `!x` is an alias, an anchor or a tag of YAML"],
    ["exclude: *_audit", "`exclude`: `*_audit` is an alias, an anchor or a tag of YAML"],
    ["host: other", "`host` is an input of the action and not a key of this file"],
    ["grants-file: x", "`grants-file` is an input of the action and not a key of this file"],
    ["undeclared: fail", "`undeclared` is an input of the action and not a key of this file"],
    ["act-as-owner: true", "`act-as-owner` is an input of the action and not a key of this file"],
    ["Schemas: x", "`Schemas` is not a key of this file. Did you mean `schemas`?"],
    ["privileges: x", "`privileges` is not a key of this file"],
  ])("a value or a key is checked: %s", async (line, problem) => {
    expect(await problemsOfEntry(`    ${line}`)).toEqual([expect.stringContaining(`\`grants.yml:4\`: ${problem}`)]);
  });

  test("a key or an alias that is long is cut off, and what it contains is escaped", async () => {
    const [key, alias, ...others] = await problemsOfEntry(
      `    "${"k".repeat(500)}": x`,
      `    exclude: *${"a".repeat(2000)}`,
      '    "a\\u001b[31m\\nb": x',
    );
    expect(key).toMatch(/^`grants\.yml:4`: `k{60}…` is not a key/);
    expect(alias).toMatch(/`\*a{59}…` is an alias/);
    expect(others).toEqual([expect.not.stringContaining("\u001b")]);
  });
});

describe("a grantee that two entries have for one database and schema", () => {
  const entries = (...lines: readonly string[]) => ["grants:", ...lines.map((line) => `  - ${line}`)].join("\n");

  test.each([
    ["{ grantee: a, database: d }", "{ grantee: [b, a], database: [c, d] }"],
    ["{ grantee: a, database: d }", '{ grantee: a, database: d, schemas: "*" }'],
    ['{ grantee: a, database: d, schemas: "*" }', "{ grantee: a, database: d }"],
    ['{ grantee: a, database: "d*", schemas: [x, public] }', "{ grantee: a, database: data }"],
    ["{ grantee: a, database: data }", '{ grantee: a, database: "d*" }'],
    ['{ grantee: a, database: "d*" }', '{ grantee: a, database: "da*" }'],
  ])("the second entry is a mistake with both lines: %s and %s", async (first, again) => {
    expect(await problemsOf(entries(first, again))).toEqual([
      expect.stringMatching(
        /^`grants\.yml:3`: `grantee`: a is also on line 2, for the same database and schema\. Use one entry for them\.$/,
      ),
    ]);
  });

  test.each([
    ["{ grantee: a, database: d }", "{ grantee: A, database: d }"],
    ["{ grantee: a, database: d }", "{ grantee: a, database: D }"],
    ["{ grantee: a, database: d }", "{ grantee: a, database: d, schemas: app }"],
    ['{ grantee: a, database: "d_*" }', "{ grantee: a, database: data }"],
  ])("two entries are valid if one of the three differs: %s and %s", async (first, again) => {
    expect(await grantsOf(entries(first, again))).toHaveLength(2);
  });

  test("entries with other mistakes are compared, too, and the lines are those of the grantees", async () => {
    const text = `grants:
  - grantee: [a, b]
    on-extra: no
  - schemas: app
    grantee: [a, b]
  - database: d
    grantee:
      - c
      - b
`;
    expect(await problemsOf(text, { database: "d" })).toEqual([
      expect.stringMatching(/^`grants\.yml:3`: `on-extra`/),
      expect.stringMatching(/^`grants\.yml:9`: `grantee`: b is also on line 2/),
    ]);
  });

  test("one entry can have a grantee twice", async () => {
    expect(await grantsOf("grants: [{ grantee: [a, a], database: d }]")).toMatchObject([{ grantees: ["a"] }]);
  });
});

describe("beside `grants-file`", () => {
  const text = "grants: [{ grantee: a }]";

  test("a grantee is a mistake, also the one in `app-connection`", async () => {
    const connection = "host=h dbname=d user=aad_x sslmode=require";
    const inputs = { grantee: "aad_x", "grantee-object-id": ID, "app-connection": connection };
    expect(await problemsOf(text, inputs)).toEqual([
      "`app-connection` names grantees, but the entries of `grants-file` have them. Set `host` and `database` instead.",
      "`grantee` names grantees, but the entries of `grants-file` have them. Remove it.",
      "`grantee-object-id` names grantees, but the entries of `grants-file` have them. Remove it.",
    ]);
  });

  test("`app-connection` without a grantee has the database", async () => {
    const inputs = { host: "", "app-connection": "host=h dbname=d sslmode=require" };
    expect(await grantsOf(text, inputs)).toMatchObject([{ databases: ["d"], grantees: ["a"] }]);
  });

  test("no grantee is required, but without a file it is", async () => {
    expect(await problemsOf(text, { "grants-file": " \n", database: "d" })).toEqual([
      expect.stringMatching(/^`grantee` is missing/),
    ]);
  });
});

describe("the path in `grants-file`", () => {
  const text = "grants: [{ grantee: a, database: d }]";
  const MISSING = "Check the path, and that `actions/checkout` runs before this action.";

  test("a path in the workspace is relative, absolute or through links", async () => {
    await mkdir(join(workspace, "ops"));
    await writeFile(join(workspace, "ops", "grants.yml"), text);
    await symlink("ops/grants.yml", join(workspace, "link.yml"));
    await symlink(workspace, join(root, "linked-workspace"));
    for (const path of [
      "ops/grants.yml",
      "./ops/../ops/grants.yml",
      "link.yml",
      join(workspace, "ops", "grants.yml"),
      join(root, "linked-workspace", "ops", "grants.yml"),
    ])
      expect(await grantsOf(undefined, { "grants-file": `${path}\n` })).toHaveLength(1);
  });

  test("a path outside the workspace is refused, also through a link", async () => {
    await writeFile(join(root, "secret.yml"), text);
    await mkdir(join(root, "workspace-2"));
    await writeFile(join(root, "workspace-2", "grants.yml"), text);
    await symlink("../secret.yml", join(workspace, "outside.yml"));
    const problem = (path: string) => [`\`grants-file\`: \`${path}\` is not a path in the workspace.`];
    for (const path of ["../secret.yml", "outside.yml", "../workspace-2/grants.yml"])
      expect(await problemsOf(undefined, { "grants-file": path })).toEqual(problem(path));
  });

  test.each([
    ["none.yml", `cannot be read (ENOENT). ${MISSING}`],
    ["grants.yml/x", `cannot be read (ENOTDIR). ${MISSING}`],
    ["a\0b", "cannot be read (ERR_INVALID_ARG_VALUE)"],
    ["folder", "is not a file of at most 1 MiB."],
  ])("a path of something other than a file is refused: %j", async (path, problem) => {
    await mkdir(join(workspace, "folder"), { recursive: true });
    const found = await problemsOf(text, { "grants-file": path });
    expect(found).toEqual([expect.stringContaining(problem)]);
  });

  test("a path that contains a secret is not repeated", async () => {
    const inputs = { "grants-file": "ops/hunter2", "client-secret": "hunter2" };
    expect(await problemsOf(undefined, inputs)).toEqual([expect.not.stringContaining("hunter2")]);
  });

  test("a file has to be UTF-8, and at most 1 MiB", async () => {
    expect(await problemsOf(Buffer.from(`${text} # \xe9`, "latin1"))).toEqual([
      "`grants-file`: `grants.yml` is the path of a file that is not UTF-8.",
    ]);
    const padded = `${text} #`.padEnd(1_048_576, "x");
    expect(await grantsOf(padded)).toHaveLength(1);
    expect(await problemsOf(`${padded}x`)).toEqual(["`grants-file`: `grants.yml` is not a file of at most 1 MiB."]);
  });
});
