import { expect, test } from "vitest";
import { parse } from "yaml";
import { externalsOf, modules } from "./modules.ts";
import { readText } from "./project.ts";

/** What the section Runners of the README says. */

test("only the sign-in of the Azure CLI starts another program", () => {
  const starting = modules("src/**/*.ts").filter((path) => externalsOf(path).includes("node:child_process"));
  expect(starting).toEqual(["src/azure/azure-cli.ts"]);
});

test("dist has no native code: each file is JavaScript and loads none", () => {
  expect(modules("dist/**/*.*").filter((path) => !/\.cjs$|licenses\.txt$/.test(path))).toEqual([]);
  const loading = modules("dist/*.cjs").filter((path) => /\brequire\("[^"]+\.node"\)|dlopen/.test(readText(path)));
  expect(loading).toEqual([]);
});

test("CI starts the action on Linux, macOS and Windows, and on ARM64", () => {
  const { jobs } = parse(readText(".github/workflows/ci.yml")) as {
    jobs: Record<string, { "runs-on": string; strategy?: { matrix: Record<string, string[]> } }>;
  };
  const { "runs-on": runsOn, strategy } = jobs["runs-as-an-action"] ?? {};
  expect(runsOn).toContain("matrix.runner");
  expect(strategy?.matrix.runner).toEqual(["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "windows-2025"]);
});
