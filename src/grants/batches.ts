import { type Change, type Statement, statementsOf } from "./statements.ts";

/** Changes that are made in one transaction, and the statements that make them. */
export interface Batch {
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
}

/** The changes with their statements. */
export function batchOf(changes: readonly Change[]): Batch {
  return { changes, statements: statementsOf(changes) };
}

/** The most objects in a batch: from 18 on, GRANT keeps a lock on each until commit, and all sessions share the lock table. */
const BATCH = 500;

/**
 * Changes in the order in which they are made, cut into batches: database and schemas, then the objects, by acting role
 * and oid so that two runs meet in the same order, then default privileges, then revokes.
 */
export function batchesOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const phases = [...Map.groupBy(changes, phaseOf)].sort(([a], [b]) => a - b);
  return phases.flatMap(([, phase]) => {
    const sorted = phase.sort(byRoleAndOid);
    return Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, n) => sorted.slice(n * BATCH, (n + 1) * BATCH));
  });
}

/** The statements that make these changes, as the report lists them. */
export function statementsIn(changes: readonly Change[]): readonly string[] {
  return batchesOf(changes).flatMap((batch) => statementsOf(batch).map(({ sql }) => sql));
}

/** The same as one text. */
export const sqlOf = (changes: readonly Change[]): string => statementsIn(changes).join(" ");

function phaseOf({ verb, group }: Change): number {
  if (verb === "REVOKE") return 3;
  if (group.kind === "default-privileges") return 2;
  return group.kind === "database" || group.kind === "schema" ? 0 : 1;
}

function byRoleAndOid(a: Change, b: Change): number {
  return Number(a.acting.as?.oid ?? 0) - Number(b.acting.as?.oid ?? 0) || Number(a.member.oid) - Number(b.member.oid);
}
