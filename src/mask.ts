import { setSecret } from "@actions/core";
import { rememberSecret } from "./text/secrets.ts";

/** Masks secrets: the runner does so in the log, and `withoutSecrets` in texts from outside. */
export function mask(...secrets: readonly string[]): void {
  for (const secret of secrets) {
    setSecret(secret);
    rememberSecret(secret);
  }
}
