import type { Cloud } from "../model/clouds.ts";
import { type Advice, type Failure, failure, run, stepsOf } from "../model/failure.ts";
import { inOurWords } from "../model/sentence.ts";

/** Why a managed identity's sign-in fails on a runner of GitHub: its machine is one of Azure, but not the user's. */
export const ON_GITHUB: Advice = {
  hint: inOurWords("The job runs on a GitHub-hosted runner, which has no managed identity."),
  steps: stepsOf(["Use `auth-type: oidc`. Or run the job on a self-hosted runner in Azure that has the identity."]),
};

/** The variable of `@azure/identity` names a server without TLS. */
export function authorityNotHttps({ authority }: Cloud): Failure {
  return failure({
    code: "authority-not-https",
    message: "`AZURE_AUTHORITY_HOST` is not an `https://` address.",
    hint: "`AZURE_AUTHORITY_HOST` replaces the server that issues tokens, and the connection to it must be encrypted.",
    steps: [
      "Remove `AZURE_AUTHORITY_HOST` from the job's environment, or set it to an `https://` address:",
      run(`AZURE_AUTHORITY_HOST=${authority}`),
    ],
  });
}
