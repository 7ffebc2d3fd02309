import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { action, documents, ROOT, readText } from "./project.ts";

const readme = documents[0]?.text ?? "";

test("describes the inputs and outputs in the README as action.yml does, in tables without padding", () => {
  const inputs = Object.entries(action.inputs).map(
    ([name, { required, default: value, description = "" }]) => {
      const without = value === undefined ? "" : ` \`${value}\``;
      return `| \`${name}\` |${required ? " **required**" : without} | ${description.replace(" Default: none.", "")} |`;
    },
  );
  const outputs = Object.entries(action.outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${description} |`,
  );
  const rows = [...readme.matchAll(/^\| `.*\|$/gm)].map(([row]) => row);
  expect(rows).toEqual([...inputs, ...outputs]);
});

test.each(documents)("links to what there is: $name", ({ name, text }) => {
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? "",
  );
  const broken = links.filter(
    (link) => !/^https?:/.test(link) && !existsSync(join(ROOT, dirname(name), link)),
  );
  expect(broken).toEqual([]);
});

test("lists every example in its README", () => {
  const listed = readText("examples/README.md").matchAll(/\]\(([\w-]+\.yml)\)/g);
  const names = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yml"));
  expect([...listed].map(([, name]) => name).sort()).toEqual(names.sort());
});

test("shows its two commands on the README's first screen", () => {
  const screen = readme.split("\n").slice(0, 30).join("\n");
  expect(screen).toMatch(/^npm ci && npm run demo\b/m);
  expect(screen).toMatch(/^npm cit\b/m);
});
