import { isLimit, refusalIn } from "./refusal.ts";

/** Thrown where no request can be sent at all. */
export class CannotUseGitHub extends Error {}

export interface Trouble {
  /** What happened, and what to do next. */
  readonly text: string;
  /** Whether every other issue would fail in the same way. */
  readonly everywhere: boolean;
}

/** Explains the error of a request for an issue. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof CannotUseGitHub) return { text: error.message, everywhere: true };
  const refusal = refusalIn(error);
  const { status, message } = refusal;
  if (isLimit(refusal)) {
    return everywhere(
      "The rate limit of GitHub's API was reached. The next run continues where this one stopped.",
    );
  }
  if (status >= 500) {
    return everywhere(
      `GitHub could not be reached, or it has an outage (${message}). See https://www.githubstatus.com. The next run continues where this one stopped.`,
    );
  }
  if (status === 401) {
    return everywhere(
      "GitHub does not accept `github-token` (401). Omit it to use the job's own token, or set one that is still valid.",
    );
  }
  if (status === 403 && /not accessible/i.test(message)) {
    return everywhere(
      "The token cannot write issues (403). Set `permissions: { id-token: write, contents: read, issues: write }` on the job; a permission that is not listed there is not granted. A pull request from a fork never gets write permissions.",
    );
  }
  if (status === 410 && /disabled/i.test(message)) {
    return everywhere(
      "Issues are disabled in this repository (410). Enable them in the repository settings under Features, or set `drift-issue: false`.",
    );
  }
  if (status === 404) {
    return {
      text: "GitHub does not show the repository or the issue to this token (404). Issues are disabled, or `github-token` is for another repository or lacks `permissions: issues: write`.",
      everywhere: false,
    };
  }
  return { text: `${message}.`.replace(/\.\.$/, "."), everywhere: false };
}

function everywhere(text: string): Trouble {
  return { text, everywhere: true };
}
