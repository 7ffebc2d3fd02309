import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { action, documents, ROOT, readText } from "./project.ts";

const readme = documents[0]?.text ?? "";

test("the README describes inputs and outputs as action.yml does, in tables without padding", () => {
  const inputs = Object.entries(action.inputs).map(([name, { required, default: value, description = "" }]) => {
    const without = value === undefined ? "" : ` \`${value}\``;
    return `| \`${name}\` |${required ? " **required**" : without} | ${description.replace(" Default: none.", "")} |`;
  });
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => `| \`${name}\` | ${description} |`);
  const rows = [...readme.matchAll(/^\| `.*\|$/gm)].map(([row]) => row);
  expect(rows).toEqual([...inputs, ...outputs]);
});

test.each(documents)("has no broken link: $name", ({ name, text }) => {
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g)].map(
    ([, link, image]) => link ?? image ?? "",
  );
  const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(ROOT, dirname(name), link)));
  expect(broken).toEqual([]);
});

test("examples/README.md lists every example", () => {
  const listed = readText("examples/README.md").matchAll(/\]\(([\w-]+\.yml)\)/g);
  const names = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yml"));
  expect([...listed].map(([, name]) => name).sort()).toEqual(names.sort());
});

test.each(["docs", "docs/recipes"])("%s/README.md lists every page of its folder", (folder) => {
  const listed = [...readText(`${folder}/README.md`).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name);
  const pages = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
  expect([...new Set(listed)].sort()).toEqual(pages.sort());
});

test("the README shows the two commands on its first screen", () => {
  const screen = readme.split("\n").slice(0, 30).join("\n");
  expect(screen).toMatch(/^npm ci && npm run demo\b/m);
  expect(screen).toMatch(/^npm cit\b/m);
});
