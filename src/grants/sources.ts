import { isRelation } from "../model/kinds.ts";
import { PREDEFINED_ROLES, type Privilege } from "../model/privileges.ts";
import type { Source } from "../model/report.ts";
import {
  type AclItem,
  actsAs,
  type Group,
  heldBy,
  holderFor,
  PUBLIC,
  type Role,
  type Snapshot,
} from "../model/snapshot.ts";

/** Where a privilege that a grantee holds on an object comes from, the most direct source first; never empty. */
export type SourcesOf = (group: Group, privilege: Privilege) => readonly Source[];

/** Returns a function that finds the sources of what one grantee holds. */
export function sourcesFor(snapshot: Snapshot, grantee: Role): SourcesOf {
  const inherited = new Map(
    [grantee, actsAs(snapshot, grantee)].map((holder) => [holder, inheritedBy(snapshot, grantee, holder)]),
  );
  return (group, privilege) => {
    const holder = holderFor(snapshot, group, grantee);
    if (holder.superuser) return [{ source: "superuser" }];
    const holders = holdersOf(group.acl, privilege);
    const direct: Source[] =
      holder === grantee && holders.has(grantee.oid)
        ? [{ source: group.owner === grantee.oid ? "owner" : "direct" }]
        : [];
    const roles = (inherited.get(holder) ?? [])
      .filter((role) => holders.has(role.oid) || predefined(role.name, group).includes(privilege))
      .map(({ name }): Source => ({ source: "role", role: name }));
    const everybody: Source[] = holders.has(PUBLIC) ? [{ source: "public" }] : [];
    const sources = [...direct, ...roles, ...everybody];
    return sources.length === 0 ? [{ source: "server" }] : sources;
  };
}

/**
 * Returns a function that finds the sources of a privilege, on an object or its columns, that a REVOKE from the grantee
 * does not remove; without what PUBLIC holds on a schema.
 */
export function indirectSourcesFor(snapshot: Snapshot, grantee: Role) {
  const inherited = inheritedBy(snapshot, grantee, actsAs(snapshot, grantee));
  const sourcesOf = sourcesFor(snapshot, grantee);
  return (group: Group, columns: readonly AclItem[], privilege: Privilege): readonly Source[] => {
    const onObject = heldBy(snapshot, group, grantee).has(privilege) ? sourcesOf(group, privilege) : [];
    const holders = holdersOf(columns, privilege);
    const onColumns: Source[] = [
      ...inherited
        .filter((role) => holders.has(role.oid))
        .map(({ name }): Source => ({ source: "role", role: name })),
      ...(holders.has(PUBLIC) ? [{ source: "public" } as const] : []),
    ];
    const isCounted = ({ source }: Source) =>
      source !== "direct" && !(source === "public" && group.kind === "schema");
    return [...onObject.filter(isCounted), ...onColumns];
  };
}

/** Whether a grantee holds what an ACL item gives: it is the grantee's, PUBLIC's, or a role's that it inherits. */
export function holds(snapshot: Snapshot, grantee: Role, item: AclItem): boolean {
  const actor = actsAs(snapshot, grantee).oid;
  return (
    item.grantee === PUBLIC ||
    item.grantee === actor ||
    snapshot.roles.get(item.grantee)?.inheritedBy.has(actor) === true
  );
}

/** The roles whose privileges a grantee has because it acts as `holder`, by name; `holder` too, if it is another role. */
function inheritedBy(snapshot: Snapshot, grantee: Role, holder: Role): readonly Role[] {
  return [...snapshot.roles.values()]
    .filter((role) => (holder !== grantee || role.oid !== grantee.oid) && role.inheritedBy.has(holder.oid))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function holdersOf(acl: readonly AclItem[], privilege: string): ReadonlySet<string> {
  return new Set(acl.filter((item) => item.privilege === privilege).map((item) => item.grantee));
}

/** What predefined roles give without an ACL entry; reading or writing all data includes USAGE on every schema. */
function predefined(role: string, { kind }: Group): readonly Privilege[] {
  const readsOrWrites = role === "pg_read_all_data" || role === "pg_write_all_data";
  if (kind === "schema") return readsOrWrites ? ["USAGE"] : [];
  return (isRelation(kind) && PREDEFINED_ROLES[role]) || [];
}
