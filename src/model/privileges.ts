/**
 * The privileges PostgreSQL has on tables, sequences, schemas and routines, in the order its documentation lists them.
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
export const SCHEMA_PRIVILEGES = ["USAGE", "CREATE"] as const;
/** On functions, procedures and aggregates. */
export const ROUTINE_PRIVILEGES = ["EXECUTE"] as const;

export type TablePrivilege = (typeof TABLE_PRIVILEGES)[number];
export type SequencePrivilege = (typeof SEQUENCE_PRIVILEGES)[number];
export type SchemaPrivilege = (typeof SCHEMA_PRIVILEGES)[number];
export type RoutinePrivilege = (typeof ROUTINE_PRIVILEGES)[number];
type Grantable = TablePrivilege | SequencePrivilege | SchemaPrivilege | RoutinePrivilege | "CONNECT";
/** OWNER and SET (to a role) are no privileges in PostgreSQL's sense: they are only held beyond a demand, never demanded. */
export type Privilege = Grantable | GrantOption | "OWNER" | "SET";

/** The grant option of a privilege, as has_table_privilege() takes it. */
export type GrantOption = `${Grantable}${typeof GRANT_OPTION}`;
const GRANT_OPTION = " WITH GRANT OPTION";

export const grantOptionOf = (privilege: string): GrantOption => `${privilege as Grantable}${GRANT_OPTION}`;

export const isGrantOption = (privilege: string): privilege is GrantOption => privilege.endsWith(GRANT_OPTION);

/** The privilege that a grant option is about; any other privilege itself. */
export function withoutGrantOption(privilege: string): string {
  return isGrantOption(privilege) ? privilege.slice(0, -GRANT_OPTION.length) : privilege;
}

/** The `server_version_num` from which on a privilege exists; every supported version has the privileges not named here. */
const SINCE: Readonly<Partial<Record<Privilege, number>>> = {
  // https://github.com/postgres/postgres/blob/REL_17_0/src/include/utils/acl.h#L152 (ACL_MAINTAIN)
  MAINTAIN: 170000,
};

/** The first `server_version_num` that has a privilege; 0: every supported version has it. */
export const sinceOf = (privilege: Privilege): number => SINCE[privilege] ?? 0;

/**
 * The table privileges that exist on a server: what GRANT ALL PRIVILEGES means there.
 * @param serverVersion `server_version_num`, e.g. 170004
 */
export function tablePrivilegesOf(serverVersion: number): readonly TablePrivilege[] {
  return TABLE_PRIVILEGES.filter((privilege) => serverVersion >= sinceOf(privilege));
}

/**
 * The privileges that predefined roles give on tables, views and sequences without an entry in the ACL.
 * https://www.postgresql.org/docs/current/predefined-roles.html
 */
export const PREDEFINED_ROLES: Readonly<Record<string, readonly TablePrivilege[]>> = {
  pg_read_all_data: ["SELECT"],
  pg_write_all_data: ["INSERT", "UPDATE", "DELETE"],
  pg_maintain: ["MAINTAIN"],
};

const ORDER: readonly string[] = [...SCHEMA_PRIVILEGES, ...TABLE_PRIVILEGES];

/** Each privilege once, in the documentation's order. */
export function inOrder(privileges: Iterable<Privilege>): readonly Privilege[] {
  const rank = (privilege: Privilege) => ORDER.indexOf(withoutGrantOption(privilege));
  return [...new Set(privileges)].sort((a, b) => rank(a) - rank(b));
}
