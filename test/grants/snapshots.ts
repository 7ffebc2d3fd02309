import type { Demand } from "../../src/model/demand.ts";
import type { Privilege } from "../../src/model/privileges.ts";
import {
  type AclItem,
  type Grantee,
  type Group,
  type Member,
  PUBLIC,
  type Role,
  type Schema,
  type ServerFacts,
  type Snapshot,
} from "../../src/model/snapshot.ts";

/** The roles of the tests. */
const NAMES = ["app", "login", "owner", "readers", "writers", "stranger", "root"] as const;
type RoleName = (typeof NAMES)[number];

/** The parts of a snapshot with names instead of roles: `snapshot` puts the roles in. */
type RoleSpec = Omit<Role, "inherits" | "viaRoles"> & {
  readonly inheritedBy: readonly RoleName[];
  readonly viaRoles: readonly RoleName[];
};
type SchemaSpec = Pick<Schema, "oid" | "name"> & {
  readonly owner: RoleName;
  readonly usableBy: readonly RoleName[];
};
type AclSpec = Pick<AclItem, "privilege" | "grantable"> & {
  readonly grantor: RoleName;
  readonly grantee: RoleName | "PUBLIC";
};
type GroupSpec = Omit<Group, "schema" | "owner" | "acl" | "held"> & {
  readonly schema?: SchemaSpec;
  readonly owner: RoleName;
  readonly acl: readonly AclSpec[];
  readonly held: Readonly<Partial<Record<RoleName, readonly string[]>>>;
};
type ColumnSpec = AclSpec & { readonly column: string };
type ColumnAclSpec = { readonly group: GroupSpec; readonly items: readonly ColumnSpec[] };

/** A role that this login cannot act as, unless the test says otherwise. */
export function role(name: RoleName, facts: Partial<RoleSpec> = {}): RoleSpec {
  return {
    oid: `${10 + NAMES.indexOf(name)}`,
    name,
    superuser: name === "root",
    gone: false,
    predefined: false,
    canLogin: true,
    noConnections: false,
    createRole: false,
    bypassRls: false,
    azureAdmin: false,
    roleSet: false,
    expired: false,
    connects: true,
    inheritedBy: name === "app" ? ["app"] : [],
    inherited: name === "login",
    settable: name === "login",
    viaRoles: [],
    memberOfLogin: false,
    grantableBy: "stranger",
    membership: null,
    ...facts,
  };
}

export function schema(name = "public", facts: Partial<SchemaSpec> = {}): SchemaSpec {
  return { oid: "2200", name, owner: "owner", usableBy: NAMES, ...facts };
}

/** Tables of `owner` without privileges for other roles; names are members, numbered from `from`. */
export function group(
  names: readonly string[],
  facts: Partial<GroupSpec> & { readonly from?: number } = {},
): GroupSpec {
  const { from = 100, ...rest } = facts;
  const members = names.map((name, n): Member => ({ oid: `${from + n}`, name }));
  return {
    kind: "table",
    schema: schema(),
    owner: "owner",
    acl: [],
    held: {},
    skipped: "",
    size: members.length,
    members,
    ...rest,
  };
}

/** A group of one object outside any schema: the database, or a schema. */
export function single(kind: "database" | "schema", name: string, facts: Partial<GroupSpec> = {}): GroupSpec {
  const { schema: _, ...rest } = group([name], { kind, from: 2200 });
  return { ...rest, ...facts };
}

/** The default privileges for what `owner` creates next, `tables` or `sequences`. */
export function futureObjects(name: "tables" | "sequences", facts: Partial<GroupSpec> = {}): GroupSpec {
  return group([name], { kind: "default-privileges", from: 2200, ...facts });
}

export function entry(grantor: RoleName, grantee: RoleName | "PUBLIC", privilege: string, grantable = false): AclSpec {
  return { grantor, grantee, privilege, grantable };
}

/** What `app` holds. */
export function held(...privileges: readonly string[]): GroupSpec["held"] {
  return { app: privileges };
}

export const SERVER: ServerFacts = {
  version: 160004,
  versionText: "16.4",
  readOnly: null,
  labelsReadable: true,
  databaseOwnerInherits: true,
  citus: false,
};

