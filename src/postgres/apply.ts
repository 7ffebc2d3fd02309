import type { Client } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { batchesOf } from "../grants/batches.ts";
import { keyOfChange, type Outcome, type Refusal } from "../grants/outcome.ts";
import type { Plan } from "../grants/plan.ts";
import type { Change } from "../grants/statements.ts";
import { isRelation } from "../model/kinds.ts";
import type { Group, Role } from "../model/snapshot.ts";
import { count } from "../text/count.ts";
import { visibleSql } from "../text/escape.ts";
import {
  attempt,
  type Batch,
  batchOf,
  concernsAll,
  ifSkipped,
  LOCK_TIMEOUT,
  reasonOf,
  send,
  type Underway,
} from "./batch.ts";
import { culprits } from "./culprits.ts";
import { isOpen } from "./driver.ts";
import { trialsOf, tryOneOf } from "./trial.ts";
import type { Say, Turns } from "./turn.ts";

/** How a run waits, over all its rounds. */
export interface Waits {
  readonly turns: Turns;
  /** Milliseconds that batches waited for locks that they did not get. */
  locks: number;
}

/** The lock time-out, in milliseconds, after a batch did not get a lock: the search for the locked object has to be short. */
const SHORT_LOCK_TIMEOUT = 200;

/** After this many milliseconds of waiting for locks, a batch that does not get one is not halved any more. */
const MAX_LOCK_WAIT = 15_000;

/** After this many refusals in a row for objects with the same owner and ACL, the rest of these objects is not tried. */
const MAX_REFUSALS = 8;

/**
 * Makes the planned changes, each batch in a transaction of its own; a batch that fails is sent again without the
 * objects at fault, which halving finds where the catalogs do not show them. Then tries what PostgreSQL's rules do not
 * allow, once for each owner.
 * @param say takes a line for the log
 * @param waits is updated, and shared by all rounds of a run
 * @returns what was done; it never throws, because an error that ends the session is in the outcome
 */
