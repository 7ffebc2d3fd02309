import { isRoutine } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import type { Kind } from "../model/report.ts";
import type {
  AclItem,
  ColumnAcl,
  ColumnAclItem,
  Group,
  Member,
  Oid,
  Role,
  Schema,
  ServerFacts,
  SessionRole,
  Snapshot,
} from "../model/snapshot.ts";

/** What the first statement of a look shows, and what the second has to read. */
export interface FirstLook {
  readonly snapshot: Omit<Snapshot, "pitfalls" | "granteeFacts">;
  /** The objects that the server was asked about, most of them for others too. */
  readonly representatives: readonly Representative[];
  /** The transaction that comes next: what is written later is written by it or a later one. */
  readonly nextTransaction: string;
  /** Whether there is anything here that row-level security, a view or a missing user mapping could make fail. */
  readonly hasRowSecurity: boolean;
  readonly hasViews: boolean;
  readonly hasForeignTables: boolean;
}

/** The relation or routine that the server was asked about for its group, with the owner and ACL of the group. */
export interface Representative {
  readonly routine: boolean;
  readonly oid: Oid;
  readonly owner: Oid;
  readonly relacl: string | null;
  readonly group: Group | undefined;
  /** Whether its group has other members. */
  readonly forOthers: boolean;
}

