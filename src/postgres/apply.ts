import pg, { type Client } from "pg";
import { batchesOf } from "../grants/batches.ts";
import { keyOfChange, type Outcome } from "../grants/outcome.ts";
import type { Blocked, Plan } from "../grants/plan.ts";
import { type Change, type Statement, statementsOf, withRoles } from "../grants/statements.ts";
import type { Reason } from "../model/report.ts";
import type { Group, Role } from "../model/snapshot.ts";
import { visibleSql } from "../text/escape.ts";
import { BEGIN } from "./transaction.ts";

/** Runs take turns, batch by batch, because two GRANTs on one object at the same time fail. The bytes of "pggrants". */
const LOCK = `SELECT pg_catalog.pg_advisory_xact_lock(${0x70676772616e7473n});`;

/** Once a run has waited this long for locks, in milliseconds, a batch that waits for one is not halved any more. */
const MOST_LOCK_WAIT = 60_000;

/** How many objects with the same owner and ACL are refused one after the other before the rest of them is not tried. */
const MOST_REFUSALS = 8;

/** Takes a line for the log that says what the run is about to do. */
export type Say = (line: string) => void;

/**
 * Makes the planned changes, each batch in a transaction of its own; a batch that fails is halved down to the objects
 * at fault. What no rule allows is then tried once for each owner.
 * @throws the server's error where it is about the session, not about an object
 */
export async function apply(client: Client, plan: Plan, say: Say): Promise<Outcome> {
  const committed: Change[] = [];
  const statements: string[] = [];
  const failed = new Map<string, Reason>();
  const refusals = new Map<Role | null, Map<Group, number>>();
  let waited = 0;

  /** While the server runs one batch, the statements of the next are written. */
  async function runAll(changes: readonly Change[]): Promise<void> {
    const [first = [], ...others] = batchesOf(changes);
    let next = batchOf(first);
    for (const following of [...others, []]) {
      for (const { as, sql } of next.statements)
        say(`${as === null ? "" : `as ${as.name}: `}${visibleSql(shortened(sql))}`);
      const running = run(next);
      next = batchOf(following);
      await running;
    }
  }

  async function run(batch: Batch): Promise<void> {
    const { changes, statements: sent } = withoutRefused(batch);
    if (changes.length === 0) return;
    const started = Date.now();
    const { error } = await attempt(client, sent);
    if (error === null) {
      committed.push(...changes);
      statements.push(...sent.map(({ sql }) => sql));
      if (refusals.size > 0) for (const { as, group } of changes) refusals.get(as)?.delete(group);
      return;
    }
    const reason = reasonOf(error);
    if (reason === "locked") waited += Date.now() - started;
    if (changes.length === 1 || (reason === "locked" && waited > MOST_LOCK_WAIT)) {
      fail(changes, reason);
    } else {
      const half = Math.ceil(changes.length / 2);
      await run(batchOf(changes.slice(0, half)));
      await run(batchOf(changes.slice(half)));
    }
  }

  /** The rest of a batch when some of its groups were refused too often: 20,000 objects are not refused one by one. */
  function withoutRefused(batch: Batch): Batch {
    const isRefused = ({ as, group }: Change) => (refusals.get(as)?.get(group) ?? 0) >= MOST_REFUSALS;
    if (!batch.changes.some(isRefused)) return batch;
    fail(batch.changes.filter(isRefused), "not-tried");
    return batchOf(batch.changes.filter((change) => !isRefused(change)));
  }

  function fail(changes: readonly Change[], reason: Reason): void {
    for (const change of changes) {
      failed.set(keyOfChange(change), reason);
      if (reason !== "refused") continue;
      const { as, group } = change;
      const ofRole = refusals.get(as) ?? new Map<Group, number>();
      refusals.set(as, ofRole.set(group, (ofRole.get(group) ?? 0) + 1));
    }
  }

  await runAll(plan.changes);
  for (const alike of Map.groupBy(worthATry(plan), whatIsTried).values()) {
    const [{ change, reason }] = alike as [Blocked];
    say(
      `trying one ${change.verb} on an object of ${change.owner.name}: PostgreSQL's rules do not allow it, but Azure's may`,
    );
    const acting = await trySome(client, alike);
    if (acting === null) continue;
    if (reason === "not-owner")
      say(
        `The server lets this login act for ${change.owner.name}, which PostgreSQL's own rules do not allow.`,
      );
    await runAll(alike.map((each) => ({ ...each.change, ...acting })));
  }
  return { committed, statements, failed };
}

