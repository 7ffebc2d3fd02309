import { expect, test } from "vitest";
import { PRINCIPAL_INPUTS } from "../../src/principal/settings.ts";
import { action, actionIn } from "./project.ts";

const { inputs, outputs, runs, branding } = actionIn("principal");

test("principal/action.yml declares the inputs that the code reads, with their defaults", () => {
  const declared = Object.entries(inputs).map(([name, input]) => [name, input.default]);
  const used = Object.entries(PRINCIPAL_INPUTS).map(([name, input]) => [
    name,
    "default" in input ? input.default : undefined,
  ]);
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(used));
});

test("principal/action.yml says what happens without an input that has no default", () => {
  const silent = Object.values(inputs).filter(
    ({ default: value, required, description }) =>
      value === undefined && !required && !description?.includes("Default:"),
  );
  expect(silent).toEqual([]);
});

test("principal/action.yml describes the sign-in inputs as action.yml does", () => {
  for (const name of ["client-id", "tenant-id", "client-secret", "environment", "ssl-root-cert"])
    expect(inputs[name]).toEqual(action.inputs[name]);
});

test("principal/action.yml declares its output and its bundle", () => {
  expect(Object.keys(outputs)).toEqual(["verdict"]);
  expect(runs).toEqual({ using: "node24", main: "../dist/principal.cjs" });
  expect(branding).toEqual({ icon: "user-check", color: "blue" });
});
