import type { Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/reasons.ts";
import type { AclItem, Grantee, Group, Holder } from "../model/snapshot.ts";
import { groupsOf } from "../text/groups.ts";
import { actingRoleToRevoke, type Login } from "./acting-role.ts";
import type { Difference } from "./drift.ts";
import { allOf, keyOfStep, type Plan, type PrivilegeStep, planOf } from "./plan.ts";
import { gives, indirectSourcesOf } from "./sources.ts";

/**
 * Plans to revoke what was granted directly to the grantee, grant by grant. What is blocked: what comes through a role
 * or PUBLIC, what the grantee granted to others, and a table privilege that the grantee also holds on columns, because
 * REVOKE on the table would revoke both.
 */
export function planRevokes(login: Login, extra: readonly Difference[]): Plan {
  const plans = groupsOf(extra, ({ grantee }) => grantee).flatMap((ofGrantee) =>
    // Where the ACLs are the same, the steps are.
    groupsOf(ofGrantee, ({ group, columns }) => (columns.length === 0 ? group : columns)).map((alike) =>
      planOf("REVOKE", stepsFor(login, alike[0]), alike),
    ),
  );
  return allOf(plans);
}

/** The steps for one difference: one for each item of the ACLs that grants the grantee an extra privilege. */
function stepsFor(login: Login, { group, columns, grantee, privileges }: Difference): readonly PrivilegeStep[] {
  const indirect = privileges
    .filter((privilege) => indirectSourcesOf(grantee, group, columns, privilege).length > 0)
    .map((privilege): PrivilegeStep => ({ privilege, reason: "not-direct" }));
  const onColumns = privileges.flatMap((privilege) =>
    grantsTo(grantee, columns, privilege).map((item): PrivilegeStep => {
      const same = columns.filter(({ column }) => column === item.column);
      const dependents = dependentsOf(grantee.role, [item], same);
      const step = stepToRevoke(login, group, privilege, item, [...group.acl, ...same], dependents);
      return { ...unless(step, "column-privileges"), columns: [item.column] };
    }),
  );
  const onObject = privileges.flatMap((privilege) => {
    const ofColumns = grantsTo(grantee, columns, privilege);
    return grantsTo(grantee, group.acl, privilege).map((item): PrivilegeStep => {
      const dependents = dependentsOf(grantee.role, [item, ...ofColumns], [...group.acl, ...columns]);
      const step = stepToRevoke(login, group, privilege, item, group.acl, dependents);
      if (ofColumns.length > 0) return unless(step, "column-privileges");
      const isForAll = group.kind === "default-privileges" && group.schema === undefined;
      return isForAll ? unless(step, "for-all-schemas") : step;
    });
  });
  return [...indirect, ...columnsTogether(onColumns), ...onObject];
}

/** A step that this action does not do, for a reason, although somebody could. */
function unless(step: PrivilegeStep, reason: Reason): PrivilegeStep {
  const isImpossible = step.reason === "grantor-lacks-option" || step.reason === "dependent-privileges";
  return isImpossible ? step : { ...step, reason };
}

/**
 * The step that revokes what an ACL item grants, or why it cannot be done.
 * @param acl the ACL in which the server looks for the grant option of the role that revokes
 * @param grantedTo those who hold the privilege from the grantee of the item
 */
export function stepToRevoke(
  login: Login,
  group: Group,
  privilege: Privilege,
  item: Pick<AclItem, "grantor" | "privilege">,
  acl: readonly AclItem[],
  grantedTo: readonly string[],
): PrivilegeStep {
  const acting = actingRoleToRevoke(login, group, acl, item);
  const how = typeof acting === "string" ? { reason: acting } : { acting };
  const step: PrivilegeStep = { privilege, grantor: item.grantor, ...how };
  if (grantedTo.length === 0 || acting === "grantor-lacks-option") return step;
  return { ...step, reason: "dependent-privileges", grantedTo };
}

/** The items of an ACL that grant a privilege to the grantee itself, if its sessions have what it holds. */
function grantsTo<Item extends AclItem>(
  { role, actor }: Grantee,
  acl: readonly Item[],
  privilege: Privilege,
): readonly Item[] {
  return actor === role ? acl.filter((item) => item.grantee === role && gives(item, privilege)) : [];
}

/**
 * The names of those to whom a grantee granted on what it was granted by some ACL items. While they hold it, the server
 * refuses to revoke the grant option (2BP01); on columns, and from a member of the owner, it would leave them a grant that
 * no role can revoke.
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L1293 (recursive_revoke)
 * @param mine the items that a REVOKE would remove
 * @param acl the ACL that may hold grants of the grantee
 */
export function dependentsOf(
  role: Holder,
  mine: readonly Pick<AclItem, "privilege" | "grantable">[],
  acl: readonly AclItem[],
): readonly string[] {
  if (!mine.some(({ grantable }) => grantable)) return [];
  const theirs = acl.filter(({ grantor, privilege }) => grantor === role && privilege === mine[0]?.privilege);
  return [...new Set(theirs.map(({ grantee }) => grantee.name))].sort();
}

/** Makes one step of those that differ only in the column. */
function columnsTogether(steps: readonly PrivilegeStep[]): readonly PrivilegeStep[] {
  return groupsOf(steps, ({ columns: _, ...step }) => `${step.privilege} ${keyOfStep(step)}`).map((same) => ({
    ...same[0],
    columns: same.flatMap(({ columns }) => columns ?? []),
  }));
}
