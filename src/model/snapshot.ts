import type { Kind } from "./kinds.ts";
import type { Privilege } from "./privileges.ts";

/** The content of one database's catalogs at one moment, as far as the demand and its grantees are concerned. */
export interface Snapshot {
  readonly server: ServerFacts;
  /** Who signed in: every transaction starts from SET LOCAL ROLE NONE, so this is who acts. */
  readonly sessionUser: Role;
  readonly database: { readonly name: string; readonly owner: Role };
  /** The grantees that exist, by name. */
  readonly grantees: ReadonlyMap<string, Grantee>;
  readonly schemas: readonly Schema[];
  readonly groups: readonly Group[];
  /** The relations on whose columns a grantee holds privileges beyond the demand, if those are looked for. */
  readonly columns: readonly ColumnAcl[];
  /** Every name on the server, filled only when a name that was asked for is not among them. */
  readonly knownSchemas: readonly string[];
  readonly knownRoles: readonly string[];
  /** `exclude` patterns that matched nothing. */
  readonly unmatchedPatterns: readonly string[];
}

/** A role that is to hold privileges. */
export interface Grantee {
  readonly role: Role;
  /**
   * The role as which its sessions begin: itself, unless ALTER … SET role says otherwise.
   * https://www.postgresql.org/docs/current/sql-alterrole.html
   */
  readonly actor: Role;
  /** Where what makes its sessions in this database read-only was set; null: nothing does. */
  readonly readOnly: SettingSource | null;
  /** Their `search_path`, if it was set and leads to no schema that exists and can be used, and where it was set; else null. */
  readonly searchPath: { readonly value: string; readonly source: SettingSource } | null;
  /**
   * The security labels that bind it to an identity in Entra, `pgaadauth-int` before `pgaadauth`. Empty if it has none, or
   * if they cannot be read.
   */
  readonly labels: readonly string[];
  /** True if any role of the server has such a label. */
  readonly labelsInUse: boolean;
  /**
   * Its memberships through which it can act as the owner of the database, a schema or a relation that is checked. Read
   * only if they are judged.
   */
  readonly ownerships: readonly OwnerMembership[];
  readonly pitfalls: readonly Pitfall[];
}

/** Where a setting was made, in the words of pg_settings: https://www.postgresql.org/docs/current/view-pg-settings.html (source) */
type SettingSource = "database user" | "user" | "database" | "global";

/** A grantee, and the role as which its sessions begin. */
export type SignedIn = Pick<Grantee, "role" | "actor">;

/** A membership that lets a role act as an owner, because it has its privileges or may SET ROLE to it. */
export interface OwnerMembership {
  readonly owner: Oid;
  /** The role that it is a member of: the owner, or a role that can act as the owner. */
  readonly role: string;
  /** Who granted the membership; null: a role that is gone. */
  readonly grantor: string | null;
  readonly grantorCanLogin: boolean;
}

/** An object identifier, the server's own number for an object, in the decimal form JSON gets from it. */
export type Oid = string;

/** A role, or PUBLIC, as a statement names it. */
export type Holder = Pick<Role, "oid" | "name">;

/** Everybody. https://www.postgresql.org/docs/current/functions-info.html (aclexplode): OID 0 stands for PUBLIC */
export const PUBLIC = { oid: "0", name: "PUBLIC" } as const;

export const isPublic = (holder: Holder): holder is typeof PUBLIC => holder === PUBLIC;

export interface ServerFacts {
  /** `server_version_num`, e.g. 160014. */
  readonly version: number;
  /** `server_version` up to the first space, e.g. `16.14`. */
  readonly versionText: string;
  /**
   * null: the server can be written to. `recovery`: a replica. Else the source of `default_transaction_read_only`:
   * https://www.postgresql.org/docs/current/view-pg-settings.html
   */
  readonly readOnly: string | null;
  /** True if the session user may read the security labels of roles. */
  readonly labelsReadable: boolean;
  /** Up to 15, an owner of the database without INHERIT has the privileges of pg_database_owner only after SET ROLE. */
  readonly databaseOwnerInherits: boolean;
  /** An elastic cluster, by its extension `citus`. */
  readonly citus: boolean;
}

export interface Role {
  readonly oid: Oid;
  readonly name: string;
  readonly superuser: boolean;
  /** It was dropped, but the catalogs still mention its oid; the name is the server's word for it. */
  readonly gone: boolean;
  /** One of PostgreSQL's own, such as pg_read_all_data. */
  readonly predefined: boolean;
  readonly canLogin: boolean;
  /** CONNECTION LIMIT 0: it cannot connect. */
  readonly noConnections: boolean;
  readonly createRole: boolean;
  readonly bypassRls: boolean;
  /** A member of azure_pg_admin. */
  readonly azureAdmin: boolean;
  /** ALTER ROLE … SET role: its sessions may begin as another role. */
  readonly roleSet: boolean;
  /** `rolvaliduntil` has passed. */
  readonly expired: boolean;
  /** It has CONNECT on the database. */
  readonly connects: boolean;
  /**
   * Of a grantee, or of the role as which its sessions begin: the roles whose privileges it has without SET ROLE, by name,
   * itself included; else empty.
   */
  readonly inherits: ReadonlySet<Role>;
  /** The session user has this role's privileges without SET ROLE. */
  readonly inherited: boolean;
  /** The session user may SET ROLE to it. */
  readonly settable: boolean;
  /** Other roles that have its privileges without SET ROLE, and to which the session user may SET ROLE (from 16 on). */
  readonly viaRoles: readonly Role[];
  /** It is a member of the session user, which so cannot become a member of it. */
  readonly memberOfLogin: boolean;
  /**
   * A role that can grant membership in it, if possible one that can log in: from 16 on, it holds ADMIN OPTION on it. null:
   * only superusers can.
   */
  readonly grantableBy: string | null;
  /** How the session user, which may not SET ROLE to it, can grant itself a membership that lets it; null: it cannot. */
  readonly membership: {
    /** The role that holds ADMIN OPTION: the session user, or one whose privileges it has. */
    readonly grantor: string;
    /** A membership by this grantor is there already, without SET. */
    readonly existing: boolean;
  } | null;
}

