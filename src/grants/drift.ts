import type { Demand } from "../model/demand.ts";
import { isInSchema, isRelation, isRoutine, rankOf, typeOf } from "../model/kinds.ts";
import { grantOptionOf, inOrder, type Privilege, SEQUENCE_PRIVILEGES, tablePrivilegesOf } from "../model/privileges.ts";
import type { Held, ObjectCounts } from "../model/report.ts";
import {
  type AclItem,
  type ColumnAcl,
  type ColumnAclItem,
  type Grantee,
  type Group,
  type Holder,
  heldBy,
  keyOfMember,
  type Member,
  type SignedIn,
  type Snapshot,
} from "../model/snapshot.ts";
import { compare, groupsOf } from "../text/groups.ts";
import { holds, sourcesOf } from "./sources.ts";

/** Privileges on one object that a grantee lacks, or holds beyond the demand. */
export interface Difference {
  readonly grantee: Grantee;
  readonly group: Group;
  readonly member: Member;
  readonly privileges: readonly Privilege[];
  /** The ACLs of the relation's columns, if some grantee holds more on them than is demanded. */
  readonly columns: readonly ColumnAclItem[];
}

/** The differences between what one grantee holds and the demand. */
export interface Drift {
  readonly objects: ObjectCounts;
  readonly missing: readonly Difference[];
  readonly extra: readonly Difference[];
  /** Default privileges that are missing or extra, if they are not demanded: what the next migration brings. */
  readonly future: { readonly missing: readonly Difference[]; readonly extra: readonly Difference[] };
  readonly held: readonly Held[];
}

/** Returns a function that compares what a grantee in the snapshot holds with the demand. */
export function driftsIn(snapshot: Snapshot, demand: Demand): (grantee: Grantee) => Drift {
  const groups = snapshot.groups.filter((group) => group.skipped === "");
  const objects = objectCounts(snapshot.groups, demand);
  const demanded = new Map(groups.map((group) => [group, demandedOn(group, demand, snapshot.server.version)]));
  const listed = listedIn(groups, snapshot.columns);
  const isDefault = ({ kind }: Group) => kind === "default-privileges";
  const isFuture = ({ group }: Difference) => isDefault(group) && !demand.defaultPrivileges;
  return (grantee) => {
    const { actor } = grantee;
    const onGroups = (privilegesOn: (group: Group, demanded: readonly Privilege[]) => readonly Privilege[]) =>
      new Map([...demanded].map(([group, ofGroup]) => [group, inOrder(privilegesOn(group, ofGroup))]));
    const lacking = onGroups((group, ofGroup) => {
      if (isDefault(group) && (group.owner === actor || group.schema === undefined)) return [];
      return lackingOn(group, ofGroup, grantee);
    });
    const beyond = onGroups((group, ofGroup) => beyondIn(group.acl, mayBeExtra(group, grantee), ofGroup, grantee));
    const missing = differences(listed, grantee, ({ group }) => lacking.get(group) ?? []);
    const extra = differences(listed, grantee, ({ group, items }) => {
      if (demand.onExtra === "ignore" || group.owner === actor) return [];
      const onGroup = beyond.get(group) ?? [];
      if (items === undefined) return onGroup;
      return inOrder([...onGroup, ...beyondIn(items, givenTo(grantee, items), demanded.get(group) ?? [], grantee)]);
    });
    return {
      objects,
      missing: missing.filter((each) => !isFuture(each)),
      extra: extra.filter((each) => !isFuture(each)),
      future: { missing: missing.filter(isFuture), extra: extra.filter(isFuture) },
      held: countSources(demanded, grantee),
    };
  };
}

/** False if the demand is met exactly, so that no plan needs to know who can act. */
export function mayDiffer(
  { groups, columns, server }: Pick<Snapshot, "groups" | "columns" | "server">,
  demand: Demand,
  grantees: readonly SignedIn[],
): boolean {
  const mayDifferOn = (group: Group) => {
    if (isInSchema(group.kind)) return group.members.length > 0;
    const demanded = demandedOn(group, demand, server.version);
    const isLacking = grantees.some((grantee) => lackingOn(group, demanded, grantee).length > 0);
    return isLacking || group.acl.some(({ grantable }) => grantable);
  };
  return demand.defaultPrivileges || columns.length > 0 || groups.some(mayDifferOn);
}

/** The demanded privileges that a grantee does not hold on the objects of a group. */
function lackingOn(group: Group, demanded: readonly Privilege[], grantee: SignedIn): readonly Privilege[] {
  const held = heldBy(group, grantee);
  return demanded.filter((privilege) => !held.has(privilege));
}

/** An object that the snapshot lists, with the ACLs of its columns if a grantee may hold more on them than is demanded. */
type Listed = Pick<Difference, "group" | "member"> & Partial<Pick<ColumnAcl, "items">>;

/** The objects that the snapshot lists, in the order in which the report has them. */
function listedIn(groups: readonly Group[], columns: readonly ColumnAcl[]): readonly Listed[] {
  const members = groups.flatMap((group) => group.members.map((member): Listed => ({ group, member })));
  const ofEach = new Map([...members, ...columns].map((each) => [keyOfMember(each.group, each.member), each]));
  return [...ofEach.values()].sort(byName);
}

