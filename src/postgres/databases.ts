import { diagnose } from "../diagnosis/diagnose.ts";
import { type Failure, step } from "../model/failure.ts";
import { PATIENCE } from "../retry.ts";
import { nearest } from "../text/near.ts";
import { type SessionOptions, withSession } from "./session.ts";
import { beginReading } from "./transaction.ts";

/** Every server has this one: https://www.postgresql.org/docs/current/manage-ag-templatedbs.html */
const DEFAULT_DATABASE = "postgres";

const DATABASES = `
SELECT datname AS name
FROM pg_catalog.pg_database
WHERE NOT datistemplate
ORDER BY datname`;

/**
 * The names of the databases of a server, in order, without templates; also of those that accept no connections.
 * @returns why they cannot be listed, if they cannot
 */
export async function databasesOn(options: Omit<SessionOptions, "database">): Promise<readonly string[] | Failure> {
  try {
    return await listDatabases(options);
  } catch (error) {
    const { server, user, signIn, cloud } = options;
    const { host, port } = server;
    const found = diagnose(error, { host, port, database: DEFAULT_DATABASE, user, signIn, cloud });
    return found.code === "connect-not-granted" ? { ...found, steps: [...found.steps, BY_NAME] } : found;
  }
}

const BY_NAME = step("Or name each database in `database`: only patterns need the database `postgres`.");

/** How long the search for a near name may hold back the error that it is for, in milliseconds. */
const SEARCH_TIME = 3_000;

/**
 * The database that was probably meant by a name that the server does not have; undefined if none is near, or if the
 * server does not say so in a few seconds.
 */
export async function nearestDatabase(options: SessionOptions): Promise<string | undefined> {
  const limit = AbortSignal.timeout(SEARCH_TIME);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const once = { ...PATIENCE, maxTime: 0 };
  // Only a suggestion: the caller reports the error itself.
  const names = await listDatabases({ ...options, patience: once, signal }).catch(() => []);
  return nearest(options.database, names);
}

async function listDatabases(options: Omit<SessionOptions, "database">): Promise<readonly string[]> {
  return await withSession({ ...options, database: DEFAULT_DATABASE }, async (client) => {
    const rows = await beginReading<{ name: string }>(client, DATABASES);
    return rows.map(({ name }) => name);
  });
}
