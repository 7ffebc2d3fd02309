import { isLimit, refusalIn } from "./refusal.ts";

/** Thrown where no request can be made at all. */
export class NoWayToGitHub extends Error {}

export interface Trouble {
  /** What happened, and the next thing to do, in sentences. */
  readonly text: string;
  /** Whether every other issue would meet it too. */
  readonly everywhere: boolean;
}

/** What to tell of an error that a request for an issue ended in. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof NoWayToGitHub) return { text: error.message, everywhere: true };
  const refusal = refusalIn(error);
  const { status, message } = refusal;
  if (isLimit(refusal)) {
    return everywhere("GitHub's rate limit is reached. The next run goes on where this one stopped.");
  }
  if (status >= 500) {
    return everywhere(
      `GitHub could not be reached or is out of order (${message}). Look at https://www.githubstatus.com; the next run goes on where this one stopped.`,
    );
  }
  if (status === 401) {
    return everywhere(
      "GitHub does not know `github-token` (401). Leave it out to use the job's own, or give one that is still valid.",
    );
  }
  if (status === 403 && /not accessible/i.test(message)) {
    return everywhere(
      "The token may not write issues (403). Add `issues: write` to the job: `permissions: { id-token: write, contents: read, issues: write }` (what is not named there is taken away). A pull request from a fork never gets it.",
    );
  }
  if (status === 410 && /disabled/i.test(message)) {
    return everywhere(
      "Issues are switched off in this repository (410). Switch them on in its settings under Features, or set `drift-issue: false`.",
    );
  }
  if (status === 404) {
    return {
      text: "GitHub shows no such repository or issue to this token (404): issues are switched off, or `github-token` is for another repository or lacks `permissions: issues: write`.",
      everywhere: false,
    };
  }
  return { text: `${message}.`.replace(/\.\.$/, "."), everywhere: false };
}

function everywhere(text: string): Trouble {
  return { text, everywhere: true };
}
