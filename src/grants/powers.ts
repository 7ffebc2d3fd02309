import { type Demand, extraIsDrift } from "../model/demand.ts";
import { isRelation } from "../model/kinds.ts";
import { REASONS } from "../model/reasons.ts";
import type { Extra, Fix } from "../model/report.ts";
import { code, EMPTY, inOurWords, sentence } from "../model/sentence.ts";
import type { Grantee, OwnerMembership, Role, ServerFacts, Snapshot } from "../model/snapshot.ts";
import { groupsOf } from "../text/groups.ts";
import { quoteIdentifier } from "../text/sql.ts";

/** True if what lets a grantee do more than the lists say is a finding. With ALL and `warn` it is none: such apps often own their schema. */
export function powersMatter({ onExtra, tablePrivileges, sequencePrivileges }: Demand): boolean {
  const isAll = tablePrivileges === "ALL" && sequencePrivileges === "ALL";
  return onExtra !== "ignore" && (!isAll || extraIsDrift(onExtra));
}

/**
 * What lets a grantee do more than any privilege list says: it owns the database or a schema, or it can act as an owner.
 */
export function powersBeyond({ groups, server }: Snapshot, demand: Demand, grantee: Grantee): readonly Extra[] {
  if (!powersMatter(demand) || grantee.role.superuser) return [];
  const places = groups.filter(({ kind }) => kind === "database" || kind === "schema");
  const relations = groups.filter(({ kind, skipped }) => isRelation(kind) && skipped === "");
  const owners = new Map([...places, ...relations].map(({ owner }) => [owner.oid, owner]));
  return [
    ...places.flatMap((group) => ownerOf(group, grantee)),
    ...groupsOf(grantee.ownerships, ({ owner, grantor }) => `${owner} ${grantor}`).flatMap((alike) => {
      const owner = owners.get(alike[0].owner);
      return owner === undefined ? [] : memberOf(server, owner, grantee.role, alike);
    }),
  ];
}

function ownerOf({ kind, owner, members }: Snapshot["groups"][number], { role, actor }: Grantee): readonly Extra[] {
  if (owner !== role && owner !== actor) return [];
  return members.map((member) => {
    const alter = `ALTER ${kind.toUpperCase()} ${quoteIdentifier(member.name)} OWNER TO "<new owner>";`;
    const needs =
      kind === "database"
        ? sentence`The role that runs this can act as both and has CREATEDB.`
        : sentence`The role that runs this can act as both, and the new owner has CREATE on the database.`;
    return {
      kind,
      name: member.name,
      owner: owner.name,
      privileges: ["OWNER"],
      reason: "is-owner",
      sources: [{ source: "owner" }],
      fix: { note: sentence`Give it to another role: ${code(alter)} ${needs}` },
    };
  });
}

function memberOf(
  server: ServerFacts,
  owner: Role,
  grantee: Role,
  memberships: readonly [OwnerMembership, ...OwnerMembership[]],
): Extra {
  const [{ grantor, grantorCanLogin }] = memberships;
  // From 16 on, each grantor has a membership of its own: https://www.postgresql.org/docs/16/release-16.html
  const by = server.version >= 160000 && grantor !== null ? ` GRANTED BY ${quoteIdentifier(grantor)}` : "";
  const revokes = memberships.map(
    ({ role }) => `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(grantee.name)}${by};`,
  );
  const fix: Fix =
    grantor === null
      ? { note: inOurWords("Any role with ADMIN OPTION on that role can revoke the membership.") }
      : {
          as: grantor,
          ...(!grantorCanLogin && { byMember: true }),
          sql: [...(grantorCanLogin ? [] : [`SET ROLE ${quoteIdentifier(grantor)};`]), ...revokes].join(" "),
          note: REASONS["can-act-as-owner"].advice ?? EMPTY,
        };
  return {
    kind: "role",
    name: owner.name,
    owner: owner.name,
    privileges: ["SET"],
    reason: "can-act-as-owner",
    sources: memberships.map(({ role }) => ({ source: "role", role })),
    fix,
  };
}
