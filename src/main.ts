import pLimit from "p-limit";
import { signIn } from "./azure/credential.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import { keepDriftIssues } from "./github/drift-issue.ts";
import { publish } from "./github/output.ts";
import { runFacts } from "./github/run.ts";
import { maskInputs } from "./mask.ts";
import type { Failure } from "./model/failure.ts";
import { type Report, worst } from "./model/report.ts";
import type { Env, Settings } from "./model/settings.ts";
import { reconcileServer } from "./server.ts";
import { grantsFileIn, INPUTS, parseSettings } from "./settings/inputs.ts";

/**
 * The main action: reads the inputs, compares the databases of each server with them, and reports.
 * `@github/local-action` calls it by this name and without arguments.
 * @param signal ends the run early; the report then has its reason, and what was done
 */
export async function run(env: Env = process.env, signal = new AbortController().signal): Promise<void> {
  const startedAt = new Date();
  maskInputs(INPUTS, env);
  const settings = await readSettings(env);
  const result = "code" in settings ? { ...NOT_STARTED, error: settings } : await onServers(settings, env, signal);
  const report = { ...result, run: runFacts(startedAt, env) };
  publish(report, env);
  if ("code" in settings || settings.driftIssue === undefined) return;
  await keepDriftIssues(report, { ...settings.driftIssue, env, signal });
}

async function readSettings(env: Env): Promise<Settings | Failure> {
  try {
    return parseSettings(env, await grantsFileIn(env));
  } catch (error) {
    return diagnose(error);
  }
}

const NOT_STARTED = { version: 1, mode: "apply", verdict: "error", databases: [] } as const;

/** Reconciles the servers, several at a time. An error on one of them is in the reports of its databases. */
async function onServers(settings: Settings, env: Env, signal: AbortSignal): Promise<Report> {
  const run = { settings, password: signIn(settings, env, signal), signal };
  const reports = await pLimit(SERVERS_AT_ONCE).map(settings.servers, (server) => reconcileServer(run, server));
  const databases = reports.flat();
  const verdict = worst(databases.map((database) => database.verdict));
  const { mode, undeclared } = settings;
  return { version: 1, mode, ...(undeclared !== "ignore" && { undeclared }), verdict, databases };
}

/** A runner of GitHub has two to four processors, and a server has up to four sessions at once. */
const SERVERS_AT_ONCE = 8;
