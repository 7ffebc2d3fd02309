import type { Cloud } from "../model/clouds.ts";
import { type Failure, failure, run } from "../model/failure.ts";

/** Anyone on the network could read the token. */
export const TLS_CHECKS_OFF = failure({
  code: "tls-checks-off",
  message: "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`.",
  hint: "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent.",
  steps: [
    "Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment.",
    "To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file.",
  ],
});

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
