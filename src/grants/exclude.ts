/** The LIKE patterns of an `exclude` pattern: for an object's name, and for schema.name if it has a dot. */
export interface ExcludePattern {
  readonly name: string;
  readonly path: string;
}

/** `*` is any run of characters, all else is itself: `audit_*`, `billing.*`. */
export function likePatternsOf(pattern: string): ExcludePattern {
  const like = pattern.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");
  return { name: like, path: pattern.includes(".") ? like : "" };
}
