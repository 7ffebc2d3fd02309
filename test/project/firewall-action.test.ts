import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIREWALL_INPUTS } from "../../src/firewall/settings.ts";
import { actionIn, type FirewallAction, ROOT, readText } from "./project.ts";

const firewallAction = actionIn<FirewallAction>("firewall");

test("firewall/action.yml declares the inputs that the code reads, with their defaults", () => {
  const declared = Object.entries(firewallAction.inputs).map(([name, input]) => [name, input.default]);
  const used = Object.entries(FIREWALL_INPUTS).map(([name, input]) => [
    name,
    "default" in input ? input.default : undefined,
  ]);
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(used));
});

test("firewall/action.yml says what happens without an input that has no default", () => {
  const silent = Object.entries(firewallAction.inputs).filter(
    ([, { default: value, required, description }]) =>
      value === undefined && !required && !description?.includes("Default:"),
  );
  expect(silent).toEqual([]);
});

test("firewall/action.yml runs its own bundles on Node 24, and its post step always", () => {
  const { using, main, post, "post-if": when } = firewallAction.runs;
  expect({ using, when }).toEqual({ using: "node24", when: "always()" });
  for (const file of [main, post]) expect(existsSync(join(ROOT, "firewall", file))).toBe(true);
});

test("docs/firewall.md describes the inputs as firewall/action.yml does", () => {
  const inputs = Object.entries(firewallAction.inputs).map(([name, { required, default: value, description = "" }]) => {
    const without = required ? "**required**" : value === undefined ? "" : `\`${value}\``;
    return `| \`${name}\` | ${without} | ${description.replace(" Default: none.", "")} |`;
  });
  const rows = [...readText("docs/firewall.md").matchAll(/^\| `.*\|$/gm)].map(([row]) => row.replaceAll(/ +/g, " "));
  expect(rows).toEqual(inputs.map((row) => row.replaceAll(/ +/g, " ")));
});

test("the main action's bundle contains no code of the firewall action", () => {
  const main = readText("dist/index.cjs");
  for (const own of ["src/firewall/", "AZURE_RESOURCE_MANAGER_URL"]) {
    expect(main).not.toContain(own);
    expect(readText("dist/firewall.cjs")).toContain(own);
  }
});
