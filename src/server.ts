import pLimit from "p-limit";
import { type Run, reconcileDatabase } from "./database.ts";
import { demandsOf, haveAPattern } from "./grants/database-demands.ts";
import { say } from "./log.ts";
import type { Failure } from "./model/failure.ts";
import type { DatabaseReport } from "./model/report.ts";
import { sentence } from "./model/sentence.ts";
import type { Server } from "./model/settings.ts";
import { databasesOn } from "./postgres/databases.ts";
import { plain } from "./render/pen.ts";
import { VERDICTS } from "./render/phrases.ts";

/** A small Azure server has 35 connections in all: https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits */
const DATABASES_AT_ONCE = 4;

/**
 * Reconciles the databases of one server, several at a time, after the server has said which databases fit the patterns.
 * @returns a report for each database, and for each pattern that names none, in the order of the settings
 */
export async function reconcileServer(run: Run, server: Server): Promise<readonly DatabaseReport[]> {
  const { grants, servers } = run.settings;
  const listed = haveAPattern(grants) ? await listDatabases(run, server) : [];
  const demands = demandsOf(grants, listed);
  let silence = "code" in listed ? silenceIn(listed) : undefined;
  let done = 0;
  return await pLimit(DATABASES_AT_ONCE).map(demands, async (demand): Promise<DatabaseReport> => {
    const { database, obstacle = silence } = demand;
    const place = servers.length > 1 ? `${plain.name(database)} on ${server.host}` : plain.name(database);
    const sayHere = (line: string) => say(`${place}: ${line}`);
    const report = await reconcileDatabase(run, server, { ...demand, obstacle }, sayHere);
    silence ??= silenceIn(report.error);
    done++;
    sayHere(`${endOf(report)}${demands.length > 1 ? ` (${done} of ${demands.length})` : ""}`);
    return report;
  });
}

async function listDatabases({ settings, password, signal }: Run, server: Server) {
  const { user, signIn, cloud } = settings;
  say(`listing the databases of ${server.host}:${server.port} as ${user}`);
  return await databasesOn({ server, user, password, signIn, cloud, signal });
}

/** The failure of the databases that are not tried because the server was silent before: each would take as long again. */
function silenceIn(failure: Failure | undefined): Failure | undefined {
  if (failure?.code !== "connection-timed-out" && failure?.code !== "query-timed-out") return undefined;
  return { ...failure, message: sentence`Not tried, because the server had not answered before: ${failure.message}` };
}

function endOf({ verdict, error }: DatabaseReport): string {
  const text = VERDICTS[verdict];
  return error === undefined ? text : `${text}: ${plain.sentence(error.message)}`;
}
