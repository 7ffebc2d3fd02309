import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Packages without a license file, and where their license is: the text from `from` to the end of the file. */
const ELSEWHERE: Readonly<Record<string, { file: string; from: string }>> = {
  "pg-types": { file: "README.md", from: "The MIT License (MIT)" },
  pgpass: { file: "README.md", from: "Copyright (c) 2013-2016 Hannes Hörl" },
};

/** Code of other authors inside a package without their notice. */
const CONTAINS: Readonly<Record<string, string>> = {
  undici:
    "It contains llhttp (https://github.com/nodejs/llhttp), compiled to WebAssembly.\nllhttp: MIT License, copyright Fedor Indutny, 2018.",
};

const LICENSE_FILE = /^(licen[cs]e|copying|notice)\b/i;
const RULE = "=".repeat(80);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: string | { readonly url?: string };
}

/**
 * The name, version and license of each package that the files belong to, with the whole text of its license files.
 * @param files paths of bundled files, as esbuild's metafile has them: relative to `root`
 * @throws Error that names each package without a license file
 */
export async function licensesOf(files: Iterable<string>, root = "."): Promise<string> {
  const folders = new Set([...files].flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const results = await Promise.allSettled([...folders].map((folder) => section(join(root, folder))));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (errors.length > 0)
    throw new Error(
      errors
        .map(({ message }) => message)
        .sort()
        .join("\n"),
    );
  // A package at two places in node_modules is one section.
  const sections = new Set(results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  return [INTRODUCTION, ...[...sections].sort()].join(`\n${RULE}\n\n`);
}

const INTRODUCTION = `The packages whose code is in dist/*.cjs, with their licenses. npm run build writes this file.
`;

async function section(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  const { name, version, license, repository } = manifest;
  const texts = await textsOf(name, folder);
  if (!license || texts.length === 0) {
    throw new Error(
      `${name} ${version} has no license file in ${folder}. Find its license and add it to ELSEWHERE in scripts/licenses.ts.`,
    );
  }
  const source = typeof repository === "string" ? repository : repository?.url;
  const contains = CONTAINS[name];
  const head = [`${name} ${version}`, `License: ${license}`, ...(source ? [`Source: ${source}`] : [])].join("\n");
  return [head, ...(contains ? [contains] : []), ...texts].map((part) => `${part}\n`).join("\n");
}

async function textsOf(name: string, folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).sort();
  if (files.length > 0) {
    return Promise.all(files.map(async (file) => tidy(await readFile(join(folder, file), "utf8"))));
  }
  const elsewhere = ELSEWHERE[name];
  if (!elsewhere) return [];
  const text = await readFile(join(folder, elsewhere.file), "utf8");
  const at = text.indexOf(elsewhere.from);
  return at < 0 ? [] : [tidy(text.slice(at))];
}

/** The same text, whichever line endings a package uses. */
function tidy(text: string): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .trim();
}
