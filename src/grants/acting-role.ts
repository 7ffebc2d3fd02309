import { isInSchema } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/reasons.ts";
import { type AclItem, type Group, isPublic, type Role } from "../model/snapshot.ts";
import type { TemporaryMembership } from "./membership.ts";

/** The role that signed in, and the memberships with which it may act as other roles. */
export interface Login {
  readonly role: Role;
  /** The membership in a role that it may grant itself for one transaction; null: none. */
  readonly membershipIn: (role: Role) => TemporaryMembership | null;
  /** Nobody can grant or revoke on its server. */
  readonly readOnly?: boolean;
}

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
  /** The membership that lets the session user SET ROLE to it, if nothing else does. */
  readonly membership?: TemporaryMembership;
}

/** The session user, with the owner's rights. */
export const AS_SESSION_USER: ActingRole = { as: null, oneByOne: false };

/**
 * The role as which this login can grant a privilege on an object, by PostgreSQL's own rules; or the reason why there
 * is none. It is a prediction: Azure lets its administrators do more, so `apply` tries what looks impossible once.
 */
export function actingRoleToGrant(login: Login, group: Group, privilege: Privilege): ActingRole | Reason {
  if (login.readOnly) return "read-only";
  const { owner } = group;
  const holders = holdersOfOption(owner, group.acl, privilege).filter((role) => role !== owner);
  const candidates: readonly ActingRole[] = [
    ...(owner.inherited ? [AS_SESSION_USER] : []),
    ...(holders.some((role) => role.inherited) ? [{ as: null, oneByOne: true }] : []),
    ...settable(owner).map((as) => ({ as, oneByOne: false })),
    ...holders.flatMap(settable).map((as) => ({ as, oneByOne: true })),
    ...byMembership(login, owner),
  ];
  const found = candidates.find(({ as }) => canUseSchema(group, as ?? login.role));
  if (found !== undefined) return found;
  if (owner.gone) return "role-gone";
  const canAct = canActAs(owner) || login.membershipIn(owner) !== null;
  return canAct && !canUseSchema(group, owner) ? "owner-lacks-usage" : "not-owner";
}

/**
 * The role as which this login can revoke what the grantor of an ACL item granted. REVOKE revokes only what its own
 * grantor granted, which is the acting role itself if it holds the grant option, else one of the roles whose privileges
 * it has. So the best acting role is the grantor, and another role only if the server can choose no other grantor for it.
 * @param acl the ACL that the item is in: the object's, or a column's
 */
export function actingRoleToRevoke(
  login: Login,
  group: Group,
  acl: readonly AclItem[],
  { grantor, privilege }: Pick<AclItem, "grantor" | "privilege">,
): ActingRole | Reason {
  if (login.readOnly) return "read-only";
  const byOwner = grantor === group.owner;
  const holders = holdersOfOption(group.owner, acl, privilege);
  const others = holders.filter((role) => role !== grantor);
  // The grantor acted as the owner, which is gone, so no role can revoke it.
  if (group.owner.gone && !holders.includes(grantor)) return "role-gone";
  if (!grantor.gone && !holders.includes(grantor)) return "grantor-lacks-option";
  const isSure = (role: Role, has: (other: Role) => boolean) =>
    role === grantor || (role.superuser ? byOwner : has(grantor) && !others.some(has));
  const inherits = (role: Role) => (other: Role) => role === other || other.viaRoles.includes(role);
  const candidates: (Role | null)[] = [
    ...(login.role === grantor ? [null] : []),
    ...(grantor.settable ? [grantor] : []),
    ...(isSure(login.role, (role) => role.inherited) ? [null] : []),
    ...settable(grantor).filter((role) => isSure(role, inherits(role))),
  ];
  const found = candidates.find((as) => canUseSchema(group, as ?? login.role));
  if (found !== undefined) return { as: found, oneByOne: !byOwner };
  const [asOwner] = byOwner ? byMembership(login, grantor) : [];
  if (asOwner && canUseSchema(group, grantor)) return asOwner;
  if (grantor.gone) return "role-gone";
  if ((canActAs(grantor) || asOwner) && !canUseSchema(group, grantor))
    return byOwner ? "owner-lacks-usage" : "grantor-lacks-usage";
  return byOwner && !canActAs(grantor) ? "not-owner" : "other-grantor";
}

/** The roles that the server can choose as the grantor of a privilege: the owner, and roles that hold the grant option. */
function holdersOfOption(owner: Role, acl: readonly AclItem[], privilege: string): readonly Role[] {
  const holders = acl.flatMap((item) =>
    item.privilege === privilege && item.grantable && !isPublic(item.grantee) ? item.grantee : [],
  );
  return [...new Set([owner, ...holders])];
}

/** The roles to which this login may SET ROLE, to have the privileges of a role: that role itself first. */
function settable(role: Role): readonly Role[] {
  return [...(role.settable ? [role] : []), ...role.viaRoles];
}

/** As the owner, by a membership in it that the session user grants itself. */
function byMembership(login: Login, owner: Role): readonly ActingRole[] {
  const membership = login.membershipIn(owner);
  return membership === null ? [] : [{ as: owner, oneByOne: false, membership }];
}

function canActAs({ inherited, settable, viaRoles }: Role): boolean {
  return inherited || settable || viaRoles.length > 0;
}

/** GRANT looks up a name in a schema as the acting role, so that role needs USAGE on the schema, owner or not. */
export function canUseSchema({ kind, schema }: Group, as: Role): boolean {
  return !isInSchema(kind) || schema === undefined || schema.usableBy.has(as);
}
