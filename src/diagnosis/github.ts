import { run } from "../model/failure.ts";
import { rulesFor } from "./rules.ts";
import { bypassProxy, seeAnswer } from "./steps.ts";

/**
 * What can go wrong when the job asks GitHub for its ID token. Texts:
 * https://github.com/actions/toolkit/blob/main/packages/core/src/oidc-utils.ts
 */
export const GITHUB = rulesFor("github", {
  "oidc-not-permitted": [
    /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i,
    "The job has no permission to ask for an ID token: it lacks `id-token: write`, runs for a pull request from a fork, which gets none by default, or is not run by GitHub itself (by act, for example).",
    "Run this job after the merge if it runs for a pull request from a fork. Otherwise add this to the job. It replaces the workflow's `permissions`. If this is a reusable workflow, also add it to the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read"),
  ],
  "oidc-no-token": [
    /do not have ID Token field|is not valid JSON|Unexpected end of JSON|Error Code : (3\d\d|4(?!01|08|29)\d\d.*an (empty answer|answer that is not))/,
    "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` did not come from GitHub's OIDC endpoint: perhaps a proxy answered instead.",
    seeAnswer,
    bypassProxy,
    "Run the job again.",
  ],
  "oidc-refused": [
    /Failed to get ID Token.*Error Code : 4(?!08|29)\d\d(?!.*(HTML page|'\w+' state))/,
    "GitHub does not issue this ID token, for the reason in its message: the token with which the job asks for it has expired (401), the job has ended (404, 410), a step changed the request (400), or a rule of the organization or the enterprise forbids it (403).",
    (_context, { text }) =>
      /Error Code : 403/.test(text)
        ? "Use `auth-type: client-secret`, which needs no ID token, or ask the owners of the organization for an exception."
        : "Run the job again. In a long job, run this step early, or in a job of its own.",
    "If the error persists, look for a step that sets `ACTIONS_ID_TOKEN_REQUEST_URL` or `ACTIONS_ID_TOKEN_REQUEST_TOKEN`: both must be as GitHub set them, with all parameters of the URL.",
  ],
});
