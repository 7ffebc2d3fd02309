import type { Client } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import type { Blocked, Plan } from "../grants/plan.ts";
import { type Change, statementsOf } from "../grants/statements.ts";
import { isGrantOption, withoutGrantOption } from "../model/privileges.ts";
import { groupsOf } from "../text/groups.ts";
import { attempt, reasonOf } from "./batch.ts";
import type { Turns } from "./turn.ts";

/**
 * The changes of a plan that PostgreSQL's rules do not allow but Azure's may, grouped so that a trial of one shows
 * whether the others work. A REVOKE is tried privilege by privilege, because each can work alone.
 */
export function trialsOf({ blocked }: Plan): readonly Trial[] {
  const changes = blocked
    .filter(({ tryAs }) => tryAs !== undefined)
    .flatMap(({ change, ...why }) =>
      change.verb === "GRANT"
        ? { change, ...why }
        : change.privileges.map((privilege) => ({ change: { ...change, privileges: [privilege] }, ...why })),
    );
  return groupsOf(changes, keyOfTrial);
}

/** Changes of which one is tried, each with the reason why it should not work. */
export type Trial = readonly [Blocked, ...Blocked[]];

/**
 * One object stands for all objects of its owner, and default privileges for themselves. Which grantor the server picks
 * for a REVOKE among those that the acting role inherits depends on the ACL and the privilege, too.
 */
function keyOfTrial({ change: { verb, grantor, group, privileges }, reason }: Blocked): string {
  const ofAcl =
    grantor && (grantor.inherited || grantor.viaRoles.length > 0) ? `${group.members[0]?.oid} ${privileges}` : "";
  return `${verb} ${reason} ${(grantor ?? group.owner).oid} ${group.kind === "default-privileges"} ${ofAcl}`;
}

/**
 * Makes the first of these changes as the session user, then as the owner or the grantor, or finds out why that does not
 * work.
 * @returns the role as which the change works; null if it works as none, with the last error or warning of the server
 * @throws what broke the connection
 */
export async function tryOne(client: Client, [{ change, tryAs = [] }]: Trial, turns: Turns) {
  const proof = change.verb === "REVOKE" ? [proofOfRevoke(change)] : [];
  let message = "";
  for (const as of tryAs) {
    const acting = { as, oneByOne: change.verb === "REVOKE" };
    const statements = statementsOf([{ ...change, acting }]);
    const { error, warning } = await attempt(client, turns, statements, { proof });
    if (error === null && warning === undefined) return { acting, message };
    if (error !== null) reasonOf(error); // throws an error that is about the session
    message = warning ?? wordsOf(error);
  }
  return { acting: null, message };
}

/**
 * Fails if a REVOKE revoked nothing, which rolls the transaction back. The server chooses the grantor among the
 * roles that this login inherits, and if that role granted nothing, REVOKE succeeds without a warning.
 */
function proofOfRevoke({ grantee, group, grantor = group.owner, member, privileges }: Change): string {
  return `
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x
    WHERE c.oid = ${member.oid} AND x.grantee = ${grantee.oid} AND x.grantor = ${grantor.oid}
      AND x.privilege_type IN (${privileges.map((privilege) => `'${withoutGrantOption(privilege)}'`)})${privileges.some(isGrantOption) ? " AND x.is_grantable" : ""}
  ) THEN
    RAISE EXCEPTION 'nothing was revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;`;
}
