import type { Demand } from "../model/demand.ts";
import { isInSchema, isRelation, isRoutine, rankOf, typeOf } from "../model/kinds.ts";
import {
  type GrantOption,
  grantOptionOf,
  inOrder,
  type Privilege,
  type SchemaPrivilege,
  SEQUENCE_PRIVILEGES,
  tablePrivilegesOf,
} from "../model/privileges.ts";
import type { Held, ObjectCounts } from "../model/report.ts";
import {
  type AclItem,
  type ColumnAcl,
  type ColumnAclItem,
  type Grantee,
  type Group,
  type Holder,
  heldBy,
  keyOf,
  type Member,
  type Snapshot,
} from "../model/snapshot.ts";
import { compare, groupsOf } from "../text/groups.ts";
import { holds, sourcesOf } from "./sources.ts";

/** Privileges on one object that a grantee lacks, or holds beyond the demand. */
export interface Finding {
  readonly grantee: Grantee;
  readonly group: Group;
  readonly member: Member;
  /** Equal lists of what is missing are one list. */
  readonly privileges: readonly Privilege[];
  /** The ACLs of the relation's columns, if some grantee holds more on them than is demanded. */
  readonly columns: readonly ColumnAclItem[];
}

/** The differences between what one grantee holds and the demand. */
export interface Drift {
  readonly objects: ObjectCounts;
  readonly missing: readonly Finding[];
  readonly extra: readonly Finding[];
  /** Default privileges that are missing or extra, if they are not demanded: what the next migration brings. */
  readonly future: { readonly missing: readonly Finding[]; readonly extra: readonly Finding[] };
  readonly held: readonly Held[];
}

/** Returns a function that compares what a grantee in the snapshot holds with the demand. */
export function driftsIn(
  snapshot: Pick<Snapshot, "groups" | "columns" | "server">,
  demand: Demand,
): (grantee: Grantee) => Drift {
  const groups = snapshot.groups.filter((group) => group.skipped === "");
  const listed = groups
    .flatMap((group, index) => group.members.map((member): Listed => ({ group, member, index })))
    .sort(byName);
  const objects = objectCounts(snapshot.groups, demand);
  const demanded = groups.map((group) => demandedOn(group, demand, snapshot.server.version));
  const isDefault = ({ kind }: Group) => kind === "default-privileges";
  const isFuture = ({ group }: Finding) => isDefault(group) && !demand.defaultPrivileges;
  const shared = shareLists();
  return (grantee) => {
    const { actor } = grantee;
    const lackingOn = (group: Group, n: number) => {
      if (isDefault(group) && (group.owner === actor || group.schema === undefined)) return [];
      const held = heldBy(group, grantee);
      return shared(inOrder((demanded[n] ?? []).filter((privilege) => !held.has(privilege))));
    };
    const beyondOn = (group: Group, n: number) => {
      if (group.owner === actor) return [];
      const beyond = mayBeExtra(group, grantee).filter((privilege) => !demanded[n]?.includes(privilege));
      return inOrder([...beyond, ...grantOptionsBeside(beyond, grantee, group.acl)]);
    };
    const lacking = findings(listed, grantee, groups.map(lackingOn));
    const beyond = demand.onExtra === "ignore" ? [] : findings(listed, grantee, groups.map(beyondOn));
    const extra = demand.onExtra === "ignore" ? [] : withColumns(beyond, snapshot, demand, grantee);
    return {
      objects,
      missing: lacking.filter((finding) => !isFuture(finding)),
      extra: extra.filter((finding) => !isFuture(finding)),
      future: { missing: lacking.filter(isFuture), extra: extra.filter(isFuture) },
      held: countSources(groups, demand, grantee),
    };
  };
}

/** False if the demand is met exactly: then nobody has to know who can change it. */
export function mayDiffer(
  { groups, columns, server }: Pick<Snapshot, "groups" | "columns" | "server">,
  demand: Demand,
  grantees: readonly Pick<Grantee, "role" | "actor">[],
): boolean {
  const lacks = (group: Group) => {
    const demanded = demandedOn(group, demand, server.version);
    return grantees.some((grantee) => demanded.some((privilege) => !heldBy(group, grantee).has(privilege)));
  };
  return (
    demand.defaultPrivileges ||
    columns.length > 0 ||
    groups.some((group) => {
      if (isInSchema(group.kind)) return group.members.length > 0;
      return group.acl.some(({ grantable }) => grantable) || lacks(group);
    })
  );
}

