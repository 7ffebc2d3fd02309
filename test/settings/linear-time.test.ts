import { expect, test } from "vitest";
import * as yaml from "yaml";
import { readAppConnection, secretsInAppConnection } from "../../src/settings/app-connection.ts";
import { GRANT_INPUTS } from "../../src/settings/grants.ts";
import { readGrantsFile } from "../../src/settings/grants-file.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { secret } from "../../src/settings/values.ts";
import { inputVariables } from "../sandbox/runner.ts";

/** What Linux accepts in an environment variable. */
const LENGTH = 131_072;

/** Milliseconds of CPU time: many times what linear time takes here. Quadratic time takes longer than that. */
const LIMIT = 5_000;

const repeated = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);

/** Texts that make a regular expression backtrack, or start again at each character. */
test.each(
  Object.entries({
    "spaces behind a key": `password${repeated(" ")}x`,
    "line breaks in a value": `x${repeated("\n")}x`,
    "many keys of secrets": repeated("password="),
    "many secrets": repeated("password=abcd;"),
    "many open quotes": repeated("password='"),
    "a quote behind spaces": `host=${repeated(" ")}'`,
    "spaces before a comment": `x=${repeated(" ")}y`,
    "separators in a secret": `password=${repeated(";")}x`,
    "many keywords": `host=${repeated("a ")}`,
    "a URI of colons": `postgres://${repeated(":")}`,
    "open JSON": `{${repeated('"value":"')}`,
    dots: repeated("a."),
  }),
)("a text of 128 KiB, %s, is read in linear time", (_, text) => {
  const env = inputVariables({ "app-connection": text, host: text, password: text, exclude: text });
  const tasks = [
    () => readAppConnection(text),
    () => secretsInAppConnection(text),
    () => secret(text),
    () => secretsIn(INPUTS, env),
    () => parseSettings(env),
  ];
  for (const task of tasks) expect(millisecondsOf(task)).toBeLessThan(LIMIT);
});

/** A sixteenth of the largest file, which the parser of YAML takes long enough to read. */
const FILE_LENGTH = 65_536;

const numbered = (line: (n: number) => string, length = FILE_LENGTH) => {
  const count = Math.ceil(length / line(0).length);
  return Array.from({ length: count }, (_, n) => line(n)).join("");
};

test.each(
  Object.entries({
    "entries for one grantee": numbered((n) => `- { grantee: a, database: d${n} }\n`),
    "entries with patterns": numbered((n) => `- { grantee: a, database: "d${n}*" }\n`),
    "entries for one database": numbered((n) => `- { grantee: a, database: d, schemas: s${n} }\n`),
    // The parser's own search for equal keys, which this action turns off, would take three times the limit.
    "unknown keys": `- a: b\n${numbered((n) => `  k${n}:\n`, 2 * FILE_LENGTH)}`,
    "a long list": `- grantee:\n${numbered((n) => `  - g${n}\n`)}`,
    aliases: numbered(() => "- *a\n"),
    brackets: numbered(() => "["),
  }),
)("a file of %s is read in linear time", (_, text) => {
  const task = () =>
    parseSettings({}, readGrantsFile(`grants:\n${text}`, "grants.yml", yaml, INPUTS, Object.keys(GRANT_INPUTS)));
  expect(millisecondsOf(task)).toBeLessThan(LIMIT);
});

function millisecondsOf(task: () => unknown): number {
  const start = process.threadCpuUsage();
  try {
    task();
  } catch {
    // Invalid text is expected here.
  }
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
