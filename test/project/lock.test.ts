import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Locked {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8")) as {
  packages: Readonly<Record<string, Locked>>;
};

/** npm leaves out packages that it cannot find, and `npm ci` then rejects the whole file. */
test("locks the packages of every platform, so that npm ci works wherever it runs", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies).filter(([name, range]) => !isLocked(name, range, path)),
  );
  expect(missing).toEqual([]);
});

/** Node.js looks in each directory above; here it is enough to look beside and at the top. */
function isLocked(name: string, range: string, dependent: string): boolean {
  const places = [`${dependent}/node_modules/${name}`, `node_modules/${name}`];
  return places.some((path) => major(lock.packages[path]?.version ?? "") === major(range));
}

function major(version: string): string | undefined {
  return /\d+/.exec(version)?.[0];
}

test("names no registry: the client decides where packages come from", () => {
  expect(JSON.stringify(lock)).not.toMatch(/"resolved":"https?:/);
});
