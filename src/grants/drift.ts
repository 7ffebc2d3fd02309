import type { Demand } from "../model/demand.ts";
import { isInSchema, isRelation, isRoutine, rankOf, typeOf } from "../model/kinds.ts";
import {
  inOrder,
  type Privilege,
  type SchemaPrivilege,
  SEQUENCE_PRIVILEGES,
  tablePrivilegesOf,
} from "../model/privileges.ts";
import type { Held, ObjectCounts, Source } from "../model/report.ts";
import {
  actsAs,
  type ColumnAclItem,
  type Group,
  heldBy,
  keyOf,
  type Member,
  type Role,
  type Snapshot,
} from "../model/snapshot.ts";
import { holds, sourcesFor } from "./sources.ts";

/** Privileges on one object that a grantee lacks, or holds beyond the demand. */
export interface Finding {
  readonly grantee: Role;
  readonly group: Group;
  readonly member: Member;
  /** Equal lists of what is missing are one list. */
  readonly privileges: readonly Privilege[];
  /** The ACLs of the relation's columns, where some grantee holds more on them than is demanded. */
  readonly columns: readonly ColumnAclItem[];
}

/** How what one grantee holds differs from the demand. */
export interface Drift {
  readonly objects: ObjectCounts;
  readonly missing: readonly Finding[];
  /** Default privileges that are missing but not demanded: the app cannot use what the next migration creates. */
  readonly gaps: readonly Finding[];
  readonly extra: readonly Finding[];
  readonly held: readonly Held[];
}

/** Returns a function that compares what a grantee in the snapshot holds with the demand. */
export function driftsIn(snapshot: Snapshot, demand: Demand): (grantee: Role) => Drift {
  const groups = snapshot.groups.filter((group) => group.skipped === "");
  const listed = groups
    .flatMap((group, index) => group.members.map((member): Listed => ({ group, member, index })))
    .sort(byName);
  const objects = objectCounts(snapshot, demand);
  const isGap = ({ group }: Finding) => group.kind === "default-privileges" && !demand.defaultPrivileges;
  const shared = shareLists();
  return (grantee) => {
    const actor = actsAs(snapshot, grantee);
    const lackingHere = (group: Group) =>
      group.kind === "default-privileges" && group.owner === actor.oid
        ? []
        : shared(lackingOn(snapshot, group, demand, grantee));
    const lacking = findings(listed, grantee, groups.map(lackingHere));
    return {
      objects,
      missing: lacking.filter((finding) => !isGap(finding)),
      gaps: lacking.filter(isGap),
      extra: demand.onExtra === "ignore" ? [] : extraIn(snapshot, groups, listed, demand, grantee),
      held: countSources(snapshot, groups, demand, grantee),
    };
  };
}

/** Equal lists become one list, so that they can be compared by identity. */
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

/** What is demanded on an object: what `ALL` means there depends on the server's version. */
export function demandedOn(snapshot: Snapshot, group: Group, demand: Demand): readonly Privilege[] {
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
      return demand.tablePrivileges === "ALL"
        ? tablePrivilegesOf(snapshot.server.version)
        : demand.tablePrivileges;
  }
}

function lackingOn(snapshot: Snapshot, group: Group, demand: Demand, grantee: Role): readonly Privilege[] {
  const held = heldBy(snapshot, group, grantee);
  return inOrder(demandedOn(snapshot, group, demand).filter((privilege) => !held.has(privilege)));
}

