import { describe, expect, test } from "vitest";
import { readAppConnection, secretsInAppConnection } from "../../src/settings/app-connection.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { secretsIn } from "../../src/settings/reader.ts";
import { inputVariables } from "../sandbox/runner.ts";

/** Linux refuses an environment variable of more than 128 KiB, so no input is longer. */
const LENGTH = 130_000;

/** Milliseconds of CPU time. A quadratic regular expression takes more than ten seconds. */
const LIMIT = 1_000;

const repeated = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);

/** Texts that make a regular expression backtrack. */
const HOSTILE: Readonly<Record<string, string>> = {
  "spaces behind a key": `a${repeated(" ")}x`,
  "spaces before a key": `;${repeated(" ")}x`,
  "spaces in a value": `A=x${repeated(" ")}y`,
  "spaces in a value of a setting": `AZURE_POSTGRESQL_HOST=x${repeated(" ")}y`,
  "spaces behind a quote": `password="${repeated(" ")}x`,
  "spaces behind many quotes": `password=${repeated('" ')}x`,
  "spaces behind a keyword": `host${repeated(" ")}`,
  "spaces behind =": `host=${repeated(" ")}'`,
  "line breaks": `x${repeated("\n")}x`,
  "line breaks behind a secret's key": `password${repeated("\n")}x`,
  "many keys of secrets": repeated("password="),
  "a hundred keys of secrets": `${"password=".repeat(99)}secret=${repeated("a")}`,
  "many secrets": repeated("password=abcd;"),
  "many quoted secrets": repeated(`password="abcd'`),
  "many open quotes": repeated("'"),
  "many doubled quotes": `Host="${repeated('"')}x`,
  "many escapes": `host='${repeated("\\a")}`,
  "many backslashes": `AZURE_POSTGRESQL_HOST="${repeated("\\")}`,
  "many keywords": `host=${repeated("a ")}`,
  "many keys of Npgsql's": repeated("Host=a;"),
  "a URI of colons": `postgres://${repeated(":")}`,
  "many URIs": repeated("://a:"),
  "a URI of many @": `postgres://a:${repeated("@")} `,
  "a URI of many parameters": `postgres://h/d?${repeated("user=a&")}`,
  "a URI of escapes": `postgres://${repeated("%41")}`,
  "open JSON": `{${repeated('"value":"')}`,
  "JSON of escapes": `{"value":"${repeated("\\")}`,
  "nested JSON": repeated("["),
  "many certificates that do not end": repeated("-----BEGIN CERTIFICATE-----"),
  dots: repeated("a."),
  dashes: repeated("a-"),
  commas: repeated(","),
  stars: repeated("*a"),
  "short lines": repeated("a\n"),
};

describe.each(Object.entries(HOSTILE))("%s", (_name, text) => {
  test("the reader of connection settings", () => {
    expect(millisecondsOf(() => readAppConnection(text))).toBeLessThan(LIMIT);
  });

  test("the search for secrets in connection settings", () => {
    expect(millisecondsOf(() => secretsInAppConnection(text))).toBeLessThan(LIMIT);
  });

  test.each([
    "host",
    "port",
    "password",
    "client-secret",
    "github-token",
    "auth-type",
    "client-id",
    "tenant-id",
    "environment",
    "user",
    "database",
    "grantee",
    "schemas",
    "exclude",
    "table-privileges",
    "ssl-root-cert",
    "drift-issue",
  ])("the input `%s`", (name) => {
    const env = inputVariables({ [name]: text });
    expect(millisecondsOf(() => secretsIn(INPUTS, env))).toBeLessThan(LIMIT);
    expect(millisecondsOf(() => parseSettings(env))).toBeLessThan(LIMIT);
  });
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
