import type { Privilege } from "../model/demand.ts";
import type { Reason } from "../model/report.ts";
import { type AclItem, type Group, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { isRelation } from "./kinds.ts";

/** As whom a statement is run. */
export interface Way {
  /** The role to SET LOCAL ROLE to; null: as the session user. */
  readonly as: Role | null;
  /**
   * By grant options only: PostgreSQL then picks one grantor for the whole statement, the one with most of what is
   * needed, so each privilege needs a statement of its own.
   * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L5288 (select_best_grantor)
   */
  readonly oneByOne: boolean;
}

/**
 * How this login can grant a privilege on an object, by PostgreSQL's own rules; or why it cannot. A prediction: Azure
 * lets its administrators do more, so what has no way is still tried once.
 */
export function wayToGrant(snapshot: Snapshot, group: Group, privilege: Privilege): Way | Reason {
  const owner = roleOf(snapshot, group.owner);
  const options = group.acl
    .filter((item) => item.privilege === privilege && item.grantable && item.grantee !== group.owner)
    .map((item) => snapshot.roles.get(item.grantee))
    .filter((role) => role !== undefined);
  const ways: Way[] = [
    ...(owner.inherited ? [{ as: null, oneByOne: false }] : []),
    ...(options.some((role) => role.inherited) ? [{ as: null, oneByOne: true }] : []),
    ...(owner.settable ? [{ as: owner, oneByOne: false }] : []),
    ...options.filter((role) => role.settable).map((role) => ({ as: role, oneByOne: true })),
  ];
  return ways.find((way) => reaches(snapshot, group, way)) ?? noWayToActFor(snapshot, group, owner);
}

/**
 * How this login can take away what the grantor of an ACL item gave. REVOKE takes back what its grantor gave, and
 * that is the acting role itself if it has the grant option, before the owner whose rights it may have: so the
 * surest way is to be the grantor.
 */
export function wayToRevoke(snapshot: Snapshot, group: Group, item: AclItem): Way | Reason {
  const owner = roleOf(snapshot, group.owner);
  const byOwner = item.grantor === group.owner;
  const grantor = snapshot.roles.get(item.grantor);
  if (grantor === undefined) return "other-grantor";
  const otherOption = group.acl.some(
    ({ grantee, privilege, grantable }) =>
      grantable &&
      privilege === item.privilege &&
      grantee !== group.owner &&
      snapshot.roles.get(grantee)?.inherited,
  );
  const actsAsOwner = roleOf(snapshot, snapshot.sessionUser).superuser || !otherOption;
  const ways: Way[] = [
    ...(grantor.oid === snapshot.sessionUser ? [{ as: null, oneByOne: !byOwner }] : []),
    ...(grantor.settable ? [{ as: grantor, oneByOne: !byOwner }] : []),
    ...(byOwner && owner.inherited && actsAsOwner ? [{ as: null, oneByOne: false }] : []),
  ];
  const way = ways.find((each) => reaches(snapshot, group, each));
  return way ?? (byOwner ? noWayToActFor(snapshot, group, owner) : "other-grantor");
}

/** Where this login may act for the owner, it is the owner that lacks USAGE, or has a grant option come before it. */
function noWayToActFor(snapshot: Snapshot, group: Group, owner: Role): Reason {
  const mayAct = owner.inherited || owner.settable;
  return mayAct && !reaches(snapshot, group, { as: owner, oneByOne: false })
    ? "owner-lacks-usage"
    : "not-owner";
}

/** Names of relations are looked up as the acting role: it needs USAGE on the schema, be it the owner or not. */
function reaches(snapshot: Snapshot, group: Group, way: Way): boolean {
  if (!isRelation(group.kind) || group.schema === undefined) return true;
  return group.schema.usableBy.has(way.as?.oid ?? snapshot.sessionUser);
}