/** Privileges beyond the demand, on whole relations and on columns, one finding for each relation. */
function extraIn(
  snapshot: Snapshot,
  groups: readonly Group[],
  listed: readonly Listed[],
  demand: Demand,
  grantee: Role,
): readonly Finding[] {
  const actor = actsAs(snapshot, grantee);
  const columns = new Map(snapshot.columns.map((each) => [each.member.oid, each]));
  const beyondOn = (group: Group) =>
    isRelation(group.kind) && group.owner !== actor.oid ? beyond(snapshot, group, demand, grantee) : [];
  const onRelations = findings(listed, grantee, groups.map(beyondOn));
  const found = onRelations.map((finding) => {
    const ofColumns = columns.get(finding.member.oid);
    if (ofColumns === undefined) return finding;
    columns.delete(finding.member.oid);
    return withColumns(snapshot, demand, finding, ofColumns.items);
  });
  const onColumnsOnly = [...columns.values()]
    .filter(({ group }) => group.owner !== actor.oid)
    .map(({ group, member, items }) =>
      withColumns(snapshot, demand, { grantee, group, member, privileges: [], columns: [] }, items),
    )
    .filter(({ privileges }) => privileges.length > 0);
  return [...found, ...onColumnsOnly].sort(byName);
}

/** Adds what the grantee holds on columns beyond the demand. */
function withColumns(
  snapshot: Snapshot,
  demand: Demand,
  finding: Finding,
  columns: readonly ColumnAclItem[],
): Finding {
  const demanded: readonly string[] = demandedOn(snapshot, finding.group, demand);
  const beyond = columns
    .filter((item) => !demanded.includes(item.privilege) && holds(snapshot, finding.grantee, item))
    .map(({ privilege }) => privilege as Privilege);
  return { ...finding, privileges: inOrder([...finding.privileges, ...beyond]), columns };
}

function beyond(snapshot: Snapshot, group: Group, demand: Demand, grantee: Role): readonly Privilege[] {
  const demanded = demandedOn(snapshot, group, demand);
  return inOrder([...heldBy(snapshot, group, grantee)].filter((privilege) => !demanded.includes(privilege)));
}

/**
 * A finding for each object whose group has privileges to find, in the order in which the objects come.
 * @param ofGroups the privileges, group by group
 */
function findings(
  listed: readonly Listed[],
  grantee: Role,
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
export function identify({ grantee, group, member }: Pick<Finding, "grantee" | "group" | "member">): string {
  return `${grantee.oid} ${keyOf(group, member)}`;
}

function objectCounts(snapshot: Snapshot, { routinePrivileges }: Demand): ObjectCounts {
  const sum = (groups: readonly Group[]) => groups.reduce((total, group) => total + group.size, 0);
  const objects = snapshot.groups.filter((group) => isInSchema(group.kind));
  const checked = objects.filter((group) => group.skipped === "");
  return {
    tables: sum(checked.filter((group) => typeOf(group) === "table")),
    sequences: sum(checked.filter((group) => group.kind === "sequence")),
    ...(routinePrivileges.length > 0 && { routines: sum(checked.filter((group) => isRoutine(group.kind))) }),
    skipped: sum(objects.filter((group) => group.skipped !== "")),
  };
}

/** Each held privilege once, by its first source; equal answers are counted together. */
function countSources(
  snapshot: Snapshot,
  groups: readonly Group[],
  demand: Demand,
  grantee: Role,
): readonly Held[] {
  const found = new Map<string, Held>();
  const sourcesOf = sourcesFor(snapshot, grantee);
  for (const group of groups.filter((group) => group.kind !== "default-privileges")) {
    // Of a schema, only what this run is about.
    const counted = (privilege: Privilege) =>
      group.kind !== "schema" || demand.schemaPrivileges.includes(privilege as SchemaPrivilege);
    const held = inOrder([...heldBy(snapshot, group, grantee)].filter(counted));
    const bySource = Map.groupBy(held, (privilege) => JSON.stringify(sourcesOf(group, privilege)[0]));
    for (const [source, privileges] of bySource) {
      const key = `${group.kind} ${source} ${privileges}`;
      const objects = (found.get(key)?.objects ?? 0) + group.size;
      found.set(key, { ...(JSON.parse(source) as Source), kind: group.kind, privileges, objects });
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
    compare(a.group.owner, b.group.owner)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
