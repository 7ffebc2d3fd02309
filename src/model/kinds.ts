import type { Group } from "./snapshot.ts";

/** Each kind of object in a report, and the type of object that GRANT names for it: a view is a table to GRANT, for example. */
const TYPES = {
  database: "database",
  schema: "schema",
  table: "table",
  "partitioned-table": "table",
  view: "table",
  "materialized-view": "table",
  "foreign-table": "table",
  sequence: "sequence",
  function: "routine",
  procedure: "routine",
  aggregate: "routine",
  "default-privileges": null,
  identity: null,
  role: null,
} as const;

export type Kind = keyof typeof TYPES;

/** The type of object that GRANT names; for default privileges, that of the objects they are about. */
export function typeOf({ kind, members }: Group): "database" | "schema" | "table" | "sequence" | "routine" {
  const what = members[0]?.name;
  return TYPES[kind] ?? (what === "sequences" ? "sequence" : what === "routines" ? "routine" : "table");
}

/** True for a table, a view or a sequence of any kind. */
export const isRelation = (kind: Kind): boolean => TYPES[kind] === "table" || TYPES[kind] === "sequence";

/** True for a function, procedure or aggregate. A window function is a function, too. */
export const isRoutine = (kind: Kind): boolean => TYPES[kind] === "routine";

/** True for a relation or a routine: it is found by its name in a schema. */
export const isInSchema = (kind: Kind): boolean => isRelation(kind) || isRoutine(kind);

/** The database and the schema come before the objects in them, future objects after them. */
export function rankOf(kind: Kind): number {
  return { database: 0, identity: 0, schema: 1, "default-privileges": 3 }[kind as string] ?? 2;
}
