import { step } from "../../diagnosis/commands.ts";
import { diagnoseBy } from "../../diagnosis/diagnose.ts";
import { rulesFor } from "../../diagnosis/rules.ts";
import type { Failure } from "../../model/failure.ts";
import { isLimit, refusalIn } from "./refusal.ts";

/**
 * What an error of a request for an issue means and what to do about it.
 * @param error what Octokit throws, with the `status` of GitHub's answer; 500 if there was none
 */
export function diagnoseIssue(error: unknown): Failure {
  const refusal = refusalIn(error);
  // Only the headers of some answers say that it is a limit.
  const known = isLimit(refusal) ? Object.assign(new Error(refusal.message), { code: "RATE_LIMIT" }) : error;
  return diagnoseBy(ISSUES, known, { with: "github-issues" });
}

/** https://docs.github.com/en/rest/issues/issues */
export const ISSUES = rulesFor("github-issues", [
  {
    code: "issues-rate-limit",
    when: [{ codes: ["RATE_LIMIT"] }],
    cause: "The rate limit of GitHub's API was reached.",
    next: ["Wait for the next run: it continues where this one stopped."],
  },
  {
    code: "issues-unavailable",
    when: [{ status: ["5xx"] }],
    cause: "GitHub could not be reached, or it has an outage.",
    next: [
      "Look for an outage of GitHub: https://www.githubstatus.com",
      "Wait for the next run: it continues where this one stopped.",
    ],
  },
  {
    code: "issues-token-refused",
    when: [{ status: [401] }],
    cause: "GitHub does not accept `github-token`: it has expired or was revoked.",
    next: ["Omit `github-token` to use the job's own token, or set one that is still valid."],
  },
  {
    code: "issues-not-permitted",
    when: [{ status: [403], text: /not accessible/i }],
    cause: "The token cannot write issues. A pull request from a fork never gets write permissions.",
    next: [
      step(
        "Set these permissions on the job. A permission that is not listed there is not granted:",
        "permissions:\n  id-token: write\n  contents: read\n  issues: write",
      ),
    ],
  },
  {
    code: "issues-disabled",
    when: [{ status: [410], text: /disabled/i }],
    cause: "Issues are disabled in this repository.",
    next: ["Enable them in the repository settings under Features, or set `drift-issue: false`."],
  },
  {
    code: "issues-not-found",
    when: [{ status: [404] }],
    cause:
      "GitHub does not show the repository or the issue to this token: issues are disabled, or `github-token` is for another repository or lacks `permissions: issues: write`.",
    next: [
      "Omit `github-token`, and set `permissions: issues: write` on the job.",
      "Check that issues are enabled in the repository settings under Features.",
    ],
  },
]);
