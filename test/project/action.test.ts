import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ActionError } from "../../src/model/failure.ts";
import { outputsOf } from "../../src/render/outputs.ts";
import { plain } from "../../src/render/pen.ts";
import { INPUTS, parseSettings } from "../../src/settings/inputs.ts";
import { drift } from "../render/reports.ts";
import { inputVariables } from "../sandbox/runner.ts";
import { action, defaults, ROOT } from "./project.ts";

test("declares exactly the inputs that the code reads", () => {
  expect(Object.keys(action.inputs).sort()).toEqual(Object.keys(INPUTS).sort());
});

test("declares the defaults that the code uses", () => {
  const declared = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
  const used = Object.entries(INPUTS).map(([name, input]) => [name, "default" in input ? input.default : undefined]);
  const setByTheRunner = { "github-token": `$\{{ github.token }}` };
  expect(Object.fromEntries(declared)).toEqual({ ...Object.fromEntries(used), ...setByTheRunner });
});

test("says what happens without an input that has no default", () => {
  const silent = Object.entries(action.inputs).filter(
    ([, { default: value, required, description }]) =>
      value === undefined && !required && !description?.includes("Default:"),
  );
  expect(silent).toEqual([]);
});

test("marks only inputs without an alternative as required", () => {
  const required = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required);
  const given = {
    password: "any",
    "app-connection": "host=srv.postgres.database.azure.com dbname=orders sslmode=require user=aad_orders",
  };
  expect(missing(inputVariables({ ...defaults, ...given }))).toEqual(required.sort());
});

test("declares the outputs that the code sets, each with a description", () => {
  const set = [...Object.keys(outputsOf(drift())), "report", "sql"];
  expect(Object.keys(action.outputs).sort()).toEqual(set.sort());
  for (const { description } of Object.values(action.outputs)) expect(description).toBeTruthy();
});

test("runs the committed bundle on Node 24", () => {
  expect(action.runs).toEqual({ using: "node24", main: "dist/index.cjs" });
  expect(existsSync(join(ROOT, action.runs.main))).toBe(true);
  expect(action.branding).toEqual({ icon: "unlock", color: "blue" });
});

/** The inputs that are reported as missing. */
function missing(env: Record<string, string>): string[] {
  try {
    parseSettings(env);
    return [];
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const problems = (error.failure.problems ?? []).map(plain.sentence);
    return problems.flatMap((problem) => problem.match(/^`([\w-]+)` is missing\. /)?.[1] ?? []).sort();
  }
}