/** A difference for each object on which there are privileges to find. */
function differences(
  listed: readonly Listed[],
  grantee: Grantee,
  privilegesOn: (each: Listed) => readonly Privilege[],
): readonly Difference[] {
  return listed.flatMap((each) => {
    const privileges = privilegesOn(each);
    const { group, member, items: columns = NO_COLUMNS } = each;
    return privileges.length > 0 ? [{ grantee, group, member, privileges, columns }] : [];
  });
}

export const NO_COLUMNS: readonly ColumnAclItem[] = [];

/** The privileges that are extra if they are not demanded: those on relations, and what default privileges give. */
function mayBeExtra(group: Group, grantee: Grantee): readonly string[] {
  if (group.kind === "default-privileges") return givenTo(grantee, group.acl);
  return isRelation(group.kind) ? [...heldBy(group, grantee)] : [];
}

/** The privileges of the items of an ACL that give a grantee something. */
function givenTo(grantee: Grantee, acl: readonly AclItem[]): readonly string[] {
  return acl.filter((item) => holds(grantee, item)).map(({ privilege }) => privilege);
}

/** The privileges that are held and not demanded, and the grant options in an ACL on those that the grantee may keep. */
function beyondIn(
  acl: readonly AclItem[],
  held: readonly string[],
  demanded: readonly string[],
  grantee: Grantee,
): readonly Privilege[] {
  const extra = held.filter((privilege) => !demanded.includes(privilege));
  const kept = acl.filter(({ grantable, privilege }) => grantable && !extra.includes(privilege));
  return [...(extra as readonly Privilege[]), ...givenTo(grantee, kept).map(grantOptionOf)];
}

/** The privileges that are demanded on an object. `ALL` depends on the server's version. */
export function demandedOn(group: Group, demand: Demand, serverVersion: number): readonly Privilege[] {
  switch (typeOf(group)) {
    case "database":
      return ["CONNECT"];
    case "schema":
      return demand.schemaPrivileges;
    case "routine":
      return demand.routinePrivileges;
    case "sequence":
      return demand.sequencePrivileges === "ALL" ? SEQUENCE_PRIVILEGES : demand.sequencePrivileges;
    case "table":
      return demand.tablePrivileges === "ALL" ? tablePrivilegesOf(serverVersion) : demand.tablePrivileges;
  }
}

/** The same object for the same grantee, across snapshots. */
export function identify(grantee: Holder, { group, member }: Pick<Difference, "group" | "member">): string {
  return `${grantee.oid} ${keyOfMember(group, member)}`;
}

function objectCounts(groups: readonly Group[], { routinePrivileges }: Demand): ObjectCounts {
  const sum = (some: readonly Group[]) => some.reduce((total, group) => total + group.size, 0);
  const objects = groups.filter((group) => isInSchema(group.kind));
  const checked = objects.filter((group) => group.skipped === "");
  return {
    tables: sum(checked.filter((group) => typeOf(group) === "table")),
    sequences: sum(checked.filter((group) => group.kind === "sequence")),
    ...(routinePrivileges.length > 0 && { routines: sum(checked.filter((group) => isRoutine(group.kind))) }),
    skipped: sum(objects.filter((group) => group.skipped !== "")),
  };
}

/** Each held privilege once, by its first source; equal answers are counted together. */
function countSources(demanded: ReadonlyMap<Group, readonly Privilege[]>, grantee: Grantee): readonly Held[] {
  const found = new Map<string, Held>();
  for (const [group, ofGroup] of demanded) {
    if (group.kind === "default-privileges") continue;
    const all = [...heldBy(group, grantee)];
    // Of a schema, only what this run is about.
    const held = inOrder(group.kind === "schema" ? all.filter((privilege) => ofGroup.includes(privilege)) : all);
    const sources = held.map((privilege) => ({ privilege, source: sourcesOf(grantee, group, privilege)[0] }));
    for (const same of groupsOf(sources, ({ source }) => JSON.stringify(source))) {
      const [{ source }] = same;
      if (source === undefined) continue;
      const privileges = same.map(({ privilege }) => privilege);
      const key = `${group.kind} ${JSON.stringify(source)} ${privileges}`;
      const objects = (found.get(key)?.objects ?? 0) + group.size;
      found.set(key, { ...source, kind: group.kind, privileges, objects });
    }
  }
  return [...found.values()].sort((a, b) => compare(a.kind, b.kind) || b.objects - a.objects);
}

/** By schema, name and kind, in code units: the same order on every machine and in every language. */
function byName(a: Pick<Difference, "group" | "member">, b: typeof a): number {
  return (
    rankOf(a.group.kind) - rankOf(b.group.kind) ||
    compare(a.group.schema?.name ?? "", b.group.schema?.name ?? "") ||
    compare(a.member.name, b.member.name) ||
    compare(a.member.arguments ?? "", b.member.arguments ?? "") ||
    compare(a.group.kind, b.group.kind) ||
    compare(a.group.owner.oid, b.group.owner.oid)
  );
}
