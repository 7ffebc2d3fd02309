import { diagnoseBy } from "../../diagnosis/diagnose.ts";
import { NETWORK } from "../../diagnosis/network.ts";
import { byText, rulesFor } from "../../diagnosis/rules.ts";
import { type Failure, step } from "../../model/failure.ts";
import type { Env } from "../../model/settings.ts";
import { proxyTo } from "../../proxy.ts";
import { isLimit, refusalIn } from "./refusal.ts";

/**
 * Explains an error of a request for an issue: its likeliest cause and the next steps.
 * @param error what Octokit throws, with the `status` of GitHub's answer; 500 if there was none
 */
export function diagnoseIssue(error: unknown, env: Env = {}): Failure {
  const refusal = refusalIn(error);
  // Only the headers of some answers say that it is a limit.
  const known = isLimit(refusal) ? Object.assign(new Error(refusal.message), { code: "RATE_LIMIT" }) : error;
  const host = URL.parse(env.GITHUB_API_URL ?? "")?.host ?? "api.github.com";
  const context = { with: "github-issues", host, proxy: proxyTo(host, env) } as const;
  return diagnoseBy([...REFUSALS, ...NETWORK, ...OTHERS], known, context);
}

const OMIT_TOKEN =
  "Omit `github-token` to use the job's own token, with `permissions: issues: write` on the job.";

/** What GitHub says. https://docs.github.com/en/rest/issues/issues */
const REFUSALS = rulesFor("github-issues", [
  {
    code: "issues-rate-limit",
    when: [{ codes: ["RATE_LIMIT"] }],
    cause: "The rate limit of GitHub's API was reached.",
    next: ["Wait for the next run: it continues where this one stopped."],
  },
  {
    code: "issues-token-refused",
    when: [{ status: [401] }, { status: [403], text: /suspended/i }],
    cause:
      "GitHub does not accept `github-token`, or the job's own token: it has expired or was revoked, or its account is suspended. The job's own token is valid until the job ends, and for at most 24 hours.",
    next: [
      "Omit `github-token`, if it is set, to use the job's own token, or set one that is still valid.",
      "If it is not set, run this step in a job that takes less than 24 hours.",
    ],
  },
  {
    code: "issues-ip-not-allowed",
    when: [{ status: [403], text: /IP allow list|IP address .*not permitted/i }],
    cause:
      "The organization lets only some IP addresses use GitHub's API, and the runner's is not one of them.",
    next: [
      "Use a runner with a static address that is on the organization's IP allow list.",
      "Or set `drift-issue: false`.",
    ],
  },
  {
    code: "issues-token-policy",
    when: [{ status: [403], text: /SAML|\bSSO\b|single sign-on|forbids access via/i }],
    cause:
      "The organization does not accept `github-token` as it is. The job's own token needs none of this.",
    next: [
      "Omit `github-token` to use the job's own token.",
      "Or change the token as GitHub's message says: authorize it for SSO (Configure SSO at https://github.com/settings/tokens), or give it a shorter lifetime.",
    ],
  },
  {
    code: "issues-archived",
    when: [{ status: [403], text: /archived|read-only/i }],
    cause: "The repository is archived, so nobody can change its issues.",
    next: ["Set `drift-issue: false`, or unarchive the repository."],
  },
  {
    code: "issues-not-permitted",
    when: [
      { status: [403], text: /not accessible|must have (admin|push|write|triage)/i },
      { status: [422], text: /Validation Failed|not permitted|cannot be assigned|label/i },
    ],
    ...byText(
      {
        text: /not accessible by integration/i,
        cause:
          "The job's token cannot write issues. It never can in a run for a pull request from a fork or of Dependabot.",
        next: [
          step(
            "Set these permissions on the job. A permission that is not listed there is not granted:",
            "permissions:\n  id-token: write\n  contents: read\n  issues: write",
          ),
        ],
      },
      {
        cause:
          "`github-token` cannot write issues or set labels: the token lacks the permission, or its user has no triage access to the repository.",
        next: [
          OMIT_TOKEN,
          "Or give the token the repository permission Issues: Read and write, and its user triage access.",
        ],
      },
    ),
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
  {
    code: "issues-refused",
    when: [{ status: ["4xx"] }],
    cause: "GitHub refused the request for the reason in its message.",
    next: [
      "Do what the message says, or set `drift-issue: false`.",
      "If the reason is `github-token`, omit it, and set `permissions: issues: write` on the job.",
    ],
  },
]);

const OTHERS = rulesFor("github-issues", [
  {
    code: "issues-unavailable",
    when: [{ status: ["5xx"] }],
    cause: "GitHub could not be reached, or it has an outage.",
    next: [
      "Look for an outage of GitHub: https://www.githubstatus.com",
      "Wait for the next run: it continues where this one stopped.",
    ],
  },
]);

/** All rules that only the drift issue has. */
export const ISSUES = [...REFUSALS, ...OTHERS];
