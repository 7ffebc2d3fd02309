import type { Advice } from "../model/failure.ts";
import { isGrantOption, type Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/reasons.ts";
import { type Holder, holderFor, type Role } from "../model/snapshot.ts";
import { groupsOf } from "../text/groups.ts";
import { type ActingRole, AS_SESSION_USER, actingRoleToGrant, type Login } from "./acting-role.ts";
import type { Difference } from "./drift.ts";
import type { Change } from "./statements.ts";

/** The changes that end differences. */
export interface Plan {
  readonly changes: readonly Change[];
  /** The changes that PostgreSQL's rules do not let this login make. Some are tried once for each owner: Azure's rules differ. */
  readonly blocked: readonly Blocked[];
}

/**
 * The server's words when another session drops what GRANT reads, or when its catalogs are damaged.
 * https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/catalog/aclchk.c
 */
export const DROPPED_MEANWHILE = /(cache lookup failed|could not open relation)/;

/** The reason why a change failed. */
export interface Refusal {
  /** `gone`: the server did not find the object. */
  readonly reason: Reason | "gone";
  /** The server's message when it refused the change, or one of an object with the same owner and ACL. */
  readonly serverMessage?: string | undefined;
  /** What that message usually means, and what to do. */
  readonly advice?: Advice;
  /** The server did not find something, and it was not the object. */
  readonly otherNotFound?: true;
}

/** A change that is not made. */
export interface Blocked extends Refusal {
  readonly reason: Reason;
  readonly change: Change;
  /** This login can make the change, and only a rule of this action keeps it from doing so. */
  readonly byLogin?: true;
  /** Whether this run tried to make changes; absent if this action never makes this one. */
  readonly tried?: boolean;
  /** Not by PostgreSQL's rules, but it may work on Azure: the roles to try it as, null for the session user. */
  readonly tryAs?: readonly (Role | null)[];
}

/** Plans to grant what is missing. */
export function planGrants(login: Login, missing: readonly Difference[]): Plan {
  // What a grantee lacks on the objects of a group is one list.
  const plans = groupsOf(missing, ({ privileges }) => privileges).map((alike) => {
    const [{ group, grantee, privileges }] = alike;
    // If a grantee's sessions begin as another role, that role lacks the privilege.
    const holder = holderFor(group, grantee);
    const bySession = holder === grantee.role ? {} : ({ reason: "session-role", to: holder } as const);
    const steps = privileges.map((privilege): PrivilegeStep => {
      const acting = actingRoleToGrant(login, group, privilege);
      return { privilege, ...bySession, ...(typeof acting === "string" ? { reason: acting } : { acting }) };
    });
    return planOf("GRANT", steps, alike);
  });
  return allOf(plans);
}

/** Several plans as one. */
export function allOf(plans: readonly Plan[]): Plan {
  return { changes: plans.flatMap(({ changes }) => changes), blocked: plans.flatMap(({ blocked }) => blocked) };
}

/** The change of one privilege on each of several objects that do not differ in it. */
export interface PrivilegeStep extends Pick<Change, "to" | "grantor" | "columns" | "grantedTo"> {
  readonly privilege: Privilege;
  /** How this login can do it. */
  readonly acting?: ActingRole;
  /** Why it is not done. */
  readonly reason?: Reason;
}

/** A plan of steps that are the same for all differences; equal steps are one change of an object. */
export function planOf(
  verb: Change["verb"],
  steps: readonly PrivilegeStep[],
  differences: readonly (Pick<Difference, "group" | "member"> & { readonly grantee: { readonly role: Holder } })[],
): Plan {
  const changes: Change[] = [];
  const blocked: Blocked[] = [];
  for (const same of groupsOf(steps, keyOfStep)) {
    const [{ acting, reason, privilege: _, ...facts }] = same;
    const privileges = same.map(({ privilege }) => privilege);
    const mayWork = reason !== undefined && facts.to === undefined && MAY_WORK.has(reason);
    for (const { grantee, group, member } of differences) {
      const object = { grantee: grantee.role, group, member };
      const change = { verb, ...object, privileges, ...facts, acting: acting ?? AS_SESSION_USER };
      const role = facts.grantor ?? group.owner;
      // The session user, the role itself, and those that have its privileges and that the session user may set.
      const tryAs = mayWork && { tryAs: [null, role, ...role.viaRoles] };
      if (reason === undefined) changes.push(change);
      else blocked.push({ change, reason, ...(acting && { byLogin: true }), ...tryAs });
    }
  }
  return { changes, blocked };
}

/** Why a change is blocked by PostgreSQL's rules, which are not all of Azure's. */
const MAY_WORK: ReadonlySet<Reason> = new Set([
  "not-owner",
  "owner-lacks-usage",
  "other-grantor",
  "grantor-lacks-usage",
]);

/** Equal for steps that one statement can make on one object. */
export function keyOfStep(step: PrivilegeStep): string {
  const { to, grantor, acting, reason, columns, privilege, grantedTo } = step;
  const roles = [to, grantor, acting?.as].map((role) => role?.oid);
  const option = isGrantOption(privilege);
  return JSON.stringify([roles, acting?.oneByOne, reason, option, columns && [privilege, columns], grantedTo]);
}
