import type { OnExtra } from "./demand.ts";
import type { EntraIdentity } from "./entra-label.ts";
import type { Failure, Step } from "./failure.ts";
import type { Kind } from "./kinds.ts";
import type { Privilege } from "./privileges.ts";
import type { Reason } from "./reasons.ts";
import type { Sentence } from "./sentence.ts";

/**
 * The report: everything one run found, did and left, and the only thing the summary, the annotations, the
 * outputs, the SQL file and the JSON file are made from. Its JSON form is the contract with other programs.
 */
export interface Report {
  readonly version: 1;
  readonly mode: Mode;
  /** How `undeclared` of the databases is judged; absent if the run did not look for it. */
  readonly undeclared?: Exclude<UndeclaredChoice, "ignore">;
  readonly verdict: Verdict;
  /** The run itself could not start: an invalid input. */
  readonly error?: Failure;
  readonly run?: RunFacts;
  readonly databases: readonly DatabaseReport[];
}

/** When the report was made, by which version of the action, and where to read more. */
export interface RunFacts {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly actionVersion: string;
  /** The page of the workflow run; absent outside a workflow. */
  readonly url?: string | undefined;
  /** The folder of the action's documentation in this version, as a URL; absent if the action is a local one. */
  readonly docs?: string | undefined;
}

export const MODES = ["apply", "check", "plan"] as const;
export type Mode = (typeof MODES)[number];

/** From best to worst. */
const VERDICTS = ["in-sync", "repaired", "drift", "error"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Higher for a worse verdict. */
export const severity = (verdict: Verdict): number => VERDICTS.indexOf(verdict);

/** The worst of several verdicts; nothing to judge is in sync. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "in-sync";
}

export interface DatabaseReport {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Absent when the server could not be reached. E.g. `16.14`. */
  readonly serverVersion?: string;
  readonly user: string;
  readonly verdict: Verdict;
  readonly error?: Failure;
  readonly grantees: readonly GranteeReport[];
  /** `apply`: the statements that were committed; `check` and `plan`: those that `apply` would run. */
  readonly statements: readonly string[];
  /** The SQL that fixes what is still missing or extra, a block for each role that has to run it. */
  readonly fixes: readonly FixBlock[];
  /** Absent if the run did not look for it. */
  readonly undeclared?: readonly Undeclared[];
  /** The SQL that revokes it, a block for each role that has to run it. */
  readonly undeclaredFixes?: readonly FixBlock[];
}

/** How privileges that nobody declared are judged. */
export const UNDECLARED = ["ignore", "warn", "fail"] as const;
export type UndeclaredChoice = (typeof UNDECLARED)[number];

/**
 * What a role holds on the tables and sequences of one schema although no grant of this run names it as a grantee: for
 * objects of one kind, with equal privileges from one grantor.
 */
export interface Undeclared {
  /** `PUBLIC` if everybody holds them. */
  readonly role: string;
  /** Not a role of that name. */
  readonly isPublic?: true;
  readonly schema: string;
  readonly kind: Kind;
  readonly privileges: readonly Privilege[];
  /** Granted on columns of the objects. */
  readonly onColumns?: true;
  /** How many objects. */
  readonly objects: number;
  /** The REVOKE. This action never runs it. */
  readonly fix: Fix;
}

/** Who runs SQL, and where. */
export interface Runner {
  /** The role to run it as. */
  readonly as: string;
  /** One of its members runs the SQL, because the role cannot log in or has expired; the SQL sets the role if it has to. */
  readonly byMember?: true;
  /** The database to run it in, if that is not the one that was checked. */
  readonly database?: string;
}

export interface FixBlock extends Runner {
  /** True if this run's login can run the block: `as` is then the run's own user. */
  readonly runnable: boolean;
  /** `mode: apply` does not run the block: it is not what the run asks for, although this login can, or it ends only a warning. */
  readonly byHand?: true;
  /** Other blocks need what this one grants: it comes before all of them. */
  readonly prepares?: true;
  /** Complete statements, each ending in a semicolon, self-contained: transactions and SET LOCAL ROLE included. */
  readonly statements: readonly string[];
}

