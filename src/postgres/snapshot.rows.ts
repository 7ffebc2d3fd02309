import { isRoutine } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import type { Kind } from "../model/report.ts";
import {
  type AclItem,
  type ColumnAcl,
  EVERYBODY,
  type Grantee,
  type GranteeFacts,
  type Group,
  type Member,
  type Oid,
  type Pitfall,
  PUBLIC,
  type Role,
  type Schema,
  type ServerFacts,
  type Snapshot,
  type UndeclaredLook,
} from "../model/snapshot.ts";
import type { GranteeRow } from "./grantees.sql.ts";

/** What the first statement of a look shows, and what the second has to read. */
export interface FirstLook {
  readonly snapshot: Omit<Snapshot, "grantees">;
  readonly grantees: ReadonlyMap<string, SignedIn>;
  /** The role with an OID. Throws an error if the statement did not list it. */
  readonly roleOf: RoleOf;
  /** The group that a row is about. Throws an error if the statement did not list it. */
  readonly groupOf: (row: GroupKey) => Group;
  /** The objects that the server was asked about, most of them for others too. */
  readonly representatives: readonly Representative[];
  /** The transaction that comes next: what is written later is written by it or a later one. */
  readonly nextTransaction: string;
  readonly hasRowSecurity: boolean;
  /** A foreign key has triggers on both tables: https://www.postgresql.org/docs/current/catalog-pg-class.html (relhastriggers) */
  readonly hasTriggers: boolean;
}

/** A grantee, and who its sessions are. */
export type SignedIn = Pick<Grantee, "role" | "actor" | "refused">;

type RoleOf = (oid: Oid) => Role;

/** The relation or routine that the server was asked about for its group, with the owner and ACL of the group. */
export interface Representative {
  readonly routine: boolean;
  readonly oid: Oid;
  readonly owner: Oid;
  readonly relacl: string | null;
  readonly group: Group;
  /** Whether its group has other members. */
  readonly forOthers: boolean;
}

