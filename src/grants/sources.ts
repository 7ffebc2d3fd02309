import type { Privilege } from "../model/demand.ts";
import type { Source } from "../model/report.ts";
import { type Group, PUBLIC, type Role, type Snapshot } from "../model/snapshot.ts";
import { isRelation } from "./kinds.ts";

/**
 * Where a privilege that a grantee holds on an object comes from, the foremost first. Never empty: where no ACL tells,
 * the server has reasons of its own.
 */
export type SourcesOf = (group: Group, privilege: Privilege) => readonly Source[];

/** Tells for one grantee; the roles it inherits are looked up once. */
export function sourcesFor(snapshot: Snapshot, grantee: Role): SourcesOf {
  const inherited = [...snapshot.roles.values()]
    .filter((role) => role.oid !== grantee.oid && role.inheritedBy.has(grantee.oid))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return (group, privilege) => {
    if (grantee.superuser) return [{ source: "superuser" }];
    const holders = new Set(
      group.acl.filter((item) => item.privilege === privilege).map((item) => item.grantee),
    );
    const direct: Source[] = holders.has(grantee.oid)
      ? [{ source: group.owner === grantee.oid ? "owner" : "direct" }]
      : [];
    const roles = inherited
      .filter((role) => holders.has(role.oid) || predefined(role.name, group).includes(privilege))
      .map(({ name }): Source => ({ source: "role", role: name }));
    const everybody: Source[] = holders.has(PUBLIC) ? [{ source: "public" }] : [];
    const sources = [...direct, ...roles, ...everybody];
    return sources.length === 0 ? [{ source: "server" }] : sources;
  };
}

/**
 * What predefined roles give without an ACL entry.
 * https://www.postgresql.org/docs/current/predefined-roles.html
 */
function predefined(role: string, { kind }: Group): readonly Privilege[] {
  const readsOrWrites = role === "pg_read_all_data" || role === "pg_write_all_data";
  if (kind === "schema") return readsOrWrites ? ["USAGE"] : [];
  return (isRelation(kind) && ON_RELATIONS[role]) || [];
}

const ON_RELATIONS: Readonly<Record<string, readonly Privilege[]>> = {
  pg_read_all_data: ["SELECT"],
  pg_write_all_data: ["INSERT", "UPDATE", "DELETE"],
  pg_maintain: ["MAINTAIN"],
};
