import type { Demand } from "../model/demand.ts";
import type { Grant } from "../model/settings.ts";
import { fits } from "../text/pattern.ts";

/** Where an entry holds, and for whom. */
type Scope = Pick<Grant, "databases" | "grantees"> & Pick<Demand, "schemas">;
interface Scoped {
  readonly scope: Scope;
}

/** A grantee that an entry has for a database and a schema for which an earlier entry has it. */
interface Repeated<E> {
  readonly grantee: string;
  readonly database: string;
  readonly first: E;
  readonly again: E;
}

/**
 * The grantees that two entries have for one database and schema, each once for an entry. Databases are one if their
 * texts are equal, or if one is a pattern that the other's text fits: only a server knows what else patterns match.
 */
export function repeatedIn<E extends Scoped>(entries: readonly E[]): readonly Repeated<E>[] {
  const earlierOf = new Map<string, Earlier<E>>();
  const repeated: Repeated<E>[] = [];
  for (const again of entries) {
    for (const grantee of again.scope.grantees) {
      const earlier = earlierOf.get(grantee) ?? { some: [], same: new Map() };
      earlierOf.set(grantee, earlier);
      const found = firstLike(again.scope, earlier);
      if (found !== undefined) repeated.push({ grantee, again, ...found });
      for (const database of again.scope.databases) {
        const same = earlier.same.get(database) ?? [];
        earlier.same.set(database, same);
        for (const entriesOf of [same, earlier.some]) {
          if (entriesOf.length < MOST_COMPARED) entriesOf.push({ database, entry: again });
        }
      }
    }
  }
  return repeated;
}

/** The earlier entries that have a grantee: those of each database, and the first of all. */
interface Earlier<E> {
  readonly same: Map<string, OfDatabase<E>[]>;
  readonly some: OfDatabase<E>[];
}
interface OfDatabase<E> {
  readonly database: string;
  readonly entry: E;
}

/** Keeps the time linear. What it leaves out is found when the databases are known, in the one where it is. */
const MOST_COMPARED = 200;

function firstLike<E extends Scoped>({ databases, schemas }: Scope, { same, some }: Earlier<E>) {
  for (const database of databases) {
    const fitting = some.filter((other) => fits(database, other.database) || fits(other.database, database));
    const first = [...(same.get(database) ?? []), ...fitting].find(({ entry }) =>
      shareSchema(schemas, entry.scope.schemas),
    );
    if (first !== undefined) return { database, first: first.entry };
  }
  return undefined;
}

function shareSchema(some: Scope["schemas"], others: Scope["schemas"]): boolean {
  return some === "*" || others === "*" || some.some((schema) => others.includes(schema));
}
