import type { Client, DatabaseError, QueryResultRow } from "pg";

/**
 * How every transaction begins: as the role that signed in, whatever ALTER ROLE … SET says, and with nothing but the
 * system's own names in reach, because it may run as an administrator. Time-outs are set here, not at connection
 * start-up, where a pooler refuses them; JIT would cost more than it could gain.
 */
const SETTINGS = [
  "SET LOCAL ROLE NONE;",
  "SET LOCAL search_path = pg_catalog, pg_temp;",
  "SET LOCAL lock_timeout = '2s';",
  "SET LOCAL statement_timeout = '60s';",
  // Longer than QUERY_TIME in session.ts: an answer that never arrives leaves the server idle, and our own clock ends it.
  "SET LOCAL idle_in_transaction_session_timeout = '80s';",
  // From 17 on, a role can have one that is shorter than all others together.
  "SELECT pg_catalog.set_config('transaction_timeout', '0', TRUE) WHERE pg_catalog.current_setting('transaction_timeout', TRUE) IS NOT NULL;",
  "SET LOCAL client_min_messages = warning;",
  "SET LOCAL jit = off;",
].join(" ");

/** READ COMMITTED: the second statement has to see what was committed since the first. */
export const BEGIN_READ_ONLY = `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; ${SETTINGS}`;

/** No READ WRITE here: if the server's default is read-only, there is a reason. */
export const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; ${SETTINGS}`;

/**
 * Begins a read-only transaction with a query. Both are sent at once: if BEGIN fails, the query fails, too.
 * @returns the rows of the query
 */
export async function beginReading<Row extends QueryResultRow>(client: Client, sql: string, values?: unknown[]) {
  const [, { rows }] = await Promise.all([client.query(BEGIN_READ_ONLY), client.query<Row>(sql, values)]);
  return rows;
}

/**
 * Ends a transaction that failed.
 * @throws the error of the transaction, if it ended the session too: whether COMMIT came before is unknown
 */
export async function rollBack(client: Client, error: DatabaseError): Promise<void> {
  await client.query("ROLLBACK").catch(() => {
    throw error;
  });
}
