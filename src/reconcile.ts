import type { Client } from "pg";
import { type Assessment, assess, mayApply, planToApply, statementsToApply } from "./grants/assess.ts";
import { databaseObstacle } from "./grants/obstacles.ts";
import { isWorthTrying, type Outcome, settle } from "./grants/outcome.ts";
import { conclude, notChecked, unfinishedReport } from "./grants/verdict.ts";
import { ActionError, type Failure } from "./model/failure.ts";
import { type DatabaseReport, type Mode, worst } from "./model/report.ts";
import type { Grant } from "./model/settings.ts";
import { apply, type Waits } from "./postgres/apply.ts";
import { look } from "./postgres/catalog.ts";
import { type Say, takeTurns } from "./postgres/turn.ts";

/** What one database is compared with: one grant of the settings. */
export interface GrantTask extends Pick<Grant, "grantees" | "demand"> {
  readonly mode: Mode;
}

export type Reconciled = Pick<DatabaseReport, "serverVersion" | "verdict" | "grantees" | "statements" | "fixes">;

/** How often the action applies what is still missing: locks are released, and objects are created, while it runs. */
const MAX_ROUNDS = 3;

/** What is known and done so far: a session that breaks leaves it to the next one, and the last one to the report. */
export interface Progress {
  before?: Assessment;
  readonly done: Outcome;
  waits?: Waits;
}

/**
 * Reconciles one task: looks and assesses the drift, applies what is missing, looks and assesses again, and reports.
 * The verdict comes from the last look alone.
 * @param say takes a line for the log
 * @param progress what an earlier session did
 * @throws ActionError if the database cannot be checked; the server's own error if the session broke
 */
export async function reconcile(client: Client, task: GrantTask, say: Say, progress: Progress): Promise<Reconciled> {
  say(`reading the privileges of ${task.grantees.join(", ")}`);
  let assessment = await lookAndAssess(client, task);
  progress.before ??= assessment;
  progress.waits ??= { turns: takeTurns(say), locks: 0 };
  const { before, waits, done } = progress;
  settle(done, planToApply(assessment));
  let rounds = 0;
  while (task.mode === "apply" && mayApply(before) && rounds < MAX_ROUNDS) {
    const plan = planToApply(assessment);
    if (!isWorthTrying(plan, done)) break;
    const version = assessment.snapshot.server.versionText;
    if (await apply(plan, { client, version, say, waits, outcome: done })) rounds++;
    say("reading the privileges again");
    assessment = await lookAndAssess(client, task);
  }
  const { grantees, fixes } = conclude(before, assessment, done);
  return {
    serverVersion: assessment.snapshot.server.versionText,
    verdict: worst(grantees.map(({ verdict }) => verdict)),
    grantees,
    statements: task.mode === "apply" ? done.statements : statementsToApply(assessment),
    fixes,
  };
}

/**
 * The report of a task that ended early: what was done.
 * @param failure why, if it is reported for each grantee
 */
export function unfinished({ grantees, demand }: GrantTask, { before, done }: Progress, failure?: Failure): Reconciled {
  const none = failure === undefined ? [] : grantees.map((grantee) => notChecked(grantee, demand));
  const reports = before === undefined ? none : before.grantees.map((each) => unfinishedReport(each, demand, done));
  return {
    ...(before !== undefined && { serverVersion: before.snapshot.server.versionText }),
    verdict: "error",
    grantees: failure === undefined ? reports : reports.map((each) => ({ error: failure, ...each })),
    statements: done.statements,
    fixes: [],
  };
}

async function lookAndAssess(client: Client, { mode, grantees, demand }: GrantTask): Promise<Assessment> {
  const snapshot = await look(client, grantees, demand);
  const obstacle = databaseObstacle(snapshot, demand, mode);
  if (obstacle !== null) throw new ActionError(obstacle);
  return assess(snapshot, demand, grantees);
}