/** Changes that are made in one transaction, and the statements that make them. */
interface Batch {
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
}

function batchOf(changes: readonly Change[]): Batch {
  return { changes, statements: statementsOf(changes) };
}

/** What PostgreSQL's rules do not allow but Azure's may; a REVOKE privilege by privilege, because each can work alone. */
function worthATry({ blocked }: Plan): readonly Blocked[] {
  return blocked
    .filter(({ tryAs }) => tryAs !== undefined)
    .flatMap(({ change, ...why }) =>
      change.verb === "GRANT"
        ? { change, ...why }
        : change.privileges.map((privilege) => ({ change: { ...change, privileges: [privilege] }, ...why })),
    );
}

/**
 * One object stands for all objects of its owner, and default privileges for themselves. Which grantor the server picks
 * for a REVOKE among those that the login inherits depends on the ACL and the privilege, too.
 */
function whatIsTried({ change: { verb, owner, grantor, group, privileges }, reason }: Blocked): string {
  const ofAcl = grantor?.inherited ? `${group.members[0]?.oid} ${privileges}` : "";
  return `${verb} ${reason} ${(grantor ?? owner).oid} ${group.kind === "default-privileges"} ${ofAcl}`;
}

type Acting = Pick<Change, "as" | "oneByOne">;

/** How many objects are tried where it is not a privilege that is wanting: the first may be locked, or not allowed. */
const MOST_TRIES = 3;

/** Tries an object, and another one where the first says nothing about privileges; null where none works. */
async function trySome(client: Client, alike: readonly Blocked[]): Promise<Acting | null> {
  for (const blocked of alike.slice(0, MOST_TRIES)) {
    const tried = await tryOne(client, blocked);
    if (tried !== "cannot tell") return tried;
  }
  return null;
}

/** Tries one object as the session user, then as its owner or grantor; null where no role has the privileges. */
async function tryOne(
  client: Client,
  { change, tryAs = [] }: Blocked,
): Promise<Acting | null | "cannot tell"> {
  const proof = change.verb === "REVOKE" ? [proofOfRevoke(change)] : [];
  let end: null | "cannot tell" = null;
  for (const as of tryAs) {
    const acting = { as, oneByOne: change.verb === "REVOKE" };
    const { error, warned } = await attempt(client, statementsOf([{ ...change, ...acting }]), proof);
    if (error === null && !warned) return acting;
    if (error !== null && (reasonOf(error) !== "refused" || !NO_PRIVILEGE.has(error.code ?? "")))
      end = "cannot tell";
  }
  return end;
}

/** insufficient_privilege; invalid_parameter_value: SET ROLE to a role that does not exist any more. */
const NO_PRIVILEGE: ReadonlySet<string> = new Set(["42501", "22023"]);

/**
 * Fails where a REVOKE revoked nothing, so that the transaction is rolled back. The server chooses the grantor among the
 * roles that this login inherits, and if that role granted nothing, REVOKE succeeds without a warning.
 */
function proofOfRevoke({ grantee, owner, grantor = owner, member, privileges }: Change): string {
  return `
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x
    WHERE c.oid = ${member.oid} AND x.grantee = ${grantee.oid} AND x.grantor = ${grantor.oid}
      AND x.privilege_type IN (${privileges.map((privilege) => `'${privilege}'`)})
  ) THEN
    RAISE EXCEPTION 'nothing was revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;`;
}

/** A statement with many objects, shortened for the log; the report has all of it. */
function shortened(sql: string): string {
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
 * Why an object could not be changed, from the server's error.
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
  "53200": "locked", // out_of_memory: the lock table is full; fewer objects may fit
  "42P01": "gone", // undefined_table
  "3F000": "gone", // invalid_schema_name
  "42704": "gone", // undefined_object
  "42809": "gone", // wrong_object_type: dropped, and another kind of object has its name now
  "2BP01": "dependent-privileges", // dependent_objects_still_exist
};

/** Connection, resources, operator intervention, system, internal errors, and 25006: read-only. */
const ABOUT_THE_SESSION = /^(08|25|53|57|58|XX|F0)/;
