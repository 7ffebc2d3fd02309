import { isRoutine } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import {
  type AclItem,
  type Grantee,
  type Group,
  type Oid,
  type Pitfall,
  PUBLIC,
  type Role,
  type Schema,
  type ServerFacts,
  type Snapshot,
  type UndeclaredLook,
} from "../model/snapshot.ts";
import { compare } from "../text/groups.ts";
import type { LabelRow, OwnershipRow } from "./grantees.sql.ts";

/** The result of the first statement of a look, and what the second statement has to read. */
export type FirstLook = ReturnType<typeof mapSnapshot>;

/**
 * Maps the rows of SNAPSHOT, and perhaps those of `whoCanAct`: resolves OIDs to roles, schemas and groups.
 * @throws an error about an OID that the statement did not list; so do the functions in the result
 */
export function mapSnapshot(rows: readonly SnapshotRow[]) {
  const facts = sectionsOf(rows);
  const [[server], [database]] = [facts("server"), facts("database")];
  if (server === undefined || database === undefined) throw new Error("the snapshot lacks its server or database");
  const { sessionUser, nextTransaction: _, sequences: __, closedRoutines: ___, ...serverFacts } = server;
  const { roles, roleOf, holderOf, aclItem } = holdersIn(facts("role"));
  const usable = new Map(facts("usable").map((row) => [row.schema, row.roles.map(roleOf)]));
  const schemas = new Map<Oid, Schema>();
  const groupFrom = ({ kind, skipped, size, schema, owner, acl, held, members }: GroupRow): Group => ({
    kind,
    skipped,
    size,
    ...(schema != null && { schema: found(schemas, schema) }),
    owner: roleOf(owner),
    acl: (acl ?? []).map(aclItem),
    held: new Map(Object.entries(held ?? {}).map(([oid, privileges]) => [roleOf(oid), new Set(privileges)])),
    members: members ?? [],
  });
  const signedIn = ({ name: _, oid, session, ...settings }: Facts["grantee"]) => {
    return { role: roleOf(oid), actor: roleOf(session), ...settings };
  };
  const [ofDatabase, ...ofSchemas] = [database, ...facts("schema")].map(groupFrom) as [Group, ...Group[]];
  for (const { owner, acl, members } of ofSchemas)
    for (const { oid, name } of members)
      schemas.set(oid, { oid, name, owner, acl, usableBy: new Set(usable.get(oid)) });
  const asked = facts("group").map((row) => ({ ...row, group: groupFrom(row) }));
  const relations = asked.filter(({ kind }) => !isRoutine(kind));
  const byRepresentative = new Map(relations.map(({ representative, group }) => [representative, group]));
  const relationsOf = (representative: Oid) => found(byRepresentative, representative);

  return {
    snapshot: {
      server: { ...serverFacts, versionText: server.versionText.split(" ")[0] ?? "" },
      sessionUser: roleOf(sessionUser),
      database: { name: ofDatabase.members[0]?.name ?? "", owner: ofDatabase.owner },
      schemas: [...schemas.values()].sort((a, b) => compare(a.name, b.name)),
      groups: [ofDatabase, ...ofSchemas, ...asked.map(({ group }) => group)],
      columns: facts("column").map(({ representative, relation, name, items }) => ({
        group: relationsOf(representative),
        member: { oid: relation, name },
        items: items.map(aclItem),
      })),
      knownSchemas: facts("known-schema"),
      knownRoles: facts("known-role"),
      unmatchedPatterns: facts("unmatched-pattern"),
    },
    grantees: new Map(facts("grantee").map((row) => [row.name, signedIn(row)] as const)),
    server,
    roles,
    roleOf,
    holderOf,
    groupFrom,
    /** The relations that one of them was asked about. */
    relationsOf,
    /** The groups of relations and routines, each with the object that the server was asked about. */
    asked,
  };
}

/** Maps the rows of `undeclaredPrivileges`: the roles and objects as in a snapshot, and who holds what. */
export function mapUndeclared(rows: readonly SnapshotRow[]): UndeclaredLook {
  const { snapshot, roleOf, holderOf, relationsOf } = mapSnapshot(rows);
  return {
    snapshot,
    found: sectionsOf(rows)("undeclared").map((row) => {
      const { representative, relation, grantor, grantees, privileges, columns } = row;
      const group = relationsOf(representative);
      return {
        group,
        members: relation === null ? group.members : group.members.filter(({ oid }) => oid === relation),
        grantor: roleOf(grantor),
        holders: grantees.map(holderOf),
        privileges,
        ...(columns && { columns }),
      };
    }),
  };
}

/** Adds what the second look found out about the grantees, and about the roles as which their sessions begin. */
export function mapGrantees(
  grantees: FirstLook["grantees"],
  labels: readonly LabelRow[],
  ownerships: readonly OwnershipRow[],
  pitfalls: readonly Pitfall[],
): Snapshot["grantees"] {
  return new Map(
    [...grantees].map(([name, signedIn]): [string, Grantee] => {
      const isOwn = ({ grantee }: { readonly grantee: Oid }) => grantee === signedIn.role.oid;
      const { labels: own = [], labelsInUse = false } = labels.find(isOwn) ?? {};
      const ofActor = pitfalls.filter(({ grantee }) => grantee === signedIn.actor.oid);
      return [name, { ...signedIn, labels: own, labelsInUse, ownerships: ownerships.filter(isOwn), pitfalls: ofActor }];
    }),
  );
}

