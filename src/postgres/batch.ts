import pg, { type Client } from "pg";
import { diagnose } from "../diagnosis/diagnose.ts";
import { reasonIn } from "../diagnosis/rules.ts";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { DROPPED_MEANWHILE, type Refusal } from "../grants/plan.ts";
import { type Statement, withRoles } from "../grants/statements.ts";
import type { Advice } from "../model/failure.ts";
import { EMPTY, paragraph, quoted, sentence } from "../model/sentence.ts";
import { BEGIN, rollBack } from "./transaction.ts";
import type { Turns } from "./turn.ts";

/**
 * Runs statements in one transaction, and rolls it back if it fails. They are one message, sent together with the
 * message that waits for the turn.
 * @param options.proof SQL that fails if the statements did nothing
 * @param options.lockTimeout in milliseconds
 * @returns the error that rolled it back; without an error it was committed, perhaps with a warning that it did not do
 * all, in the server's words
 * @throws what broke the connection: whether the transaction was committed is then unknown
 */
export async function attempt(
  client: Client,
  turns: Turns,
  statements: readonly Statement[],
  options: { readonly proof?: readonly string[]; readonly lockTimeout?: number } = {},
): Promise<{ readonly error: pg.DatabaseError | null; readonly warning?: string | undefined }> {
  const { proof = [], lockTimeout = LOCK_TIMEOUT } = options;
  let warning: string | undefined;
  const notice = (said: { code: string | undefined }) => {
    if (said.code === PRIVILEGE_NOT_GRANTED || said.code === PRIVILEGE_NOT_REVOKED) warning = wordsOf(said);
  };
  const wait = turns.next();
  const limit = `SET LOCAL lock_timeout = '${lockTimeout}ms';`;
  const sql = [limit, ...withRoles(statements), ...proof, "COMMIT;"].join("\n");
  client.on("notice", notice);
  let waiting = wait !== undefined;
  let failure: pg.DatabaseError;
  try {
    const turn = wait === undefined ? undefined : client.query(`${BEGIN}\n${wait}`);
    const work = client.query(wait === undefined ? `${BEGIN}\n${sql}` : sql);
    work.catch(() => {}); // it fails with the turn
    if (turn !== undefined) await turns.waitFor(turn);
    waiting = false;
    await work;
    return { error: null, warning };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    failure = error;
    await rollBack(client, error);
  } finally {
    client.off("notice", notice);
  }
  if (!waiting) return { error: failure };
  await turns.end(client, failure);
  return await attempt(client, turns, statements, options);
}

/** How long a statement waits for a lock, in milliseconds: the app waits behind it. */
export const LOCK_TIMEOUT = 2_000;

/** Nothing or not all was granted, or revoked: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PRIVILEGE_NOT_GRANTED = "01007";
const PRIVILEGE_NOT_REVOKED = "01006";

/**
 * Why an object could not be changed, from the server's error.
 * @throws the error itself if it is about the session: connection, resources, read-only
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function reasonOf(error: pg.DatabaseError): Refusal["reason"] {
  const reason = reasonIn(`${error.code} ${error.message}`, REASONS);
  if (reason === "" && ABOUT_THE_SESSION.test(error.code ?? "")) throw error;
  return reason === "" ? "refused" : (reason as keyof typeof REASONS);
}

/** By the SQLSTATE, and by the words of an internal error, which PostgreSQL does not translate. */
const REASONS = {
  // lock_not_available, query_canceled (by statement_timeout), transaction_rollback, and out_of_memory: the lock table is
  // full, and fewer objects may fit
  locked: /^(55P03|57014|40|53200|XX000 tuple concurrently (updated|deleted))/,
  // undefined_table, undefined_function, and wrong_object_type: dropped, and another kind of object has its name now
  gone: new RegExp(`^(42P01|42883|42809|XX000 ${DROPPED_MEANWHILE.source})`),
  "dependent-privileges": /^2BP01/,
} as const;

/** Connection, resources, operator intervention, system, internal errors, and 25006: read-only. */
const ABOUT_THE_SESSION = /^(08|25|53|57|58|XX|F0)/;

/**
 * The likeliest cause of an error of this session, and what to do.
 * An error whose context is a function, such as that of an event trigger, is that function's, whatever its SQLSTATE.
 */
export function adviceOn(error: pg.DatabaseError, { host, port, database, user }: Client, version: string): Advice {
  const { message, detail, hint: advised, where = "" } = error;
  const inFunction = /\bfunction\b/.test(where) || /security-(definer|restricted)/.test(message);
  const code = inFunction ? RAISE_EXCEPTION : error.code;
  // PostgreSQL's own hint about the SQL of a function is not for this run.
  const own = !inFunction || / at RAISE$/m.test(where) ? advised : undefined;
  const said = { message, detail: [detail, where].join(" "), hint: own, code };
  const { hint, steps } = diagnose(said, { host, port, database, user, serverVersion: version });
  const place = where === "" ? EMPTY : sentence`The context of the error: ${quoted(wordsOf(where))}.`;
  return { hint: paragraph(place, sentence`Likely cause: ${hint}`), steps };
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const RAISE_EXCEPTION = "P0001";

/** True if a role or a schema seems to be gone that the whole batch needs. */
export const concernsAll = ({ code }: pg.DatabaseError): boolean => code === "42704" || code === "3F000";
