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

/**
 * Runs `attempt` again after a failure that is worth it, as often as its rule says and while there is time for the wait.
 * @param attempt throws an `ActionError`, and watches the signal itself
 * @param say takes a line for the log before each wait
 * @param signal ends the wait between two attempts
 * @throws the last failure; the signal's reason when it aborts
 */
export async function retryingFailures<T>(
  attempt: () => Promise<T>,
  say: (line: string) => void,
  { firstWait, maxTime }: Patience,
  signal?: AbortSignal,
): Promise<T> {
  const end = Date.now() + maxTime;
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const { failure, wait = firstWait * 2 ** (attempts - 1) } = error instanceof ActionError ? error : {};
      const retries = failure?.retries ?? 0;
      if (failure === undefined || attempts > retries || Date.now() + wait > end) throw error;
      const when = `Trying again in ${Math.ceil(wait / 1000)} s (attempt ${attempts + 1} of ${retries + 1}).`;
      say(`${plain.sentence(withFullStop(failure.message))} ${when}`);
      await setTimeout(wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
