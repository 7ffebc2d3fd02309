import type { Cloud } from "./clouds.ts";
import type { Demand } from "./demand.ts";
import type { Mode, UndeclaredChoice } from "./report.ts";

/** Everything the inputs say, parsed once: nothing below reads an input or an environment variable for itself. */
export interface Settings {
  readonly mode: Mode;
  readonly signIn: SignIn;
  readonly cloud: Cloud;
  readonly servers: readonly Server[];
  /** The role to sign in as, by its name in PostgreSQL. */
  readonly user: string;
  readonly grants: readonly Grant[];
  /** How privileges of roles that none of the grants names are judged. */
  readonly undeclared: UndeclaredChoice;
  /** Given when an issue is to be kept open while there is drift. */
  readonly driftIssue?: { readonly token: string } | undefined;
}

/** Who must have what where: an entry of `grants-file`, or what the inputs demand. */
export interface Grant {
  /** Names, or patterns with `*` for any run of characters, on each server. */
  readonly databases: readonly string[];
  readonly grantees: readonly string[];
  readonly demand: Demand;
}

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls;
}

export interface Tls {
  readonly mode: "verify-full" | "verify-ca" | "disable";
  /** Further trusted CA certificates, as PEM text. */
  readonly rootCertificates?: string | undefined;
}

export type SignIn = EntraSignIn | { readonly type: "password"; readonly password: string };

/** With a Microsoft Entra token in place of the password. */
export type EntraSignIn =
  | (Application & { readonly type: "oidc" })
  | (Application & { readonly type: "client-secret"; readonly clientSecret: string })
  | { readonly type: "managed-identity"; readonly clientId?: string | undefined }
  | { readonly type: "azure-cli" };

interface Application {
  readonly clientId: string;
  readonly tenantId: string;
}

/**
 * Returns the password for PostgreSQL: an Entra token, or the password itself. All callers share one token while it is
 * valid.
 * @param refused a token that a server refused: if it is still the current one, a new one is requested
 */
export type PasswordProvider = (refused?: string) => Promise<string>;

/** The environment of the process, in which the runner passes the inputs. */
export type Env = Readonly<Record<string, string | undefined>>;
