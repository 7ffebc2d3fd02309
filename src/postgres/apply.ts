import type { Client, DatabaseError } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { type Batch, batchesOf, batchOf } from "../grants/batches.ts";
import { isHopeless, keyOfChange, noteCommitted, noteFailed, type Outcome } from "../grants/outcome.ts";
import type { Plan, Refusal } from "../grants/plan.ts";
import type { Change } from "../grants/statements.ts";
import { count } from "../text/count.ts";
import { visibleSql } from "../text/escape.ts";
import { adviceOn, attempt, concernsAll, LOCK_TIMEOUT, reasonOf } from "./batch.ts";
import { isOpen } from "./driver.ts";
import { type Trial, trialsOf, tryOne } from "./trial.ts";
import type { Say, Turns } from "./turn.ts";

/** How a run waits, over all its rounds. */
export interface Waits {
  readonly turns: Turns;
  /** Milliseconds that batches waited for locks that they did not get. */
  locks: number;
}

/** The lock time-out, in milliseconds, after a batch did not get a lock: the search for the locked object has to be short. */
const SHORT_LOCK_TIMEOUT = 200;

/** Once batches have waited this long for locks, in milliseconds, a batch that does not get one is no longer halved. */
const MAX_LOCK_WAIT = 15_000;

/** What all batches of a plan share. */
interface Round {
  readonly client: Client;
  /** The server's version as text. */
  readonly version: string;
  /** Takes a line for the log. */
  readonly say: Say;
  /** Updated, and shared by all rounds of a run. */
  readonly waits: Waits;
  /** Updated. */
  readonly outcome: Outcome;
}

/** Thrown when a role or a schema seems to be gone that the rest of the plan needs. */
const OUTDATED = Symbol("outdated");

/** After this many looks, or one after the same error, an error that calls a role or a schema gone has another reason. */
const MAX_OUTDATED = 3;

/**
 * Makes the planned changes, each batch in a transaction of its own; a batch that fails is halved down to the objects at
 * fault. Then tries what PostgreSQL's rules do not allow, once for each owner.
 * @returns false if a role or a schema seems to be gone that the rest of the plan needs: another look shows it
 * @throws the error that ends the session
 */
export async function apply(plan: Plan, round: Round): Promise<boolean> {
  round.outcome.isTried = true;
  try {
    await runAll(round, plan.changes);
    for (const trial of trialsOf(plan)) await runTrial(round, trial);
    return true;
  } catch (error) {
    if (error !== OUTDATED) throw error;
    return false;
  }
}

/** Runs changes batch by batch, with each batch and its result in the log. */
async function runAll(round: Round, changes: readonly Change[]): Promise<void> {
  const { say, outcome } = round;
  const batches = batchesOf(changes);
  for (const [n, each] of batches.entries()) {
    if (batches.length > 1) say(`batch ${n + 1} of ${batches.length}`);
    const batch = batchOf(each);
    for (const { as, sql } of batch.statements)
      say(`${as === null ? "" : `as ${as.name}: `}${visibleSql(shortened(sql))}`);
    const before = outcome.committed.length;
    try {
      await run(round, batch);
    } finally {
      sayResult(say, outcome, each, before);
    }
  }
}

/** Logs what was done with the changes of a batch, after so many were committed before. */
function sayResult(say: Say, { committed, failed }: Outcome, changes: readonly Change[], before: number): void {
  const made = committed.length - before;
  if (made > 0) say(`committed: ${count(made, "object")}`);
  const refused = made === changes.length ? [] : changes.flatMap((change) => failed.get(keyOfChange(change)) ?? []);
  if (refused.length === 0) return;
  const why = new Set(refused.flatMap(({ serverMessage }) => serverMessage ?? []));
  say(`not committed: ${count(refused.length, "object")} (${[...why].join("; ")})`);
}

/** Runs a batch, and after an error the rest of it. */
async function run(round: Round, planned: Batch): Promise<void> {
  const { client, waits, outcome } = round;
  const batch = withoutHopeless(planned, outcome);
  const { changes, statements } = batch;
  if (changes.length === 0) return;
  const started = Date.now();
  if (isOpen(client)) outcome.sent = batch;
  const lockTimeout = waits.locks === 0 ? LOCK_TIMEOUT : SHORT_LOCK_TIMEOUT;
  const { error, warning } = await attempt(client, waits.turns, statements, { lockTimeout });
  outcome.sent = undefined;
  if (error === null) return noteCommitted(outcome, batch, warning);
  if (concernsAll(error) && outcome.outdated.size < MAX_OUTDATED && !outcome.outdated.has(error.message)) {
    outcome.outdated.add(error.message);
    round.say(`rolled back: ${wordsOf(error)}`);
    throw OUTDATED;
  }
  const reason = reasonOf(error);
  const waited = Date.now() - started;
  if (reason === "locked" && waited >= lockTimeout) waits.locks += waited;
  if (changes.length === 1 || (reason === "locked" && waits.locks > MAX_LOCK_WAIT)) {
    return noteFailed(outcome, changes, refusalOf(round, error, changes));
  }
  const half = Math.ceil(changes.length / 2);
  await run(round, batchOf(changes.slice(0, half)));
  await run(round, batchOf(changes.slice(half)));
}

/** An object is gone if the message names it. A function that runs on GRANT may miss something else. */
function refusalOf({ client, version }: Round, error: DatabaseError, changes: readonly Change[]): Refusal {
  const reason = reasonOf(error);
  const serverMessage = wordsOf(error);
  const isFull = error.code === "53200"; // the lock table
  if (reason === "refused" || isFull) return { reason, serverMessage, advice: adviceOn(error, client, version) };
  const names = changes.flatMap(({ member }) => [member.name, member.oid]);
  if (reason !== "gone" || names.some((name) => error.message.includes(name))) return { reason, serverMessage };
  return { reason: "refused", serverMessage, otherNotFound: true };
}

/** The batch without the objects that are not worth a try: 20,000 objects must not be refused one by one. */
function withoutHopeless(batch: Batch, outcome: Outcome): Batch {
  const hopeless = batch.changes.filter((change) => isHopeless(outcome, change));
  if (hopeless.length === 0) return batch;
  noteFailed(outcome, hopeless, { reason: "not-tried" });
  return batchOf(batch.changes.filter((change) => !isHopeless(outcome, change)));
}

/** Makes one of these changes, and the others if that works. */
async function runTrial(round: Round, trial: Trial): Promise<void> {
  const { client, say, waits } = round;
  const [{ change, reason }] = trial;
  say(
    `trying one ${change.verb} on an object of ${change.group.owner.name}: PostgreSQL's rules do not allow it, but Azure's might`,
  );
  const { acting, message } = await tryOne(client, trial, waits.turns);
  if (acting === null) return say(`not committed: ${message}`);
  say(
    reason === "not-owner"
      ? `The server lets this login act for ${change.group.owner.name}, which PostgreSQL's own rules do not allow.`
      : "committed",
  );
  const changes = trial.map((each) => ({ ...each.change, acting }));
  await runAll(round, changes);
}

/** A statement with many objects, shortened for the log; the report has all of it. */
function shortened(sql: string): string {
  const lines = sql.split("\n");
  const more = lines.length - 5;
  return more > 1 ? [...lines.slice(0, 4), `  … and ${more} more`, lines.at(-1)].join("\n") : sql;
}
