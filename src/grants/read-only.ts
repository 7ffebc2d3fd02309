import { inOurWords, name, type Sentence, sentence } from "../model/sentence.ts";
import { quoteIdentifier } from "../text/sql.ts";

/** A setting that makes sessions read-only. */
interface ReadOnlySetting {
  readonly where: Sentence;
  /** Who can remove it. */
  readonly who: Sentence;
  readonly sql: readonly string[];
}

/**
 * The setting of `default_transaction_read_only`, and what removes it; undefined for the whole server.
 * @param source where it was made, as pg_settings says: https://www.postgresql.org/docs/current/view-pg-settings.html
 */
export function resetReadOnly(source: string, user: string, database: string): ReadOnlySetting | undefined {
  const role = `ALTER ROLE ${quoteIdentifier(user)}`;
  const reset = (alter: string) => [
    "SET default_transaction_read_only = off;",
    `${alter} RESET default_transaction_read_only;`,
  ];
  switch (source) {
    case "user":
      return { where: sentence`role ${name(user)}`, who: name(user), sql: reset(role) };
    case "database user":
      return {
        where: sentence`role ${name(user)} in database ${name(database)}`,
        who: name(user),
        sql: reset(`${role} IN DATABASE ${quoteIdentifier(database)}`),
      };
    case "database":
      return {
        where: sentence`database ${name(database)}`,
        who: inOurWords("the owner of the database"),
        sql: reset(`ALTER DATABASE ${quoteIdentifier(database)}`),
      };
    case "global":
      return {
        where: inOurWords("all roles"),
        who: inOurWords("a superuser"),
        sql: reset("ALTER ROLE ALL"),
      };
    default:
      return undefined;
  }
}
