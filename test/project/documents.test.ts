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

test.each(documents)("has no link to a heading that does not exist: $name", ({ name, text }) => {
  const links = [...text.matchAll(/\]\(([^)#\s:]*)#([\w-]+)\)/g)].filter(([, path = ""]) => /^$|\.md$/.test(path));
  const broken = links.filter(([, path = "", anchor = ""]) => {
    const page = path === "" ? text : readText(join(dirname(name), path));
    return !anchorsOf(page).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** The anchors that GitHub makes of headings. */
function anchorsOf(page: string): readonly string[] {
  const headings = page.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = ""]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    return words.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
  });
}

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
