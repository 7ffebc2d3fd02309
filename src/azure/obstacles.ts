import type { Cloud } from "../model/clouds.ts";
import { type Failure, failure, run } from "../model/failure.ts";

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
