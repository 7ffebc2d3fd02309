import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ACTION_VERSION } from "../../src/github/run.ts";
import { action, ROOT, readText } from "./project.ts";

interface Package {
  readonly repository: string;
  readonly version: string;
}
const { repository, version } = JSON.parse(readText("package.json")) as Package;
/** The owner's name comes from `repository` in package.json. */
const [, owner = "", name = ""] = /^github:([\w-]+)\/([\w.-]+)$/.exec(repository) ?? [];

const texts = globSync(
  "{*,.github/**/*,docs/**/*,examples/**/*,src/**/*,test/**/*,scripts/**/*,bench/**/*,*/action.yml}",
  {
    cwd: ROOT,
    withFileTypes: true,
    exclude: ["node_modules/**", "package-lock.json"],
  },
)
  .filter((entry) => entry.isFile() && !/\.(png|svg|ico)$/.test(entry.name))
  .map((entry) => `${entry.parentPath.slice(ROOT.length + 1)}/${entry.name}`.replace(/^\//, ""))
  .map((path) => ({ path, text: readText(path) }));

test("the owner is the one in package.json everywhere", () => {
  expect([owner, name]).toEqual([expect.stringMatching(/./), "azure-postgres-grants"]);
  const uses = texts.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:github\.com\/|uses:[ "']+|githubusercontent\.com\/)([\w-]+)\/azure-postgres-grants\b/g)].map(
      ([, who]) => ({ path, who }),
    ),
  );
  expect(uses.length).toBeGreaterThan(5);
  // The tests use other owners.
  expect(uses.filter(({ path, who }) => who !== owner && !path.startsWith("test/"))).toEqual([]);
  expect(readText(".github/CODEOWNERS")).toMatch(new RegExp(`^\\* @${owner}$`, "m"));
  const toReplace = texts.filter(({ path, text }) => path.endsWith("README.md") && text.includes("`OWNER`"));
  expect(toReplace.map(({ path }) => path)).toEqual(owner === "OWNER" ? ["README.md", "examples/README.md"] : []);
});

test("the READMEs say that there is no release, until there is one", () => {
  for (const path of ["README.md", "examples/README.md"])
    expect(/There\s+is no release yet/.test(readText(path)), path).toBe(version === "0.0.0");
});

test("examples use the major version that is released, or will be the first", () => {
  const major = `v${Math.max(1, Number.parseInt(version, 10))}`;
  const versions = texts.flatMap(({ path, text }) =>
    [...text.matchAll(/azure-postgres-grants(?:\/\w+)?@([\w.]+)/g)].map(([, used]) => ({ path, used })),
  );
  expect(versions.length).toBeGreaterThan(3);
  expect(versions.filter(({ used }) => used !== major && !/^[0-9a-f]{40}$/.test(used ?? ""))).toEqual([]);
});

test("each action's description fits the Marketplace: fewer than 125 characters", () => {
  const paths = globSync("{action.yml,*/action.yml}", { cwd: ROOT, exclude: ["node_modules/**"] });
  expect(paths).toContain("action.yml");
  const descriptions = paths.map((path) => (parse(readText(path)) as { description: string }).description);
  expect(descriptions.filter((text) => text.length >= 125)).toEqual([]);
});

test("Dependabot waits a week before it proposes a new version", () => {
  const { updates } = parse(readText(".github/dependabot.yml")) as {
    updates: { "package-ecosystem": string; cooldown?: { "default-days"?: number } }[];
  };
  expect(updates.map((update) => [update["package-ecosystem"], update.cooldown?.["default-days"]])).toEqual([
    ["npm", 7],
    ["github-actions", 7],
  ]);
});

test("development uses the version of Node.js that runs the action", () => {
  expect(`node${readText(".nvmrc").trim()}`).toBe(action.runs.using);
});

/**
 * https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms
 */
test.each(["bug", "idea"])("asks for the report file: %s", (form) => {
  const { name, description, body } = parse(readText(`.github/ISSUE_TEMPLATE/${form}.yml`)) as {
    name: string;
    description: string;
    body: { type: string; id?: string; attributes: { label?: string; value?: string } }[];
  };
  expect([name, description].every(Boolean)).toBe(true);
  const ids = body.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain("report");
  for (const { type, attributes } of body) {
    expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type);
    expect(type === "markdown" ? attributes.value : attributes.label).toBeTruthy();
  }
});

test("the report names the version in package.json", () => {
  expect(ACTION_VERSION).toBe(version);
});
