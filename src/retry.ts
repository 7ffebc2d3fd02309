import pRetry from "p-retry";
import { retriesFor } from "./diagnosis/diagnose.ts";

/**
 * Wait five seconds, then twice as long each time, and not for ever: Microsoft's advice for transient errors.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-connectivity
 */
export const PATIENCE: Patience = { firstWait: 5_000, mostTime: 120_000, answerTime: 15_000 };

export interface Patience {
  /** Milliseconds before the second attempt. */
  readonly firstWait: number;
  /** Milliseconds after which no further attempt is made. */
  readonly mostTime: number;
  /** Milliseconds that a server has for an answer: TCP and TLS, then the password; one request to Entra. */
  readonly answerTime: number;
}

/**
 * Tries again what may pass, as often as the table of diagnosis says for the failure at hand.
 * @param attempt throws a `ActionError`
 * @param tell is given a line for people before each wait
 * @throws the last failure
 */
export function retrying<T>(
  attempt: () => Promise<T>,
  tell: (line: string) => void,
  { firstWait, mostTime }: Patience,
): Promise<T> {
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY, // the table decides, for each error
    minTimeout: firstWait,
    maxRetryTime: mostTime,
    shouldRetry({ error, attemptNumber, retryDelay }) {
      const retries = retriesFor(error);
      if (attemptNumber > retries) return false;
      const wait = Math.ceil(retryDelay / 1000);
      tell(
        `${error.message.replace(/[.]?$/, ".")} Trying again in ${wait} s (attempt ${attemptNumber + 1} of ${retries + 1}).`,
      );
      return true;
    },
  });
}
