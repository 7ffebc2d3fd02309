import type { Kind } from "./report.ts";
import type { Group } from "./snapshot.ts";

/** The type of object that GRANT names: a view is a table to GRANT, for example. */
export function typeOf(group: Group): "database" | "schema" | "table" | "sequence" | "routine" {
  if (isRoutine(group.kind)) return "routine";
  if (group.kind === "database" || group.kind === "schema" || group.kind === "sequence") return group.kind;
  if (group.kind !== "default-privileges") return "table";
  const what = group.members[0]?.name;
  return what === "sequences" ? "sequence" : what === "routines" ? "routine" : "table";
}

/** True for a table, a view or a sequence of any kind. */
export function isRelation(kind: Kind): boolean {
  return isInSchema(kind) && !isRoutine(kind);
}

/** True for a function, procedure or aggregate. A window function is a function, too. */
export function isRoutine(kind: Kind): boolean {
  return kind === "function" || kind === "procedure" || kind === "aggregate";
}

/** The database and the schema come before the objects in them, future objects after them. */
export function rankOf(kind: Kind): number {
  return RANKS[kind] ?? 2;
}

const RANKS: Readonly<Partial<Record<Kind, number>>> = {
  identity: 0,
  database: 0,
  schema: 1,
  "default-privileges": 3,
};

/** True for a relation or a routine: it is found by its name in a schema. */
export function isInSchema(kind: Kind): boolean {
  return !["database", "schema", "default-privileges", "identity"].includes(kind);
}
