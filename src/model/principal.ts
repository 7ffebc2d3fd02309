import type { PrincipalType } from "./entra-label.ts";
import type { Verdict } from "./report.ts";
import type { Sentence } from "./sentence.ts";

/** The role that has to exist, and the identity that it has to be bound to. */
export interface PrincipalDemand {
  readonly mode: "apply" | "check";
  readonly name: string;
  /** In lower case. */
  readonly objectId: string;
  readonly type: PrincipalType;
  /** Whether to bind a role that is bound to another object ID. */
  readonly rebind: boolean;
}

/** What the action `principal` found and did. */
export interface PrincipalResult {
  readonly verdict: Exclude<Verdict, "error">;
  readonly message: Sentence;
  readonly warnings: readonly Sentence[];
  /** What ends the drift. */
  readonly fix?: { readonly text: Sentence; readonly sql: string };
}