/** Maps the rows of SNAPSHOT, the only place that knows their form. `exclude`: the patterns as they were passed. */
export function mapSnapshot(rows: readonly SnapshotRow[], exclude: readonly string[]): FirstLook {
  const sections = Map.groupBy(rows, ({ section }) => section);
  const facts = <S extends keyof Facts>(section: S): Facts[S][] =>
    (sections.get(section) ?? []).map((row) => row.facts as Facts[S]);
  const [first] = facts("server");
  if (first === undefined) throw new Error("the snapshot has no server row");
  const { sessionUser, nextTransaction, ...server } = first;

  const schemas = new Map(facts("schema").map((row) => [row.oid, mapSchema(row)]));
  const members = new Map(facts("members").map((row) => [groupKey(row), mapMembers(row)]));
  const groups = new Map(
    facts("group").map((row) => [groupKey(row), mapGroup(row, schemas, members.get(groupKey(row)) ?? [])]),
  );
  const snapshot = {
    server: { ...server, versionText: server.versionText.split(" ")[0] ?? "" },
    sessionUser,
    roles: new Map(facts("role").map((row) => [row.oid, mapRole(row)])),
    grantees: new Map(facts("grantee").map(({ name, oid }) => [name, oid])),
    sessions: new Map(facts("grantee").flatMap(mapSession)),
    schemas: [...schemas.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    groups: [
      ...facts("database").map((row) => mapSingle("database", row)),
      ...facts("schema").map((row) => mapSingle("schema", row)),
      ...groups.values(),
    ],
    columns: facts("column").map((row) => mapColumn(row, groups)),
    knownSchemas: facts("known-schema").map(({ name }) => name),
    knownRoles: facts("known-role").map(({ name }) => name),
    unmatchedPatterns: facts("unmatched-pattern").map(({ ordinal }) => exclude[ordinal - 1] ?? ""),
  };
  return {
    snapshot,
    representatives: facts("group")
      .filter(({ skipped }) => skipped === "")
      .map((row) => {
        const { representative: oid, relkind, owner, relacl, size } = row;
        const kind = KIND_OF_RELKIND[relkind];
        const group = groups.get(groupKey(row));
        const routine = kind !== undefined && isRoutine(kind);
        return { routine, oid, owner, relacl, group, forOthers: size > 1 };
      }),
    nextTransaction,
    hasRowSecurity: facts("group").some(({ rowSecurity }) => rowSecurity),
    hasViews: facts("group").some(({ relkind }) => relkind === "v"),
    hasForeignTables: facts("group").some(({ relkind }) => relkind === "f"),
  };
}

/** A relation and a routine may have the same oid. */
function groupKey({ relkind, representative }: { relkind: string; representative: Oid }): string {
  return `${relkind} ${representative}`;
}

/** Maps the rows of `defaultPrivileges` to groups of one: a creator's next tables, sequences or routines. */
export function mapDefaultPrivileges(
  rows: readonly DefaultPrivilegesRow[],
  schemas: readonly Schema[],
): readonly Group[] {
  const schemaByOid = new Map(schemas.map((schema) => [schema.oid, schema]));
  const pairs = Map.groupBy(rows, ({ schema, creator, objtype }) => `${schema} ${creator} ${objtype}`);
  return [...pairs.values()].flatMap((ofPair) => {
    const [{ schema: oid, creator, objtype }] = ofPair as [DefaultPrivilegesRow];
    const schema = schemaByOid.get(oid);
    if (schema === undefined) return [];
    return {
      kind: "default-privileges",
      schema,
      owner: creator,
      acl: [],
      held: new Map(ofPair.map(({ grantee, held }) => [grantee, new Set(held ?? [])])),
      skipped: "",
      size: 1,
      members: [{ oid, name: FUTURE_OBJECTS[objtype] }],
    };
  });
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

function mapRole(row: RoleRow): Role {
  return { ...row, inheritedBy: new Set(row.inheritedBy) };
}

function mapSession({ oid, session: role, refused }: GranteeRow): readonly (readonly [Oid, SessionRole])[] {
  return role === oid && refused.length === 0 ? [] : [[oid, { role, refused }]];
}

function mapSchema({ oid, name, owner, usableBy, held }: SchemaRow): Schema {
  const creators = Object.entries(held ?? {}).filter(([, privileges]) => privileges.includes("CREATE"));
  return {
    oid,
    name,
    owner,
    usableBy: new Set(usableBy),
    creatableBy: new Set(creators.map(([grantee]) => grantee)),
  };
}

function mapSingle(kind: Kind, row: SecurableRow & Member): Group {
  return { kind, ...mapSecurable(row), skipped: "", size: 1, members: [{ oid: row.oid, name: row.name }] };
}

function mapGroup(row: GroupRow, schemas: ReadonlyMap<Oid, Schema>, members: readonly Member[]): Group {
  const schema = schemas.get(row.schema);
  const kind = KIND_OF_RELKIND[row.relkind];
  if (schema === undefined || kind === undefined)
    throw new Error(`group ${row.representative} is of no schema or kind asked for`);
  return {
    kind,
    schema,
    ...mapSecurable(row),
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

/** An empty ACL explodes to no rows at all, and so to NULL. */
function mapSecurable({ owner, acl, held }: SecurableRow): Pick<Group, "owner" | "acl" | "held"> {
  const heldByOid = new Map(
    Object.entries(held ?? {}).map(([oid, privileges]) => [oid, new Set(privileges)]),
  );
  return { owner, acl: acl ?? [], held: heldByOid };
}

function mapColumn(row: ColumnRow, groups: ReadonlyMap<Oid, Group>): ColumnAcl {
  const group = groups.get(groupKey(row));
  if (group === undefined) throw new Error(`group ${row.representative} of a column is not in the snapshot`);
  const { relation, name, items } = row;
  return { group, member: { oid: relation, name }, items };
}

export interface SnapshotRow {
  readonly section: string;
  readonly facts: unknown;
}

export interface DefaultPrivilegesRow {
  readonly schema: Oid;
  readonly creator: Oid;
  readonly objtype: keyof typeof FUTURE_OBJECTS;
  readonly grantee: Oid;
  readonly held: readonly Privilege[] | null;
}

/** The facts of each section, as SNAPSHOT builds them. */
interface Facts {
  server: ServerFacts & { readonly sessionUser: Oid; readonly nextTransaction: string };
  role: RoleRow;
  grantee: GranteeRow;
  database: SecurableRow & Member;
  schema: SchemaRow;
  group: GroupRow;
  members: MembersRow;
  column: ColumnRow;
  "known-schema": { readonly name: string };
  "known-role": { readonly name: string };
  "unmatched-pattern": { readonly ordinal: number };
}

interface GranteeRow {
  readonly name: string;
  readonly oid: Oid;
  readonly session: Oid;
  readonly refused: readonly string[];
}

interface SecurableRow {
  readonly owner: Oid;
  readonly acl: readonly AclItem[] | null;
  readonly held: Readonly<Record<string, readonly Privilege[]>> | null;
}

type RoleRow = Omit<Role, "inheritedBy"> & { readonly inheritedBy: readonly Oid[] };

interface SchemaRow extends SecurableRow, Member {
  readonly usableBy: readonly Oid[];
}

interface GroupRow extends SecurableRow {
  readonly schema: Oid;
  readonly relkind: string;
  readonly skipped: Group["skipped"];
  readonly size: number;
  readonly representative: Oid;
  readonly relacl: string | null;
  readonly rowSecurity: boolean;
}

/** The members of a group, in one order. */
interface MembersRow {
  readonly relkind: string;
  readonly representative: Oid;
  readonly oids: readonly Oid[];
  readonly names: readonly string[];
  /** Of routines only. */
  readonly arguments?: readonly string[];
}

interface ColumnRow {
  readonly relkind: string;
  readonly relation: Oid;
  readonly name: string;
  readonly representative: Oid;
  readonly items: readonly ColumnAclItem[];
}
