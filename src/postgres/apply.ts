import pg, { type Client } from "pg";
import { keyOfChange, type Outcome } from "../grants/outcome.ts";
import { batchesOf, type Hopeless, type Plan } from "../grants/plan.ts";
import { type Change, type Statement, statementsOf, withRoles } from "../grants/statements.ts";
import type { Reason } from "../model/report.ts";
import type { Group, Role } from "../model/snapshot.ts";
import { visibleSql } from "../text/escape.ts";
import { BEGIN } from "./transaction.ts";

/** Two runs at once take turns, batch by batch: GRANTs on one object at the same time fail. The bytes of "pggrants". */
const LOCK = `SELECT pg_catalog.pg_advisory_xact_lock(${0x70676772616e7473n});`;

/** After so long in all, locks are no longer waited for one object at a time, in milliseconds. */
const PATIENCE = 60_000;

/** Says what is about to be done, before it is done. */
export type Say = (line: string) => void;

/**
 * Makes the planned changes, each batch in a transaction of its own; a batch that fails is halved down to the objects
 * at fault. What had no way by the rules is then tried once for each owner.
 * @throws the server's error where it is about the session, not about an object
 */
export async function apply(client: Client, plan: Plan, say: Say): Promise<Outcome> {
  const committed: Change[] = [];
  const statements: string[] = [];
  const failed = new Map<string, Reason>();
  const refused = new Map<Role | null, Set<Group>>();
  let waited = 0;

  /** While the server makes one batch, the next is put into words. */
  async function makeAll(changes: readonly Change[]): Promise<void> {
    const [first = [], ...others] = batchesOf(changes);
    let next = worded(first);
    for (const coming of [...others, []]) {
      for (const { as, sql } of next.statements)
        say(`${as === null ? "" : `as ${as.name}: `}${visibleSql(briefly(sql))}`);
      const making = make(next);
      next = worded(coming);
      await making;
    }
  }

  async function make(batch: Worded): Promise<void> {
    const open = opened(batch);
    if (open.changes.length === 0) return;
    const started = Date.now();
    const { error } = await attempt(client, open.statements);
    if (error === null) {
      committed.push(...open.changes);
      statements.push(...open.statements.map(({ sql }) => sql));
      return;
    }
    const reason = reasonOf(error);
    if (reason === "locked") waited += Date.now() - started;
    if (open.changes.length === 1 || (reason === "locked" && waited > PATIENCE)) {
      fail(open.changes, reason);
    } else {
      const half = Math.ceil(open.changes.length / 2);
      await make(worded(open.changes.slice(0, half)));
      await make(worded(open.changes.slice(half)));
    }
  }

  /** What is left of a batch when some of it was refused meanwhile. */
  function opened(batch: Worded): Worded {
    const isOpen = ({ as, group }: Change) => !refused.get(as)?.has(group);
    if (batch.changes.every(isOpen)) return batch;
    fail(
      batch.changes.filter((change) => !isOpen(change)),
      "refused",
    );
    return worded(batch.changes.filter(isOpen));
  }

  /** One refusal answers for all with the same owner and ACL, so that refusing 20,000 objects takes no 40,000 tries. */
  function fail(changes: readonly Change[], reason: Reason): void {
    for (const change of changes) {
      failed.set(keyOfChange(change), reason);
      if (reason === "refused")
        refused.set(change.as, (refused.get(change.as) ?? new Set()).add(change.group));
    }
  }

  await makeAll(plan.changes);
  for (const alike of Map.groupBy(triable(plan), whatIsTried).values()) {
    const [{ change, reason }] = alike as [Hopeless];
    say(
      `trying one ${change.verb} on what ${change.owner.name} owns: this login should not be able to, but Azure may let it`,
    );
    const way = await tryOne(client, change);
    if (way === null) continue;
    if (reason === "not-owner")
      say(`The server lets this login act for ${change.owner.name}, beyond PostgreSQL's own rules.`);
    await makeAll(alike.map((each) => ({ ...each.change, as: way.as })));
  }
  return { committed, statements, failed };
}

/** A batch and the statements that make it. */
interface Worded {
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
}

function worded(changes: readonly Change[]): Worded {
  return { changes, statements: statementsOf(changes) };
}

