import type { Role } from "../model/snapshot.ts";
import { quoteIdentifier, quoteLiteral } from "../text/sql.ts";

/** A membership in a role that the session user grants itself for one transaction. */
export interface TemporaryMembership {
  readonly role: Role;
  /** Statements that the session user runs before it sets the role. */
  readonly grant: readonly string[];
  /** Statements that it runs afterwards, which restore the memberships. */
  readonly revoke: readonly string[];
}

/** INHERIT and SET are options of a membership, and each grantor has a membership of its own, from this version on. */
const OPTIONS_SINCE = 160000;

/**
 * The membership in a role that the session user can grant itself; null if it cannot.
 * https://www.postgresql.org/docs/current/role-membership.html
 */
export function temporaryMembership(role: Role, login: Role, serverVersion: number): TemporaryMembership | null {
  if (role.membership === null) return null;
  const [owner, member, grantor] = [role.name, login.name, role.membership.grantor].map((each) =>
    quoteIdentifier(each),
  );
  if (serverVersion < OPTIONS_SINCE)
    return {
      role,
      grant: [unlessMember(role, login), `GRANT ${owner} TO ${member};`],
      revoke: [`REVOKE ${owner} FROM ${member};`],
    };
  // A membership by this grantor that is there already, without SET, stays: only that option changes, and changes back.
  const [options, changed] = role.membership.existing
    ? ["SET TRUE", "SET OPTION FOR "]
    : ["INHERIT FALSE, SET TRUE", ""];
  return {
    role,
    grant: [`GRANT ${owner} TO ${member} WITH ${options} GRANTED BY ${grantor};`],
    revoke: [`REVOKE ${changed}${owner} FROM ${member} GRANTED BY ${grantor};`],
  };
}

/** The SQL that lets a role act with the privileges of another: https://www.postgresql.org/docs/current/sql-grant.html */
export function membershipSql(role: Role, member: Pick<Role, "name">, serverVersion: number): string {
  const options = serverVersion >= OPTIONS_SINCE ? " WITH INHERIT TRUE, SET TRUE" : "";
  return `GRANT ${quoteIdentifier(role.name)} TO ${quoteIdentifier(member.name)}${options};`;
}

/**
 * Fails if somebody made the session user a member meanwhile: before 16 there is one membership for all grantors, and
 * the REVOKE would revoke that one. After this error, the privileges are read again.
 */
function unlessMember(role: Role, login: Role): string {
  const isMember = `pg_catalog.pg_has_role(${quoteLiteral(login.name)}, ${quoteLiteral(role.name)}, 'MEMBER')`;
  const body = `BEGIN IF ${isMember} THEN RAISE EXCEPTION 'somebody granted the membership meanwhile' USING ERRCODE = 'serialization_failure'; END IF; END`;
  return `DO ${quoteLiteral(body)};`;
}
