import { setTimeout } from "node:timers/promises";

export interface Patience {
  /** Milliseconds before the second attempt, where GitHub does not say. */
  readonly firstWait: number;
  /** Milliseconds after which, for all requests together, nothing is tried again. */
  readonly mostTime: number;
  /** Milliseconds that one answer may take. */
  readonly answerTime: number;
}

const MOST_ATTEMPTS = 4;
/** Milliseconds, where GitHub does not say how long. */
const LIMIT_WAIT = 60_000;

/**
 * Makes a function that sends a request again when GitHub is in trouble or asks to wait: for as long as it asks,
 * else a little longer each time. The time is one for all requests, and no wait starts that would pass it.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 * @param tell is given a line for people before each wait
 */
export function patiently({ firstWait, mostTime, answerTime }: Patience, tell: (line: string) => void) {
  const end = Date.now() + mostTime;
  return async <T>(request: (signal: AbortSignal) => T | Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(AbortSignal.timeout(answerTime));
      } catch (error) {
        const wait = waitAfter(refusalIn(error), firstWait * 2 ** (attempt - 1));
        if (wait === undefined || attempt === MOST_ATTEMPTS || Date.now() + wait > end) throw error;
        tell(
          `GitHub did not take a request for the drift issue; trying again in ${Math.ceil(wait / 1000)} s.`,
        );
        await setTimeout(wait);
      }
    }
  };
}

/** What GitHub answered, or what became of the request, as Octokit tells it in its errors. */
export interface Refusal {
  /** 500 where there was no answer at all. */
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export function refusalIn(error: unknown): Refusal {
  const {
    status = 0,
    message = String(error),
    response,
  } = (error ?? {}) as Partial<Refusal> & {
    readonly response?: Partial<Refusal>;
  };
  return { status, message, headers: response?.headers ?? {} };
}

/** A 403 is a limit too, if it says so in any of three ways. */
export function isLimit({ status, message, headers }: Refusal): boolean {
  if (status === 429) return true;
  const says = "retry-after" in headers || headers["x-ratelimit-remaining"] === "0";
  return status === 403 && (says || /rate limit/i.test(message));
}

/** Milliseconds until it makes sense to try again; undefined if it never does. */
function waitAfter(refusal: Refusal, usual: number): number | undefined {
  const { status, headers } = refusal;
  const limit = isLimit(refusal);
  if (!limit && status < 500) return undefined;
  if ("retry-after" in headers) return (Number(headers["retry-after"]) || 0) * 1000 || usual;
  if (limit && headers["x-ratelimit-remaining"] === "0") {
    const reset = Number(headers["x-ratelimit-reset"]) * 1000 || Date.now() + LIMIT_WAIT;
    return Math.max(usual, reset - Date.now());
  }
  return limit ? LIMIT_WAIT : usual;
}
