import type { Privilege } from "../model/privileges.ts";
import type { Reason } from "../model/report.ts";
import { type Role, roleOf, type Snapshot } from "../model/snapshot.ts";
import { type ActingRole, actingRoleToGrant, actingRoleToRevoke } from "./acting-role.ts";
import type { Finding } from "./drift.ts";
import type { Change } from "./statements.ts";

/** What to do about findings, as far as PostgreSQL's rules let this login. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What no rule lets this login do. Some of it is tried once for each owner, because Azure's rules differ. */
  readonly blocked: readonly Blocked[];
}

/** A change that this login cannot make, and why. */
export interface Blocked {
  readonly change: Change;
  readonly reason: Reason;
}

/** Plans to grant what is missing, and nothing else. */
export function planGrants(snapshot: Snapshot, missing: readonly Finding[]): Plan {
  return planOf(snapshot, "GRANT", missing, ({ group }, privilege) => [
    actingRoleToGrant(snapshot, group, privilege),
  ]);
}

/**
 * Plans to revoke what was granted directly to the grantee, grantor by grantor. What comes through a role or PUBLIC is
 * blocked, and so is what is also held on columns, because REVOKE on the table would revoke that too.
 */
export function planRevokes(snapshot: Snapshot, extra: readonly Finding[]): Plan {
  return planOf(snapshot, "REVOKE", extra, ({ grantee, group, onColumns }, privilege) => {
    if (onColumns.includes(privilege)) return ["column-privileges"];
    const direct = group.acl.filter((item) => item.grantee === grantee.oid && item.privilege === privilege);
    return direct.length === 0
      ? ["not-direct"]
      : direct.map((item) => actingRoleToRevoke(snapshot, group, item));
  });
}

/** Both plans as one. */
export function bothOf(a: Plan, b: Plan): Plan {
  return { changes: [...a.changes, ...b.changes], blocked: [...a.blocked, ...b.blocked] };
}

/** The session user, who signed in. */
export function sessionRole(snapshot: Snapshot): Role {
  return roleOf(snapshot, snapshot.sessionUser);
}

type ActingRoles = (finding: Finding, privilege: Privilege) => readonly (ActingRole | Reason)[];

/** Findings that share a list of privileges share the acting roles too, so these are looked for once. */
function planOf(
  snapshot: Snapshot,
  verb: Change["verb"],
  findings: readonly Finding[],
  actingRoles: ActingRoles,
): Plan {
  const changes: Change[] = [];
  const blocked: Blocked[] = [];
  for (const [privileges, alike] of Map.groupBy(findings, (finding) => finding.privileges)) {
    const [first] = alike as [Finding];
    const owner = roleOf(snapshot, first.group.owner);
    const found = privileges.flatMap((privilege) =>
      actingRoles(first, privilege).map((acting) => ({ privilege, acting })),
    );
    for (const same of Map.groupBy(found, ({ acting }) => keyOfActing(acting)).values()) {
      const [{ acting }] = same as [(typeof found)[number]];
      const together = same.map(({ privilege }) => privilege);
      for (const { grantee, group, member } of alike) {
        const change = { verb, grantee, group, owner, member, privileges: together };
        if (typeof acting === "string")
          blocked.push({ change: { ...change, as: null, oneByOne: false }, reason: acting });
        else changes.push({ ...change, ...acting });
      }
    }
  }
  return { changes, blocked };
}

function keyOfActing(acting: ActingRole | Reason): string {
  return typeof acting === "string" ? acting : `as ${acting.as?.oid} ${acting.oneByOne}`;
}
