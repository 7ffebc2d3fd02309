import type { Demand } from "../../src/model/demand.ts";
import type {
  AclItem,
  ColumnAcl,
  Group,
  Member,
  Role,
  Schema,
  ServerFacts,
  Snapshot,
} from "../../src/model/snapshot.ts";

/** The roles of the tests; an OID is the name's position in the list. */
const NAMES = ["app", "login", "owner", "readers", "writers", "stranger", "root"] as const;
type RoleName = (typeof NAMES)[number];

export function oidOf(name: RoleName): string {
  return `${10 + NAMES.indexOf(name)}`;
}

/** A role that this login cannot act as, unless the test says otherwise. */
export function role(name: RoleName, facts: Partial<Role> = {}): Role {
  return {
    oid: oidOf(name),
    name,
    superuser: name === "root",
    gone: false,
    predefined: false,
    canLogin: true,
    roleSet: false,
    expired: false,
    inheritedBy: new Set(name === "app" ? [oidOf("app")] : []),
    inherited: name === "login",
    settable: name === "login",
    through: [],
    administered: false,
    membership: null,
    ...facts,
  };
}

const ALL_ROLES = new Set(NAMES.map(oidOf));

export function schema(name = "public", facts: Partial<Schema> = {}): Schema {
  return { oid: "2200", name, owner: oidOf("owner"), usableBy: ALL_ROLES, creatableBy: new Set(), ...facts };
}

/** Tables of `owner` without privileges for other roles; names are members, numbered from `from`. */
export function group(
  names: readonly string[],
  facts: Partial<Group> & { readonly from?: number } = {},
): Group {
  const { from = 100, ...rest } = facts;
  const members = names.map((name, n): Member => ({ oid: `${from + n}`, name }));
  return {
    kind: "table",
    schema: schema(),
    owner: oidOf("owner"),
    acl: [],
    held: new Map(),
    skipped: "",
    size: members.length,
    members,
    ...rest,
  };
}

/** A group of one object outside any schema: the database, or a schema. */
export function single(kind: "database" | "schema", name: string, facts: Partial<Group> = {}): Group {
  const { schema: _, ...rest } = group([name], { kind, from: 2200 });
  return { ...rest, ...facts };
}

/** The default privileges for what `owner` creates next, `tables` or `sequences`. */
export function futureObjects(name: "tables" | "sequences", facts: Partial<Group> = {}): Group {
  return group([name], { kind: "default-privileges", from: 2200, ...facts });
}

export function entry(
  grantor: RoleName,
  grantee: RoleName | "PUBLIC",
  privilege: string,
  grantable = false,
): AclItem {
  return {
    grantor: oidOf(grantor),
    grantee: grantee === "PUBLIC" ? "0" : oidOf(grantee),
    privilege,
    grantable,
  };
}

export const SERVER: ServerFacts = {
  version: 160004,
  versionText: "16.4",
  readOnly: false,
  labelsReadable: true,
  databaseOwnerInherits: true,
  citus: false,
};

/** The ACLs of a relation's columns, given as `entry` with the column's name. */
export function columnsOf(
  of: Group,
  ...items: readonly (AclItem & { readonly column: string })[]
): ColumnAcl {
  return { group: of, member: of.members[0] ?? { oid: "", name: "" }, items };
}

/** A database of 16 in which `login` signed in and `app` is the grantee. */
export function snapshot(
  groups: readonly Group[],
  facts: Partial<Snapshot> = {},
  roles: readonly Role[] = [],
): Snapshot {
  const all = [...NAMES.map((name) => role(name)), ...roles];
  return {
    server: SERVER,
    sessionUser: oidOf("login"),
    roles: new Map(all.map((each) => [each.oid, each])),
    grantees: new Map([["app", oidOf("app")]]),
    sessions: new Map(),
    schemas: [schema()],
    groups,
    columns: [],
    knownSchemas: [],
    knownRoles: [],
    unmatchedPatterns: [],
    pitfalls: [],
    granteeFacts: new Map(),
    ...facts,
  };
}

/** This login can act for the owner. */
export const ACTING = [role("owner", { inherited: true, settable: true })];

export function demand(facts: Partial<Demand> = {}): Demand {
  return {
    schemas: ["public"],
    tablePrivileges: ["SELECT", "INSERT"],
    sequencePrivileges: ["USAGE"],
    schemaPrivileges: ["USAGE"],
    routinePrivileges: [],
    actAsOwner: false,
    allowEmpty: false,
    exclude: [],
    defaultPrivileges: true,
    onExtra: "warn",
    ...facts,
  };
}

export function held(...privileges: readonly string[]): Group["held"] {
  return new Map([[oidOf("app"), new Set(privileges)]]) as Group["held"];
}
