import { setSecret } from "@actions/core";
import { rememberSecret, rememberSent } from "./text/secrets.ts";

/** Masks secrets: the runner does so in the log, and `withoutSecrets` in texts from outside. */
export function mask(...secrets: readonly string[]): void {
  for (const secret of secrets) {
    setSecret(secret);
    rememberSecret(secret);
  }
}

/** Masks a secret that a peer is sent and can repeat, in part and encoded. @returns the secret */
export function maskSent(secret: string): string {
  setSecret(secret);
  rememberSent(secret);
  return secret;
}