/** Maps the rows of SNAPSHOT, the only place that knows their form. `exclude`: the patterns as they were passed. */
export function mapSnapshot(rows: readonly SnapshotRow[], exclude: readonly string[]): FirstLook {
  const sections = Map.groupBy(rows, ({ section }) => section);
  const facts = <S extends keyof Facts>(section: S): Facts[S][] =>
    (sections.get(section) ?? []).map((row) => row.facts as Facts[S]);
  const [first] = facts("server");
  const [database] = facts("database");
  if (first === undefined || database === undefined)
    throw new Error("the snapshot has no server or database row");
  const { sessionUser, nextTransaction, ...server } = first;

  const roleOf = mapRoles(facts("role"));
  const mapSecurable = securables(facts("acl"), roleOf);
  const schemas = new Map(
    facts("schema").map((row) => [row.oid, mapSchema(row, mapSecurable("schema", row.oid, row), roleOf)]),
  );
  const members = new Map(facts("members").map((row) => [groupKey(row), mapMembers(row)]));
  const groups = new Map(
    facts("group").map((row) => [
      groupKey(row),
      mapGroup(row, schemas, members.get(groupKey(row)) ?? [], mapSecurable),
    ]),
  );
  const groupOf = (row: GroupKey) => {
    const group = groups.get(groupKey(row));
    if (group === undefined) throw new Error(`group ${row.representative} is not in the snapshot`);
    return group;
  };
  const snapshot = {
    server: { ...server, versionText: server.versionText.split(" ")[0] ?? "" },
    sessionUser: roleOf(sessionUser),
    database: { name: database.name, owner: roleOf(database.owner) },
    schemas: [...schemas.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    groups: [
      mapSingle("database", database, mapSecurable),
      ...facts("schema").map((row) => mapSingle("schema", row, mapSecurable)),
      ...groups.values(),
    ],
    columns: facts("column").map((row) => mapColumn(row, groupOf(row), roleOf)),
    knownSchemas: facts("known-schema").map(({ name }) => name),
    knownRoles: facts("known-role").map(({ name }) => name),
    unmatchedPatterns: facts("unmatched-pattern").map(({ ordinal }) => exclude[ordinal - 1] ?? ""),
  };
  return {
    snapshot,
    grantees: new Map(
      facts("grantee").map(({ name, oid, session, refused }) => [
        name,
        { role: roleOf(oid), actor: roleOf(session), refused },
      ]),
    ),
    roleOf,
    groupOf,
    representatives: facts("group")
      .filter(({ skipped }) => skipped === "")
      .map((row) => {
        const { representative: oid, relkind, owner, relacl, size } = row;
        const kind = KIND_OF_RELKIND[relkind];
        const group = groupOf(row);
        const routine = kind !== undefined && isRoutine(kind);
        return { routine, oid, owner, relacl, group, forOthers: size > 1 };
      }),
    nextTransaction,
    hasRowSecurity: facts("group").some(({ rowSecurity }) => rowSecurity),
    hasTriggers: facts("group").some(({ triggers }) => triggers),
  };
}

/** Maps the rows of `undeclaredPrivileges`: the roles and objects as in a snapshot, and who holds what. */
export function mapUndeclared(rows: readonly SnapshotRow[]): UndeclaredLook {
  const { snapshot, roleOf, groupOf } = mapSnapshot(rows, []);
  const found = rows
    .filter(({ section }) => section === "undeclared")
    .map(({ facts }) => facts as UndeclaredRow);
  return {
    snapshot,
    found: found.map(({ grantor, grantees, privileges, relation, columns, ...row }) => {
      const group = groupOf(row);
      return {
        group,
        members: relation === null ? group.members : group.members.filter(({ oid }) => oid === relation),
        grantor: roleOf(grantor),
        holders: grantees.map((oid) => (oid === EVERYBODY.oid ? EVERYBODY : roleOf(oid))),
        privileges,
        ...(columns && { columns }),
      };
    }),
  };
}

/** A relation and a routine may have the same oid. */
interface GroupKey {
  readonly relkind: string;
  readonly representative: Oid;
}

function groupKey({ relkind, representative }: GroupKey): string {
  return `${relkind} ${representative}`;
}

/** Maps the rows of `defaultPrivileges` to groups of one: a creator's next tables, sequences or routines. */
export function mapDefaultPrivileges(
  rows: readonly DefaultPrivilegesRow[],
  { snapshot: { schemas }, roleOf }: FirstLook,
): readonly Group[] {
  const schemaByOid = new Map(schemas.map((schema) => [schema.oid, schema]));
  return rows.map(({ schema: oid, creator, objtype, items, held }) => {
    const schema = schemaByOid.get(oid);
    return {
      kind: "default-privileges",
      ...(schema && { schema }),
      owner: roleOf(creator),
      acl: (items ?? []).map((item) => mapAclItem(item, roleOf)),
      held: mapHeld(held, roleOf),
      skipped: "",
      size: 1,
      members: [{ oid, name: FUTURE_OBJECTS[objtype] }],
    };
  });
}

/** Adds what the second look found out about the grantees, and about the roles as which their sessions begin. */
export function mapGrantees(
  grantees: ReadonlyMap<string, SignedIn>,
  facts: readonly GranteeRow[],
  pitfalls: readonly Pitfall[],
): Snapshot["grantees"] {
  const byRole = new Map(facts.map(({ grantee, ...row }) => [grantee, row]));
  const factsOf = ({ oid, name }: Role): GranteeFacts => {
    const row = byRole.get(oid);
    if (row === undefined) throw new Error(`the second look has no row about ${name}`);
    return row;
  };
  return new Map(
    [...grantees].map(([name, signedIn]) => [
      name,
      {
        ...signedIn,
        facts: factsOf(signedIn.role),
        actorFacts: factsOf(signedIn.actor),
        pitfalls: pitfalls.filter(({ grantee }) => grantee === signedIn.actor.oid),
      },
    ]),
  );
}

/** https://www.postgresql.org/docs/current/catalog-pg-default-acl.html (defaclobjtype) */
const FUTURE_OBJECTS = { r: "tables", S: "sequences", f: "routines" } as const;

/** https://www.postgresql.org/docs/current/catalog-pg-class.html (relkind), and SNAPSHOT's own for routines */
const KIND_OF_RELKIND: Readonly<Record<string, Kind>> = {
  r: "table",
  p: "partitioned-table",
  v: "view",
  m: "materialized-view",
  f: "foreign-table",
  S: "sequence",
  F: "function",
  P: "procedure",
  A: "aggregate",
};

/** Roles refer to each other, so all of them exist before their references are set. */
function mapRoles(rows: readonly RoleRow[]): RoleOf {
  const byName = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const roles = new Map(
    byName.map(({ inheritedBy: _, ...facts }) => [
      facts.oid,
      { ...facts, inherits: new Set<Role>(), through: [] as Role[] },
    ]),
  );
  const roleOf = (oid: Oid) => {
    const role = roles.get(oid);
    if (role === undefined) throw new Error(`role ${oid} is not in the snapshot`);
    return role;
  };
  for (const { oid, inheritedBy, through } of byName) {
    for (const heir of inheritedBy) roleOf(heir).inherits.add(roleOf(oid));
    roleOf(oid).through.push(...through.map(roleOf));
  }
  return roleOf;
}

function mapSchema(
  { oid, name, usableBy }: SchemaRow,
  { held, ...facts }: Securable,
  roleOf: RoleOf,
): Schema {
  const creators = [...held].filter(([, privileges]) => privileges.has("CREATE"));
  return {
    oid,
    name,
    ...facts,
    usableBy: new Set(usableBy.map(roleOf)),
    creatableBy: new Set(creators.map(([role]) => role)),
  };
}

function mapSingle(kind: Kind, row: SecurableRow & Member, mapSecurable: MapSecurable): Group {
  return {
    kind,
    ...mapSecurable(kind, row.oid, row),
    skipped: "",
    size: 1,
    members: [{ oid: row.oid, name: row.name }],
  };
}

function mapGroup(
  row: GroupRow,
  schemas: ReadonlyMap<Oid, Schema>,
  members: readonly Member[],
  mapSecurable: MapSecurable,
): Group {
  const schema = schemas.get(row.schema);
  const kind = KIND_OF_RELKIND[row.relkind];
  if (schema === undefined || kind === undefined)
    throw new Error(`group ${row.representative} is of no schema or kind asked for`);
  return {
    kind,
    schema,
    ...mapSecurable(row.relkind, row.representative, row),
    skipped: row.skipped,
    size: row.size,
    members,
  };
}

function mapMembers({ oids, names, arguments: signatures }: MembersRow): readonly Member[] {
  return oids.map((oid, n) => ({
    oid,
    name: names[n] ?? "",
    ...(signatures && { arguments: signatures[n] ?? "" }),
  }));
}

type Securable = Pick<Group, "owner" | "acl" | "held">;

/** @returns a function of the row's relkind (or `schema`, `database`), its oid and the row */
function securables(rows: readonly Facts["acl"][], roleOf: RoleOf) {
  const acls = new Map(rows.map((row) => [groupKey(row), row.items.map((item) => mapAclItem(item, roleOf))]));
  return (relkind: string, representative: Oid, { owner, held }: SecurableRow): Securable => ({
    owner: roleOf(owner),
    acl: acls.get(groupKey({ relkind, representative })) ?? [],
    held: mapHeld(held, roleOf),
  });
}

function mapHeld(held: SecurableRow["held"], roleOf: RoleOf): Group["held"] {
  return new Map(Object.entries(held ?? {}).map(([oid, privileges]) => [roleOf(oid), new Set(privileges)]));
}

type MapSecurable = ReturnType<typeof securables>;

function mapAclItem<Row extends AclRow>(
  row: Row,
  roleOf: RoleOf,
): Omit<Row, "grantor" | "grantee"> & AclItem {
  return {
    ...row,
    grantor: roleOf(row.grantor),
    grantee: row.grantee === EVERYBODY.oid ? PUBLIC : roleOf(row.grantee),
  };
}

function mapColumn({ relation, name, items }: ColumnRow, group: Group, roleOf: RoleOf): ColumnAcl {
  return { group, member: { oid: relation, name }, items: items.map((item) => mapAclItem(item, roleOf)) };
}

export interface SnapshotRow {
  readonly section: string;
  readonly facts: unknown;
}

export interface DefaultPrivilegesRow extends Pick<SecurableRow, "held"> {
  /** 0: all schemas. */
  readonly schema: Oid;
  readonly creator: Oid;
  readonly objtype: keyof typeof FUTURE_OBJECTS;
  readonly items: readonly AclRow[] | null;
}

/** The facts of each section, as SNAPSHOT builds them. */
interface Facts {
  server: ServerFacts & { readonly sessionUser: Oid; readonly nextTransaction: string };
  role: RoleRow;
  grantee: SessionRow;
  database: SecurableRow & Member;
  schema: SchemaRow;
  group: GroupRow;
  acl: GroupKey & { readonly items: readonly AclRow[] };
  members: MembersRow;
  column: ColumnRow;
  "known-schema": { readonly name: string };
  "known-role": { readonly name: string };
  "unmatched-pattern": { readonly ordinal: number };
}

interface SessionRow {
  readonly name: string;
  readonly oid: Oid;
  readonly session: Oid;
  readonly refused: readonly string[];
}

interface AclRow extends Pick<AclItem, "privilege" | "grantable"> {
  readonly grantor: Oid;
  readonly grantee: Oid;
}

interface SecurableRow {
  readonly owner: Oid;
  readonly held: Readonly<Record<string, readonly Privilege[]>> | null;
}

interface RoleRow extends Omit<Role, "inherits" | "through"> {
  /** The grantees, and the roles as which their sessions begin, that have its privileges without SET ROLE. */
  readonly inheritedBy: readonly Oid[];
  readonly through: readonly Oid[];
}

interface SchemaRow extends SecurableRow, Member {
  readonly usableBy: readonly Oid[];
}

interface GroupRow extends SecurableRow, GroupKey {
  readonly schema: Oid;
  readonly skipped: Group["skipped"];
  readonly size: number;
  readonly relacl: string | null;
  readonly rowSecurity: boolean;
  readonly triggers: boolean;
}

/** The members of a group, in one order. */
interface MembersRow extends GroupKey {
  readonly oids: readonly Oid[];
  readonly names: readonly string[];
  /** Of routines only. */
  readonly arguments?: readonly string[];
}

interface ColumnRow extends GroupKey {
  readonly relation: Oid;
  readonly name: string;
  readonly items: readonly (AclRow & { readonly column: string })[];
}

interface UndeclaredRow extends GroupKey {
  /** Of privileges on columns. */
  readonly relation: Oid | null;
  readonly columns: readonly string[] | null;
  readonly grantor: Oid;
  readonly grantees: readonly Oid[];
  readonly privileges: readonly Privilege[];
}
