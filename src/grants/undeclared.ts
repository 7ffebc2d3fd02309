import { inOrder, isGrantOption, type Privilege, withoutGrantOption } from "../model/privileges.ts";
import type { DatabaseReport, Undeclared as Entry } from "../model/report.ts";
import { inOurWords } from "../model/sentence.ts";
import {
  type ColumnAclItem,
  type Holder,
  isPublic,
  type Role,
  type UndeclaredLook,
  type UndeclaredPrivileges,
} from "../model/snapshot.ts";
import { compare, groupsOf } from "../text/groups.ts";
import type { Login } from "./acting-role.ts";
import { fixBlocks, fixFor } from "./fixes.ts";
import { type Blocked, type PrivilegeStep, planOf } from "./plan.ts";
import { dependentsOf, stepToRevoke } from "./revokes.ts";

/** The SQL names so many objects and roles at most: the report of a database with more would take hundreds of megabytes. */
const MAX_REVOKES = 100_000;

/** The privileges that nobody declared in one database, and the SQL that revokes them. */
export type Undeclared = Required<Pick<DatabaseReport, "undeclared" | "undeclaredFixes">>;

/** The privileges that nobody declared, by role and schema, and the SQL that revokes them: this action never runs it. */
export function undeclaredIn(look: UndeclaredLook): Undeclared {
  const { snapshot, found } = look;
  const login: Login = { role: snapshot.sessionUser, membershipIn: () => null };
  const columns = new Map(snapshot.columns.map(({ member, items }) => [member.oid, items]));
  const all = found.flatMap((privileges) => revokesOf(login, privileges, columns));
  let left = MAX_REVOKES;
  const fixed: (readonly Blocked[])[] = [];
  const entries = groupsOf(all, keyOf).map((same): Entry => {
    const [{ blocked, holder, privileges }] = same;
    const { group, columns } = blocked.change;
    const revokes = same.map((each) => each.blocked);
    const fits = revokes.length <= left;
    if (fits) {
      fixed.push(revokes);
      left -= revokes.length;
    }
    return {
      role: holder.name,
      ...(isPublic(holder) && { isPublic: true }),
      schema: group.schema?.name ?? "",
      kind: group.kind,
      privileges,
      ...(columns && { onColumns: true }),
      objects: new Set(revokes.map(({ change }) => change.member.oid)).size,
      fix: fits ? fixOf(snapshot, revokes) : TOO_MANY,
    };
  });
  return {
    undeclared: entries.sort(byRole),
    undeclaredFixes: fixBlocks(snapshot, fixed.flat(), new Set()),
  };
}

/** One privilege of a role on one object, or several with one REVOKE. */
interface Revoke {
  readonly holder: Holder;
  readonly privileges: readonly Privilege[];
  readonly blocked: Blocked;
}

function revokesOf(
  login: Login,
  { group, members, grantor, holders, ...held }: UndeclaredPrivileges,
  columnsOf: ReadonlyMap<string, readonly ColumnAclItem[]>,
): readonly Revoke[] {
  const canGrant = held.privileges.some(isGrantOption);
  const listed = new Map(held.privileges.map((privilege) => [withoutGrantOption(privilege) as Privilege, privilege]));
  return groupsOf(members, ({ oid }) => columnsOf.get(oid) ?? "").flatMap((alike) => {
    const columns = columnsOf.get(alike[0].oid) ?? [];
    const acl = [...group.acl, ...columns];
    return groupsOf(holders, (holder) => (canGrant || columns.length > 0 || isGone(holder) ? holder : "")).flatMap(
      (same) => {
        const steps = [...listed].map(([privilege, asListed]): PrivilegeStep => {
          const mine = [
            { privilege, grantable: isGrantOption(asListed) },
            ...columns.filter((item) => item.grantee === same[0] && item.privilege === privilege),
          ];
          const dependents = dependentsOf(same[0], mine, acl);
          const item = { grantor, privilege };
          const step = stepToRevoke(
            login,
            { group, columns },
            privilege,
            item,
            held.columns ? acl : group.acl,
            dependents,
          );
          return { ...step, ...(held.columns && { columns: held.columns }) };
        });
        const targets = same.flatMap((role) => alike.map((member) => ({ grantee: { role }, group, member })));
        const { changes, blocked } = planOf("REVOKE", steps, targets);
        const byLogin = changes.map((change): Blocked => ({ change, reason: "not-revoked", byLogin: true }));
        // No statement can name a role that was dropped.
        const all = [...byLogin, ...blocked];
        const left = isGone(same[0]) ? all.map(({ change }): Blocked => ({ change, reason: "role-gone" })) : all;
        return left.map((each) => ({
          holder: each.change.grantee,
          privileges: inOrder(each.change.privileges.map((privilege) => listed.get(privilege) ?? privilege)),
          blocked: each,
        }));
      },
    );
  });
}

function isGone(holder: Holder): boolean {
  return "gone" in holder && (holder as Role).gone;
}

/** Equal for what one entry is about. */
function keyOf({ holder, privileges, blocked }: Revoke): string {
  const { change, reason } = blocked;
  const { group, member, grantor, columns, grantedTo } = change;
  // Its note names the object.
  const alone = reason === "grantor-lacks-option" && member.oid;
  return JSON.stringify([
    holder.oid,
    group.schema?.oid,
    group.kind,
    privileges,
    columns !== undefined,
    grantor?.oid,
    reason,
    grantedTo,
    alone,
  ]);
}

function fixOf(place: UndeclaredLook["snapshot"], same: readonly Blocked[]): Entry["fix"] {
  const [first] = same as [Blocked];
  const { note, ...fix } = fixFor(
    place,
    first,
    same.map(({ change }) => change),
  );
  // The note of what this login can revoke is about `on-extra`, which revokes from grantees only.
  return first.reason === "not-revoked" || note === undefined ? fix : { ...fix, note };
}

const TOO_MANY = {
  note: inOurWords(
    "The SQL names too many objects for a report. Run the SQL for the others, and then this action again.",
  ),
};

function byRole(a: Entry, b: Entry): number {
  return (
    compare(a.role, b.role) ||
    compare(a.schema, b.schema) ||
    compare(a.kind, b.kind) ||
    compare(a.privileges.join(), b.privileges.join())
  );
}
