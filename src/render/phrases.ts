import type { Kind, MendingBlock, Named, Source, Verdict } from "../model/report.ts";
import type { Pen } from "../text/escape.ts";

/** The phrases that summary, annotations and log share. Everything from outside passes through a `Pen`. */

/** `1 table`, `3,000 tables`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** By hand: to load what Intl knows takes half as long as starting Node.js. */
function grouped(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Who is to run a block: the role, or any member of a role that cannot log in. */
export function runner({ as, byMember }: MendingBlock, pen: Pen): string {
  return byMember ? `a member of ${pen.name(as)}` : pen.name(as);
}

/** `a`, `a and b`, `a, b and c`. */
export function series(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** The first few of many: `a, b, c and 12 more`. Only those shown are written. */
export function some<T>(items: readonly T[], most: number, write: (item: T) => string): string {
  if (items.length <= most) return series(items.map(write));
  return `${items.slice(0, most).map(write).join(", ")} and ${grouped(items.length - most)} more`;
}

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  "in-sync": "in sync",
  repaired: "repaired",
  drift: "drift",
  error: "could not check",
};

const KIND_WORDS: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  database: ["database", "databases"],
  schema: ["schema", "schemas"],
  table: ["table", "tables"],
  "partitioned-table": ["partitioned table", "partitioned tables"],
  view: ["view", "views"],
  "materialized-view": ["materialized view", "materialized views"],
  "foreign-table": ["foreign table", "foreign tables"],
  sequence: ["sequence", "sequences"],
  "default-privileges": ["set of default privileges", "sets of default privileges"],
};

/** `1 view`, `3 partitioned tables`. */
export function countKind(kind: Kind, n: number): string {
  return count(n, ...KIND_WORDS[kind]);
}

/** `3 tables and 1 sequence`, in the order the kinds turn up. */
export function countKinds(objects: readonly Named[]): string {
  const counts = new Map<Kind, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return series([...counts].map(([kind, n]) => countKind(kind, n)));
}

/** `3 tables`, `3 tables and 1 sequence`; of more kinds only how many objects. */
export function countObjects(objects: readonly Named[]): string {
  const kinds = new Set(objects.map(({ kind }) => kind));
  return kinds.size > 2 ? count(objects.length, "object") : countKinds(objects);
}

/** One object: `table public.orders`, `database app`, `future tables in schema public`. */
export function objectText(object: Named, pen: Pen): string {
  if (object.kind === "default-privileges") return `future ${futureText(object, pen)}`;
  return `${KIND_WORDS[object.kind][0]} ${objectName(object, pen)}`;
}

/** The object's name alone, with its schema. */
export function objectName(object: Named, pen: Pen): string {
  if (object.kind === "default-privileges") return `future ${futureText(object, pen)}`;
  const inSchema = object.kind !== "database" && object.kind !== "schema" && object.schema !== undefined;
  return inSchema ? pen.name(object.schema, object.name) : pen.name(object.name);
}

function futureText({ schema, name }: Named, pen: Pen): string {
  return schema === undefined ? name : `${name} in schema ${pen.name(schema)}`;
}

/** Where a privilege comes from, in a word or two. */
export function sourceText(source: Source, pen: Pen): string {
  switch (source.source) {
    case "direct":
      return "granted directly";
    case "owner":
      return "ownership";
    case "public":
      return "PUBLIC";
    case "column":
      return "column grants";
    case "superuser":
      return "superuser";
    case "server":
      return "the server's own rules";
    case "role":
      return `role ${pen.name(source.role)}`;
    default:
      return pen.text((source satisfies never as { source: string }).source);
  }
}