/** The ACLs of the columns of a group's one relation, given as `entry` with the column's name. */
export function columnsOf(group: GroupSpec, ...items: readonly ColumnSpec[]): ColumnAclSpec {
  return { group, items };
}

/** A snapshot, with all roles by name, and `app` as the grantee. */
export interface Seen extends Snapshot {
  readonly roles: Readonly<Record<RoleName, Role>>;
  readonly app: Grantee;
}

interface Facts extends Partial<Pick<Snapshot, "server" | "knownSchemas" | "knownRoles" | "unmatchedPatterns">> {
  readonly schemas?: readonly SchemaSpec[];
  readonly columns?: readonly ColumnAclSpec[];
  /** The role as which the sessions of `app` begin. */
  readonly actor?: RoleName;
  /** What is known about `app`. */
  readonly facts?: Partial<Pick<Grantee, keyof typeof NO_FACTS>>;
}

const NO_FACTS = {
  labels: [],
  labelsInUse: false,
  ownerships: [],
  readOnly: null,
  searchPath: null,
};

/** A database of 16 in which `login` signed in and `app` is the grantee. */
export function snapshot(
  groups: readonly GroupSpec[],
  { schemas = [schema()], columns = [], actor = "app", facts, ...more }: Facts = {},
  changed: readonly RoleSpec[] = [],
): Seen {
  const roles = rolesOf([...NAMES.map((name) => role(name)), ...changed]);
  const itemOf = <Item extends AclSpec>({ grantor, grantee, ...item }: Item) => ({
    ...item,
    grantor: roles[grantor],
    grantee: grantee === "PUBLIC" ? PUBLIC : roles[grantee],
  });
  const schemaOf = ({ owner, usableBy, ...rest }: SchemaSpec): Schema => ({
    ...rest,
    owner: roles[owner],
    acl: [],
    usableBy: new Set(usableBy.map((name) => roles[name])),
  });
  const known = new Map(
    groups.map((spec): [GroupSpec, Group] => {
      const { schema: of, ...rest } = spec;
      const held = Object.entries(spec.held).map(
        ([name, privileges]) => [roles[name as RoleName], new Set(privileges as Privilege[])] as const,
      );
      const schema = of && { schema: schemaOf(of) };
      return [spec, { ...rest, ...schema, owner: roles[spec.owner], acl: spec.acl.map(itemOf), held: new Map(held) }];
    }),
  );
  const database = groups.find(({ kind }) => kind === "database");
  const app: Grantee = {
    role: roles.app,
    actor: roles[actor],
    ...NO_FACTS,
    ...facts,
    pitfalls: [],
  };
  return {
    server: SERVER,
    sessionUser: roles.login,
    database: { name: database?.members[0]?.name ?? "shop", owner: roles[database?.owner ?? "owner"] },
    grantees: new Map([["app", app]]),
    schemas: schemas.map(schemaOf),
    groups: [...known.values()],
    columns: columns.map(({ group: of, items }) => ({
      group: known.get(of) as Group,
      member: of.members[0] as Member,
      items: items.map(itemOf),
    })),
    knownSchemas: [],
    knownRoles: [],
    unmatchedPatterns: [],
    ...more,
    roles,
    app,
  };
}

/** The last of several roles with one name counts. */
function rolesOf(specs: readonly RoleSpec[]): Readonly<Record<RoleName, Role>> {
  const made = new Map(
    specs.map((spec) => {
      const { inheritedBy: _, viaRoles: __, ...facts } = spec;
      return [spec.name as RoleName, { spec, role: { ...facts, inherits: new Set<Role>(), viaRoles: [] as Role[] } }];
    }),
  );
  for (const { spec, role } of made.values()) {
    for (const name of spec.inheritedBy) made.get(name)?.role.inherits.add(role);
    role.viaRoles.push(...spec.viaRoles.flatMap((name) => made.get(name)?.role ?? []));
  }
  return Object.fromEntries([...made].map(([name, { role }]) => [name, role])) as unknown as Record<RoleName, Role>;
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
