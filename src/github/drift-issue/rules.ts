import { diagnoseBy } from "../../diagnosis/diagnose.ts";
import { byItsWords } from "../../diagnosis/meanings.ts";
import { NETWORK, reachable } from "../../diagnosis/network.ts";
import { PROXY } from "../../diagnosis/proxy.ts";
import { rulesFor } from "../../diagnosis/rules.ts";
import { seeAnswer } from "../../diagnosis/steps.ts";
import { wayTo } from "../../https.ts";
import { ActionError, type Failure, run } from "../../model/failure.ts";
import type { Env } from "../../model/settings.ts";
import { isLimit, refusalIn, waitAsked } from "./refusal.ts";

/**
 * Explains an error of a request for an issue: its likeliest cause and the next steps.
 * @param error what Octokit throws, with the `status` of GitHub's answer; 500 if there was none
 */
export function diagnoseIssue(error: unknown, env: Env = {}): Failure {
  const refusal = refusalIn(error);
  // Only the headers of some answers say that it is a limit.
  const known = isLimit(refusal) ? Object.assign(new Error(refusal.message), { code: "RATE_LIMIT" }) : error;
  const host = URL.parse(env.GITHUB_API_URL ?? "")?.host ?? "api.github.com";
  const context = { with: "github-issues", ...wayTo(host, env) } as const;
  return diagnoseBy([...PROXY, ...REFUSALS, ...NETWORK, ...OTHERS], known, context);
}

/** The same as an error for `retryingFailures`, with the time that GitHub asks to wait. */
export const issueError = (error: unknown, env: Env): ActionError =>
  new ActionError(diagnoseIssue(error, env), { cause: error, wait: waitAsked(refusalIn(error)) });

const OMIT_TOKEN = "Omit `github-token` to use the job's own token, with `permissions: issues: write` on the job.";

const refused = byItsWords("GitHub refused the request", "`github-token` or a setting of the repository");

