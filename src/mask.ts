import { setSecret } from "@actions/core";
import type { Env } from "./model/settings.ts";
import { type InputTable, secretsIn } from "./settings/reader.ts";
import { rememberSecret, rememberSent } from "./text/secrets.ts";

/** Masks the secrets among the inputs of an action: the runner does so in the log, and `withoutSecrets` in texts from outside. */
export function maskInputs(table: InputTable, env: Env): void {
  for (const secret of secretsIn(table, env)) {
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
