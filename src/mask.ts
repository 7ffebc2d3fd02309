import { setSecret } from "@actions/core";
import { rememberSecret } from "./text/secrets.ts";

/** Keeps a secret out of what this run prints: the runner masks it in the log, and `withoutSecrets` in texts from outside. */
export function mask(secret: string): void {
  setSecret(secret);
  rememberSecret(secret);
}
