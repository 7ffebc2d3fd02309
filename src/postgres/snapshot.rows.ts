import { isRoutine } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import {
  type AclItem,
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
import { compare } from "../text/groups.ts";
import type { GranteeRow, OwnershipRow } from "./grantees.sql.ts";

/** The result of the first statement of a look, and what the second statement has to read. */
export interface FirstLook {
  readonly snapshot: Omit<Snapshot, "grantees">;
  readonly grantees: ReadonlyMap<string, SignedIn>;
  readonly roles: readonly Role[];
  /** Resolves the OIDs in a row. All of these throw an error about what the statement did not list. */
  readonly roleOf: (oid: Oid) => Role;
  readonly groupFrom: (row: GroupRow) => Group;
  /** The relations that one of them was asked about. */
  readonly relationsOf: (representative: Oid) => Group;
  /** The objects that the server was asked about, most of them for others too. */
  readonly representatives: readonly Representative[];
  /** The transaction that comes next: what is written later is written by it or a later one. */
  readonly nextTransaction: string;
  /** There are sequences in schemas that are not checked. */
  readonly otherSequences: boolean;
  readonly hasRowSecurity: boolean;
  /** A foreign key has triggers on both tables: https://www.postgresql.org/docs/current/catalog-pg-class.html (relhastriggers) */
  readonly hasTriggers: boolean;
}

/** A grantee, and who its sessions are. */
export type SignedIn = Pick<Grantee, "role" | "actor" | "refused"> & Pick<GranteeFacts, "readOnly">;

/** The relation or routine that the server was asked about for its group, with the owner and ACL of the group. */
export interface Representative {
  readonly routine: boolean;
  readonly oid: Oid;
  readonly owner: Oid;
  readonly relacl: string | null;
  readonly group: Group;
  /** True if its group has other members. */
  readonly forOthers: boolean;
}

/**
 * Maps the rows of SNAPSHOT: resolves OIDs to roles, schemas and groups.
 * @param exclude the patterns as they were passed
 */
export function mapSnapshot(rows: readonly SnapshotRow[], exclude: readonly string[]): FirstLook {
  const sections = Map.groupBy(rows, ({ section }) => section);
  const facts = <S extends keyof Facts>(section: S) =>
    (sections.get(section) ?? []).map((row) => row.facts as Facts[S]);
  const [first] = facts("server");
  if (first === undefined) throw new Error("the snapshot has no server row");
  const { sessionUser, nextTransaction, otherSequences, ...server } = first;

  const roles = mapRoles(facts("role"));
  const roleOf = (oid: Oid) => found(roles, oid);
  const usable = new Map(facts("usable").map((row) => [row.schema, row.roles.map(roleOf)]));
  const schemas = new Map<Oid, Schema>();
  const groupFrom = (row: GroupRow) => mapGroup(row, schemas, roleOf);
  const schemaGroups = facts("schema").map((row) => {
    const group = groupFrom(row);
    const schema = mapSchema(group, usable);
    schemas.set(schema.oid, schema);
    return group;
  });
  const groups = facts("group").map((row) => ({ row, group: groupFrom(row) }));
  const asked = groups.filter(({ row }) => row.representative !== undefined);
  const relations = new Map(
    asked.filter(({ group }) => !isRoutine(group.kind)).map(({ row, group }) => [row.representative ?? "", group]),
  );
  const relationsOf = (representative: Oid) => found(relations, representative);
  const database = groups.find(({ group }) => group.kind === "database")?.group;
  if (database === undefined) throw new Error("the snapshot has no database row");

  return {
    snapshot: {
      server: { ...server, versionText: server.versionText.split(" ")[0] ?? "" },
      sessionUser: roleOf(sessionUser),
      database: { name: database.members[0]?.name ?? "", owner: database.owner },
      schemas: [...schemas.values()].sort((a, b) => compare(a.name, b.name)),
      groups: [database, ...schemaGroups, ...groups.flatMap(({ group }) => (group === database ? [] : [group]))],
      columns: facts("column").map(({ representative, relation, name, items }) => ({
        group: relationsOf(representative),
        member: { oid: relation, name },
        items: items.map((item) => ({ column: item.column, ...mapAclItem(item, roleOf) })),
      })),
      knownSchemas: facts("known-schema"),
      knownRoles: facts("known-role"),
      unmatchedPatterns: facts("unmatched-pattern").map((ordinal) => exclude[ordinal - 1] ?? ""),
    },
    grantees: new Map(facts("grantee").map((row) => [row.name, mapSession(row, roleOf)])),
    roles: [...roles.values()],
    roleOf,
    groupFrom,
    relationsOf,
    representatives: asked.flatMap(({ row, group }) => (row.skipped === "" ? mapAsked(row, group) : [])),
    nextTransaction,
    otherSequences,
    hasRowSecurity: groups.some(({ row }) => row.rowSecurity),
    hasTriggers: groups.some(({ row }) => row.triggers),
  };
}

/** Maps the rows of `undeclaredPrivileges`: the roles and objects as in a snapshot, and who holds what. */
export function mapUndeclared(rows: readonly SnapshotRow[]): UndeclaredLook {
  const { snapshot, roleOf, relationsOf } = mapSnapshot(rows, []);
  const undeclared = rows.filter(({ section }) => section === "undeclared");
  return {
    snapshot,
    found: undeclared.map(({ facts }) => {
      const { representative, relation, grantor, grantees, privileges, columns } = facts as UndeclaredRow;
      const group = relationsOf(representative);
      return {
        group,
        members: relation === null ? group.members : group.members.filter(({ oid }) => oid === relation),
        grantor: roleOf(grantor),
        holders: grantees.map((oid) => (oid === PUBLIC.oid ? PUBLIC : roleOf(oid))),
        privileges,
        ...(columns && { columns }),
      };
    }),
  };
}

/** Adds what the second look found out about the grantees, and about the roles as which their sessions begin. */
export function mapGrantees(
  grantees: ReadonlyMap<string, SignedIn>,
  facts: readonly GranteeRow[],
  ownerships: readonly OwnershipRow[],
  pitfalls: readonly Pitfall[],
): Snapshot["grantees"] {
  const byRole = new Map(facts.map(({ grantee, ...row }) => [grantee, row]));
  return new Map(
    [...grantees].map(([name, { readOnly, ...signedIn }]): [string, Grantee] => {
      const { role, actor } = signedIn;
      const own = { readOnly, ownerships: ownerships.filter(({ grantee }) => grantee === role.oid) };
      return [
        name,
        {
          ...signedIn,
          facts: { ...found(byRole, role.oid), ...own },
          actorFacts: { ...found(byRole, actor.oid), ...own },
          pitfalls: pitfalls.filter(({ grantee }) => grantee === actor.oid),
        },
      ];
    }),
  );
}

function found<T>(all: ReadonlyMap<Oid, T>, oid: Oid): T {
  const one = all.get(oid);
  if (one === undefined) throw new Error(`OID ${oid} is not in the snapshot`);
  return one;
}

/** Roles refer to each other: all of them exist before their references are set. The last row of a role counts. */
function mapRoles(rows: readonly RoleRow[]): ReadonlyMap<Oid, Role> {
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
  return roles;
}

/** Until it is asked for. */
const CANNOT_ACT = {
  connects: false,
  roleSet: false,
  inherited: false,
  settable: false,
  administered: false,
  grantable: false,
  memberOfLogin: false,
  membership: null,
};

function mapGroup(row: GroupRow, schemas: ReadonlyMap<Oid, Schema>, roleOf: (oid: Oid) => Role): Group {
  const { kind, schema, owner, acl, held, skipped, size, members } = row;
  return {
    kind,
    ...(schema != null && { schema: found(schemas, schema) }),
    owner: roleOf(owner),
    acl: (acl ?? []).map((item) => mapAclItem(item, roleOf)),
    held: new Map(Object.entries(held ?? {}).map(([oid, privileges]) => [roleOf(oid), new Set(privileges)])),
    skipped,
    size,
    members: members ?? [],
  };
}

function mapSession({ oid, session, refused, readOnly }: SessionRow, roleOf: (oid: Oid) => Role): SignedIn {
  return { role: roleOf(oid), actor: roleOf(session), refused, readOnly };
}

function mapAsked({ representative = "", owner, relacl = null, size }: GroupRow, group: Group): Representative {
  return { routine: isRoutine(group.kind), oid: representative, owner, relacl, group, forOthers: size > 1 };
}

function mapSchema({ owner, acl, held, members: [itself] }: Group, usable: ReadonlyMap<Oid, readonly Role[]>): Schema {
  const { oid = "", name = "" } = itself ?? {};
  const creators = [...held].filter(([, privileges]) => privileges.has("CREATE"));
  return {
    oid,
    name,
    owner,
    acl,
    usableBy: new Set(usable.get(oid)),
    creatableBy: new Set(creators.map(([role]) => role)),
  };
}

function mapAclItem({ grantor, grantee, privilege, grantable }: AclRow, roleOf: (oid: Oid) => Role): AclItem {
  return {
    grantor: roleOf(grantor),
    grantee: grantee === PUBLIC.oid ? PUBLIC : roleOf(grantee),
    privilege,
    grantable,
  };
}

export interface SnapshotRow {
  readonly section: string;
  readonly facts: unknown;
}

/** The facts of each section, as the statements build them. */
interface Facts {
  server: ServerFacts & {
    readonly sessionUser: Oid;
    readonly nextTransaction: string;
    readonly otherSequences: boolean;
  };
  role: RoleRow;
  grantee: SessionRow;
  schema: GroupRow;
  usable: { readonly schema: Oid; readonly roles: readonly Oid[] };
  group: GroupRow;
  column: ColumnRow;
  "known-schema": string;
  "known-role": string;
  "unmatched-pattern": number;
}

interface SessionRow extends Pick<GranteeFacts, "readOnly"> {
  readonly name: string;
  readonly oid: Oid;
  /** The role as which its sessions begin. */
  readonly session: Oid;
  readonly refused: readonly string[];
}

type CanAct = typeof CANNOT_ACT;

/** Without what CANNOT_ACT has, unless it is asked for. */
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
  readonly members: readonly Member[] | null;
  /** The object that was asked about; absent for the database, a schema and default privileges. */
  readonly representative?: Oid;
  readonly relacl?: string | null;
  readonly rowSecurity?: boolean;
  readonly triggers?: boolean;
}

interface AclRow extends Pick<AclItem, "privilege" | "grantable"> {
  readonly grantor: Oid;
  readonly grantee: Oid;
}

interface ColumnRow {
  readonly representative: Oid;
  readonly relation: Oid;
  readonly name: string;
  readonly items: readonly (AclRow & { readonly column: string })[];
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
