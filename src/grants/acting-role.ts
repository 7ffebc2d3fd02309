import { isRelation } from "../model/kinds.ts";
import type { Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/report.ts";
import { type AclItem, type Group, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";

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
}

/**
 * The role as which this login can grant a privilege on an object, by PostgreSQL's own rules; or the reason why there
 * is none. It is a prediction: Azure lets its administrators do more, so `apply` tries what looks impossible once.
 */
export function actingRoleToGrant(
  snapshot: Snapshot,
  group: Group,
  privilege: Privilege,
): ActingRole | Reason {
  const owner = roleOf(snapshot, group.owner);
  const options = group.acl
    .filter((item) => item.privilege === privilege && item.grantable && item.grantee !== group.owner)
    .map((item) => snapshot.roles.get(item.grantee))
    .filter((role) => role !== undefined);
  const candidates: ActingRole[] = [
    ...(owner.inherited ? [{ as: null, oneByOne: false }] : []),
    ...(options.some((role) => role.inherited) ? [{ as: null, oneByOne: true }] : []),
    ...(owner.settable ? [{ as: owner, oneByOne: false }] : []),
    ...options.filter((role) => role.settable).map((role) => ({ as: role, oneByOne: true })),
  ];
  return (
    candidates.find((candidate) => canUseSchema(snapshot, group, candidate)) ??
    whyNotAsOwner(snapshot, group, owner)
  );
}

/**
 * The role as which this login can revoke what the grantor of an ACL item granted. REVOKE revokes what its grantor
 * granted, and PostgreSQL takes the acting role itself for the grantor if it holds the grant option, before the owner
 * whose privileges it may have. So the surest acting role is the grantor.
 */
export function actingRoleToRevoke(snapshot: Snapshot, group: Group, item: AclItem): ActingRole | Reason {
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
  const candidates: ActingRole[] = [
    ...(grantor.oid === snapshot.sessionUser ? [{ as: null, oneByOne: !byOwner }] : []),
    ...(grantor.settable ? [{ as: grantor, oneByOne: !byOwner }] : []),
    ...(byOwner && owner.inherited && actsAsOwner ? [{ as: null, oneByOne: false }] : []),
  ];
  return (
    candidates.find((candidate) => canUseSchema(snapshot, group, candidate)) ??
    (byOwner ? whyNotAsOwner(snapshot, group, owner) : "other-grantor")
  );
}

/** Where this login can act for the owner, the owner lacks USAGE, or a grant option takes precedence over it. */
function whyNotAsOwner(snapshot: Snapshot, group: Group, owner: Role): Reason {
  const canAct = owner.inherited || owner.settable;
  return canAct && !canUseSchema(snapshot, group, { as: owner, oneByOne: false })
    ? "owner-lacks-usage"
    : "not-owner";
}

/** GRANT looks up a relation's name as the acting role, so that role needs USAGE on the schema, owner or not. */
function canUseSchema(snapshot: Snapshot, group: Group, { as }: ActingRole): boolean {
  if (!isRelation(group.kind) || group.schema === undefined) return true;
  return group.schema.usableBy.has(as?.oid ?? snapshot.sessionUser);
}
