import type { Privilege, RoutinePrivilege, SchemaPrivilege, SequencePrivilege, TablePrivilege } from "./privileges.ts";

/** `ALL` stays `ALL`, because what it means depends on the server's version. */
export type PrivilegeList<P extends Privilege> = "ALL" | readonly P[];

/** The demand on every grantee, the same in every database. */
export interface Demand {
  /** Exact schema names, or `*` for every schema that is neither the system's nor an extension's. */
  readonly schemas: readonly string[] | "*";
  readonly tablePrivileges: PrivilegeList<TablePrivilege>;
  readonly sequencePrivileges: PrivilegeList<SequencePrivilege>;
  /** USAGE is always among them: without it, nothing in a schema can be reached. */
  readonly schemaPrivileges: readonly SchemaPrivilege[];
  /** If there are none, functions, procedures and aggregates are not checked. */
  readonly routinePrivileges: readonly RoutinePrivilege[];
  /** True if a schema may have nothing to check. */
  readonly allowEmpty: boolean;
  /** Relations and routines to skip: `name` or `schema.name`, `*` for any run of characters. */
  readonly exclude: readonly string[];
  /** True if the demand includes tables, sequences and routines that are not created yet. */
  readonly defaultPrivileges: boolean;
  readonly onExtra: OnExtra;
  /** The object ID in Entra that each grantee has to be bound to, in lower case; absent if that is not checked. */
  readonly objectIds?: ReadonlyMap<string, string> | undefined;
  /** The tenant of the login, in lower case; absent if the inputs do not have its ID. */
  readonly tenantId?: string | undefined;
  /** True if the login may grant itself the membership in an owner, for one transaction at a time. */
  readonly actAsOwner: boolean;
}

export const ON_EXTRA = ["ignore", "warn", "fail", "revoke"] as const;
export type OnExtra = (typeof ON_EXTRA)[number];

/** True if privileges beyond the demand are drift, and fail the job. */
export function extraIsDrift(onExtra: OnExtra): boolean {
  return onExtra === "fail" || onExtra === "revoke";
}
