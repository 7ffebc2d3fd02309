import type { Privilege } from "../model/privileges.ts";
import { type AclItem, actsAs, type Group, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { actingRoleToRevoke } from "./acting-role.ts";
import type { Finding } from "./drift.ts";
import { allOf, keyOfStep, type Plan, planOf, type Step } from "./plan.ts";
import { indirectSourcesFor } from "./sources.ts";

/**
 * Plans to revoke what was granted directly to the grantee, grant by grant. What is blocked: what comes through a role
 * or PUBLIC, what the grantee granted to others, and a table privilege that the grantee also holds on columns, because
 * REVOKE on the table would revoke both. `actAsOwner`: see Demand.
 */
export function planRevokes(snapshot: Snapshot, extra: readonly Finding[], actAsOwner: boolean): Plan {
  // Where the ACLs are the same, the steps are.
  const alike = Map.groupBy(extra, ({ group, columns }) => (columns.length === 0 ? group : columns));
  return allOf(
    [...alike.values()].map((findings) => {
      const ofEach = new Map(findings.map((finding) => [finding.grantee, finding]));
      const steps = [...ofEach.values()].flatMap((finding) => stepsFor(snapshot, finding, actAsOwner));
      return planOf(snapshot, "REVOKE", steps, findings);
    }),
  );
}

/** The steps for one finding: one for each item of the ACLs that grants the grantee an extra privilege. */
function stepsFor(
  snapshot: Snapshot,
  { group, columns, grantee, privileges }: Finding,
  actAsOwner: boolean,
): readonly Step[] {
  const indirectSourcesOf = indirectSourcesFor(snapshot, grantee);
  // Sessions that begin as another role do not have what the grantee itself holds.
  const actsAsItself = actsAs(snapshot, grantee) === grantee;
  const indirect = privileges
    .filter((privilege) => indirectSourcesOf(group, columns, privilege).length > 0)
    .map((privilege): Step => ({ grantee, privilege, reason: "not-direct" }));
  const mineIn = <Item extends AclItem>(items: readonly Item[], privilege: Privilege) =>
    items.filter((item) => actsAsItself && item.grantee === grantee.oid && item.privilege === privilege);
  const onColumns = privileges.flatMap((privilege) =>
    mineIn(columns, privilege).map((item): Step => {
      const same = columns.filter(({ column }) => column === item.column);
      const dependents = dependentsOf(snapshot, group, grantee, [item], same);
      return {
        ...stepFor(privilege, item, [...group.acl, ...same], dependents, true),
        columns: [item.column],
      };
    }),
  );
  const onObject = privileges.flatMap((privilege) => {
    const ofColumns = mineIn(columns, privilege);
    return mineIn(group.acl, privilege).map((item): Step => {
      const items = [...group.acl, ...columns];
      const dependents = dependentsOf(snapshot, group, grantee, [item, ...ofColumns], items);
      return stepFor(privilege, item, group.acl, dependents, ofColumns.length > 0);
    });
  });
  return [...indirect, ...columnsTogether(onColumns), ...onObject];

  /** @param acl the ACL in which the server looks for the grant option of the role that revokes */
  function stepFor(
    privilege: Privilege,
    item: AclItem,
    acl: readonly AclItem[],
    dependents: readonly string[],
    keptForColumns: boolean,
  ): Step {
    const found = actingRoleToRevoke(snapshot, group, acl, item, actAsOwner);
    const acting = typeof found === "string" ? {} : { acting: found };
    const step = { grantee, privilege, grantor: roleOf(snapshot, item.grantor), ...acting };
    if (found === "grantor-lacks-option") return { ...step, reason: found };
    if (dependents.length > 0) return { ...step, reason: "dependent-privileges", grantedTo: dependents };
    if (keptForColumns) return { ...step, reason: "column-privileges" };
    return typeof found === "string" ? { ...step, reason: found } : step;
  }
}

/**
 * The names of those to whom a grantee granted on what it was granted by some ACL items. While they hold it, the server
 * refuses to revoke the grant option (2BP01); of columns, it would leave them a grant that no role can revoke.
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L1293 (recursive_revoke)
 * @param mine the items that a REVOKE would remove
 * @param items where to look for grants of the grantee
 */
function dependentsOf(
  snapshot: Snapshot,
  { owner }: Group,
  grantee: Role,
  mine: readonly AclItem[],
  items: readonly AclItem[],
): readonly string[] {
  const keepsOption = roleOf(snapshot, owner).inheritedBy.has(grantee.oid);
  if (keepsOption || !mine.some(({ grantable }) => grantable)) return [];
  const theirs = items.filter(
    ({ grantor, privilege }) => grantor === grantee.oid && privilege === mine[0]?.privilege,
  );
  return [...new Set(theirs.map((item) => snapshot.roles.get(item.grantee)?.name ?? "PUBLIC"))].sort();
}

/** Makes one step of those that differ only in the column. */
function columnsTogether(steps: readonly Step[]): readonly Step[] {
  const alike = Map.groupBy(steps, ({ columns: _, ...step }) => `${step.privilege} ${keyOfStep(step)}`);
  return [...alike.values()].map((same) => {
    const [step] = same as [Step];
    return { ...step, columns: same.flatMap(({ columns }) => columns ?? []) };
  });
}
