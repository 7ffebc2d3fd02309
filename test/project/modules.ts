import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./project.ts";

/** An import of a module of the project; an import of only types does not exist at run time. */
export interface Import {
  readonly path: string;
  readonly typesOnly: boolean;
}

/** The modules that these patterns match, as paths from the root of the repository, sorted. */
export function modules(...patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: ROOT }).sort();
}

/** What a module imports of the project, by `import`, `export … from` and `import()`, and the programs beside it. */
export function importsOf(path: string): readonly Import[] {
  return specifiersOf(path)
    .filter(({ name }) => name.startsWith("."))
    .map(({ name, typesOnly }) => ({ path: relative(ROOT, join(ROOT, dirname(path), name)), typesOnly }))
    .filter((found) => existsSync(join(ROOT, found.path))); // a script in a string has other paths
}

/** The packages that a module imports, each once: npm's, and Node.js's as `node:fs`. */
export function externalsOf(path: string): readonly string[] {
  const names = specifiersOf(path).map(({ name }) => name);
  return [...new Set(names.filter((name) => !name.startsWith(".")))].sort();
}

/**
 * Every module of the project that runs when this one does, itself included.
 * @param types also the modules of which only types are imported
 */
export function reachedFrom(path: string, { types = false } = {}): ReadonlySet<string> {
  const reached = new Set<string>([path]);
  for (const each of reached)
    for (const found of importsOf(each)) if (types || !found.typesOnly) reached.add(found.path);
  return reached;
}

const IMPORT = /^(?:import|export) (type )?(?:[^;"]* from )?"([^"]+)";|\bimport\("([^"]+)"\)/gm;

/** A module that runs as a separate process is named by its path. */
const PROGRAM = /join\(import\.meta\.dirname, "([^"]+\.ts)"\)/g;

function specifiersOf(path: string): readonly { readonly name: string; readonly typesOnly: boolean }[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const imports = [...text.matchAll(IMPORT)].map(([, type, named, onDemand]) => ({
    name: named ?? onDemand ?? "",
    typesOnly: type !== undefined,
  }));
  const programs = [...text.matchAll(PROGRAM)].map(([, name]) => ({ name: `./${name}`, typesOnly: false }));
  return [...imports, ...programs];
}
