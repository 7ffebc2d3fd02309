import type { Client } from "pg";
import { diagnose } from "../diagnosis/diagnose.ts";
import { bindingSql } from "../grants/identity.ts";
import { ENTRA_DATABASE } from "../model/entra-label.ts";
import { ActionError, type Step, step } from "../model/failure.ts";
import type { Verdict } from "../model/report.ts";
import { code, inOurWords, name, type Sentence, sentence } from "../model/sentence.ts";
import { BEGIN, BEGIN_READ_ONLY } from "../postgres/transaction.ts";
import { quoteLiteral } from "../text/sql.ts";
import { type Principal, readPrincipals } from "./catalog.ts";
import { boundToAnother, isAdministrator, isNoEntraRole, notBoundAfterwards } from "./obstacles.ts";
import type { PrincipalDemand } from "./settings.ts";

/** The findings and changes of the action `principal`. */
export interface PrincipalResult {
  readonly verdict: Exclude<Verdict, "error">;
  readonly message: Sentence;
  readonly warnings: readonly Sentence[];
  /** The SQL that ends the drift. */
  readonly fix?: Step;
}

type Finding = Omit<PrincipalResult, "warnings">;

/** The changes so far: a session that breaks leaves them to the next one, and the last one to the report. */
export interface PrincipalProgress {
  /** The result for which COMMIT was sent. */
  sent?: PrincipalResult;
  /** The same for the report of a run that ends early. */
  done?: Sentence | undefined;
}

/**
 * Makes sure that the role exists and is bound to the object ID; in `mode: check`, only looks.
 * @param client a session of an Entra administrator in database `postgres`
 * @param progress what another session did before this one
 * @throws ActionError if the role must not be changed; the server's own error if it refuses
 */
export async function ensure(
  client: Client,
  demand: PrincipalDemand,
  progress: PrincipalProgress,
): Promise<PrincipalResult> {
  async function attempt(): Promise<PrincipalResult> {
    const isCheck = demand.mode === "check";
    await client.query(isCheck ? BEGIN_READ_ONLY : BEGIN);
    const roles = await readPrincipals(client, demand.name, demand.objectId);
    const before = roles.find((role) => role.name === demand.name);
    const warnings = warningsOf(roles, demand);
    const bound = before !== undefined && isBound(before, demand);
    if (!bound) delete progress.sent;
    progress.done = progress.sent?.message;
    if (bound || isCheck) {
      await client.query("COMMIT");
      const message = sentence`${name(demand.name)} is bound to object ID ${code(demand.objectId)}.`;
      return progress.sent ?? { ...(bound ? { verdict: "in-sync", message } : drift(before, demand)), warnings };
    }
    if (before !== undefined && !demand.rebind)
      throw new ActionError({ ...boundToAnother(otherId(before, demand), demand), problems: warnings });
    await client.query(sqlFor(before, demand));
    const after = await readPrincipals(client, demand.name, demand.objectId);
    const made = after.find((role) => role.name === demand.name);
    if (made === undefined || !isBound(made, demand)) throw new ActionError(notBoundAfterwards(demand));
    const result = { ...repaired(before, demand), warnings: warningsOf(after, demand) };
    progress.sent = result;
    progress.done = sentence`The server did not confirm this: ${result.message}`;
    await client.query("COMMIT");
    progress.done = result.message;
    return result;
  }

  return attempt().catch(async (error) => {
    if (diagnose(error).code !== "concurrent-change") throw error;
    await client.query("ROLLBACK");
    return attempt();
  });
}

/**
 * True if the role is bound to the object ID by all that the server says.
 * @throws ActionError for an administrator and for a role that is not an Entra role: neither is ever changed
 */
function isBound(principal: Principal, demand: PrincipalDemand): boolean {
  if (principal.administrator) throw new ActionError(isAdministrator(demand));
  if (principal.objectIds.length === 0) throw new ActionError(isNoEntraRole(demand));
  return otherId(principal, demand) === undefined;
}

/** The object ID that the role is bound to, or that one of its labels still names, instead of the right one. */
function otherId({ objectIds }: Principal, { objectId }: PrincipalDemand): string | undefined {
  return objectIds.find((id) => id !== objectId);
}

/** The SQL that creates or binds the role, never as an administrator (`isadmin` is FALSE). */
function sqlFor(principal: Principal | undefined, { name: role, objectId, type }: PrincipalDemand): string {
  if (principal !== undefined) return bindingSql(role, { objectId, type, admin: false, mfa: principal.mfa });
  const values = [role, objectId, type].map(quoteLiteral).join(", ");
  return `SELECT pg_catalog.pgaadauth_create_principal_with_oid(${values}, FALSE, FALSE);`;
}

function drift(before: Principal | undefined, demand: PrincipalDemand): Finding {
  const [message, inputs] =
    before === undefined
      ? [sentence`Role ${name(demand.name)} does not exist.`, inOurWords("`mode: apply`")]
      : [boundToAnother(otherId(before, demand), demand).message, inOurWords("`mode: apply` and `rebind: true`")];
  const text = sentence`Run this step with ${inputs}, or run as a Microsoft Entra administrator in database ${name(ENTRA_DATABASE)}:`;
  return { verdict: "drift", message, fix: step(text, sqlFor(before, demand)) };
}

function repaired(before: Principal | undefined, demand: PrincipalDemand): Finding {
  const [role, objectId] = [name(demand.name), code(demand.objectId)];
  const message =
    before === undefined
      ? sentence`Created role ${role}, bound to object ID ${objectId}.`
      : sentence`Bound ${role} to object ID ${objectId} instead of ${code(otherId(before, demand) ?? "")}. Its privileges have not changed.`;
  return { verdict: "repaired", message };
}

/** Warnings about roles that are bound to the object ID: another name, or another type, which also decides who may sign in. */
function warningsOf(roles: readonly Principal[], demand: PrincipalDemand): readonly Sentence[] {
  return roles.flatMap(({ name: role, type = demand.type, administrator, objectIds }) => {
    if (administrator || !objectIds.includes(demand.objectId)) return [];
    if (role !== demand.name)
      return sentence`Role ${name(role)} is bound to object ID ${code(demand.objectId)}. If ${code("name")} is mistyped, set it to ${code(role)}: a second role does not get the privileges of the first.`;
    if (type === demand.type) return [];
    return sentence`${name(role)} is bound as ${code(type)}, not as ${code(demand.type)} (input ${code("type")}). A token of a different type cannot sign in.`;
  });
}
