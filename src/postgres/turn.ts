import pg, { type Client } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { BEGIN, rollBack } from "./transaction.ts";

/** Takes a line for the log. */
export type Say = (line: string) => void;

/** The bytes of "pggrants": the key of the advisory lock, which is one for each database. */
const KEY = [0x70676772, 0x616e7473] as const;

/** How long a run waits for its turns in all, in milliseconds; any role can hold the lock, for any time. */
export const MAX_TURN_WAIT = 10_000;

/** The turns of one run. */
export interface Turns {
  readonly say: Say;
  /** How long this run still waits for its turns, in milliseconds. */
  left: number;
}

/**
 * Begins a transaction when it is this run's turn, by an advisory lock, because two GRANTs on one object at the same time
 * fail. The lock only saves retries, so a run that does not get it goes on without it, and logs why and who holds it.
 * @param turns is updated
 * @throws what broke the connection
 */
export async function beginInTurn(client: Client, turns: Turns): Promise<void> {
  if (turns.left <= 0) return void (await client.query(BEGIN));
  const started = Date.now();
  const wait = `SET LOCAL lock_timeout = '${turns.left}ms';\nSELECT pg_catalog.pg_advisory_xact_lock(${KEY});`;
  try {
    await client.query(`${BEGIN}\n${wait}`);
    turns.left -= Date.now() - started;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await rollBack(client, error);
    turns.left = 0;
    await client.query(BEGIN);
    const { rows } = await client.query<{ holder: string }>(HOLDERS);
    const held = rows.map(({ holder }) => ` It is held by ${holder}.`).join("");
    const lock = "the advisory lock with which runs of this action take turns";
    turns.say(`did not get ${lock}: ${wordsOf(error)}.${held} Continuing without it.`);
  }
}

/** https://www.postgresql.org/docs/current/view-pg-locks.html describes how the key is shown. */
const HOLDERS = `
SELECT pg_catalog.format('role %s (pid %s)', COALESCE(a.usename, 'unknown'), l.pid) AS holder
FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_database AS d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${KEY[0]} AND l.objid = ${KEY[1]} AND l.objsubid = 2
ORDER BY l.pid`;
