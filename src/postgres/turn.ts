import type { Client, DatabaseError } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { beginReading } from "./transaction.ts";

/** Takes a line for the log. */
export type Say = (line: string) => void;

/** The bytes of "pggrants": the key of the advisory lock, which is one for each database. */
const KEY = 0x70676772616e7473n;

/** How long a run waits for its turns in all, in milliseconds; any role can hold the lock, for any time. */
const MAX_WAIT = 10_000;

/** The turns of one run, batch by batch. */
export type Turns = ReturnType<typeof takeTurns>;

/**
 * Makes runs take turns by an advisory lock, because two GRANTs on one object at the same time fail. The lock only saves
 * retries, so a run that has waited too long goes on without it.
 */
export function takeTurns(say: Say) {
  let left = MAX_WAIT;
  return {
    /** The SQL that waits for this run's turn, within a transaction; undefined when this run takes no more turns. */
    next: () =>
      left > 0
        ? `SET LOCAL lock_timeout = '${Math.ceil(left)}ms';\nSELECT pg_catalog.pg_advisory_xact_lock(${KEY});`
        : undefined,
    /**
     * Waits for the answer to that SQL.
     * @throws the server's error, or what broke the connection
     */
    async waitFor(answer: Promise<unknown>) {
      const started = Date.now();
      await answer;
      left -= Date.now() - started;
    },
    /** Takes no more turns, and logs why: the error of the last one, and who holds the lock. */
    async end(client: Client, error: DatabaseError) {
      left = 0;
      const holders = (await holdersOf(client)).map(({ pid, role }) => `role ${role ?? "unknown"} (pid ${pid})`);
      const held = holders.length > 0 ? ` It is held by ${holders.join(", ")}.` : "";
      say(
        `did not get the advisory lock with which runs of this action take turns: ${wordsOf(error)}.${held} Continuing without it.`,
      );
    },
  };
}

/** The process and the role of each session that holds the lock. https://www.postgresql.org/docs/current/view-pg-locks.html describes how a bigint key stands there. */
async function holdersOf(client: Client) {
  const halves = [String(KEY >> 32n), String(KEY & 0xffff_ffffn)];
  const [holders] = await Promise.all([
    beginReading<{ pid: number; role: string | null }>(client, HOLDERS, halves),
    client.query("COMMIT"),
  ]);
  return holders;
}

const HOLDERS = `
SELECT l.pid, a.usename AS role
FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_database AS d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid = $1::pg_catalog.oid AND l.objid = $2::pg_catalog.oid
ORDER BY l.pid`;
