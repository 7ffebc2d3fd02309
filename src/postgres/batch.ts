import pg, { type Client } from "pg";
import { type Change, type Statement, statementsOf, withRoles } from "../grants/statements.ts";
import type { Reason } from "../model/report.ts";
import { BEGIN } from "./transaction.ts";
import type { Turns } from "./turn.ts";

/** Changes that are made in one transaction, and the statements that make them. */
export interface Batch {
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
}

/** The changes with their statements. */
export function batchOf(changes: readonly Change[]): Batch {
  return { changes, statements: statementsOf(changes) };
}

/** The result of a transaction: an error rolled it back; without an error it was committed, perhaps with a warning. */
export interface Attempted {
  readonly error: pg.DatabaseError | null;
  readonly warned: boolean;
}

/** The answers to the messages of a transaction that was sent. */
interface Sent {
  /** The message that waits for the turn; undefined where this run takes no more turns. */
  readonly turn: Promise<unknown> | undefined;
  /** The message with the statements. */
  readonly work: Promise<unknown>;
}

/** A batch that was sent before the server answered the one before it. */
export interface Underway extends Batch {
  readonly sent: Sent;
}

interface SendOptions {
  /** SQL that fails where the statements did nothing. */
  readonly proof?: readonly string[];
  /** In milliseconds. */
  readonly lockTimeout?: number;
}

/** Sends statements as one transaction: as one message, together with the message that waits for the turn. */
export function send(
  client: Client,
  turns: Turns,
  statements: readonly Statement[],
  { proof = [], lockTimeout = LOCK_TIMEOUT }: SendOptions,
): Sent {
  const waiting = turns.next();
  const sql = [
    `SET LOCAL lock_timeout = '${lockTimeout}ms';`,
    ...withRoles(statements),
    ...proof,
    "COMMIT;",
  ].join("\n");
  const turn = waiting === undefined ? undefined : client.query(`${BEGIN}\n${waiting}`);
  const work = client.query(turn === undefined ? `${BEGIN}\n${sql}` : sql);
  work.catch(() => {}); // it fails with the turn
  return { turn, work };
}

/**
 * Runs statements in one transaction, and rolls it back where it fails.
 * @param batch with `sent` where it is underway
 * @param options.whileRunning is called when the server runs the statements
 * @throws what broke the connection: whether the transaction was committed is then unknown
 */
export async function attempt(
  client: Client,
  turns: Turns,
  { statements, sent }: Pick<Batch, "statements"> & Partial<Underway>,
  { whileRunning = () => {}, ...options }: SendOptions & { readonly whileRunning?: () => void } = {},
): Promise<Attempted> {
  let warned = false;
  const notice = ({ code }: { code: string | undefined }) => {
    warned ||= code === PRIVILEGE_NOT_GRANTED || code === PRIVILEGE_NOT_REVOKED;
  };
  client.on("notice", notice);
  let waiting = false;
  let failure: pg.DatabaseError;
  try {
    const { turn, work } = sent ?? send(client, turns, statements, options);
    if (turn !== undefined) {
      waiting = true;
      await turns.waitFor(turn);
      waiting = false;
    }
    whileRunning();
    await work;
    return { error: null, warned };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    failure = error;
    await rollBack(client, error);
  } finally {
    client.off("notice", notice);
  }
  if (!waiting) return { error: failure, warned };
  await turns.end(client, failure);
  return await attempt(client, turns, { statements }, { whileRunning, ...options });
}

/** Calls `then` if the server skips the batch, because the transaction before it failed and has not been rolled back. */
export function ifSkipped({ sent }: Underway, then: () => void): void {
  (sent.turn ?? sent.work).catch(({ code }: { code?: string }) => {
    if (code === IN_FAILED_SQL_TRANSACTION) then();
  });
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const IN_FAILED_SQL_TRANSACTION = "25P02";

/**
 * Ends a transaction that failed.
 * @throws the error of the transaction, where it ended the session too: whether COMMIT came before is unknown
 */
async function rollBack(client: Client, error: pg.DatabaseError): Promise<void> {
  await client.query("ROLLBACK").catch(() => {
    throw error;
  });
}

/** How long a statement waits for a lock, in milliseconds: the app waits behind it. */
export const LOCK_TIMEOUT = 2_000;

/** Nothing or not all was granted, or revoked: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PRIVILEGE_NOT_GRANTED = "01007";
const PRIVILEGE_NOT_REVOKED = "01006";

/**
 * Why an object could not be changed, from the server's error.
 * @throws the error itself where it is about the session: connection, resources, read-only
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function reasonOf(error: pg.DatabaseError): Reason {
  const reason = REASONS[error.code ?? ""];
  if (reason !== undefined) return reason;
  if (error.code === "XX000") {
    if (/^tuple concurrently (updated|deleted)/.test(error.message)) return "locked";
    // Another session drops the relation while GRANT looks it up.
    if (/^(cache lookup failed|could not open relation)/.test(error.message)) return "gone";
  }
  if (ABOUT_THE_SESSION.test(error.code ?? "")) throw error;
  return "refused";
}

const REASONS: Readonly<Record<string, Reason>> = {
  "55P03": "locked", // lock_not_available
  "57014": "locked", // query_canceled, by statement_timeout
  "40001": "locked", // serialization_failure
  "40P01": "locked", // deadlock_detected
  "53200": "locked", // out_of_memory: the lock table is full; fewer objects may fit
  "42P01": "gone", // undefined_table
  "42883": "gone", // undefined_function
  "3F000": "gone", // invalid_schema_name
  "42704": "gone", // undefined_object
  "42809": "gone", // wrong_object_type: dropped, and another kind of object has its name now
  "2BP01": "dependent-privileges", // dependent_objects_still_exist
};

/** Connection, resources, operator intervention, system, internal errors, and 25006: read-only. */
const ABOUT_THE_SESSION = /^(08|25|53|57|58|XX|F0)/;

/** Whether a role or a schema is gone, without which no other object of the batch can be changed either. */
export function concernsAll({ code }: pg.DatabaseError): boolean {
  return code === "42704" || code === "3F000";
}
