import { setTimeout } from "node:timers/promises";
import pTimeout from "p-timeout";
import { ActionError } from "./model/failure.ts";
import { withFullStop } from "./model/sentence.ts";
import { plain } from "./render/pen.ts";

/** How long to retry what fails. All times are in milliseconds. */
export interface Patience {
  /** The wait before the second attempt; each further wait is twice as long. */
  readonly firstWait: number;
  /** No attempt starts later than this after the first. */
  readonly maxTime: number;
  /** How long one answer may take: TCP and TLS, then the password; one request to Entra or GitHub. */
  readonly answerTime: number;
}

/**
 * Microsoft's advice for transient errors: wait five seconds, then twice as long each time, and not without end.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-connectivity
 * A host that never answers ends the run after two attempts and a wait, within 30 s. Linux sends the first packets of a
 * connection at 0, 1, 3 and 7 s.
 */
export const PATIENCE: Patience = { firstWait: 5_000, maxTime: 120_000, answerTime: 12_000 };

/** The error of a peer that did not answer in time, with the code that Node.js has for it. */
export function noAnswer(milliseconds: number): NodeJS.ErrnoException {
  const error = new Error(`no answer within ${Math.ceil(milliseconds / 1000)} s`);
  return Object.assign(error, { code: "ETIMEDOUT" });
}

/**
 * Waits for `promise` for a limited time.
 * @throws `noAnswer` after so many milliseconds; the signal's reason when it aborts
 */
export function within<T>(milliseconds: number, promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  return pTimeout(promise, { milliseconds, message: noAnswer(milliseconds), ...(signal && { signal }) });
}

/** The wait before the next attempt. */
export interface Retry {
  /** Milliseconds. */
  readonly wait: number;
  /** Announces the wait in the log. */
  readonly line: string;
}

/** The limits of all attempts. */
interface Limits {
  /** When to stop trying, as `Date.now()` gives it. */
  readonly end: number;
  /** Takes a line for the log before each wait. */
  readonly say: (line: string) => void;
  /** Ends the wait between two attempts; an attempt that runs has to watch it itself. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `attempt` again while `retryAfter` says so and there is time for the wait.
 * @param retryAfter what follows this error of the n-th attempt; undefined to give up
 * @throws the last error; the signal's reason when it aborts
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  retryAfter: (error: unknown, attempts: number) => Retry | undefined,
  { end, say, signal }: Limits,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const retry = retryAfter(error, attempts);
      if (retry === undefined || Date.now() + retry.wait > end) throw error;
      say(retry.line);
      await setTimeout(retry.wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

/**
 * Runs `attempt` again after a failure that is worth it, as often as its rule says.
 * @param attempt throws an `ActionError`
 * @throws the last failure; the signal's reason when it aborts
 */
export function retryingFailures<T>(
  attempt: () => Promise<T>,
  say: (line: string) => void,
  { firstWait, maxTime }: Patience,
  signal?: AbortSignal,
): Promise<T> {
  const retryAfter = (error: unknown, attempts: number): Retry | undefined => {
    const retries = error instanceof ActionError ? (error.failure.retries ?? 0) : 0;
    if (!(error instanceof ActionError) || attempts > retries) return undefined;
    const wait = error.wait ?? firstWait * 2 ** (attempts - 1);
    const what = plain.sentence(withFullStop(error.failure.message));
    const when = `Trying again in ${Math.ceil(wait / 1000)} s (attempt ${attempts + 1} of ${retries + 1}).`;
    return { wait, line: `${what} ${when}` };
  };
  return retrying(attempt, retryAfter, { end: Date.now() + maxTime, say, signal });
}
