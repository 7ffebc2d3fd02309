import { inOrder, isGrantOption } from "../model/privileges.ts";
import { type Changed, type Warning, warning } from "../model/report.ts";
import { code, inOurWords, name, type Sentence, sentence, someNames } from "../model/sentence.ts";
import { type Grantee, isPublic } from "../model/snapshot.ts";
import { series } from "../text/count.ts";
import { groupsOf } from "../text/groups.ts";
import { AS_SESSION_USER } from "./acting-role.ts";
import { sqlOf } from "./batches.ts";
import type { Difference, Drift } from "./drift.ts";
import { gives, holds } from "./sources.ts";
import type { Change } from "./statements.ts";

/**
 * Warnings about default privileges that are not demanded: what the next migration brings.
 * @param beyond the objects on which more is held than is demanded, or was before it was revoked
 */
export function futureWarnings(
  grantee: Grantee,
  { missing, extra }: Drift["future"],
  beyond: readonly Changed[],
): readonly Warning[] {
  const causes = extra.filter((difference) => beyond.some((found) => bringsBack(difference, found)));
  const revokes = causes.flatMap((difference) => revokesOf(grantee, difference));
  return [
    ...groupsOf(missing, ({ group }) => group.owner).flatMap((same) => missingNext(grantee, same)),
    ...groupsOf(revokes, ({ group, grantee }) => `${group.owner.oid} ${grantee.oid}`).flatMap((same) =>
      extraNext(grantee, same),
    ),
  ];
}

/** A role creates objects which the grantee will not be able to use. */
function missingNext({ role, actor }: Grantee, same: readonly [Difference, ...Difference[]]): readonly Warning[] {
  const creator = name(same[0].group.owner.name);
  const grants = same.map(({ columns: _, ...difference }): Change => {
    return { ...difference, verb: "GRANT", grantee: actor, acting: AS_SESSION_USER };
  });
  const message = sentence`${name(role.name)} will be missing privileges on the next ${kindsOf(same)} that ${creator} creates in ${schemasOf(same)}. Set \`default-privileges: true\`, or run as ${creator}: ${code(sqlOf(grants))}`;
  return warning("default-privileges", message);
}

/** Default privileges to the grantee, to a role whose privileges it has or to PUBLIC bring back what is extra. */
function extraNext({ role }: Grantee, revokes: readonly [Change, ...Change[]]): readonly Warning[] {
  const [{ group, grantee: holder }] = revokes;
  const creator = name(group.owner.name);
  const to = isPublic(holder) ? inOurWords(holder.name) : name(holder.name);
  const given = inOurWords(series(inOrder(revokes.flatMap(({ privileges }) => privileges))));
  const isRevokedByAction = holder === role && revokes.every(({ group }) => group.schema !== undefined);
  const run = inOurWords(isRevokedByAction ? "Set `default-privileges: true` and `on-extra: revoke`, or run" : "Run");
  const message = sentence`Default privileges of ${creator} give ${to} ${given} on each new ${kindsOf(revokes)} in ${schemasOf(revokes)}, so what is extra comes back. ${run} as ${creator}: ${code(sqlOf(revokes))}`;
  return warning("extra-default-privileges", message);
}

/** True if an object that has extra privileges may have them from these default privileges. */
function bringsBack({ group, member, privileges }: Difference, found: Changed): boolean {
  return (
    found.owner === group.owner.name &&
    (group.schema === undefined || found.schema === group.schema.name) &&
    (found.kind === "sequence") === (member.name === "sequences") &&
    found.privileges.some((privilege) => privileges.includes(privilege))
  );
}

/** The changes that revoke extra default privileges from each holder, those of grant options apart. */
function revokesOf(grantee: Grantee, { group, member, privileges }: Difference): readonly Change[] {
  const items = group.acl.filter((item) => holds(grantee, item));
  return groupsOf(items, (item) => item.grantee).flatMap((same) => {
    const given = privileges.filter((privilege) => same.some((item) => gives(item, privilege)));
    const change = { verb: "REVOKE", grantee: same[0].grantee, group, member, acting: AS_SESSION_USER } as const;
    return groupsOf(given, isGrantOption).map((alike) => ({ ...change, privileges: alike }));
  });
}

function schemasOf(defaults: readonly Pick<Difference, "group">[]): Sentence {
  const schemas = defaults.map(({ group }) => group.schema?.name);
  if (schemas.includes(undefined)) return inOurWords("all schemas");
  return someNames(schemas.sort().map((schema = "") => [schema]));
}

/** The kinds of objects that default privileges are about: `table or sequence`. */
function kindsOf(defaults: readonly Pick<Difference, "member">[]): Sentence {
  const names = new Set(defaults.map(({ member }) => member.name));
  const kinds = ["table", "sequence", "routine"].filter((kind) => names.has(`${kind}s`));
  return inOurWords(series(kinds, "or"));
}