export interface GranteeReport {
  readonly grantee: string;
  /** The schemas that the demand names; `*` for every schema that is neither the system's nor an extension's. */
  readonly schemas: readonly string[] | "*";
  /** How privileges beyond the demand are judged. */
  readonly onExtra: OnExtra;
  /** The role as which its sessions begin (ALTER ROLE … SET role), if it is another one: its privileges count. */
  readonly sessionRole?: string;
  /** The identity in Entra that can sign in as it, if its security labels say so. */
  readonly identity?: EntraIdentity;
  readonly verdict: Verdict;
  readonly error?: Failure;
  readonly objects: ObjectCounts;
  readonly missing: readonly Missing[];
  readonly granted: readonly Changed[];
  readonly extra: readonly Extra[];
  readonly revoked: readonly Changed[];
  /** Sent, but the server's answer was lost and no later look was possible; what was granted and what was revoked. */
  readonly unconfirmed?: readonly Changed[];
  /** The sources of the privileges that are held, counted. */
  readonly held: readonly Held[];
  readonly warnings: readonly Warning[];
}

export interface ObjectCounts {
  /** Tables, partitioned tables, views, materialized views and foreign tables that were looked at. */
  readonly tables: number;
  readonly sequences: number;
  /** Functions, procedures and aggregates; absent if `routine-privileges` is empty. */
  readonly routines?: number;
  /** Extension members and what `exclude` names. */
  readonly skipped: number;
}

export interface Named {
  readonly kind: Kind;
  /** Absent for a database and a schema. */
  readonly schema?: string;
  /** For `default-privileges`: `tables`, `sequences` or `routines`. For a routine: its signature, `name(arguments)`. For
   * `identity`: the role. */
  readonly name: string;
  /** For a routine: the types of its arguments, as SQL. */
  readonly arguments?: string;
}

export interface Missing extends Named {
  /** The role that owns it; for `default-privileges`, the role that creates the objects; for `identity`, the role. */
  readonly owner: string;
  /** None for `identity`. */
  readonly privileges: readonly Privilege[];
  readonly reason: Reason;
  /** Only for `identity`. */
  readonly identity?: Identity;
  /** The server's message about this object, or about one with the same owner and ACL; on one line. */
  readonly serverMessage?: string;
  readonly fix: Fix;
}

/** The object ID in Entra that a role has to be bound to, and the one that it is bound to, if any. */
export interface Identity {
  readonly expected: string;
  readonly bound?: string;
  /** If the tenants differ too: that of the login, and that in the role's label. */
  readonly expectedTenant?: string | undefined;
  readonly boundTenant?: string | undefined;
}

/** The way to end one finding: SQL to run as a role, a note, or both. There is no runner if SQL on this object is not the answer. */
export interface Fix extends Partial<Runner> {
  readonly sql?: string;
  /** What other roles have to run before, in this order. */
  readonly first?: readonly (Runner & { readonly sql: string })[];
  /** What to do besides the SQL, or instead of it. It is the same for one owner and reason. */
  readonly note?: Sentence;
  /** After a refusal by the server: what to do about it, in order. */
  readonly steps?: readonly Step[];
}

/** An object, and the privileges that were granted or revoked on it. */
export type Changed = Named & Pick<Missing, "owner" | "privileges">;

export interface Extra extends Missing {
  readonly sources: readonly Source[];
}

/**
 * Where a privilege comes from: granted to the grantee itself, by ownership, through a role, or to everybody.
 * `server`: no ACL explains it; the server has rules of its own, for Azure's administrators for example.
 */
export type Source =
  | { readonly source: "direct" | "owner" | "public" | "column" | "superuser" | "server" }
  | { readonly source: "role"; readonly role: string };

/** So many objects of one kind, on which these privileges are held from one source. */
export type Held = Source & {
  readonly kind: Kind;
  readonly privileges: readonly Privilege[];
  readonly objects: number;
};

export interface Warning {
  readonly code: string;
  readonly message: Sentence;
}

/** A list with one warning; empty without a message. */
export function warning(code: string, message: Sentence | undefined): readonly Warning[] {
  return message === undefined ? [] : [{ code, message }];
}
