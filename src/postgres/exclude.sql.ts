import { likePatternsOf } from "../grants/exclude.ts";
import { quoteLiteral } from "../text/sql.ts";

/** The condition that no `exclude` pattern matches an object, as SQL: SNAPSHOT has the patterns as parameters. */
export function notExcluded(exclude: readonly string[], schema: string, name: string): string {
  const patterns = exclude.map(likePatternsOf);
  const isLike = (text: string, all: readonly string[]) =>
    `${text} LIKE ANY (ARRAY[${all.map(quoteLiteral)}]::pg_catalog.text[])`;
  const byName = isLike(
    name,
    patterns.map((pattern) => pattern.name),
  );
  const byPath = isLike(
    `pg_catalog.concat(${schema}, '.', ${name})`,
    patterns.map((pattern) => pattern.path),
  );
  return `NOT (${byName} OR ${byPath})`;
}
