import type { Client } from "pg";
import { diagnose } from "./diagnosis/diagnose.ts";
import type { DatabaseDemand } from "./grants/database-demands.ts";
import { nothingDone } from "./grants/outcome.ts";
import { type Undeclared, undeclaredIn } from "./grants/undeclared.ts";
import { ActionError, type Failure } from "./model/failure.ts";
import { type DatabaseReport, worst } from "./model/report.ts";
import { code, inOurWords, paragraph, sentence } from "./model/sentence.ts";
import type { Grant, PasswordProvider, Server, Settings } from "./model/settings.ts";
import { lookForUndeclared } from "./postgres/catalog.ts";
import { nearestDatabase } from "./postgres/databases.ts";
import { type SessionOptions, withSession } from "./postgres/session.ts";
import type { Say } from "./postgres/turn.ts";
import { type GrantTask, type Progress, type Reconciled, reconcile, unfinished } from "./reconcile.ts";

/** What all databases of a run share. */
export interface Run {
  readonly settings: Settings;
  readonly password: PasswordProvider;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** One grant of a database, and how far it has come. */
interface Work {
  readonly task: GrantTask;
  /** What it leaves to the next session if the session breaks. */
  readonly progress: Progress;
  /** Absent until its last look; a failure if only this grant cannot be checked. */
  result?: Reconciled | Failure | undefined;
  /** How many changes all grants of the database had made by its last look. */
  changes?: number;
}

/**
 * Reconciles one database in one session, grant by grant.
 * @param say takes a line for the log
 * @returns what was found and done; also the error, if the database could not be checked
 */
export async function reconcileDatabase(
  { settings, password, signal }: Run,
  server: Server,
  demanded: DatabaseDemand,
  say: Say,
): Promise<DatabaseReport> {
  const { mode, user, signIn, cloud, undeclared } = settings;
  const { database, grants, obstacle } = demanded;
  const { host, port } = server;
  const options = { server, database, user, password, signIn, cloud, signal, say };
  const works = grants.map(
    ({ grantees, demand }): Work => ({ task: { mode, grantees, demand }, progress: { done: nothingDone() } }),
  );
  const report = { host, port, database, user };
  let others: Undeclared | undefined;
  try {
    signal.throwIfAborted();
    if (obstacle !== undefined) throw new ActionError(obstacle);
    say(`connecting to ${host}:${port} as ${user}`);
    await withSession(options, async (client) => {
      await reconcileEach(client, works, say, signal);
      if (undeclared !== "ignore") others = await findUndeclared(client, grants, say);
    });
    const found = together(works);
    const drifted = undeclared === "fail" && others?.undeclared.length;
    return { ...report, ...found, ...others, verdict: worst([found.verdict, drifted ? "drift" : "in-sync"]) };
  } catch (error) {
    const { serverVersion } = together(works);
    const failure = await inContext(diagnose(error, { ...report, serverVersion, signIn, cloud }), options, works);
    return { ...report, ...together(works, failure) };
  }
}

/** How often the grants of a database are compared, if they always change what others have found. */
const MAX_PASSES = 3;

/** Each verdict comes from a look after the last change: by a membership, one grant can change what another has found. */
async function reconcileEach(client: Client, works: readonly Work[], say: Say, signal: AbortSignal): Promise<void> {
  const changes = () => works.reduce((sum, { progress }) => sum + progress.done.committed.length, 0);
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    for (const work of works) {
      if (work.result !== undefined && work.changes === changes()) continue;
      work.result = undefined;
      work.result = await reconcile(client, work.task, say, work.progress).catch((error: unknown) => {
        signal.throwIfAborted();
        if (works.length > 1 && error instanceof ActionError) return error.failure;
        throw error;
      });
      work.changes = changes();
    }
  }
}

/** After the last change: who else holds privileges on what the grants check. */
async function findUndeclared(client: Client, grants: readonly Grant[], say: Say): Promise<Undeclared> {
  say("reading the privileges that nobody declared");
  const checked = grants.map(({ demand }) => demand);
  const grantees = [...new Set(grants.flatMap((grant) => grant.grantees))];
  return undeclaredIn(await lookForUndeclared(client, checked, grantees));
}

/** A failure of the whole database is that of its unfinished grants, if others are finished. */
function together(works: readonly Work[], failure?: Failure) {
  const isPart = works.some(({ result }) => result === undefined) && works.some(({ result }) => result !== undefined);
  const parts = works.map(({ task, progress, result }) => {
    if (result !== undefined && !("code" in result)) return result;
    return unfinished(task, progress, result ?? (isPart ? failure : undefined));
  });
  const serverVersion = parts.find((part) => part.serverVersion !== undefined)?.serverVersion;
  return {
    ...(serverVersion !== undefined && { serverVersion }),
    verdict: failure === undefined ? worst(parts.map(({ verdict }) => verdict)) : "error",
    ...(failure !== undefined && !isPart && { error: failure }),
    grantees: parts.flatMap(({ grantees }) => grantees),
    statements: parts.flatMap(({ statements }) => statements),
    fixes: parts.flatMap(({ fixes }) => fixes),
  };
}

/** A failure with what only the run knows about this database. */
async function inContext(failure: Failure, options: SessionOptions, works: readonly Work[]): Promise<Failure> {
  const isUntouched = works.every(({ progress }) => progress.before === undefined);
  if (failure.code === "cancelled" && isUntouched)
    return { ...failure, message: paragraph(failure.message, NOT_LOOKED_AT) };
  if (failure.code !== "database-not-found") return failure;
  const near = await nearestDatabase(options);
  if (near === undefined) return failure;
  return { ...failure, hint: sentence`Did you mean ${code(near)}? ${failure.hint}` };
}

const NOT_LOOKED_AT = inOurWords("It had not looked at this database yet.");