function found<T>(all: ReadonlyMap<Oid, T>, oid: Oid): T {
  const one = all.get(oid);
  if (one === undefined) throw new Error(`OID ${oid} is not in the snapshot`);
  return one;
}

/** Roles refer to each other: all of them exist before their references are set. The last row of a role counts. */
function holdersIn(rows: readonly RoleRow[]) {
  const last = [...new Map(rows.map((row) => [row.oid, row])).values()];
  const byName = last.sort((a, b) => compare(a.name, b.name));
  const roles = new Map(
    byName.map(({ inheritedBy: _, ...facts }) => [
      facts.oid,
      { ...CANNOT_ACT, ...facts, inherits: new Set<Role>(), viaRoles: [] as Role[] },
    ]),
  );
  for (const { oid, inheritedBy, viaRoles = [] } of byName) {
    for (const heir of inheritedBy) found(roles, heir).inherits.add(found(roles, oid));
    found(roles, oid).viaRoles.push(...viaRoles.map((other) => found(roles, other)));
  }
  const roleOf = (oid: Oid): Role => found(roles, oid);
  const holderOf = (oid: Oid) => (oid === PUBLIC.oid ? PUBLIC : roleOf(oid));
  const aclItem = <Row extends AclRow>(row: Row) => ({
    ...row,
    grantor: roleOf(row.grantor),
    grantee: holderOf(row.grantee),
  });
  return { roles: [...roles.values()], roleOf, holderOf, aclItem };
}

/** The facts of a role that only `whoCanAct` reads: without its rows, nothing has to be changed. */
const CANNOT_ACT = {
  connects: false,
  roleSet: false,
  inherited: false,
  settable: false,
  grantableBy: null,
  memberOfLogin: false,
  membership: null,
};

export interface SnapshotRow {
  readonly section: string;
  readonly facts: unknown;
}

function sectionsOf(rows: readonly SnapshotRow[]) {
  const sections = Map.groupBy(rows, ({ section }) => section);
  return <S extends keyof Facts>(section: S) => (sections.get(section) ?? []).map((row) => row.facts as Facts[S]);
}

/** The facts of each section, as the statements build them. */
interface Facts {
  server: ServerFacts & {
    readonly sessionUser: Oid;
    /** What is written later is written by it or a later transaction. */
    readonly nextTransaction: string;
    /** How many sequences all schemas have. */
    readonly sequences: number;
    /** Not everybody may execute each function. */
    readonly closedRoutines: boolean;
  };
  role: RoleRow;
  /** `session`: the role as which its sessions begin. */
  grantee: Pick<Grantee, "readOnly" | "searchPath"> & {
    readonly name: string;
    readonly oid: Oid;
    readonly session: Oid;
  };
  database: GroupRow;
  schema: GroupRow;
  usable: { readonly schema: Oid; readonly roles: readonly Oid[] };
  group: AskedRow;
  column: {
    readonly representative: Oid;
    readonly relation: Oid;
    readonly name: string;
    readonly items: readonly (AclRow & { readonly column: string })[];
  };
  "known-schema": string;
  "known-role": string;
  "unmatched-pattern": string;
  undeclared: UndeclaredRow;
}

type CanAct = typeof CANNOT_ACT;

/** The facts in CANNOT_ACT are only in the rows of `whoCanAct`. */
interface RoleRow extends Omit<Role, "inherits" | "viaRoles" | keyof CanAct>, Partial<Pick<Role, keyof CanAct>> {
  /** The grantees, and the roles as which their sessions begin, that have its privileges without SET ROLE. */
  readonly inheritedBy: readonly Oid[];
  readonly viaRoles?: readonly Oid[];
}

/** A group, also one of default privileges. */
export interface GroupRow extends Pick<Group, "kind" | "skipped" | "size"> {
  readonly schema?: Oid | null;
  readonly owner: Oid;
  readonly acl: readonly AclRow[] | null;
  readonly held?: Readonly<Record<Oid, readonly Privilege[]>> | null;
  readonly members: Group["members"] | null;
}

/** A group of relations or routines, and the object that the server was asked about for it. */
interface AskedRow extends GroupRow {
  readonly representative: Oid;
  /** The ACL of all, as the server prints it. */
  readonly relacl?: string | null;
  /** The server rewrites statements about it: it is a view, or has rules or row-level security. */
  readonly rewritten?: boolean;
  /** A foreign key has triggers on both tables: https://www.postgresql.org/docs/current/catalog-pg-class.html (relhastriggers) */
  readonly triggers?: boolean;
}

interface AclRow extends Pick<AclItem, "privilege" | "grantable"> {
  readonly grantor: Oid;
  readonly grantee: Oid;
}

interface UndeclaredRow {
  readonly representative: Oid;
  /** Of privileges on columns. */
  readonly relation: Oid | null;
  readonly columns: readonly string[] | null;
  readonly grantor: Oid;
  readonly grantees: readonly Oid[];
  readonly privileges: readonly Privilege[];
}
