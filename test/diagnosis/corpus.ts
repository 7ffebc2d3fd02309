import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Failure } from "../../src/model/failure.ts";
import { readFailure } from "../read.ts";

/** An error that users have reported, and what its diagnosis has to say. corpus.yaml explains each field. */
export interface Case {
  readonly from: "github" | "entra" | "identity" | "az" | "postgres" | "statement" | "node" | "azure" | "issues";
  readonly text: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly server?: string;
  readonly given?: {
    readonly port?: number;
    readonly host?: string;
    readonly user?: string;
    readonly signIn?: "password" | "client-secret" | "managed-identity";
    readonly proxy?: string;
    readonly subject?: string;
    readonly with?: "entra" | "github" | "github-issues";
    readonly pod?: true;
    readonly bare?: true;
    readonly missing?: true;
    readonly silent?: true;
    readonly first?: true;
    readonly noClientId?: true;
    readonly onGitHub?: true;
  };
  readonly source: string;
  readonly cured?: string;
  readonly is: string;
  readonly says: readonly string[];
  readonly never?: readonly string[];
  readonly passes?: boolean;
  readonly page?: false;
}

export const CORPUS = parse(readFileSync(join(import.meta.dirname, "corpus.yaml"), "utf8")) as readonly Case[];

/** What PostgreSQL sends with a message: at a sign-in, each error is fatal. */
export const fieldsOf = ({ from, detail, hint }: Case) => ({
  severity: from === "postgres" ? "FATAL" : "ERROR",
  ...(detail !== undefined && { detail }),
  ...(hint !== undefined && { hint }),
});

/** The whole failure as text, as in the log. */
export function written(failure: Failure): string {
  const { message, hint, steps } = readFailure(failure);
  return [message, hint, steps].join("\n");
}
