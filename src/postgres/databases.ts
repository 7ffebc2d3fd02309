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

/** The database that was probably meant by a name that the server does not have; undefined if none is near. */
export async function nearestDatabase(
  target: Target,
  password: () => Promise<string>,
): Promise<string | undefined> {
  try {
    return await withSession({ ...target, database: DEFAULT_DATABASE }, password, async (client) => {
      await client.query(BEGIN_READ_ONLY);
      const { rows } = await client.query<{ name: string }>(DATABASES);
      return nearest(
        target.database,
        rows.map(({ name }) => name),
      );
    });
  } catch {
    return undefined; // only a suggestion: the caller reports the error itself
  }
}
