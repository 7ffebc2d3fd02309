import type { Demand } from "../model/demand.ts";
import type { Grant } from "../model/settings.ts";
import { fits, isPattern } from "../text/pattern.ts";

/** Where an entry holds, and for whom. */
type Scope = Pick<Grant, "databases" | "grantees"> & Pick<Demand, "schemas">;

/** A grantee that the entry `again` has for a database and a schema, as the entry `first` does. */
interface Repeated<E> {
  readonly grantee: string;
  readonly first: E;
  readonly again: E;
}

/**
 * The grantees that two entries have for one database and schema, each once for an entry. Databases are one if their
 * texts are equal, or if one is a pattern that the other's text fits: only a server knows what else patterns match.
 */
export function repeatedIn<E extends { readonly scope: Scope }>(entries: readonly E[]): readonly Repeated<E>[] {
  const earlierOf = new Map<string, E[]>();
  const repeated: Repeated<E>[] = [];
  for (const again of entries) {
    for (const grantee of again.scope.grantees) {
      const earlier = earlierOf.get(grantee) ?? [];
      const first = earlier.find(({ scope }) => overlap(scope, again.scope));
      if (first !== undefined) repeated.push({ grantee, first, again });
      if (earlier.length < MOST_COMPARED) earlier.push(again);
      earlierOf.set(grantee, earlier);
    }
  }
  return repeated;
}

/** Keeps the time linear. A grantee that is repeated beyond this is an error of the database where it is. */
const MOST_COMPARED = 1_000;

/** True if two entries have a database and a schema in common. */
function overlap(one: Scope, other: Scope): boolean {
  const shareSchema =
    one.schemas === "*" || other.schemas === "*" || one.schemas.some((schema) => other.schemas.includes(schema));
  return shareSchema && one.databases.some((database) => other.databases.some((each) => areOne(database, each)));
}

function areOne(database: string, other: string): boolean {
  if (database === other) return true;
  return (isPattern(other) && fits(database, other)) || (isPattern(database) && fits(other, database));
}