export async function apply(client: Client, plan: Plan, say: Say, waits: Waits): Promise<Outcome> {
  const committed: Change[] = [];
  const statements: string[] = [];
  const failed = new Map<string, Refusal>();
  const refusals = new Map<Role | null, Map<Group, number>>();
  /** The batch that the server runs, and the one that it runs after it. */
  let running: Batch | undefined;
  let ahead: Underway | undefined;
  let outdated = false;

  async function runAll(changes: readonly Change[]): Promise<void> {
    const batches = batchesOf(changes);
    for (const [n, each] of batches.entries()) {
      if (outdated) return;
      const batch = ahead ?? batchOf(each);
      ahead = undefined;
      if (batches.length > 1) say(`batch ${n + 1} of ${batches.length}`);
      sayStatements(batch);
      const before = { committed: committed.length, failed: failed.size };
      const next = batchOf(batches[n + 1] ?? []);
      await run(batch, () => sendAhead(next));
      sayOutcome(before);
    }
  }

  /** Sends a batch while the server runs the one before it. If that one fails, the server skips it, and it is sent again. */
  function sendAhead(batch: Batch): void {
    if (batch.changes.length === 0 || !isOpen(client)) return;
    ahead = { ...batch, sent: send(client, waits.turns, batch.statements, lockTimeout()) };
    ifSkipped(ahead, () => {
      ahead = undefined;
    });
  }

  /** Takes the answer to a batch that was sent ahead. The server did not skip it if the one before it failed at COMMIT. */
  async function settleAhead(): Promise<void> {
    if (running !== undefined || ahead === undefined) return;
    const batch = ahead;
    ahead = undefined;
    await batch.sent.work.then(
      () => {
        sayStatements(batch);
        note(batch);
        say(`committed: ${count(batch.changes.length, "object")}`);
      },
      () => {}, // the next look shows what is still missing
    );
  }

  function sayStatements({ statements }: Batch): void {
    for (const { as, sql } of statements)
      say(`${as === null ? "" : `as ${as.name}: `}${visibleSql(shortened(sql))}`);
  }

  /** Logs the result of a batch. */
  function sayOutcome(before: { readonly committed: number; readonly failed: number }): void {
    const done = committed.length - before.committed;
    const refused = failed.size - before.failed;
    if (done > 0) say(`committed: ${count(done, "object")}`);
    if (refused > 0) {
      const why = new Set(
        [...failed.values()].slice(-refused).flatMap(({ serverMessage }) => serverMessage ?? []),
      );
      say(`not committed: ${count(refused, "object")} (${[...why].join("; ")})`);
    }
    if (outdated) say("rolled back: a role or a schema was dropped in the meantime");
  }

  /** Runs a batch, and after an error the rest of it. */
  async function run(planned: Batch | Underway, whileRunning = () => {}): Promise<void> {
    const batch = "sent" in planned ? planned : withoutRefused(planned);
    const { changes } = batch;
    if (changes.length === 0 || outdated) return;
    const started = Date.now();
    if ("sent" in batch || isOpen(client)) running = batch;
    const { error } = await attempt(client, waits.turns, batch, { ...lockTimeout(), whileRunning });
    running = undefined;
    if (error === null) return note(batch);
    const reason = reasonOf(error);
    const serverMessage = wordsOf(error);
    outdated ||= concernsAll(error);
    if (TIMEOUTS.has(error.code ?? "")) waits.locks += Date.now() - started;
    if (outdated) return;
    const atFault = await culprits(client, changes, reason);
    const isAtFault = ({ member }: Change) => atFault.has(member.oid);
    const otherNotFound =
      reason === "gone" && atFault.size === 0 && changes.every(({ group }) => isRelation(group.kind));
    const refusal: Refusal = otherNotFound
      ? { reason: "refused", serverMessage, otherNotFound }
      : { reason, serverMessage };
    if (changes.length === 1 || (reason === "locked" && waits.locks > MAX_LOCK_WAIT)) {
      return fail(changes, refusal);
    }
    if (atFault.size > 0) {
      fail(changes.filter(isAtFault), refusal);
      return run(batchOf(changes.filter((change) => !isAtFault(change))));
    }
    const half = Math.ceil(changes.length / 2);
    await run(batchOf(changes.slice(0, half)));
    await run(batchOf(changes.slice(half)));
  }

  /** Notes that a batch is committed. */
  function note(batch: Batch): void {
    committed.push(...batch.changes);
    statements.push(...sqlOf(batch));
    if (refusals.size > 0)
      for (const { acting, group } of batch.changes) refusals.get(acting.as)?.delete(group);
  }

  /** The batch without the groups that were refused too often, so that 20,000 objects are not refused one by one. */
  function withoutRefused(batch: Batch): Batch {
    const isRefused = ({ acting, group }: Change) =>
      (refusals.get(acting.as)?.get(group) ?? 0) >= MAX_REFUSALS;
    if (!batch.changes.some(isRefused)) return batch;
    fail(batch.changes.filter(isRefused), { reason: "not-tried" });
    return batchOf(batch.changes.filter((change) => !isRefused(change)));
  }

  function lockTimeout() {
    return { lockTimeout: waits.locks === 0 ? LOCK_TIMEOUT : SHORT_LOCK_TIMEOUT };
  }

  function fail(changes: readonly Change[], refusal: Refusal): void {
    for (const change of changes) {
      failed.set(keyOfChange(change), refusal);
      if (refusal.reason !== "refused") continue;
      const { group, acting } = change;
      const ofRole = refusals.get(acting.as) ?? new Map<Group, number>();
      refusals.set(acting.as, ofRole.set(group, (ofRole.get(group) ?? 0) + 1));
    }
  }

  async function tryBlocked(): Promise<void> {
    for (const alike of trialsOf(plan)) {
      if (outdated) return;
      const [{ change, reason }] = alike;
      say(
        `trying one ${change.verb} on an object of ${change.group.owner.name}: PostgreSQL's rules do not allow it, but Azure's might`,
      );
      const { acting, message } = await tryOneOf(client, alike, waits.turns);
      if (acting === null) {
        say(`not committed: ${message}`);
        continue;
      }
      say(
        reason === "not-owner"
          ? `The server lets this login act for ${change.group.owner.name}, which PostgreSQL's own rules do not allow.`
          : "committed",
      );
      await runAll(alike.map((each) => ({ ...each.change, acting })));
    }
  }

  const outcome = () => ({
    committed,
    statements,
    failed,
    unconfirmed: [running, ahead]
      .filter((batch) => batch !== undefined)
      .map((batch) => ({ changes: batch.changes, statements: sqlOf(batch) })),
    ...(outdated && { outdated }),
  });
  try {
    await runAll(plan.changes);
    await tryBlocked();
    await settleAhead();
    return outcome();
  } catch (error) {
    await settleAhead();
    return { ...outcome(), endedBy: error };
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const TIMEOUTS: ReadonlySet<string> = new Set([
  "55P03", // lock_not_available
  "57014", // query_canceled, by statement_timeout
]);

function sqlOf({ statements }: Batch): readonly string[] {
  return statements.map(({ sql }) => sql);
}

/** A statement with many objects, shortened for the log; the report has all of it. */
function shortened(sql: string): string {
  const lines = sql.split("\n");
  const more = lines.length - 5;
  return more > 1 ? [...lines.slice(0, 4), `  … and ${more} more`, lines.at(-1)].join("\n") : sql;
}
