import type { Privilege } from "../model/privileges.ts";
import {
  type AclItem,
  actsAs,
  type ColumnAclItem,
  type Group,
  type Role,
  roleOf,
  type Snapshot,
} from "../model/snapshot.ts";
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
  const steps = inTurns(snapshot, group, columns, [...onColumns, ...onObject]);
  const ofColumns = steps.filter((step) => step.columns !== undefined);
  return [
    ...indirect,
    ...ofColumns.reduce(withColumnsTogether, []),
    ...steps.filter((step) => step.columns === undefined),
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
 * Steps that revoke grants on one object and its columns, in turns: a grant is revoked once no other grant depends on it,
 * because PostgreSQL refuses a REVOKE (2BP01) of a grant option on which other grants in the same ACL depend.
 * https://github.com/postgres/postgres/blob/REL_17_0/src/backend/utils/adt/acl.c#L1293 (recursive_revoke)
 */
function inTurns(
  snapshot: Snapshot,
  { owner, acl }: Group,
  columns: readonly ColumnAclItem[],
  grants: readonly Grant[],
): readonly Step[] {
  const steps: Step[] = [];
  const revoked = new Map<AclItem, { readonly byLogin: boolean; readonly turn: number }>();
  const nothing = new Map<AclItem, never>();
  let turn = 0;
  let waiting = grants.filter(({ step }) => step.reason === undefined);
  for (let before = -1; waiting.length !== before; turn++) {
    before = waiting.length;
    const now = new Map(revoked);
    waiting = waiting.filter((grant) => dependents(grant, now).length > 0 || !revoke(grant));
  }
  // Then what other roles have to revoke, and what only a rule of this action keeps this login from revoking.
  let others = grants.filter(({ step }) => step.reason !== undefined);
  for (let before = -1; others.length !== before; ) {
    before = others.length;
    others = others.filter((grant) => dependents(grant).length > 0 || comesTooLate(grant) || !revoke(grant));
  }
  for (const grant of [...waiting, ...others]) {
    const grantedTo = namesOf(dependents(grant, comesTooLate(grant) ? nothing : revoked));
    steps.push({ ...stepOf(grant), reason: "dependent-privileges", grantedTo });
  }
  return steps;

  /** Always true: a revoked grant waits no longer. */
  function revoke(grant: Grant): true {
    const before = dependents(grant, nothing);
    const byLogin = grant.step.acting !== undefined;
    const turns = before.map((item) => (revoked.get(item)?.turn ?? -1) + 1);
    const mine = Math.max(byLogin ? turn : 0, ...turns);
    revoked.set(grant.item, { byLogin, turn: mine });
    steps.push({
      ...stepOf(grant),
      ...grant.step,
      turn: mine,
      ...(before.length > 0 && { grantedTo: namesOf(before) }),
    });
    return true;
  }

  function stepOf({ grantee, privilege, item, column }: Grant): Step {
    const grantor = roleOf(snapshot, item.grantor);
    return { grantee, privilege, grantor, ...(column !== undefined && { columns: [column] }) };
  }

  /** Whether this login can revoke it only after another role: what this login runs comes first. */
  function comesTooLate(grant: Grant): boolean {
    return (
      grant.step.acting !== undefined &&
      dependents(grant, nothing).some((item) => revoked.get(item)?.byLogin === false)
    );
  }

  /** The grants that depend on this one, without those that are gone. */
  function dependents(grant: Grant, gone: ReadonlyMap<AclItem, unknown> = revoked): readonly AclItem[] {
    const { item, column, grantee, privilege } = grant;
    const standing = (items: readonly AclItem[]) =>
      items.filter(
        (other) => other.grantor === grantee.oid && other.privilege === privilege && !gone.has(other),
      );
    const standingIn = (items: readonly AclItem[], mine: AclItem) =>
      losesOption(grantee, items, mine) ? standing(items) : [];
    if (column !== undefined) return standingIn(onSame(column), item);
    // REVOKE on the table includes what the same grantor granted on columns.
    const included = columns.filter(
      (mine) =>
        mine.grantee === item.grantee &&
        mine.grantor === item.grantor &&
        mine.privilege === privilege &&
        !gone.has(mine),
    );
    // PostgreSQL does not look for these, but without the grant option no role could revoke them.
    const onColumns = losesOption(grantee, acl, item)
      ? standing(grants.flatMap((other) => (other.column === undefined ? [] : other.item)))
      : [];
    return [
      ...standingIn(acl, item),
      ...included.flatMap((mine) => standingIn(onSame(mine.column), mine)),
      ...onColumns,
    ];
  }

  /** Whether a grantee can no longer grant what it was granted by an item of an ACL. */
  function losesOption(grantee: Role, items: readonly AclItem[], item: AclItem): boolean {
    return (
      item.grantable &&
      !roleOf(snapshot, owner).inheritedBy.has(grantee.oid) &&
      !items.some(
        (other) =>
          other !== item &&
          other.privilege === item.privilege &&
          other.grantable &&
          !revoked.has(other) &&
          holds(snapshot, grantee, other),
      )
    );
  }

  function onSame(column: string): readonly ColumnAclItem[] {
    return columns.filter((item) => item.column === column);
  }

  function namesOf(items: readonly AclItem[]): readonly string[] {
    return [...new Set(items.map(({ grantee }) => snapshot.roles.get(grantee)?.name ?? "PUBLIC"))].sort();
  }
}
