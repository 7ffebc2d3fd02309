import { setTimeout } from "node:timers/promises";
import pRetry from "p-retry";
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
 */
export const PATIENCE: Patience = { firstWait: 5_000, maxTime: 120_000, answerTime: 15_000 };

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

/**
 * Runs `attempt` again while `waitAfter` names a wait and there is time for it.
 * @param waitAfter milliseconds to wait after this error of the n-th attempt; undefined to give up
 * @param end when to stop trying, as `Date.now()` gives it
 * @param signal ends the wait between two attempts; an attempt that runs has to watch it itself
 * @throws the last error; the signal's reason when it aborts
 */
export function retrying<T>(
  attempt: () => Promise<T>,
  waitAfter: (error: unknown, attempt: number) => number | undefined,
  end: number,
  signal?: AbortSignal,
): Promise<T> {
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY, // `waitAfter` decides
    minTimeout: 0,
    ...(signal && { signal }),
    async shouldRetry({ error, attemptNumber }) {
      const wait = waitAfter(error, attemptNumber);
      if (wait === undefined || Date.now() + wait > end) return false;
      await setTimeout(wait, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted());
      return true;
    },
  });
}

/**
 * Runs `attempt` again after a failure that is worth it, as often as the rules in `diagnosis/` say.
 * @param attempt throws an `ActionError`
 * @param say takes a line for the log before each wait
 * @throws the last failure; the signal's reason when it aborts
 */
export function retryingFailures<T>(
  attempt: () => Promise<T>,
  say: (line: string) => void,
  { firstWait, maxTime }: Patience,
  signal?: AbortSignal,
): Promise<T> {
  const end = Date.now() + maxTime;
  const waitAfter = (error: unknown, attempts: number) => {
    const retries = error instanceof ActionError ? (error.failure.retries ?? 0) : 0;
    if (!(error instanceof ActionError) || attempts > retries) return undefined;
    const wait = firstWait * 2 ** (attempts - 1);
    if (Date.now() + wait > end) return undefined;
    const what = plain.sentence(withFullStop(error.failure.message));
    say(`${what} Trying again in ${Math.ceil(wait / 1000)} s (attempt ${attempts + 1} of ${retries + 1}).`);
    return wait;
  };
  return retrying(attempt, waitAfter, end, signal);
}
