/**
 * The privileges PostgreSQL knows on tables and sequences, in the order its documentation lists them.
 * https://www.postgresql.org/docs/current/ddl-priv.html#PRIVILEGE-ABBREVS-TABLE
 */
export const TABLE_PRIVILEGES = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
  "MAINTAIN",
] as const;

export const SEQUENCE_PRIVILEGES = ["USAGE", "SELECT", "UPDATE"] as const;

export type TablePrivilege = (typeof TABLE_PRIVILEGES)[number];
export type SequencePrivilege = (typeof SEQUENCE_PRIVILEGES)[number];
export type Privilege = TablePrivilege | SequencePrivilege | "CONNECT";

/** `ALL` is kept as a word until the server's version is known: what GRANT ALL means depends on it. */
export type PrivilegeList<P extends Privilege> = "ALL" | readonly P[];

/** What is demanded of every grantee, the same in every database. */
export interface Demand {
  /** Exact schema names, or `*` for every schema that is neither the system's nor an extension's. */
  readonly schemas: readonly string[] | "*";
  readonly tablePrivileges: PrivilegeList<TablePrivilege>;
  readonly sequencePrivileges: PrivilegeList<SequencePrivilege>;
  /** Whether a schema with nothing in it to check is fine. */
  readonly allowEmpty: boolean;
  /** Relations to leave alone: `name` or `schema.name`, `*` for any run of characters. */
  readonly exclude: readonly string[];
  /** Whether tables and sequences yet to be created are part of what is demanded. */
  readonly defaultPrivileges: boolean;
  readonly onExtra: OnExtra;
}

export const ON_EXTRA = ["ignore", "warn", "fail", "revoke"] as const;
export type OnExtra = (typeof ON_EXTRA)[number];

/** https://github.com/postgres/postgres/blob/REL_17_0/src/include/utils/acl.h#L152 (ACL_MAINTAIN) */
const MAINTAIN_SINCE = 170000;

/**
 * The table privileges that exist on a server: what GRANT ALL PRIVILEGES means there.
 * @param serverVersion `server_version_num`, e.g. 170004
 */
export function tablePrivilegesOf(serverVersion: number): readonly TablePrivilege[] {
  return TABLE_PRIVILEGES.filter((privilege) => privilege !== "MAINTAIN" || serverVersion >= MAINTAIN_SINCE);
}
