import type { Privilege } from "../model/privileges.ts";
import { type AclItem, actsAs, type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { actingRoleToRevoke } from "./acting-role.ts";
import type { Finding } from "./drift.ts";
import { allOf, type Plan, planOf, type Step } from "./plan.ts";
import { holds, indirectSourcesFor } from "./sources.ts";

/**
 * Plans to revoke what was granted directly to the grantee, grant by grant. What is blocked: what comes through a role
 * or PUBLIC, what the grantee granted to others, and a table's privilege that the grantee also holds on columns by a
 * grant of its own, because REVOKE on the table would revoke that too. `actAsOwner`: see Demand.
 */
export function planRevokes(snapshot: Snapshot, extra: readonly Finding[], actAsOwner: boolean): Plan {
  // Where the ACLs are the same, the steps are.
  const alike = Map.groupBy(extra, ({ group, columns }) => (columns.length === 0 ? group : columns));
  return allOf(
    [...alike.values()].map((findings) => {
      const ofEach = new Map(findings.map((finding) => [finding.grantee, finding]));
      return planOf(snapshot, "REVOKE", stepsOf(snapshot, [...ofEach.values()], actAsOwner), findings);
    }),
  );
}

/** A grant to revoke: an item of an object's ACL, or of a column's. */
interface Grant {
  readonly grantee: Role;
  readonly privilege: Privilege;
  readonly item: AclItem;
  readonly column?: string;
  /** What to do about it while no other grant depends on it. */
  readonly step: Pick<Step, "acting" | "reason">;
}

/** The steps for findings of several grantees about the same ACLs. */
function stepsOf(snapshot: Snapshot, findings: readonly Finding[], actAsOwner: boolean): readonly Step[] {
  const [{ group, columns }] = findings as readonly [Finding];
  const indirect: Step[] = [];
  const onObject: Grant[] = [];
  const onColumns: Grant[] = [];
  for (const { grantee, privileges } of findings) {
    const indirectSourcesOf = indirectSourcesFor(snapshot, grantee);
    // Sessions that begin as another role do not have what the grantee itself holds.
    const actsAsItself = actsAs(snapshot, grantee) === grantee;
    for (const privilege of privileges) {
      const isMine = (item: AclItem) =>
        actsAsItself && item.grantee === grantee.oid && item.privilege === privilege;
      const ofColumns = columns.filter(isMine);
      if (indirectSourcesOf(group, columns, privilege).length > 0)
        indirect.push({ grantee, privilege, reason: "not-direct" });
      for (const item of group.acl.filter(isMine))
        onObject.push({ grantee, privilege, item, step: stepFor(group.acl, item, ofColumns.length > 0) });
      for (const item of ofColumns) {
        const { column } = item;
        const acl = [...group.acl, ...columns.filter((each) => each.column === column)];
        onColumns.push({ grantee, privilege, item, column, step: stepFor(acl, item, true) });
      }
    }
  }
  return [
    ...indirect,
    ...[...Map.groupBy(onColumns, ({ column }) => column)]
      .flatMap(([column, grants]) =>
        inTurns(
          snapshot,
          group.owner,
          columns.filter((each) => each.column === column),
          grants,
        ),
      )
      .reduce(withColumnsTogether, []),
    ...inTurns(snapshot, group.owner, group.acl, onObject),
  ];

  function stepFor(acl: readonly AclItem[], item: AclItem, keptForColumns: boolean): Grant["step"] {
    const acting = actingRoleToRevoke(snapshot, group, acl, item, actAsOwner);
    if (acting === "grantor-lacks-option") return { reason: acting };
    if (keptForColumns) return { reason: "column-privileges", ...(typeof acting !== "string" && { acting }) };
    return typeof acting === "string" ? { reason: acting } : { acting };
  }
}

/** Adds a column's step to the step that is the same for other columns, if there is one. */
function withColumnsTogether(steps: readonly Step[], step: Step): readonly Step[] {
  const alike = steps.find(
    ({ columns: _, ...other }) => JSON.stringify(other) === JSON.stringify({ ...step, columns: undefined }),
  );
  if (alike === undefined) return [...steps, step];
  const columns = [...(alike.columns ?? []), ...(step.columns ?? [])];
  return steps.map((each) => (each === alike ? { ...each, columns } : each));
}

/**
 * Steps that revoke grants of one ACL, in turns: a grant is revoked once no other grant depends on it, because PostgreSQL
 * refuses a REVOKE (2BP01) of a grant option on which other grants depend.
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L1293 (recursive_revoke)
 */
function inTurns(
  snapshot: Snapshot,
  owner: string,
  acl: readonly AclItem[],
  grants: readonly Grant[],
): readonly Step[] {
  const steps: Step[] = [];
  let left = acl;
  let turn = 0;
  let waiting = grants.filter(({ step }) => step.reason === undefined);
  for (let before = -1; waiting.length !== before; turn++) {
    before = waiting.length;
    const now = left;
    waiting = waiting.filter((grant) => dependents(grant, now).length > 0 || !revoke(grant));
  }
  // Then what other roles have to revoke.
  for (const grant of [...waiting, ...grants.filter(({ step }) => step.reason !== undefined)]) {
    const grantedTo = dependents(grant, left);
    if (grantedTo.length === 0) revoke(grant);
    else steps.push({ ...stepOf(grant), reason: "dependent-privileges", grantedTo });
  }
  return steps;

  /** Always true: a revoked grant waits no longer. */
  function revoke(grant: Grant): true {
    left = left.filter((item) => item !== grant.item);
    const grantedTo = dependents(grant, acl);
    steps.push({ ...stepOf(grant), ...grant.step, turn, ...(grantedTo.length > 0 && { grantedTo }) });
    return true;
  }

  function stepOf({ grantee, privilege, item, column }: Grant): Step {
    const grantor = roleOf(snapshot, item.grantor);
    return { grantee, privilege, grantor, ...(column !== undefined && { columns: [column] }) };
  }

  /** The roles whose privilege depends on this grant: the grantee granted it, and holds no other grant option for it. */
  function dependents({ grantee, privilege, item }: Grant, standing: readonly AclItem[]): readonly string[] {
    const holdsAnother = left.some(
      (other) =>
        other !== item && other.privilege === privilege && other.grantable && holds(snapshot, grantee, other),
    );
    if (!item.grantable || holdsAnother || roleOf(snapshot, owner).inheritedBy.has(grantee.oid)) return [];
    const names = standing
      .filter((other) => other.privilege === privilege && other.grantor === grantee.oid)
      .map((other) => snapshot.roles.get(other.grantee)?.name ?? "PUBLIC");
    return [...new Set(names)].sort();
  }
}
