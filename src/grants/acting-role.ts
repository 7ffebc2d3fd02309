import { isInSchema } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/report.ts";
import {
  type AclItem,
  type Group,
  type Role,
  roleOf,
  type Snapshot,
  sessionUserOf,
} from "../model/snapshot.ts";
import { type TemporaryMembership, temporaryMembership } from "./membership.ts";

/** The role that a statement runs as. */
export interface ActingRole {
  /** The role to SET LOCAL ROLE to; null: the session user. */
  readonly as: Role | null;
  /**
   * The role acts by grant options only: PostgreSQL then picks one grantor for the whole statement, the one that
   * holds most of the privileges in it, so each privilege needs a statement of its own.
   * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L5288 (select_best_grantor)
   */
  readonly oneByOne: boolean;
  /** What lets the session user SET ROLE to it, where nothing else does. */
  readonly membership?: TemporaryMembership;
}

/**
 * The role as which this login can grant a privilege on an object, by PostgreSQL's own rules; or the reason why there
 * is none. It is a prediction: Azure lets its administrators do more, so `apply` tries what looks impossible once.
 */
export function actingRoleToGrant(
  snapshot: Snapshot,
  group: Group,
  privilege: Privilege,
  actAsOwner: boolean,
): ActingRole | Reason {
  const owner = roleOf(snapshot, group.owner);
  const holders = holdersOfOption(snapshot, group, group.acl, privilege).filter((role) => role !== owner);
  const candidates: readonly ActingRole[] = [
    ...(owner.inherited ? [{ as: null, oneByOne: false }] : []),
    ...(holders.some((role) => role.inherited) ? [{ as: null, oneByOne: true }] : []),
    ...settable(snapshot, owner).map((as) => ({ as, oneByOne: false })),
    ...holders.flatMap((role) => settable(snapshot, role)).map((as) => ({ as, oneByOne: true })),
    ...(actAsOwner ? byMembership(snapshot, owner) : []),
  ];
  const found = candidates.find(({ as }) => canUseSchema(snapshot, group, as));
  if (found !== undefined) return found;
  if (owner.gone) return "role-gone";
  const canAct = canActAs(owner) || (actAsOwner && owner.membership !== null);
  return canAct && !canUseSchema(snapshot, group, owner) ? "owner-lacks-usage" : "not-owner";
}

/**
 * The role as which this login can revoke what the grantor of an ACL item granted. REVOKE revokes only what its own
 * grantor granted, which is the acting role itself if it holds the grant option, else one of the roles whose privileges
 * it has. So the best acting role is the grantor, and another role only if the server can choose no other grantor for it.
 * @param acl the ACL that the item is in: the object's, or a column's
 */
export function actingRoleToRevoke(
  snapshot: Snapshot,
  group: Group,
  acl: readonly AclItem[],
  item: AclItem,
  actAsOwner: boolean,
): ActingRole | Reason {
  const byOwner = item.grantor === group.owner;
  const grantor = roleOf(snapshot, item.grantor);
  const holders = holdersOfOption(snapshot, group, acl, item.privilege);
  const others = holders.filter((role) => role !== grantor);
  // The grantor acted as the owner, which is gone, so no role can revoke it.
  if (roleOf(snapshot, group.owner).gone && !holders.includes(grantor)) return "role-gone";
  const isSure = (role: Role, has: (other: Role) => boolean) =>
    role === grantor || (role.superuser ? byOwner : has(grantor) && !others.some(has));
  const login = sessionUserOf(snapshot);
  const inherits = (role: Role) => (other: Role) => role === other || other.through.includes(role.oid);
  if (!grantor.gone && !holders.includes(grantor)) return "grantor-lacks-option";
  const candidates: (Role | null)[] = [
    ...(login === grantor ? [null] : []),
    ...settable(snapshot, grantor).filter((role) => role === grantor),
    ...(isSure(login, (role) => role.inherited) ? [null] : []),
    ...settable(snapshot, grantor).filter((role) => isSure(role, inherits(role))),
  ];
  const found = candidates.find((as) => canUseSchema(snapshot, group, as));
  if (found !== undefined) return { as: found, oneByOne: !byOwner };
  const [asOwner] = actAsOwner && byOwner ? byMembership(snapshot, grantor) : [];
  if (asOwner && canUseSchema(snapshot, group, grantor)) return asOwner;
  if (grantor.gone) return "role-gone";
  if ((canActAs(grantor) || asOwner) && !canUseSchema(snapshot, group, grantor))
    return byOwner ? "owner-lacks-usage" : "grantor-lacks-usage";
  return byOwner && !canActAs(grantor) && !asOwner ? "not-owner" : "other-grantor";
}

/** The roles that the server can choose as the grantor of a privilege: the owner, and roles that hold the grant option. */
function holdersOfOption(
  snapshot: Snapshot,
  group: Group,
  acl: readonly AclItem[],
  privilege: string,
): readonly Role[] {
  const holders = acl.filter((item) => item.privilege === privilege && item.grantable);
  return [...new Set([group.owner, ...holders.map(({ grantee }) => grantee)])].map((oid) =>
    roleOf(snapshot, oid),
  );
}

/** The roles to which this login may SET ROLE, to have the privileges of a role: that role itself first. */
function settable(snapshot: Snapshot, role: Role): readonly Role[] {
  return [...(role.settable ? [role] : []), ...role.through.map((oid) => roleOf(snapshot, oid))];
}

/** As the owner, by a membership in it that the session user grants itself. */
function byMembership(snapshot: Snapshot, owner: Role): readonly ActingRole[] {
  const membership = temporaryMembership(snapshot, owner);
  return membership === null ? [] : [{ as: owner, oneByOne: false, membership }];
}

function canActAs({ inherited, settable, through }: Role): boolean {
  return inherited || settable || through.length > 0;
}

/** GRANT looks up a name in a schema as the acting role, so that role needs USAGE on the schema, owner or not. */
export function canUseSchema(snapshot: Snapshot, group: Group, as: Role | null): boolean {
  if (!isInSchema(group.kind) || group.schema === undefined) return true;
  return group.schema.usableBy.has(as?.oid ?? snapshot.sessionUser);
}
