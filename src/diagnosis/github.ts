import { run } from "../model/failure.ts";
import { rulesFor } from "./rules.ts";
import { bypassProxy, reachesAll, seeAnswer } from "./steps.ts";

const EXPIRED = /Code : 4(01|04|10)/;

/**
 * What can go wrong when the job asks GitHub for its ID token. Texts:
 * https://github.com/actions/toolkit/blob/main/packages/core/src/oidc-utils.ts
 */
export const GITHUB = rulesFor("github", {
  "oidc-not-permitted": [
    /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i,
    "The job has no permission to ask for an ID token: it lacks `id-token: write`, runs for a pull request from a fork or of Dependabot, which gets none by default, or does not run on GitHub (in act, use `auth-type: client-secret`).",
    "If the job runs for a pull request from a fork, which can have no ID token, run the job after the merge. If it does not, add these lines to the job. They replace the workflow's `permissions`. If this is a reusable workflow, also add them to the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read"),
  ],
  "oidc-no-token": [
    /do not have ID Token field|is not valid JSON|Unexpected end of JSON|Error Code : (3\d\d|403 Error Message:( Forbidden)?$|4(?!01|08|29)\d\d.*an (empty answer|answer that is not))/,
    "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` is not in the words of GitHub's OIDC endpoint: usually, a proxy or a firewall answered instead.",
    (context) => (reachesAll(context) ? [] : [...seeAnswer(context), ...bypassProxy(context)]),
    "Run the job again. If GitHub itself answers with 403, ask the owners of the organization whether an IP allow list or a rule forbids it, or use `auth-type: client-secret`.",
  ],
  "oidc-refused": [
    /Failed to get ID Token.*Error (Code : 4(?!07|08|29)\d\d(?!.*(HTML page|'\w+' state))|Message: (Invalid (URL|character in header)|Protocol "))/,
    (_context, { text }) =>
      `GitHub does not issue this ID token: ${/Code : 403/.test(text) ? "a rule of the organization or the enterprise forbids it" : EXPIRED.test(text) ? "the job has ended, or the token with which it asks for the ID token has expired" : "a step changed the request"}.`,
    (_context, { text }) =>
      /Code : 403/.test(text)
        ? "Use `auth-type: client-secret`, which needs no ID token, or ask the owners of the organization for an exception."
        : EXPIRED.test(text)
          ? "Run the job again. In a long job, run this step early, or in a job of its own."
          : [],
    (_context, { text }) =>
      `${/Code : 4(0[134]|10)/.test(text) ? "If the error persists, look" : "Look"} for a step that sets \`ACTIONS_ID_TOKEN_REQUEST_URL\` or \`ACTIONS_ID_TOKEN_REQUEST_TOKEN\`: both must be as GitHub set them, with all parameters of the URL.`,
  ],
});