/** What no rule allows but the server may: not what another role or PUBLIC gives, nor what REVOKE would overdo. */
function triable({ hopeless }: Plan): readonly Hopeless[] {
  return hopeless.filter(({ reason }) => reason === "not-owner" || reason === "owner-lacks-usage");
}

/** One object answers for all of its owner's: what one GRANT may do, the next may, but default privileges are apart. */
function whatIsTried({ change: { verb, owner, group }, reason }: Hopeless): string {
  return `${verb} ${reason} ${owner.oid} ${group.kind === "default-privileges"}`;
}

/** Tries one object as the session user, then as its owner; null where neither works. */
async function tryOne(client: Client, change: Change): Promise<{ as: Role | null } | null> {
  const proof = change.verb === "REVOKE" ? [proofOfRevoke(change)] : [];
  for (const as of [null, change.owner]) {
    const { error, warned } = await attempt(client, statementsOf([{ ...change, as }]), proof);
    if (error === null && !warned) return { as };
    if (error !== null) reasonOf(error);
  }
  return null;
}

/**
 * Fails where a REVOKE took nothing, so that it is undone. Whose grants REVOKE takes back, the server decides among all
 * roles this login inherits, in an order of its own, and it may find nothing of that role's without a word.
 */
function proofOfRevoke({ grantee, owner, member, privileges }: Change): string {
  return `
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x
    WHERE c.oid = ${member.oid} AND x.grantee = ${grantee.oid} AND x.grantor = ${owner.oid}
      AND x.privilege_type IN (${privileges.map((privilege) => `'${privilege}'`)})
  ) THEN
    RAISE EXCEPTION 'nothing was revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;`;
}

/** A statement with many objects, shortened for the log: the whole is in the report. */
function briefly(sql: string): string {
  const lines = sql.split("\n");
  const more = lines.length - 5;
  return more > 1 ? [...lines.slice(0, 4), `  … and ${more} more`, lines.at(-1)].join("\n") : sql;
}

/** Nothing or not all was granted, or revoked: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PRIVILEGE_NOT_GRANTED = "01007";
const PRIVILEGE_NOT_REVOKED = "01006";

/** One batch, one message, one transaction. */
async function attempt(
  client: Client,
  statements: readonly Statement[],
  proof: readonly string[] = [],
): Promise<{ error: pg.DatabaseError | null; warned: boolean }> {
  let warned = false;
  const notice = ({ code }: { code: string | undefined }) => {
    warned ||= code === PRIVILEGE_NOT_GRANTED || code === PRIVILEGE_NOT_REVOKED;
  };
  client.on("notice", notice);
  try {
    await client.query([BEGIN, LOCK, ...withRoles(statements), ...proof, "COMMIT;"].join("\n"));
    return { error: null, warned };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await client.query("ROLLBACK");
    return { error, warned };
  } finally {
    client.off("notice", notice);
  }
}

/**
 * What stands in the way of an object, from the server's error.
 * @throws the error itself where it is about the session: connection, resources, read-only
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function reasonOf(error: pg.DatabaseError): Reason {
  const reason = REASONS[error.code ?? ""];
  if (reason !== undefined) return reason;
  if (error.code === "XX000" && /tuple concurrently (updated|deleted)/.test(error.message)) return "locked";
  if (ABOUT_THE_SESSION.test(error.code ?? "")) throw error;
  return "refused";
}

const REASONS: Readonly<Record<string, Reason>> = {
  "55P03": "locked", // lock_not_available
  "57014": "locked", // query_canceled, by statement_timeout
  "40001": "locked", // serialization_failure
  "40P01": "locked", // deadlock_detected
  "53200": "locked", // out_of_memory: the lock table is full, which fewer objects may fit in
  "42P01": "gone", // undefined_table
  "3F000": "gone", // invalid_schema_name
  "42704": "gone", // undefined_object
  "42809": "gone", // wrong_object_type: dropped, and another kind made under its name
  "2BP01": "dependent-privileges", // dependent_objects_still_exist
};

/** Connection, resources, operator intervention, system, internal errors, and 25006: read-only. */
const ABOUT_THE_SESSION = /^(08|25|53|57|58|XX|F0)/;
