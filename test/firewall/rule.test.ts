import { expect, test } from "vitest";
import { ours, ruleName, stale } from "../../src/firewall/rule.ts";

/** The pattern of Azure's REST API for the name of a rule. */
const AZURE = /^[a-zA-Z0-9][-_a-zA-Z0-9]{0,79}(?<!-)$/;
const NOW = new Date("2026-11-24T21:14:30Z");

const rule = (name: string, startIpAddress = "203.0.113.7", endIpAddress = startIpAddress) => ({
  name,
  properties: { startIpAddress, endIpAddress },
});
const made = (at: string) => ruleName({ GITHUB_RUN_ID: "17", GITHUB_JOB: "deploy" }, new Date(at), "0123abcd");

test("a rule's name has the run, the attempt, the job, the time and a random part", () => {
  const env = { GITHUB_RUN_ID: "30433642", GITHUB_RUN_ATTEMPT: "2", GITHUB_JOB: "deploy_to production" };
  expect(ruleName(env, NOW, "0123abcd")).toBe(
    "azure-postgres-grants_30433642-2-deploy-to-production_20261124T2114Z_0123abcd",
  );
});

test.each([
  {},
  { GITHUB_RUN_ID: "18446744073709551615", GITHUB_RUN_ATTEMPT: "1000", GITHUB_JOB: "x".repeat(100) },
  { GITHUB_RUN_ID: "not a number", GITHUB_JOB: "Größe/../*" },
])("Azure accepts the rule's name, and the action recognizes it: %j", (env) => {
  const name = ruleName(env, NOW, "0123abcd");
  expect(name).toMatch(AZURE);
  expect(ours([rule(name)])).toHaveLength(1);
});

test("the action recognizes its rule by the whole name and the single address", () => {
  const name = made("2026-11-24T00:00:00Z");
  const others = [
    rule(`${name}0`),
    rule(`my-${name}`),
    rule("azure-postgres-grants_17"),
    rule(name, "0.0.0.0", "255.255.255.255"),
  ];
  expect(ours([rule(name), ...others])).toEqual([rule(name)]);
});

test("a rule is stale when it is older than a day", () => {
  const rules = ["2026-11-23T21:13:00Z", "2026-11-23T21:15:00Z", "2026-11-24T21:14:00Z", "2027-01-01T00:00:00Z"].map(
    (at) => rule(made(at)),
  );
  expect(stale(rules, NOW)).toEqual([rules[0]]);
});
