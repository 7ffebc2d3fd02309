import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { licensesOf } from "../../scripts/licenses.ts";
import { ROOT } from "./project.ts";

const DIST = join(ROOT, "dist");
const shipped = readFileSync(join(DIST, "licenses.txt"), "utf8");
const sections = shipped.split(`\n${"=".repeat(80)}\n\n`).slice(1);

/** esbuild writes a comment with the path above each file that it bundles: `// node_modules/pg/lib/index.js`. */
const folders = new Set(
  readdirSync(DIST)
    .filter((name) => name.endsWith(".cjs"))
    .flatMap((name) => [...readFileSync(join(DIST, name), "utf8").matchAll(/^\/\/ (node_modules\/.*)$/gm)])
    .map(([, path = ""]) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path),
);
const bundled = [...folders].map((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  return { folder, title: `${name} ${version}` };
});

test("names exactly the packages in dist", () => {
  expect([...folders]).toContain("node_modules/pg");
  const named = sections.map((text) => text.split("\n", 1)[0]);
  expect(named.sort()).toEqual([...new Set(bundled.map(({ title }) => title))].sort());
});

test.each(bundled)("has the whole license and the copyright of $title", ({ folder, title }) => {
  const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? "";
  const file = readdirSync(join(ROOT, folder)).find((name) => /^licen[cs]e/i.test(name));
  const text = readFileSync(join(ROOT, folder, file ?? "README.md"), "utf8");
  // A README ends with the license.
  const license = file
    ? text
    : text
        .slice(text.search(/^## license$/im))
        .split("\n")
        .slice(1)
        .join("\n");
  expect(words(license).length).toBeGreaterThan(100);
  expect(words(section)).toContain(words(license));
  expect(section).toMatch(/copyright/i);
});

describe("a bundle with every kind of package", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "licenses-"));
    await addPackage("plain", { LICENSE: "Plain's license" });
    await addPackage("@scope/noticed", { "LICENSE.md": "Noticed's license\r\n", NOTICE: "Noticed's notice" });
    await addPackage("bare", { "README.md": "No license here." });
    await addPackage("nested/node_modules/plain", { LICENSE: "Plain's license, 2.0" }, "2.0.0");
    await addPackage("copy/node_modules/plain", { LICENSE: "Plain's license" });
  });
  afterAll(() => rm(root, { recursive: true }));

  test("has licenses and notices in a fixed order, each version once", async () => {
    const files = [
      "src/index.ts",
      "node_modules/plain/a.js",
      "node_modules/nested/node_modules/plain/a.js",
      "node_modules/@scope/noticed/lib/a.js",
      "node_modules/copy/node_modules/plain/a.js",
      "node_modules/plain/b.js",
    ];
    const text = await licensesOf(files, root);
    expect(text.match(/^.* \d\.0\.0$/gm)).toEqual(["@scope/noticed 1.0.0", "plain 1.0.0", "plain 2.0.0"]);
    expect(text).toContain("\nNoticed's license\n\nNoticed's notice\n");
    expect(await licensesOf(files.reverse(), root)).toBe(text);
  });

  test("is refused, with the package's name, when a package has no license file", async () => {
    const files = ["node_modules/plain/a.js", "node_modules/bare/a.js"];
    await expect(licensesOf(files, root)).rejects.toThrow("bare 1.0.0 has no license file");
  });

  async function addPackage(path: string, files: Record<string, string>, version = "1.0.0") {
    const folder = join(root, "node_modules", path);
    const name = path.replace(/.*node_modules\//, "");
    const manifest = JSON.stringify({ name, version, license: "MIT" });
    for (const [file, text] of Object.entries({ ...files, "package.json": manifest })) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
  }
});

function words(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
