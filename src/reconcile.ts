import type { Client } from "pg";
import { type Assessment, assess, fixesFor, planToApply, statementsToApply } from "./grants/assess.ts";
import { databaseObstacle } from "./grants/obstacles.ts";
import { isWorthTrying, merge, NOTHING_DONE } from "./grants/outcome.ts";
import { granteeReports } from "./grants/verdict.ts";
import type { Demand } from "./model/demand.ts";
import { ActionError } from "./model/failure.ts";
import { type DatabaseReport, type Mode, worst } from "./model/report.ts";
import { apply, type Say } from "./postgres/apply.ts";
import { look } from "./postgres/catalog.ts";

/** What one database is compared with. */
export interface Task {
  readonly mode: Mode;
  readonly grantees: readonly string[];
  readonly demand: Demand;
}

export type Reconciled = Pick<
  DatabaseReport,
  "serverVersion" | "verdict" | "grantees" | "statements" | "fixes"
>;

/** How often what is still missing is applied: locks are released, and objects created, while this runs. */
const ROUNDS = 3;

/**
 * One database's story: look and assess the drift, apply what is missing, look and assess again, and report. The
 * verdict comes from the last look alone.
 * @throws ActionError where the database cannot be checked; the server's own error where the session broke
 */
export async function reconcile(client: Client, task: Task, say: Say): Promise<Reconciled> {
  say(`reading the privileges of ${task.grantees.join(", ")}`);
  const before = await lookAndAssess(client, task);
  let drift = before;
  let done = NOTHING_DONE;
  for (let round = 0; mayWrite(task, before) && round < ROUNDS; round++) {
    const plan = planToApply(drift);
    if (!isWorthTrying(plan, done)) break;
    done = merge(done, await apply(client, plan, say));
    say("reading the privileges again");
    drift = await lookAndAssess(client, task);
  }
  const grantees = granteeReports(before, drift, done);
  return {
    serverVersion: drift.snapshot.server.versionText,
    verdict: worst(grantees.map(({ verdict }) => verdict)),
    grantees,
    statements: task.mode === "apply" ? done.statements : statementsToApply(drift),
    fixes: fixesFor(drift, done),
  };
}

async function lookAndAssess(client: Client, { mode, grantees, demand }: Task): Promise<Assessment> {
  const snapshot = await look(client, grantees, demand);
  const obstacle = databaseObstacle(snapshot, demand, mode);
  if (obstacle !== null) throw new ActionError(obstacle);
  return assess(snapshot, demand, grantees);
}

/** A grantee that does not exist is a mistake in the inputs, so nothing is written. */
function mayWrite({ mode }: Task, { grantees }: Assessment): boolean {
  return mode === "apply" && grantees.every(({ obstacle }) => obstacle === null);
}
