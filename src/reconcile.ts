import type { Client } from "pg";
import { judge } from "./grants/assess.ts";
import { mendingFor } from "./grants/fixes.ts";
import { databaseObstacle, granteeObstacle } from "./grants/obstacles.ts";
import { isWorthTrying, merge, NOTHING_DONE, type Outcome } from "./grants/outcome.ts";
import { planFor, statementsIn } from "./grants/plan.ts";
import type { Demand } from "./model/demand.ts";
import { ActionError } from "./model/failure.ts";
import { type DatabaseReport, type GranteeReport, type Mode, worst } from "./model/report.ts";
import type { Snapshot } from "./model/snapshot.ts";
import { apply, type Say } from "./postgres/apply.ts";
import { look } from "./postgres/catalog.ts";

/** What one database is to be held against. */
export interface Task {
  readonly mode: Mode;
  readonly grantees: readonly string[];
  readonly demand: Demand;
}

export type Reconciled = Pick<
  DatabaseReport,
  "serverVersion" | "verdict" | "grantees" | "statements" | "mending"
>;

/** How often what is missing is planned anew: locks are let go, and objects come and go, while this runs. */
const ROUNDS = 3;

/**
 * One database's story: look, grant what is missing, look again, and judge by the last look alone.
 * @throws ActionError where nothing can be said about the database; the server's own error where the session broke
 */
export async function reconcile(
  client: Client,
  { mode, grantees, demand }: Task,
  say: Say,
): Promise<Reconciled> {
  const lookUnhindered = async () => {
    const snapshot = await look(client, grantees, demand);
    const obstacle = databaseObstacle(snapshot, demand, mode);
    if (obstacle !== null) throw new ActionError(obstacle);
    return snapshot;
  };
  say(`reading the privileges of ${grantees.join(", ")}`);
  const before = await lookUnhindered();
  const knownIn = (snapshot: Snapshot) =>
    grantees.filter((grantee) => granteeObstacle(snapshot, grantee) === null);

  let after = before;
  let done: Outcome = NOTHING_DONE;
  // With a grantee unknown, something is wrong with the inputs: nothing is written.
  const writing = mode === "apply" && knownIn(before).length === grantees.length;
  for (let round = 0; writing && round < ROUNDS; round++) {
    const plan = planFor(after, demand, knownIn(after));
    if (!isWorthTrying(plan, done)) break;
    done = merge(done, await apply(client, plan, say));
    say("reading the privileges again");
    after = await lookUnhindered(); // what was there may be gone
  }

  const last = after;
  const reports = grantees.map((grantee): GranteeReport => {
    const error = granteeObstacle(last, grantee);
    return error === null ? judge(before, last, done, demand, grantee) : { ...NOTHING_KNOWN, grantee, error };
  });
  return {
    serverVersion: last.server.versionText,
    verdict: worst(reports.map(({ verdict }) => verdict)),
    grantees: reports,
    statements:
      mode === "apply" ? done.statements : statementsIn(planFor(last, demand, knownIn(last)).changes),
    mending: mendingFor(last, demand, knownIn(last)),
  };
}

const NOTHING_KNOWN: Omit<GranteeReport, "grantee" | "error"> = {
  verdict: "error",
  objects: { tables: 0, sequences: 0, skipped: 0 },
  missing: [],
  granted: [],
  extra: [],
  revoked: [],
  held: [],
  warnings: [],
};
