import { inOurWords, name, type Sentence, sentence } from "../model/sentence.ts";
import type { ServerFacts } from "../model/snapshot.ts";
import { quoteIdentifier } from "../text/sql.ts";

/**
 * Where a parameter of sessions is set, who can change that, and how the SQL begins; undefined for the whole server.
 * @param source where it was made, as pg_settings says: https://www.postgresql.org/docs/current/view-pg-settings.html
 */
export function settingOf(source: string, user: string, database: string) {
  const [role, here] = [`ROLE ${quoteIdentifier(user)}`, `DATABASE ${quoteIdentifier(database)}`];
  const inHere = sentence`role ${name(user)} in database ${name(database)}`;
  const settings: Readonly<
    Record<string, { readonly where: Sentence; readonly who: Sentence; readonly alter: string }>
  > = {
    user: { where: sentence`role ${name(user)}`, who: name(user), alter: `ALTER ${role}` },
    "database user": { where: inHere, who: name(user), alter: `ALTER ${role} IN ${here}` },
    database: { where: sentence`database ${name(database)}`, who: OWNER, alter: `ALTER ${here}` },
    global: { where: inOurWords("all roles"), who: inOurWords("a superuser"), alter: "ALTER ROLE ALL" },
  };
  return settings[source];
}

/** True if nobody can grant or revoke on the server: it is a replica, or the setting is the whole server's. */
export const isReadOnly = ({ readOnly }: Pick<ServerFacts, "readOnly">): boolean =>
  readOnly !== null && settingOf(readOnly, "", "") === undefined;

const OWNER = inOurWords("the owner of the database");

/** The SQL that lets sessions write again. */
export const writableAgain = (alter: string): readonly string[] => [
  "SET default_transaction_read_only = off;",
  `${alter} RESET default_transaction_read_only;`,
];