export interface Schema {
  readonly oid: Oid;
  readonly name: string;
  readonly owner: Role;
  readonly acl: readonly AclItem[];
  /** Among the roles that may have to act here, those with USAGE: GRANT looks names up as the acting role. */
  readonly usableBy: ReadonlySet<Role>;
}

/**
 * Objects of one kind in one schema with equal owner and ACL: the server has the same answer for all of them, so
 * one was asked for the rest. A database, a schema and a pair of default privileges are groups of one.
 */
export interface Group {
  readonly kind: Kind;
  /** Absent for the database itself, for schemas, and for default privileges in all schemas. */
  readonly schema?: Schema;
  /** For default privileges: the role that will create the objects. */
  readonly owner: Role;
  /**
   * As aclexplode() gives it, the built-in default if the catalog has NULL. For default privileges: of this schema, or of
   * all schemas, without what its owner would hold.
   */
  readonly acl: readonly AclItem[];
  /** The privileges of each grantee as the server reports them, by the role as which its sessions begin; see `heldBy`. */
  readonly held: ReadonlyMap<Role, ReadonlySet<Privilege>>;
  /** Left out, and why: an extension's member, or named by `exclude`. */
  readonly skipped: "extension" | "exclude" | "";
  readonly size: number;
  /** All of them if something is missing or extra; otherwise none is listed. */
  readonly members: readonly Member[];
}

export interface Member {
  /** For default privileges: the schema's; 0 for those in all schemas. */
  readonly oid: Oid;
  readonly name: string;
  /** For a routine: the types of its arguments as GRANT takes them, because several may have one name. */
  readonly arguments?: string;
}

export interface AclItem {
  readonly grantor: Role;
  readonly grantee: Role | typeof PUBLIC;
  /** As the server names it: an ACL may hold more kinds than can be demanded, for example CREATE on a schema. */
  readonly privilege: string;
  readonly grantable: boolean;
}

/** The ACLs of a relation's columns. */
export interface ColumnAcl {
  readonly group: Group;
  readonly member: Member;
  readonly items: readonly ColumnAclItem[];
}

export interface ColumnAclItem extends AclItem {
  readonly column: string;
}

/** Who holds privileges in a database although no grant of the run names it. */
export interface UndeclaredLook {
  /** Its groups have all their members, and of their ACLs what decides who can revoke. */
  readonly snapshot: Omit<Snapshot, "grantees">;
  readonly found: readonly UndeclaredPrivileges[];
}

/** What one role granted to others on objects that are alike. */
export interface UndeclaredPrivileges {
  readonly group: Group;
  readonly members: readonly Member[];
  readonly grantor: Role;
  readonly holders: readonly AclItem["grantee"][];
  /** WITH GRANT OPTION stands for the privilege, too. */
  readonly privileges: readonly Privilege[];
  /** Absent for privileges on the whole object. */
  readonly columns?: readonly string[];
}

/**
 * A reason why the app fails although it holds every privilege, a row of postgres/pitfalls.sql.ts: a table or view that the
 * grantee cannot use, because another object does not let a role use it.
 */
export interface Pitfall {
  readonly code: PitfallCode;
  /** The role as which the grantee's sessions begin. */
  readonly grantee: Oid;
  /** The schema and name of the table or view that the grantee uses. */
  readonly schema: string;
  readonly name: string;
  readonly use: "SELECT" | "INSERT" | "UPDATE" | "DELETE";
  /** The role that lacks the privilege on the other object, a policy or a user mapping for it. */
  readonly role: string;
  readonly privilege: Privilege;
  /** The other object as GRANT names it: its kind, and its name from the outside in. */
  readonly kind: "TABLE" | "SEQUENCE" | "SCHEMA" | "FOREIGN SERVER" | "FUNCTION";
  readonly source: readonly string[];
  /** Those of a function, in parentheses. */
  readonly arguments?: string;
  /** The column that the role lacks the privilege on, if it holds it on others. */
  readonly column?: string | null;
  /** The owner of the other object; null if the answer is no GRANT: for what is the system's own or a function of an extension, and for a sequence that is checked. */
  readonly owner: string | null;
  /** The name of the foreign key, or of the rule. */
  readonly through?: string | null;
}

type PitfallCode =
  | "view-cannot-read"
  | "view-cannot-write"
  | "rule-fails"
  | "row-level-security"
  | "foreign-key-fails"
  | "default-fails"
  | "function-fails"
  | "no-user-mapping";

/** The role that needs a grantee's privileges on an object: it connects to a database before it acts as another role. */
export const holderFor = ({ kind }: Group, { role, actor }: SignedIn): Role => (kind === "database" ? role : actor);

/** The privileges of a grantee on a group, as the server reports them. */
export function heldBy(group: Group, grantee: SignedIn): ReadonlySet<Privilege> {
  return group.held.get(holderFor(group, grantee)) ?? new Set();
}

/** Names an object for the whole run, across snapshots: the same for two snapshots of the same object. */
export function keyOfMember(group: Group, member: Member): string {
  return group.kind === "default-privileges"
    ? `${group.kind} ${member.oid} ${group.owner.oid} ${member.name}`
    : `${group.kind} ${member.oid}`;
}
