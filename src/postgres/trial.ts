import type { Client } from "pg";
import { wordsOf } from "../diagnosis/symptoms.ts";
import type { ActingRole } from "../grants/acting-role.ts";
import type { Blocked, Plan } from "../grants/plan.ts";
import { type Change, statementsOf } from "../grants/statements.ts";
import { isGrantOption, withoutGrantOption } from "../model/privileges.ts";
import { groupsOf } from "../text/groups.ts";
import { attempt, reasonOf } from "./batch.ts";
import { beginInTurn, type Turns } from "./turn.ts";

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
    grantor && (grantor.inherited || grantor.through.length > 0)
      ? `${group.members[0]?.oid} ${privileges}`
      : "";
  return `${verb} ${reason} ${(grantor ?? group.owner).oid} ${group.kind === "default-privileges"} ${ofAcl}`;
}

/** How many objects are tried while the error is not about privileges: the first object may be locked, for example. */
const MAX_TRIES = 3;

interface Result {
  /** The role as which the change works; null where it works as none. */
  readonly acting: ActingRole | null;
  /** The last error of the server. */
  readonly message: string;
  /** Whether the error is about something other than privileges, so that another object may show more. */
  readonly inconclusive?: true;
}

/**
 * Makes one of these changes, or finds out why that does not work; tries the next while errors are not about privileges.
 * @throws what broke the connection
 */
export async function tryOneOf(client: Client, trial: Trial, turns: Turns): Promise<Result> {
  let result: Result = { acting: null, message: "" };
  for (const blocked of trial.slice(0, MAX_TRIES)) {
    result = await tryOne(client, blocked, turns);
    if (!result.inconclusive) break;
  }
  return result;
}

/** Tries a change as the session user, then as the owner or the grantor. */
async function tryOne(client: Client, { change, tryAs = [] }: Blocked, turns: Turns): Promise<Result> {
  const proof = change.verb === "REVOKE" ? [proofOfRevoke(change)] : [];
  let result: Result = { acting: null, message: "the server granted nothing" };
  for (const as of tryAs) {
    const acting = { as, oneByOne: change.verb === "REVOKE" };
    const statements = statementsOf([{ ...change, acting }]);
    await beginInTurn(client, turns);
    const { error, warned } = await attempt(client, statements, { proof });
    if (error === null && !warned) return { acting, message: "" };
    if (error === null) continue;
    const inconclusive = reasonOf(error) !== "refused" || !NO_PRIVILEGE.has(error.code ?? "");
    result = { ...result, message: wordsOf(error), ...(inconclusive && { inconclusive }) };
  }
  return result;
}

/** insufficient_privilege; invalid_parameter_value: SET ROLE to a role that does not exist any more. */
const NO_PRIVILEGE: ReadonlySet<string> = new Set(["42501", "22023"]);

/**
 * Fails where a REVOKE revoked nothing, so that the transaction is rolled back. The server chooses the grantor among the
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
