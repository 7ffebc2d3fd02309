import { likeOf } from "../text/pattern.ts";
import { quoteLiteral } from "../text/sql.ts";

/**
 * The LIKE patterns of the input `exclude`, pattern by pattern: for an object's name, and for schema.name, which only a
 * pattern with a dot matches: `audit_*`, `billing.*`.
 */
export function likePatternsOf(exclude: readonly string[]): { names: readonly string[]; paths: readonly string[] } {
  const names = exclude.map(likeOf);
  return { names, paths: names.map((name) => (name.includes(".") ? name : "")) };
}

/** The condition that an object matches one of some LIKE patterns, which are two arrays in SQL. */
export function matches(schema: string, name: string, names: string, paths: string): string {
  return `(${name} LIKE ANY (${names}) OR pg_catalog.concat(${schema}, '.', ${name}) LIKE ANY (${paths}))`;
}

/** The condition that no pattern of `exclude` matches an object. */
export function notExcluded(exclude: readonly string[], schema: string, name: string): string {
  const { names, paths } = likePatternsOf(exclude);
  const array = (all: readonly string[]) => `ARRAY[${all.map(quoteLiteral)}]::pg_catalog.text[]`;
  return `NOT ${matches(schema, name, array(names), array(paths))}`;
}
