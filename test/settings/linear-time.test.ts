import { expect, test } from "vitest";
import { readAppConnection, secretsInAppConnection } from "../../src/settings/app-connection.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { secret } from "../../src/settings/values.ts";
import { inputVariables } from "../sandbox/runner.ts";

/** Eight times as much as Linux accepts in an environment variable. */
const LENGTH = 1_048_576;

/** Milliseconds of CPU time: many times what linear time takes here. Quadratic time is minutes. */
const LIMIT = 10_000;

const repeated = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);

/** Texts that make a regular expression backtrack, or start again at each character. */
test.each(
  Object.entries({
    "spaces behind a key": `password${repeated(" ")}x`,
    "line breaks in a value": `x${repeated("\n")}x`,
    "many keys of secrets": repeated("password="),
    "many secrets": repeated("password=abcd;"),
    "many open quotes": repeated("password='"),
    "many keywords": `host=${repeated("a ")}`,
    "a URI of colons": `postgres://${repeated(":")}`,
    "open JSON": `{${repeated('"value":"')}`,
    dots: repeated("a."),
  }),
)("a text of 1 MiB, %s, is read in linear time", (_, text) => {
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
