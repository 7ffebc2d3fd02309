import { info } from "@actions/core";
import pLimit from "p-limit";
import type { Client } from "pg";
import { signIn } from "./azure/credential.ts";
import { diagnose } from "./diagnosis/diagnose.ts";
import { keepDriftIssues } from "./github/drift-issue.ts";
import { publish } from "./github/output.ts";
import { runFacts } from "./github/run.ts";
import { NOTHING_DONE } from "./grants/outcome.ts";
import { mask } from "./mask.ts";
import type { Failure } from "./model/failure.ts";
import { type DatabaseReport, type Report, worst } from "./model/report.ts";
import { code, sentence } from "./model/sentence.ts";
import type { Env, Grant, PasswordProvider, Server, Settings } from "./model/settings.ts";
import { nearestDatabase } from "./postgres/databases.ts";
import { withSession } from "./postgres/session.ts";
import { type Progress, reconcile, unfinished } from "./reconcile.ts";
import { plain } from "./render/pen.ts";
import { verdictText } from "./render/phrases.ts";
import { INPUTS, parseSettings } from "./settings/inputs.ts";
import { secretsIn } from "./settings/reader.ts";
import { logLines } from "./text/escape.ts";

/**
 * The main action: reads the inputs, compares each database with them, and reports. `@github/local-action` calls it by
 * this name and without arguments.
 * @param signal ends the run early; the report then has its reason, and what was done
 */
export async function run(env: NodeJS.ProcessEnv = process.env, signal = NEVER_ABORTED): Promise<void> {
  const startedAt = new Date();
  mask(...secretsIn(INPUTS, env));
  const settings = readSettings(env);
  const result = "code" in settings ? notStarted(settings) : await inDatabases(settings, env, signal);
  const report = { ...result, run: runFacts(startedAt, env) };
  publish(report, env);
  if ("code" in settings || settings.driftIssue === undefined) return;
  await keepDriftIssues(report, { ...settings.driftIssue, env, signal });
}

const NEVER_ABORTED = new AbortController().signal;

function readSettings(env: Env): Settings | Failure {
  try {
    return parseSettings(env);
  } catch (error) {
    return diagnose(error);
  }
}

function notStarted(error: Failure): Report {
  return { version: 1, mode: "apply", verdict: "error", error, databases: [] };
}

/** Reconciles the databases, several at a time. An error in one of them is in its report. */
async function inDatabases(settings: Settings, env: Env, signal: AbortSignal): Promise<Report> {
  const password = signIn(settings, env, signal);
  const targets = settings.servers.flatMap((server) =>
    settings.grants.flatMap((grant) => grant.databases.map((database) => ({ server, database, grant }))),
  );
  const databases = await pLimit(DATABASES_AT_ONCE).map(targets, (target) =>
    inDatabase(settings, target, password, signal),
  );
  const verdict = worst(databases.map((database) => database.verdict));
  return { version: 1, mode: settings.mode, verdict, databases };
}

/** A small Azure server has 35 connections in all: https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits */
const DATABASES_AT_ONCE = 4;

async function inDatabase(
  settings: Settings,
  { server, database, grant }: { readonly server: Server; readonly database: string; readonly grant: Grant },
  password: PasswordProvider,
  signal: AbortSignal,
): Promise<DatabaseReport> {
  const { user, mode, signIn, cloud } = settings;
  const { grantees, demand } = grant;
  const { host, port } = server;
  const target = { server, database, user };
  const say = (line: string) => info(logLines(`${database}: ${line}`).join("\n"));
  const progress: Progress = { done: NOTHING_DONE };
  try {
    signal.throwIfAborted();
    say(`connecting to ${host}:${port} as ${user}`);
    const work = (client: Client) => reconcile(client, { mode, grantees, demand }, say, progress);
    const found = await withSession({ target, password, known: { signIn, cloud }, signal }, work);
    say(verdictText(found.verdict, mode));
    return { host, port, database, user, ...found };
  } catch (error) {
    const failure = diagnose(error, { host, port, database, user, signIn, cloud });
    const isUnknown = failure.code === "database-not-found";
    const near = isUnknown ? await nearestDatabase(target, password, signal) : undefined;
    const hint = near === undefined ? failure.hint : sentence`Did you mean ${code(near)}? ${failure.hint}`;
    const done = unfinished(progress);
    say(`${verdictText("error", mode)}: ${plain.sentence(failure.message)}`);
    return { host, port, database, user, verdict: "error", ...done, error: { ...failure, hint } };
  }
}