/** What GitHub says. https://docs.github.com/en/rest/issues/issues */
const REFUSALS = rulesFor("github-issues", {
  "issues-web-site": [
    [/^Cookies must be enabled|certificate's altnames/, { status: ["2xx", "4xx"], text: /^\s*</ }],
    "A web site, a firewall or a page to sign in answered instead of GitHub's API, or GitHub Enterprise Server under a name that is not in its certificate: the address in `GITHUB_API_URL` is not that of the API, or a single sign-on is in front of GitHub's server.",
    seeAnswer,
    "If GitHub's web site answers, let no step set `GITHUB_API_URL`. It is `https://api.github.com` on github.com. On GitHub Enterprise Server, it ends in `/api/v3`, and its host must be in the server's certificate.",
    "If a page to sign in answers, exempt the API from the sign-in in front of the server: all paths that begin with `/api/`.",
    "If a firewall answers, ask its administrator for an exception, with the support ID in the answer.",
  ],
  "issues-rate-limit": [
    "RATE_LIMIT",
    "The rate limit of GitHub's API was reached. All requests with the tokens of one user, or of one installation of an App, count together.",
    "Wait for the next run: it continues where this one stopped. If GitHub names a secondary limit, too many requests came at once: also run fewer jobs at the same time (`max-parallel`).",
    "If `github-token` is set, omit it: the job's own token has its own limit.",
    { retries: 1 },
  ],
  "issues-token-refused": [
    [{ status: [401] }, { status: [403], text: /suspended|login attempts/i }],
    (_context, { text }) =>
      `${/JSON web token|'(exp|iat|iss)'/i.test(text) ? "`github-token` is not a token of the API: it is a GitHub App's JWT, a private key or an ID token" : "GitHub does not accept `github-token`, or the job's own token: it has expired, was revoked, is for another GitHub server, or its account is suspended. After too many wrong ones, GitHub refuses all for some minutes. The job's own token is valid until the job ends, and for at most 24 hours"}.`,
    "Omit `github-token`, if it is set, to use the job's own token (`github.token`), or set one that is still valid, such as an installation token of `actions/create-github-app-token`. If it is not set, run this step in a job that takes less than 24 hours.",
  ],
  "issues-ip-not-allowed": [
    { status: [403], text: /IP allow list|IP address .*not permitted/i },
    "The organization lets only some IP addresses use GitHub's API, and the runner's is not one of them.",
    "Use a runner whose address is on the organization's IP allow list, or let an owner of the organization add the address, if it is a static one. Or set `drift-issue: false`.",
  ],
  "issues-no-comment": [
    { status: [403, 410, 422], text: /issue (is|has been) locked|commenting is disabled|issue was deleted/i },
    "The drift issue accepts no changes: its conversation is locked, it has 2,500 comments already, or it was deleted.",
    (_context, { text }) =>
      `${/locked/.test(text) ? "Unlock the conversation of the drift issue" : /deleted/.test(text) ? "Wait for the next run, which opens a new issue" : "Close the drift issue and remove its label: the next run opens a new one"}.`,
  ],
  "issues-not-accessible": [
    /not accessible by integration/i,
    "The job's token, or the GitHub App of `github-token`, cannot write issues. In a run for a pull request from a fork, the job's token can only read by default.",
    "If `github-token` is not set, set these permissions on the job. A permission that is not listed there is not granted. If this is a reusable workflow, also set them on the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read\n  issues: write"),
    "If `github-token` is set, give its App the permission Issues: Read and write, and accept it where the App is installed.",
  ],
  "issues-not-permitted": [
    [
      { status: [403], text: /^forbidden|not (accessible|have|granted)|limited the ability|must have|required scope/i },
      { status: [422], text: /^(?!.*"field").*(Validation Failed(?!:)|not permitted|cannot be assigned|label)/i },
      {
        status: [403, 422],
        text: /SAML|\bSSO\b|single sign-on|forbids access via|fine grained access|OAuth App access restrictions|Enterprise Managed User|email address must|user is blocked|two-factor/i,
      },
    ],
    "`github-token` cannot write issues or set labels here: the organization does not accept the token as it is, the token has no permission for this repository, or its user has no triage access to it.",
    OMIT_TOKEN,
    (_context, { text }) =>
      `Or ${/SAML|\bSSO\b|single sign-on/i.test(text) ? "authorize the token for the organization, as its user: Configure SSO at https://github.com/settings/tokens" : /OAuth App access/.test(text) ? "let an owner of the organization allow the App, in its settings under Third-party Access" : /email/.test(text) ? "verify the e-mail address of its user at https://github.com/settings/emails" : /forbids|fine.grained|Managed|blocked|factor/.test(text) ? "do what GitHub's message asks for" : "edit the token: give it this repository, and the permission Issues: Read and write (a classic token: scope `repo`; on Forgejo and Gitea: `write:issue`). Its user needs triage access"}.`,
  ],
  "issues-disabled": [
    [{ status: [410], text: /disabled/i }, /repository was archived/i],
    (_context, { text }) => `${/archived/.test(text) ? "The repository is archived" : "Issues are disabled here"}.`,
    (_context, { text }) =>
      `In the repository's settings, ${/archived/.test(text) ? "unarchive it under Danger Zone" : "enable issues under Features"}, or set \`drift-issue: false\`.`,
  ],
  "issues-not-found": [
    [{ status: [404] }, /cannot be searched|Could not resolve to a Repository/],
    "GitHub does not show the repository or its issues to this token: `github-token` is for other repositories, its App is not installed in this one, or it lacks the permission Issues. The job's own token lacks `issues: write`.",
    OMIT_TOKEN,
    "Or let `github-token` reach this repository: select it in the token, or install the App in it, with Issues: Read and write.",
  ],
  "issues-refused": [
    { status: ["4xx"], text: /^(?!.*Could not resolve to a node)/ },
    // Octokit quotes each error with its field and its message as JSON.
    (context, { text, ...rest }) =>
      text.includes("too long")
        ? "The issue that this action writes is longer than this server accepts."
        : refused(context, { ...rest, text: text.replaceAll(/["_]|^Validation Failed/g, " ") }),
    (_context, { text }) => (/token/i.test(text) ? OMIT_TOKEN : []),
    "Set `drift-issue: false`, if you can do without the issue: the job's summary has the whole report.",
  ],
});

const LOST = /fetch failed|aborted/;

const OTHERS = rulesFor("github-issues", {
  "issues-unavailable": [
    [{ status: ["2xx", "5xx"] }, /Could not resolve to a node/],
    (_context, { text }) =>
      `GitHub ${LOST.test(text) ? "could not be reached, or did not answer in time" : "has a fault or an outage, or a proxy answered in its place or cut its answer off"}.`,
    (context, { text }) => (context.onGitHub || !LOST.test(text) ? [] : [...seeAnswer(context), ...reachable(context)]),
    "Wait for the next run: it continues where this one stopped. GitHub lists its outages: https://www.githubstatus.com",
    { retries: 3 },
  ],
});

/** All rules that only the drift issue has. */
export const ISSUES = [...REFUSALS, ...OTHERS];
