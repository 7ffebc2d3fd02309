import type { Cloud } from "../model/clouds.ts";
import type { SignIn } from "../model/settings.ts";
import type { Claims } from "./claims.ts";
import type { Symptom } from "./symptoms.ts";

/** What was being done, so that a hint can name it. Everything is optional: what is unknown is shown as `<…>`. */
export interface Context {
  /** Whom we were talking to; PostgreSQL if not said. */
  readonly with?: Partner;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly cloud?: Cloud | undefined;
  readonly signIn?: SignIn | undefined;
  /** What GitHub's ID token says. */
  readonly assertion?: Claims | undefined;
  /** What the token that PostgreSQL was given says. */
  readonly token?: Claims | undefined;
}

export type Partner = "postgres" | "entra" | "github";

/** One line of the table that `diagnose` looks things up in and docs/troubleshooting.md is made from. */
export interface Rule {
  /** The failure's code in the report. */
  readonly code: string;
  readonly with: readonly Partner[];
  /** The texts people meet, word for word as their sender words them. */
  readonly texts: readonly string[];
  /** Any of these; within one, both. */
  readonly when: readonly { readonly code?: RegExp; readonly text?: RegExp }[];
  readonly cause: string;
  /** The next thing to do, ending in what to type. */
  readonly next: (context: Context, symptom: Symptom) => string;
  /** How often it is worth trying again; absent for what waiting cannot mend. */
  readonly retries?: number;
}
