import { setTimeout } from "node:timers/promises";
import pg, { type Client } from "pg";
import { creatorsOf } from "../grants/creators.ts";
import { mayDiffer } from "../grants/drift.ts";
import { oldServer } from "../grants/obstacles.ts";
import { DROPPED_MEANWHILE } from "../grants/plan.ts";
import { powersMatter } from "../grants/powers.ts";
import type { Demand } from "../model/demand.ts";
import { ActionError, type Failure, failure } from "../model/failure.ts";
import { isRoutine } from "../model/kinds.ts";
import { sentence } from "../model/sentence.ts";
import type { Group, Oid, Pitfall, Role, Snapshot, UndeclaredLook } from "../model/snapshot.ts";
import { type LabelRow, labelsOf, type OwnershipRow, ownerships } from "./grantees.sql.ts";
import { pitfallStatements } from "./pitfalls.sql.ts";
import { whoCanAct } from "./roles.sql.ts";
import { defaultPrivileges, type ObjectNow, secondLook } from "./second-look.sql.ts";
import { type GroupRow, mapGrantees, mapSnapshot, mapUndeclared, type SnapshotRow } from "./snapshot.rows.ts";
import { KNOWN_NAMES, snapshotFor } from "./snapshot.sql.ts";
import { beginReading, rollBack } from "./transaction.ts";
import { type Checked, undeclaredPrivileges } from "./undeclared.sql.ts";

/** How long the action looks again because objects changed during a look, in milliseconds. */
const MAX_TIME = 25_000;

/** The longest pause between two looks, in milliseconds. */
const MAX_PAUSE = 500;

/**
 * Reads what the grants depend on from the catalogs of one database. It looks again if an object that stands for
 * others like it changed during the look, and then asks about objects alone that changed since the first look.
 * @throws ActionError `catalog-busy` if some object changes during each look, `server-too-old`; else the server's error
 */
export async function look(client: Client, grantees: readonly string[], demand: Demand): Promise<Snapshot> {
  let since: string | undefined;
  return lookUntilDone(client, async () => {
    const { snapshot, nextTransaction } = await lookOnce(client, grantees, demand, since);
    since ??= nextTransaction;
    return snapshot;
  });
}

/**
 * Reads who holds privileges on what the grants of a database check, besides their grantees.
 * @param grantees all of them, by name
 * @throws the same as `look`
 */
export async function lookForUndeclared(
  client: Client,
  checked: readonly Checked[],
  grantees: readonly string[],
): Promise<UndeclaredLook> {
  return lookUntilDone(client, async () => {
    const rows = await beginReading<SnapshotRow>(client, undeclaredPrivileges(checked, grantees));
    const [acting = []] = await statements(client, [whoCanAct(mapSnapshot(rows), []), "COMMIT;"]);
    return mapUndeclared([...rows, ...(acting as SnapshotRow[])]);
  });
}

/**
 * Looks again after an error that another session causes.
 * @param once one look; undefined if it has to be made again
 * @throws ActionError `catalog-busy`, `server-too-old`; else the server's error
 */
async function lookUntilDone<T>(client: Client, once: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + MAX_TIME;
  for (let looks = 1; ; looks++) {
    const seen = await once().catch(async (error: unknown) => {
      if (!(error instanceof pg.DatabaseError)) throw error;
      await rollBack(client, error);
      if (looks === 1) await refuseOldServer(client);
      if (!isPassing(error) || Date.now() > end) throw error;
    });
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new ActionError(catalogBusy(looks));
    // At random, so that two runs that disturb each other get out of step.
    if (looks > 1) await setTimeout(Math.random() * Math.min(MAX_PAUSE, 10 * 2 ** looks));
  }
}

/**
 * Asks for the version after the first look has failed: an old server does not understand it.
 * @throws ActionError `server-too-old`
 */
async function refuseOldServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  const obstacle = oldServer(rows[0]?.server_version ?? "");
  if (obstacle !== null) throw new ActionError(obstacle);
}

/** True for an error that a DROP of another session, or a replica's recovery, causes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isPassing = ({ code = "", message }: pg.DatabaseError): boolean =>
  PASSING.test(code) || DROPPED_MEANWHILE.test(message);

/** serialization_failure (conflict with recovery), deadlock_detected, undefined_object (a role), invalid_schema_name, undefined_table. */
const PASSING = /^(40001|40P01|42704|3F000|42P01)$/;

