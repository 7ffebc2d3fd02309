import type { Source } from "../report/report.ts";
import type { Privilege } from "./privileges.ts";
import { type Group, PUBLIC, type Role, type Snapshot } from "./snapshot.ts";

/**
 * Where a privilege that a grantee holds comes from, the foremost first. Never empty: where no ACL tells, the server
 * has reasons of its own.
 */
export function sourcesOf(
  snapshot: Snapshot,
  group: Group,
  grantee: Role,
  privilege: Privilege,
): readonly Source[] {
  if (grantee.superuser) return [{ source: "superuser" }];
  const holders = new Set(
    group.acl.filter((item) => item.privilege === privilege).map((item) => item.grantee),
  );
  const roles = [...snapshot.roles.values()]
    .filter((role) => role.oid !== grantee.oid && role.inheritedBy.has(grantee.oid))
    .filter((role) => holders.has(role.oid) || (group.schema && PREDEFINED[role.name]?.includes(privilege)))
    .map(({ name }): Source => ({ source: "role", role: name }))
    .sort((a, b) => (a.source === "role" && b.source === "role" && a.role < b.role ? -1 : 1));
  const direct: Source[] = holders.has(grantee.oid)
    ? [{ source: group.owner === grantee.oid ? "owner" : "direct" }]
    : [];
  const everybody: Source[] = holders.has(PUBLIC) ? [{ source: "public" }] : [];
  const sources = [...direct, ...roles, ...everybody];
  return sources.length === 0 ? [{ source: "server" }] : sources;
}

/**
 * What predefined roles give on every relation without an ACL entry; the first gives USAGE on schemas too.
 * https://www.postgresql.org/docs/current/predefined-roles.html
 */
const PREDEFINED: Readonly<Record<string, readonly Privilege[]>> = {
  pg_read_all_data: ["SELECT"],
  pg_write_all_data: ["INSERT", "UPDATE", "DELETE"],
  pg_maintain: ["MAINTAIN"],
};
