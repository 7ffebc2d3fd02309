/**
 * Writes text of others (names from a database, messages from a server, inputs) for people and programs: it shows what
 * it is, and never becomes a command, markup or somebody's mention.
 */

/**
 * Characters a reader cannot see or that move what is around them: controls, bidi and zero-width marks, line
 * and paragraph separators, spaces other than the plain one, private use, unassigned. The runner's own search
 * for commands skips the zero-width ones too, because .NET compares by culture: none may pass unseen.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const EACH_HIDDEN = new RegExp(HIDDEN, "gu");

/** A name that PostgreSQL reads back without quotes. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;

/** The start of one of the runner's commands, anywhere in a line; see `logLine`. */
const COMMAND = "##[";

/** The characters to escape in a quoted name. `EACH_ESCAPED` has also those that are doubled in a name with escapes. */
const ESCAPED = new RegExp(`${HIDDEN.source}|#(?=#\\[)`, "u");
const EACH_ESCAPED = new RegExp(`${ESCAPED.source}|[\\\\"]`, "gu");

/**
 * A name as PostgreSQL would quote it, parts joined by dots: `public.orders`, `"Order Lines"`. What cannot be
 * seen is written in PostgreSQL's own escapes, so the result still is that name, in SQL too: `U&"a\000Ab"`.
 * (Reserved words get no quotes, because PostgreSQL accepts them after a dot.)
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export const quoteName = (...parts: readonly string[]): string => parts.map(quotePart).join(".");

function quotePart(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  return ESCAPED.test(name) ? unicodeName(name) : `"${name.replaceAll('"', '""')}"`;
}

function unicodeName(name: string): string {
  const body = name.replace(EACH_ESCAPED, (char) => {
    if (char === "\\" || char === '"') return char + char;
    const hex = codePoint(char);
    return hex.length > 4 ? `\\+${hex.padStart(6, "0")}` : `\\${hex}`;
  });
  return `U&"${body}"`;
}

const SQL_TOKEN = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** The same SQL, to be read and printed: quoted names that hold hidden characters in PostgreSQL's `U&` form. */
export function visibleSql(sql: string): string {
  return sql.replace(SQL_TOKEN, (token) =>
    token.startsWith('"') && ESCAPED.test(token) ? unicodeName(token.slice(1, -1).replaceAll('""', '"')) : token,
  );
}

const PRINTABLE_ASCII = /^[ -~]*$/;

/** Text on one line with nothing hidden: `a<U+000A>b`. */
export function visible(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text; // nearly every text, and many times as fast
  return text.replace(EACH_HIDDEN, (char) => `<U+${codePoint(char)}>`);
}

function codePoint(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

/**
 * One line for the job log. The runner looks for commands on stdout and stderr: `::` at the start of a line,
 * after any white space, and `##[` anywhere in it.
 * https://github.com/actions/runner/blob/079cdb1d05fe0ec50f8c51de5a4fa51d0eb189b0/src/Runner.Common/ActionCommand.cs#L52-L124
 */
export function logLine(text: string): string {
  return visible(text)
    .replaceAll(COMMAND, "##\\[")
    .replace(/^(\s*)::/, "$1\\::");
}

/** Text of several lines, each safe in the log. */
export const logLines = (text: string): readonly string[] => linesOf(text).map(logLine);

/** The lines of a text that may come from any system. */
export const linesOf = (text: string): readonly string[] => text.split(/\r\n|\r|\n/);

/** Text inside HTML, outside a tag. */
export function html(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
