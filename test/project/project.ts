import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const ROOT = join(import.meta.dirname, "../..");

/** A file of the project, by its path from the root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

export interface Action {
  readonly inputs: Readonly<Record<string, { description?: string; default?: string; required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { description?: string }>>;
  readonly branding: { icon: string; color: string };
  readonly runs: { using: string; main: string };
}

/** An action of this repository, by its folder. */
export function actionIn<A = Action>(folder: string): A {
  return parse(readFileSync(join(ROOT, folder, "action.yml"), "utf8")) as A;
}
export const action = actionIn("");

export interface FirewallAction extends Pick<Action, "inputs"> {
  readonly runs: { using: string; main: string; post: string; "post-if": string };
}

/** The runner's values for omitted inputs; an input without a default is empty. */
export const defaults: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ""]),
);

/** What users read: the README and the pages of docs, as Markdown. */
export const documents = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "examples/README.md",
  ...globSync("docs/**/*.md", { cwd: ROOT }).sort(),
].map((name) => ({ name, text: readText(name) }));
