/** The LIKE patterns of an `exclude` pattern: for a relation's name, and for schema.name where it has a dot. */
export interface ExcludePattern {
  readonly name: string;
  readonly path: string;
}

/** `*` is any run of characters, all else is itself: `audit_*`, `billing.*`. */
export function likePatternsOf(pattern: string): ExcludePattern {
  const like = pattern.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");
  return { name: like, path: pattern.includes(".") ? like : "" };
}

/** Whether a relation is named by one of the patterns, as LIKE would say. */
export function isExcluded(exclude: readonly string[], schema: string, name: string): boolean {
  return exclude.some(
    (pattern) => matches(pattern, name) || (pattern.includes(".") && matches(pattern, `${schema}.${name}`)),
  );
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "s").test(text);
}
