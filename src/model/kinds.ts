import type { Kind } from "./report.ts";
import type { Group } from "./snapshot.ts";

/** What GRANT takes the object for: views and the like are tables to it, default privileges are for one of two. */
export function typeOf(group: Group): "database" | "schema" | "table" | "sequence" {
  if (group.kind === "database" || group.kind === "schema" || group.kind === "sequence") return group.kind;
  if (group.kind === "default-privileges" && group.members[0]?.name === "sequences") return "sequence";
  return "table";
}

/** Whether it is a table, sequence or the like, and not the way there or what is yet to come. */
export function isRelation(kind: Kind): boolean {
  return !["database", "schema", "default-privileges", "identity"].includes(kind);
}
