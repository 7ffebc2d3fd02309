/** GitHub's answer to a request that failed, as Octokit's errors carry it. */
export interface Refusal {
  /** 500 if there was no answer at all. */
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** https://github.com/octokit/request-error.js */
type OctokitError = Partial<Refusal> & { readonly response?: Partial<Refusal> };

/** The answer of GitHub in an error of Octokit. */
export function refusalIn(error: unknown): Refusal {
  const { status = 0, message = String(error), response } = (error ?? {}) as OctokitError;
  return { status, message, headers: response?.headers ?? {} };
}

/** True if a rate limit refused the request: a 403 can say so in its headers, or in words old and new. */
export function isLimit({ status, message, headers }: Refusal): boolean {
  if (status === 429 || /submitted too quickly/i.test(message)) return true;
  const says = "retry-after" in headers || headers["x-ratelimit-remaining"] === "0";
  return (status === 403 && says) || (/^4/.test(`${status}`) && /rate limit|abuse detection|\bquota\b/i.test(message));
}

/** Milliseconds, if GitHub does not say how long its limit lasts. */
const LIMIT_WAIT = 60_000;

/**
 * Milliseconds until GitHub accepts another request; undefined if it is not about a limit, and does not say.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function waitAsked(refusal: Refusal): number | undefined {
  const { headers } = refusal;
  if ("retry-after" in headers) return 1000 * Number(headers["retry-after"]) || undefined;
  if (!isLimit(refusal)) return undefined;
  const reset = 1000 * Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] !== "0" || !reset) return LIMIT_WAIT;
  return Math.max(1_000, reset - Date.now());
}
