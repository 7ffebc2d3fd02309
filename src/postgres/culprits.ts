import type { Client } from "pg";
import type { Change } from "../grants/statements.ts";
import { isRelation } from "../model/kinds.ts";
import type { Reason } from "../model/report.ts";
import type { Oid } from "../model/snapshot.ts";
import { BEGIN_READ_ONLY } from "./transaction.ts";

/**
 * The relations that made a batch fail: those that a session has locked or waits to lock, or those that were dropped or
 * renamed. None if the catalogs do not show them.
 */
export async function culprits(client: Client, changes: readonly Change[], reason: Reason): Promise<ReadonlySet<Oid>> {
  const query = QUERIES[reason];
  const relations = changes.filter(({ group }) => isRelation(group.kind));
  if (query === undefined || relations.length === 0) return new Set();
  const oids = relations.map(({ member }) => member.oid);
  const names = relations.map(({ member }) => member.name);
  const schemas = relations.map(({ group }) => group.schema?.name ?? "");
  const [, { rows }] = await Promise.all([
    client.query(BEGIN_READ_ONLY),
    client.query<{ oid: Oid }>(query, [oids, names, schemas]),
    client.query("COMMIT"),
  ]);
  return new Set(rows.map(({ oid }) => oid));
}

const MEMBERS = `
SELECT DISTINCT m.oid::pg_catalog.text AS oid
FROM ROWS FROM (
    pg_catalog.unnest($1::pg_catalog.oid[]),
    pg_catalog.unnest($2::pg_catalog.text[]),
    pg_catalog.unnest($3::pg_catalog.text[])
  ) AS m (oid, name, schema)`;

const QUERIES: Partial<Record<Reason, string>> = {
  locked: `${MEMBERS}
  JOIN pg_catalog.pg_locks AS l ON l.relation = m.oid AND l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
  JOIN pg_catalog.pg_database AS d ON d.oid = l.database AND d.datname = pg_catalog.current_database()`,
  gone: `${MEMBERS}
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.oid = m.oid AND c.relname = m.name AND n.nspname = m.schema
)`,
};
