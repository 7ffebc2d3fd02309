import type { Rule } from "./rules.ts";

/**
 * What can go wrong when the job asks GitHub for its ID token. Texts:
 * https://github.com/actions/toolkit/blob/main/packages/core/src/oidc-utils.ts
 */
export const GITHUB: readonly Rule[] = [
  {
    code: "oidc-not-permitted",
    with: ["github"],
    texts: [
      "Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable",
      "Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable",
    ],
    when: [{ text: /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)/ }],
    cause:
      "This job may not ask GitHub for an ID token: it lacks `id-token: write`, or it runs for a pull request from a fork, which never gets one.",
    next: () =>
      "Write `permissions: { id-token: write, contents: read }` on the job (a `permissions` there replaces the workflow's; a reusable workflow gets no more than its caller gives it). For pull requests from forks, run this job after the merge.",
  },
  {
    code: "oidc-unavailable",
    with: ["github"],
    texts: [
      "Error message: Failed to get ID Token. Error Code : 503 Error Message: Service Unavailable",
      "Error message: Failed to get ID Token. Error Code : 429 Error Message: Too Many Requests",
    ],
    when: [{ text: /Failed to get ID Token.*Error Code : (429|5\d\d)/ }],
    cause: "GitHub's OIDC endpoint is overloaded or out of order.",
    next: () => "Look at https://www.githubstatus.com and run the job again.",
    retries: 3,
  },
  {
    code: "oidc-refused",
    with: ["github"],
    texts: ["Error message: Failed to get ID Token. Error Code : 401 Error Message: Unauthorized"],
    when: [{ text: /Failed to get ID Token.*Error Code : 4\d\d/ }],
    cause:
      "GitHub refused this job's request for an ID token: what the runner was given for it is no longer valid.",
    next: () =>
      "Run the job again; if it stays, look for a step that sets ACTIONS_ID_TOKEN_REQUEST_URL or _TOKEN.",
  },
  {
    code: "oidc-no-token",
    with: ["github"],
    texts: ["Error message: Response json body do not have ID Token field"],
    when: [{ text: /do not have ID Token field/ }],
    cause: "What answered at ACTIONS_ID_TOKEN_REQUEST_URL is not GitHub's OIDC endpoint: a proxy, perhaps.",
    next: () =>
      "Let the runner reach *.actions.githubusercontent.com directly (NO_PROXY) and run the job again.",
  },
];
