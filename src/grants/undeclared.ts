import { inOrder, isGrantOption, type Privilege, withoutGrantOption } from "../model/privileges.ts";
import type { DatabaseReport, Undeclared as Entry } from "../model/report.ts";
import { code, sentence } from "../model/sentence.ts";
import { type AclItem, isPublic, type UndeclaredLook, type UndeclaredPrivileges } from "../model/snapshot.ts";
import { compare, groupsOf } from "../text/groups.ts";
import type { Login } from "./acting-role.ts";
import { NO_COLUMNS } from "./drift.ts";
import { fixBlocks, fixFor } from "./fixes.ts";
import { type Blocked, type PrivilegeStep, planOf } from "./plan.ts";
import { dependentsOf, stepToRevoke } from "./revokes.ts";
import { isReadOnly } from "./setting.ts";

/** There is SQL for so many objects and roles at most: the report of a database with more would take hundreds of megabytes. */
const MAX_REVOKES = 100_000;

/** The privileges that nobody declared in one database, and the SQL that revokes them. */
export type Undeclared = Required<Pick<DatabaseReport, "undeclared" | "undeclaredFixes">>;

/** The privileges that nobody declared, by role and schema, and the SQL that revokes them: this action never runs it. */
export function undeclaredIn(look: UndeclaredLook): Undeclared {
  const { snapshot, found } = look;
  const login: Login = { role: snapshot.sessionUser, readOnly: isReadOnly(snapshot.server), membershipIn: () => null };
  const columns = new Map(snapshot.columns.map(({ member, items }) => [member.oid, items]));
  const all = found.flatMap((privileges) => revokesOf(login, privileges, columns));
  const fixable = all.length > MAX_REVOKES ? [] : all.map(({ blocked }) => blocked);
  const entries = groupsOf(all, keyOfEntry).map((same): Entry => {
    const [{ blocked, privileges }] = same;
    const { group, columns, grantee: holder } = blocked.change;
    const revokes = same.map((each) => each.blocked);
    return {
      role: holder.name,
      ...(isPublic(holder) && { isPublic: true }),
      schema: group.schema?.name ?? "",
      kind: group.kind,
      privileges,
      ...(columns && { onColumns: true }),
      objects: new Set(revokes.map(({ change }) => change.member.oid)).size,
      fix: fixable.length === 0 ? TOO_MANY : fixOf(snapshot, revokes),
    };
  });
  return {
    undeclared: entries.sort((a, b) => compare(rankOf(a), rankOf(b))),
    undeclaredFixes: fixBlocks(snapshot, fixable, new Set()),
  };
}

/** A change that revokes privileges of one role on one object, and those privileges, WITH GRANT OPTION if it holds that. */
interface Revoke {
  readonly privileges: readonly Privilege[];
  readonly blocked: Blocked;
}

/** The changes that revoke what one role granted to others. `Blocked` is each of them: this action never makes it. */
function revokesOf(
  login: Login,
  { group, members, grantor, holders, ...held }: UndeclaredPrivileges,
  columnsOf: ReadonlyMap<string, typeof NO_COLUMNS>,
): readonly Revoke[] {
  const listed = new Map(held.privileges.map((privilege) => [withoutGrantOption(privilege) as Privilege, privilege]));
  const revokes = groupsOf(members, ({ oid }) => columnsOf.get(oid) ?? NO_COLUMNS).flatMap((alike) => {
    const columns = columnsOf.get(alike[0].oid) ?? NO_COLUMNS;
    const acl = [...group.acl, ...columns];
    const stepsFor = (holder: AclItem["grantee"]) =>
      [...listed].map(([privilege, asListed]): PrivilegeStep => {
        const onColumns = columns.filter((item) => item.grantee === holder && item.privilege === privilege);
        const mine = [{ privilege, grantable: isGrantOption(asListed) }, ...onColumns];
        const dependents = dependentsOf(holder, mine, acl);
        const aclOfOption = held.columns ? acl : group.acl;
        const step =
          !isPublic(holder) && holder.gone
            ? ({ privilege, grantor, reason: "role-gone" } as const) // no statement can name it
            : stepToRevoke(login, group, privilege, { grantor, privilege }, aclOfOption, dependents);
        return { reason: "not-revoked", ...step, ...(held.columns && { columns: held.columns }) };
      });
    return holders.flatMap((role) => {
      const targets = alike.map((member) => ({ grantee: { role }, group, member }));
      return planOf("REVOKE", stepsFor(role), targets).blocked;
    });
  });
  return revokes.map((blocked) => {
    const privileges = blocked.change.privileges.map((privilege) => listed.get(privilege) ?? privilege);
    return { blocked, privileges: inOrder(privileges) };
  });
}

/** Equal for what one entry is about. */
function keyOfEntry({ privileges, blocked }: Revoke): string {
  const { grantee, group, columns, grantor, grantedTo } = blocked.change;
  const roles = [grantee.oid, grantor?.oid, grantedTo];
  return JSON.stringify([roles, group.schema?.oid, group.kind, privileges, columns !== undefined, blocked.reason]);
}

function fixOf(snapshot: UndeclaredLook["snapshot"], same: readonly Blocked[]): Entry["fix"] {
  const [first] = same as [Blocked];
  const changes = same.map(({ change }) => change);
  const { note, ...fix } = fixFor(snapshot, first, changes);
  // The note of what this login can revoke is about `on-extra`, which revokes from grantees only.
  return first.reason === "not-revoked" || note === undefined ? fix : { ...fix, note };
}

const TOO_MANY = {
  note: sentence`The SQL names too many objects for a report. Check fewer schemas in one run (input ${code("schemas")}).`,
};

/** Entries are in the order of roles, of each by schema, of each by kind. */
function rankOf({ role, schema, kind, privileges }: Entry): string {
  return [role, schema, kind, privileges].join("\0");
}