function catalogBusy(looks: number): Failure {
  return failure({
    code: "catalog-busy",
    message: sentence`The privileges changed during each of ${looks} attempts to read them.`,
    hint: "Another job grants, revokes, creates or drops here at the same time.",
    steps: ["Run this step after the other job."],
  });
}

/**
 * One read-only transaction in two round trips: snapshot, second look.
 * @param since objects that changed in this transaction or later are asked about alone, so another change does not matter
 * @returns the snapshot, unless an object that stands for others changed during the look; and the next transaction
 */
async function lookOnce(
  client: Client,
  grantees: readonly string[],
  demand: Demand,
  since: string | undefined,
): Promise<{ readonly snapshot?: Snapshot; readonly nextTransaction: string }> {
  const rows = await beginReading<SnapshotRow>(client, snapshotFor(grantees, demand, since));
  const { seen, objects, checked, snapshot } = await lookAgain(client, rows, grantees, demand);
  const { nextTransaction } = seen.server;
  const now = new Map(objects.map((row) => [`${row.routine} ${row.oid}`, row]));
  const found = checked.map((then) => ({ then, now: now.get(`${isRoutine(then.kind)} ${then.representative}`) }));
  const judged = found.filter(({ then }) => since === undefined || then.size > 1);
  if (judged.some(({ then, now }) => now?.owner !== then.owner || now.relacl !== (then.relacl ?? null)))
    return { nextTransaction };
  const gone = new Set(found.flatMap(({ then, now }) => (now === undefined ? then.group : [])));
  const groups = snapshot.groups.filter((group) => !gone.has(group));
  const columns = snapshot.columns.filter(({ group }) => !gone.has(group));
  return { snapshot: { ...snapshot, groups, columns }, nextTransaction };
}

/** The second look: the objects that were asked about as they are now, and what depends on the first look. */
async function lookAgain(client: Client, rows: readonly SnapshotRow[], grantees: readonly string[], demand: Demand) {
  const first = mapSnapshot(rows);
  const { snapshot, asked } = first;
  const signedIn = [...first.grantees.values()];
  const actors = [...new Set(signedIn.map(({ actor }) => actor))];
  const [roles, actorIds] = [oidsOf(signedIn.map(({ role }) => role)), oidsOf(actors)];
  const owners = oidsOf(snapshot.groups.filter(isChecked).map(({ owner }) => owner));
  const creators = creatorsOf(snapshot, signedIn, demand);
  const isAbsent = demand.schemas !== "*" && snapshot.schemas.length < demand.schemas.length;
  const needed = (is: boolean, sql: () => string) => (is ? sql() : NO_ROWS);
  const [objects, acting, known, defaults, labels, owned, ...pitfalls] = (await statements(client, [
    secondLook(asked.filter(isChecked)),
    needed(mayDiffer(snapshot, demand, signedIn), () => whoCanAct(first, [...roles, ...actorIds])),
    needed(signedIn.length < grantees.length || isAbsent, () => KNOWN_NAMES),
    needed(creators.length > 0 && actors.length > 0, () =>
      defaultPrivileges(creators, actors, demand.routinePrivileges.length > 0),
    ),
    needed(snapshot.server.labelsReadable, () => labelsOf(roles)),
    needed(powersMatter(demand), () => ownerships(roles, owners, snapshot.server.version)),
    ...pitfallStatements(first, demand, actorIds),
    "COMMIT;",
  ])) as [ObjectNow[], SnapshotRow[], SnapshotRow[], GroupRow[], LabelRow[], OwnershipRow[], ...Pitfall[][]];
  const seen = mapSnapshot([...rows, ...acting, ...known]);
  const complete: Snapshot = {
    ...seen.snapshot,
    groups: [...seen.snapshot.groups, ...defaults.map(seen.groupFrom)],
    grantees: mapGrantees(seen.grantees, labels, owned, pitfalls.flat()),
  };
  return { seen, objects, checked: seen.asked.filter(isChecked), snapshot: complete };
}

const isChecked = ({ skipped }: Pick<Group, "skipped">): boolean => skipped === "";

const oidsOf = (roles: readonly Role[]): readonly Oid[] => [...new Set(roles.map(({ oid }) => oid))];

/** In place of a statement that this database does not need. */
const NO_ROWS = "SELECT WHERE FALSE;";

/** Several statements as one message; their rows, in order. */
async function statements(client: Client, sql: readonly string[]): Promise<unknown[][]> {
  const results = (await client.query(sql.join("\n"))) as unknown as { rows: unknown[] }[];
  return results.map(({ rows }) => rows);
}
