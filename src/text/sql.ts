/** SQL that says what a name or a text is, whatever characters it holds. */

/**
 * The names that no new role can have, also in quotes: https://www.postgresql.org/docs/current/sql-createrole.html
 * https://github.com/postgres/postgres/blob/REL_18_0/src/backend/parser/gram.y (RoleSpec)
 */
export const RESERVED_ROLE = /^(pg_|public$|none$)/;

/** Always quoted: names from a database may be keywords, capitals or hostile. */
export function quoteIdentifier(...parts: readonly string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

/**
 * A string constant. One with a backslash is an escape string, which the server reads in the same way whatever
 * standard_conforming_strings is: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? `E${quoted}` : quoted;
}

/** An array of string constants. */
export const textArray = (texts: readonly string[] | null): string =>
  `${texts === null ? "NULL" : `ARRAY[${texts.map(quoteLiteral)}]`}::pg_catalog.text[]`;
