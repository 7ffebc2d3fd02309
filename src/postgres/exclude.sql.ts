import { likeOf } from "../text/pattern.ts";
import { textArray } from "../text/sql.ts";

/**
 * The condition that a pattern of the input `exclude` matches an object: its name (`audit_*`) or, only if the pattern has a
 * dot, schema.name (`billing.*`).
 */
export function isExcluded(exclude: readonly string[], schema: string, name: string): string {
  const isLike = (text: string, patterns: readonly string[]) => `${text} LIKE ANY (${textArray(patterns.map(likeOf))})`;
  const withDot = exclude.filter((each) => each.includes("."));
  return `(${isLike(name, exclude)} OR ${isLike(`pg_catalog.concat(${schema}, '.', ${name})`, withDot)})`;
}
