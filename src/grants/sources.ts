import { isRelation } from "../model/kinds.ts";
import { PREDEFINED_ROLES, type Privilege } from "../model/privileges.ts";
import type { Source } from "../model/report.ts";
import { type Group, PUBLIC, type Role, type Snapshot } from "../model/snapshot.ts";

/** Where a privilege that a grantee holds on an object comes from, the most direct source first; never empty. */
export type SourcesOf = (group: Group, privilege: Privilege) => readonly Source[];

/** Finds the sources of what one grantee holds; the roles that it inherits are looked up once. */
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

/** What predefined roles give without an ACL entry; reading or writing all data includes USAGE on every schema. */
function predefined(role: string, { kind }: Group): readonly Privilege[] {
  const readsOrWrites = role === "pg_read_all_data" || role === "pg_write_all_data";
  if (kind === "schema") return readsOrWrites ? ["USAGE"] : [];
  return (isRelation(kind) && PREDEFINED_ROLES[role]) || [];
}
