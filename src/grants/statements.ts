import { typeOf } from "../model/kinds.ts";
import { isGrantOption, type Privilege, withoutGrantOption } from "../model/privileges.ts";
import { type Group, type Holder, isPublic, type Member, type Role } from "../model/snapshot.ts";
import { distinctBy, groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";
import type { ActingRole } from "./acting-role.ts";

/** One thing to do to one object. */
export interface Change {
  readonly verb: "GRANT" | "REVOKE";
  readonly grantee: Holder;
  readonly group: Group;
  readonly member: Member;
  readonly privileges: readonly Privilege[];
  readonly acting: ActingRole;
  /** GRANT: the role as which the grantee's sessions begin, if it is that role that lacks it. */
  readonly to?: Role;
  /** REVOKE: the role whose grant it revokes. */
  readonly grantor?: Role;
  /** REVOKE: the columns, if it does not revoke on the whole table. */
  readonly columns?: readonly string[];
  /** REVOKE: the roles (or PUBLIC) to which the grantee granted it: it has to be revoked from them first. */
  readonly grantedTo?: readonly string[];
}

/** A statement, and the role to SET LOCAL ROLE to before it. */
export interface Statement extends Pick<ActingRole, "as" | "membership"> {
  readonly sql: string;
}

/** The fewest statements that make these changes, each naming its objects, in the order the changes came in. */
export function statementsOf(changes: readonly Change[]): readonly Statement[] {
  const single = changes.flatMap((change) =>
    change.acting.oneByOne ? change.privileges.map((privilege) => ({ ...change, privileges: [privilege] })) : change,
  );
  return groupsOf(single, keyOfStatement).map((same) => {
    const [first] = same;
    const { as, membership } = first.acting;
    return { as, sql: sqlOf(first, [...new Set(same.map(nameOf))]), ...(membership && { membership }) };
  });
}

/** Equal for the changes of one statement. */
function keyOfStatement(change: Change): string {
  const { verb, grantee, to = grantee, group, privileges, columns, acting, member } = change;
  const { as } = acting;
  const creator = group.kind === "default-privileges" ? [group.owner.oid, member.name, group.schema === undefined] : [];
  const onColumns = columns === undefined ? [] : [JSON.stringify(columns)];
  return [verb, as?.oid, typeOf(group), to.oid, ...privileges, ...creator, ...onColumns].join();
}

/**
 * Statements with a SET LOCAL ROLE wherever the acting role changes, to be run in one transaction. Memberships are granted
 * before and revoked after all of them, in the order of the roles' oids: GRANT locks the role, and two runs at once
 * must lock in one order.
 */
export function withRoles(statements: readonly Statement[]): readonly string[] {
  const taken = statements
    .flatMap(({ membership }) => membership ?? [])
    .toSorted((a, b) => Number(a.role.oid) - Number(b.role.oid));
  const memberships = distinctBy(taken, ({ role }) => role.oid);
  const script = statements.flatMap(({ as, sql }, n) => {
    const before = statements[n - 1];
    if (before !== undefined && before.as?.oid === as?.oid) return [sql];
    return [`SET LOCAL ROLE ${as === null ? "NONE" : quoteIdentifier(as.name)};`, sql];
  });
  if (memberships.length === 0) return script;
  const asLogin = "SET LOCAL ROLE NONE;";
  return [
    asLogin,
    ...memberships.flatMap(({ grant }) => grant),
    ...script,
    asLogin,
    ...memberships.flatMap(({ revoke }) => revoke),
  ];
}

function sqlOf({ verb, grantee, to: toActor, group, ...change }: Change, names: readonly string[]): string {
  const to = toActor ?? grantee;
  const columns = change.columns?.map((column) => quoteIdentifier(column)).join(", ");
  const option = change.privileges.some(isGrantOption) ? "GRANT OPTION FOR " : "";
  const privileges = change.privileges
    .map(withoutGrantOption)
    .map((each) => (columns === undefined ? each : `${each} (${columns})`));
  const what = `${verb} ${option}${privileges.join(", ")} ON`;
  const holder = isPublic(to) ? to.name : quoteIdentifier(to.name);
  const grantees = `${verb === "GRANT" ? "TO" : "FROM"} ${holder};`;
  if (group.kind === "default-privileges") {
    const creator = quoteIdentifier(group.owner.name);
    const where = group.schema === undefined ? "" : `IN SCHEMA ${names.join(", ")} `;
    return `ALTER DEFAULT PRIVILEGES FOR ROLE ${creator} ${where}${what} ${change.member.name.toUpperCase()} ${grantees}`;
  }
  // Column privileges on a sequence are granted as on a table.
  const type = columns === undefined ? typeOf(group).toUpperCase() : "TABLE";
  if (names.length === 1) return `${what} ${type} ${names[0]} ${grantees}`;
  return `${what} ${type}\n  ${names.join(",\n  ")}\n${grantees}`;
}

function nameOf({ group, member }: Change): string {
  if (group.kind === "default-privileges") return quoteIdentifier(group.schema?.name ?? "");
  if (group.schema === undefined || group.kind === "schema") return quoteIdentifier(member.name);
  const path = quoteIdentifier(group.schema.name, member.name);
  return member.arguments === undefined ? path : `${path}(${member.arguments})`;
}
