import { isRelation } from "../model/kinds.ts";
import { isGrantOption, PREDEFINED_ROLES, type Privilege, withoutGrantOption } from "../model/privileges.ts";
import type { Source } from "../model/report.ts";
import { type AclItem, type Grantee, type Group, heldBy, holderFor, isPublic, type Role } from "../model/snapshot.ts";

/** The sources of a privilege that a grantee holds on an object, the most direct first; never empty. */
export function sourcesOf(grantee: Grantee, group: Group, privilege: Privilege): readonly Source[] {
  const holder = isGrantOption(privilege) ? grantee.actor : holderFor(group, grantee);
  if (holder.superuser) return [{ source: "superuser" }];
  const holders = holdersOf(group.acl, privilege);
  const direct: Source[] =
    holder === grantee.role && holders.has(holder) ? [{ source: group.owner === holder ? "owner" : "direct" }] : [];
  const isHeldBy = (role: Role) => holders.has(role) || predefined(role, group).includes(privilege);
  const sources = [...direct, ...throughOthers(grantee, holder, isHeldBy, holders)];
  return sources.length === 0 ? [{ source: "server" }] : sources;
}

/** The sources of a privilege, on an object or its columns, that a REVOKE from the grantee does not remove. */
export function indirectSourcesOf(
  grantee: Grantee,
  group: Group,
  columns: readonly AclItem[],
  privilege: Privilege,
): readonly Source[] {
  const isHeld =
    isGrantOption(privilege) || group.kind === "default-privileges"
      ? group.acl.some((item) => gives(item, privilege) && holds(grantee, item))
      : heldBy(group, grantee).has(privilege);
  const onObject = isHeld ? sourcesOf(grantee, group, privilege) : [];
  const holders = holdersOf(columns, privilege);
  const onColumns = throughOthers(grantee, grantee.actor, (role) => holders.has(role), holders);
  return [...onObject.filter(({ source }) => source !== "direct"), ...onColumns];
}

/** The roles whose privileges a grantee has because it acts as `holder`, by name, `holder` too if it is another role; then PUBLIC. */
function throughOthers(
  { role: own }: Grantee,
  holder: Role,
  isHeldBy: (role: Role) => boolean,
  holders: ReadonlySet<AclItem["grantee"]>,
): readonly Source[] {
  const roles = [...holder.inherits].filter((role) => (role !== own || holder !== own) && isHeldBy(role));
  return [
    ...roles.map(({ name }): Source => ({ source: "role", role: name })),
    ...([...holders].some(isPublic) ? [{ source: "public" } as const] : []),
  ];
}

/** True if a grantee holds what an ACL item gives: it is the grantee's, PUBLIC's, or a role's that it inherits. */
export function holds({ actor }: Grantee, { grantee }: AclItem): boolean {
  return isPublic(grantee) || grantee === actor || actor.inherits.has(grantee);
}

/** True if an ACL item gives a privilege, or the grant option of one. */
export function gives(item: AclItem, privilege: string): boolean {
  return item.privilege === withoutGrantOption(privilege) && (item.grantable || !isGrantOption(privilege));
}

function holdersOf(acl: readonly AclItem[], privilege: string): ReadonlySet<AclItem["grantee"]> {
  return new Set(acl.filter((item) => gives(item, privilege)).map((item) => item.grantee));
}

/** The privileges that predefined roles give without an ACL entry; reading or writing all data includes USAGE on every schema. */
function predefined({ predefined, name }: Role, { kind }: Group): readonly Privilege[] {
  if (!predefined) return [];
  if (kind === "schema") return name === "pg_read_all_data" || name === "pg_write_all_data" ? ["USAGE"] : [];
  return (isRelation(kind) && PREDEFINED_ROLES[name]) || [];
}
