import type { Client } from "pg";
import { PATIENCE } from "../retry.ts";
import { nearest } from "../text/near.ts";
import { type Target, withSession } from "./session.ts";
import { BEGIN_READ_ONLY } from "./transaction.ts";

/** Every server has this one: https://www.postgresql.org/docs/current/manage-ag-templatedbs.html */
const DEFAULT_DATABASE = "postgres";

const DATABASES = `
SELECT datname AS name
FROM pg_catalog.pg_database
WHERE datallowconn AND NOT datistemplate
ORDER BY datname`;

/** How long the search for a near name may hold back the error that it is for, in milliseconds. */
const SEARCH_TIME = 3_000;

/**
 * The database that was probably meant by a name that the server does not have; undefined if none is near, or if the
 * server does not say so in a few seconds.
 * @param signal ends the search
 */
export async function nearestDatabase(
  target: Target,
  password: () => Promise<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(SEARCH_TIME)]);
  try {
    const work = async (client: Client) => {
      await client.query(BEGIN_READ_ONLY);
      const { rows } = await client.query<{ name: string }>(DATABASES);
      return nearest(
        target.database,
        rows.map(({ name }) => name),
      );
    };
    const once = { ...PATIENCE, maxTime: 0 };
    const login = {
      target: { ...target, database: DEFAULT_DATABASE },
      password,
      patience: once,
      signal: soon,
    };
    return await withSession(login, work);
  } catch {
    return undefined; // only a suggestion: the caller reports the error itself
  }
}