/** The privileges that are extra if they are not demanded: those on relations, and what default privileges give. */
function mayBeExtra(group: Group, grantee: Grantee): readonly Privilege[] {
  if (group.kind === "default-privileges")
    return group.acl.filter((item) => holds(grantee, item)).map(({ privilege }) => privilege as Privilege);
  return isRelation(group.kind) ? [...heldBy(group, grantee)] : [];
}

/** The grant options that a grantee holds on privileges that it may keep. */
function grantOptionsBeside(
  extra: readonly string[],
  grantee: Grantee,
  acl: readonly AclItem[],
): readonly GrantOption[] {
  return acl
    .filter((item) => item.grantable && !extra.includes(item.privilege) && holds(grantee, item))
    .map(({ privilege }) => grantOptionOf(privilege));
}

/** Makes equal lists one list: they can then be compared by identity. */
function shareLists(): (privileges: readonly Privilege[]) => readonly Privilege[] {
  const lists = new Map<string, readonly Privilege[]>();
  return (privileges) => {
    const key = privileges.join();
    const known = lists.get(key) ?? privileges;
    lists.set(key, known);
    return known;
  };
}

/** An object that the snapshot lists, with the index of its group. */
interface Listed extends Pick<Finding, "group" | "member"> {
  readonly index: number;
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

/** Adds to what a grantee holds beyond the demand on relations what it holds on their columns. */
function withColumns(
  beyond: readonly Finding[],
  { columns: acls, server }: Pick<Snapshot, "columns" | "server">,
  demand: Demand,
  grantee: Grantee,
): readonly Finding[] {
  const columns = new Map(acls.map((each) => [each.member.oid, each]));
  const add = (finding: Finding, { items }: ColumnAcl): Finding => {
    const demanded: readonly string[] = demandedOn(finding.group, demand, server.version);
    const more = items
      .filter((item) => !demanded.includes(item.privilege) && holds(grantee, item))
      .map(({ privilege }) => privilege as Privilege);
    const options = grantOptionsBeside([...finding.privileges, ...more], grantee, items);
    return { ...finding, privileges: inOrder([...finding.privileges, ...more, ...options]), columns: items };
  };
  const found = beyond.map((finding) => {
    const ofColumns = columns.get(finding.member.oid);
    columns.delete(finding.member.oid);
    return ofColumns === undefined ? finding : add(finding, ofColumns);
  });
  const onColumnsOnly = [...columns.values()]
    .filter(({ group }) => group.owner !== grantee.actor)
    .map((acl) => add({ grantee, group: acl.group, member: acl.member, privileges: [], columns: [] }, acl))
    .filter(({ privileges }) => privileges.length > 0);
  return [...found, ...onColumnsOnly].sort(byName);
}

/**
 * A finding for each object whose group has privileges to find, in the order in which the objects come.
 * @param ofGroups the privileges, group by group
 */
function findings(
  listed: readonly Listed[],
  grantee: Grantee,
  ofGroups: readonly (readonly Privilege[])[],
): readonly Finding[] {
  const found: Finding[] = [];
  for (const { group, member, index } of listed) {
    const privileges = ofGroups[index] ?? [];
    if (privileges.length > 0) found.push({ grantee, group, member, privileges, columns: NO_COLUMNS });
  }
  return found;
}

const NO_COLUMNS: readonly ColumnAclItem[] = [];

/** The same object for the same grantee, across snapshots. */
export function identify(grantee: Holder, { group, member }: Pick<Finding, "group" | "member">): string {
  return `${grantee.oid} ${keyOf(group, member)}`;
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
function countSources(groups: readonly Group[], demand: Demand, grantee: Grantee): readonly Held[] {
  const found = new Map<string, Held>();
  for (const group of groups.filter((group) => group.kind !== "default-privileges")) {
    // Of a schema, only what this run is about.
    const counted = (privilege: Privilege) =>
      group.kind !== "schema" || demand.schemaPrivileges.includes(privilege as SchemaPrivilege);
    const held = inOrder([...heldBy(group, grantee)].filter(counted));
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
function byName(a: Pick<Finding, "group" | "member">, b: typeof a): number {
  return (
    rankOf(a.group.kind) - rankOf(b.group.kind) ||
    compare(a.group.schema?.name ?? "", b.group.schema?.name ?? "") ||
    compare(a.member.name, b.member.name) ||
    compare(a.member.arguments ?? "", b.member.arguments ?? "") ||
    compare(a.group.kind, b.group.kind) ||
    compare(a.group.owner.oid, b.group.owner.oid)
  );
}
