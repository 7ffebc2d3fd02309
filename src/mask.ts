import { setSecret } from "@actions/core";
import { rememberSecret } from "./text/secrets.ts";

/** Masks a secret: the runner does so in the log, and `withoutSecrets` in texts from outside. */
export function mask(secret: string): void {
  setSecret(secret);
  rememberSecret(secret);
}
