import type { Demand } from "../model/demand.ts";
import { code, name, sentence } from "../model/sentence.ts";
import type { Grant, SignIn } from "../model/settings.ts";
import { fits } from "../text/pattern.ts";
import { type GrantInputs, grantFrom, scopeIn } from "./grants.ts";
import { all, type Entry, ifValid, placeOf } from "./reader.ts";

/** The grants of a file. A grantee that two entries have for one database and schema is a mistake. */
export function grantsIn(entries: readonly Entry[], inputs: GrantInputs, signIn: () => SignIn): readonly Grant[] {
  const found = entries.map((entry) => ({ entry, own: inputs.withEntry(entry) }));
  for (const { own, grantee, line } of repeatedIn(found)) {
    const problem = sentence`${code("grantee")}: ${name(grantee)} is also on line ${line}, for the same database and schema. Use one entry for them.`;
    ifValid(() => own.mistake("grantee", problem, grantee));
  }
  return found.flatMap(({ own }) => ifValid(() => grantFrom(own, signIn)) ?? []);
}

/** An entry, and the inputs with its values. */
interface OwnInputs {
  readonly entry: Entry;
  readonly own: GrantInputs;
}

type Scope = Pick<Grant, "databases" | "grantees"> & Pick<Demand, "schemas">;

/** The grantees that an earlier entry has for the same database and schema, each with the line where that entry has it. */
function repeatedIn(entries: readonly OwnInputs[]) {
  const earlierOf = new Map<string, (OwnInputs & { readonly scope: Scope })[]>();
  return entries.flatMap(({ entry, own }) => {
    const scope = ifValid(() => all<Scope>(scopeIn(own)));
    if (scope === undefined) return [];
    return scope.grantees.flatMap((grantee) => {
      const earlier = earlierOf.get(grantee) ?? [];
      const first = earlier.find((each) => overlap(each.scope, scope));
      if (earlier.length < MOST_COMPARED) earlierOf.set(grantee, [...earlier, { entry, own, scope }]);
      return first === undefined ? [] : [{ own, grantee, line: placeOf(first.entry, "grantee", grantee).line }];
    });
  });
}

/** Keeps the time linear. A grantee that is repeated beyond this is an error of the database where it is. */
const MOST_COMPARED = 1_000;

/**
 * True if two entries have a database and a schema in common. Databases are one if their texts are equal, or if one is a
 * pattern that the other's text fits: only a server knows what else patterns match.
 */
function overlap(one: Scope, other: Scope): boolean {
  const shareSchema =
    one.schemas === "*" || other.schemas === "*" || one.schemas.some((schema) => other.schemas.includes(schema));
  return (
    shareSchema &&
    one.databases.some((database) => other.databases.some((each) => fits(database, each) || fits(each, database)))
  );
}
