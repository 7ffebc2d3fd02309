import { expect, test } from "vitest";
import { NEED_A_SERVER } from "../../vitest.config.ts";
import { externalsOf, importsOf, modules, reachedFrom } from "./modules.ts";

const GROUND = ["model", "text"];
const PURE = ["settings", "diagnosis", "grants", "render"];
const EDGES = ["azure", "postgres", "github"];
const BELOW_EDGES = [...GROUND, ...PURE, "https.ts", "retry.ts", "mask.ts", "log.ts"];
const BELOW_STORIES = [...BELOW_EDGES, ...EDGES];

/** Each part of src, from the bottom to the top, and the other parts that it may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  text: ["model"],

  settings: GROUND,
  diagnosis: GROUND,
  grants: GROUND,
  render: GROUND,
  "https.ts": [...GROUND, "diagnosis"],
  "mask.ts": [...GROUND, "settings"],
  "log.ts": ["text"],
  "retry.ts": [...GROUND, "diagnosis", "render"],

  azure: BELOW_EDGES,
  postgres: BELOW_EDGES,
  github: BELOW_EDGES,

  "start.ts": [...GROUND, "diagnosis", "render"],
  firewall: [...BELOW_STORIES, "start.ts"],
  principal: [...BELOW_STORIES, "start.ts"],
  "reconcile.ts": [...BELOW_EDGES, "postgres"],
  "database.ts": [...BELOW_EDGES, "postgres", "reconcile.ts"],
  "server.ts": [...BELOW_EDGES, "postgres", "database.ts"],
  "main.ts": [...BELOW_STORIES, "server.ts"],
  "index.ts": ["main.ts", "start.ts"],
};

const sources = modules("src/**/*.ts");

test("imports point downwards, and siblings do not import each other", () => {
  const wrong = sources.flatMap((path) => {
    const part = partOf(path);
    const allowed = [part, ...(MAY_IMPORT[part] ?? [])];
    return importsOf(path)
      .filter((found) => !allowed.includes(partOf(found.path)))
      .map((found) => `${path} imports ${found.path}`);
  });
  expect(wrong).toEqual([]);
});

test("every part of src has its place", () => {
  expect(sources.map(partOf).filter((part) => MAY_IMPORT[part] === undefined)).toEqual([]);
});

test("a module that only one of the actions firewall and principal uses is in that action's folder", () => {
  const entries = {
    main: ["src/index.ts"],
    firewall: ["src/firewall/open.ts", "src/firewall/close.ts"],
    principal: ["src/principal/main.ts"],
  };
  const reached = Object.entries(entries).map(([action, paths]) => ({
    action,
    modules: new Set(paths.flatMap((path) => [...reachedFrom(path, { types: true })])),
  }));
  const misplaced = sources.filter((path) => {
    const [user, ...others] = reached.filter(({ modules }) => modules.has(path));
    return others.length === 0 && user?.action !== "main" && user?.action !== partOf(path);
  });
  expect(misplaced).toEqual([]);
});

test("model and text import no package or module of Node.js, and the pure parts only the parser of a file", () => {
  const needs = (parts: readonly string[]) =>
    sources.filter((path) => parts.includes(partOf(path))).flatMap(externalsOf);
  expect(needs(GROUND)).toEqual([]);
  const packages = needs(PURE).filter((name) => !name.startsWith("node:"));
  expect(new Set(packages)).toEqual(new Set(["yaml"]));
});

test("the reader of imports finds every import", () => {
  expect(importsOf("src/index.ts")).toEqual([
    { path: "src/main.ts", typesOnly: false },
    { path: "src/start.ts", typesOnly: false },
  ]);
  expect(importsOf("src/main.ts")).toContainEqual({ path: "src/model/settings.ts", typesOnly: true });
  expect(externalsOf("src/azure/credential.ts")).toEqual([
    "@azure/core-rest-pipeline",
    "@azure/identity",
    "node:async_hooks",
    "node:fs/promises",
  ]);
  expect([...reachedFrom("src/index.ts")]).toContain("src/postgres/snapshot.sql.ts");
});

test("the project `server` has every test that starts PostgreSQL, and no other", () => {
  const starting = modules("test/**/*.test.ts").filter((path) => reachedFrom(path).has("test/sandbox/postgres.ts"));
  expect(modules(...NEED_A_SERVER)).toEqual(starting);
});

/** The folder in src, or the file if it is in src itself. */
function partOf(path: string): string {
  return path.split("/")[1] ?? "";
}
