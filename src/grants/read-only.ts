import { inOurWords, name, type Sentence, sentence } from "../model/sentence.ts";
import { quoteIdentifier } from "../text/sql.ts";

/**
 * Where `default_transaction_read_only` is set, who can remove it, and by which SQL; undefined for the whole server.
 * @param source where it was made, as pg_settings says: https://www.postgresql.org/docs/current/view-pg-settings.html
 */
export function resetReadOnly(source: string, user: string, database: string) {
  const [role, here] = [`ROLE ${quoteIdentifier(user)}`, `DATABASE ${quoteIdentifier(database)}`];
  const settings: Readonly<Record<string, readonly [where: Sentence, who: Sentence, altered: string]>> = {
    user: [sentence`role ${name(user)}`, name(user), role],
    "database user": [sentence`role ${name(user)} in database ${name(database)}`, name(user), `${role} IN ${here}`],
    database: [sentence`database ${name(database)}`, inOurWords("the owner of the database"), here],
    global: [inOurWords("all roles"), inOurWords("a superuser"), "ROLE ALL"],
  };
  const found = settings[source];
  if (found === undefined) return undefined;
  const [where, who, altered] = found;
  const reset = `ALTER ${altered} RESET default_transaction_read_only;`;
  return { where, who, sql: ["SET default_transaction_read_only = off;", reset] };
}
