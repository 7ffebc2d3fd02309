/**
 * How text that others wrote (names from a database, messages from a server, inputs) is written where people
 * and programs read it, so that it shows what it is and never becomes a command, markup or somebody's mention.
 */

/**
 * Characters a reader cannot see or that move what is around them: controls, bidi and zero-width marks, line
 * and paragraph separators, spaces other than the plain one, private use, unassigned. The runner's own search
 * for commands skips the zero-width ones too (.NET compares by culture), so none may pass unseen.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const EACH_HIDDEN = new RegExp(HIDDEN, "gu");

/** A name that PostgreSQL reads back without quotes. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;

/** The start of one of the runner's commands, wherever in a line it stands; see `logLine`. */
const COMMAND = "##[";

/** What a quoted name is not written with, in SQL and, where a code span or a cell would end too, in text. */
const NOT_IN_SQL = new RegExp(`${HIDDEN.source}|#(?=#\\[)`, "u");
const NOT_IN_NAME = new RegExp(`${NOT_IN_SQL.source}|[\`|]`, "u");
const EACH_NOT_IN_SQL = new RegExp(`${NOT_IN_SQL.source}|[\\\\"]`, "gu");
const EACH_NOT_IN_NAME = new RegExp(`${NOT_IN_NAME.source}|[\\\\"]`, "gu");

/**
 * A name as PostgreSQL would quote it, parts joined by dots: `public.orders`, `"Order Lines"`. What cannot be
 * seen is written in PostgreSQL's own escapes, so the result still is that name, in SQL too: `U&"a\000Ab"`.
 * (Reserved words stay bare: after a dot, where they turn up, PostgreSQL takes them so.)
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function quoteName(...parts: readonly string[]): string {
  return parts.map(quotePart).join(".");
}

function quotePart(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  if (NOT_IN_NAME.test(name)) return unicodeName(name, EACH_NOT_IN_NAME);
  return `"${name.replaceAll('"', '""')}"`;
}

function unicodeName(name: string, escaped: RegExp): string {
  const body = name.replace(escaped, (char) => {
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
    token.startsWith('"') && NOT_IN_SQL.test(token)
      ? unicodeName(token.slice(1, -1).replaceAll('""', '"'), EACH_NOT_IN_SQL)
      : token,
  );
}

/** Text on one line with nothing hidden: `a<U+000A>b`. */
export function visible(text: string): string {
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
export function logLines(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).map(logLine);
}

/** Text inside HTML, outside a tag. */
export function html(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** How names and sentences are written for one destination. */
export interface Pen {
  /** A name, its parts joined by dots, quoted as PostgreSQL would. */
  name(...parts: readonly string[]): string;
  /** Text that is no sentence: a host, a version. */
  code(text: string): string;
  /** A sentence, in which backticks set off code. */
  text(sentence: string): string;
}

/** For logs and annotations. */
export const plain: Pen = {
  name: quoteName,
  code: visible,
  text: (sentence) =>
    sentence
      .split(/\r\n|\r|\n/)
      .map(visible)
      .join("\n"),
};

/** For GitHub-flavoured Markdown: what others wrote stands in code spans, where nothing is live. */
export const markdown: Pen = {
  name: (...parts) => `\`${quoteName(...parts)}\``,
  code: codeSpan,
  text: markdownText,
};

/** For the inside of an HTML element, such as `<summary>`, in which Markdown is not read. */
export const markup: Pen = {
  name: (...parts) => `<code>${html(quoteName(...parts))}</code>`,
  code: (text) => `<code>${html(text)}</code>`,
  text: html,
};

/** A Markdown code span around any text; not for a table's cell, where a pipe would end it. */
function codeSpan(text: string): string {
  const shown = visible(text);
  const fence = "`".repeat(longestRun(shown, "`") + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A fenced code block that its content cannot end. */
export function codeBlock(language: string, content: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(content, "`") + 1));
  return `${fence}${language}\n${content}\n${fence}`;
}

function longestRun(text: string, char: string): number {
  let longest = 0;
  let run = 0;
  for (const c of text) {
    run = c === char ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

/**
 * A sentence as Markdown: what stands between backticks as code, line breaks as such, and each other word as it
 * is if no renderer could make more of it than a word, else as code too: links, mentions, `#1` and hashes die.
 */
function markdownText(sentence: string): string {
  const pieces = sentence.split("`");
  const unclosed = pieces.length % 2 === 0 ? pieces.length - 1 : pieces.length;
  const tokens = pieces.flatMap((piece, i): readonly Token[] => {
    if (i === unclosed) return wordsOf(`\`${piece}`);
    return i % 2 === 1 ? [{ code: true, text: piece.replaceAll(/\s*[\r\n]\s*/g, " ") }] : wordsOf(piece);
  });
  return joined(tokens)
    .map(({ code, text }) => (code ? codeSpan(text) : text))
    .join("")
    .replace(LIST_MARK, "`$1`");
}

interface Token {
  readonly code: boolean;
  readonly text: string;
}

/** Two code spans side by side would be read as one with other ends. */
function joined(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    if (token.text === "") continue;
    const last = result.at(-1);
    if (last?.code && token.code) result[result.length - 1] = { code: true, text: last.text + token.text };
    else result.push(token);
  }
  return result;
}

function wordsOf(text: string): readonly Token[] {
  return text.split(/(\r\n|\r|\n|[ \t]+)/).flatMap((word, i): readonly Token[] => {
    if (i % 2 === 1) return [{ code: false, text: /[\r\n]/.test(word) ? "<br>" : " " }];
    return wordTokens(word);
  });
}

/** A quoted word is a name, or part of one: code, like all that is not plainly a word. */
const SAFE_WORD = /^[\p{L}\p{N}.,;:'()/?!=%+-]*$/u;
/** Words of safe letters that GitHub or a renderer makes more of: emoji, addresses, GH-1, commit hashes. */
const LIVE_WORD = /:[^:]+:|:\/\/|www\.|mailto:|xmpp:|gh-\d|[0-9a-f]{7}/i;
/** At the start of a list's item, these would start another list, or a line across. */
const LIST_MARK = /^\s*([-+=]+|\d+[.)])(?=\s|<br>|$)/;
/** Brackets and stops stay outside the code a word is put in. */
const WORD = /^([(']*)(.*?)([.,;:!?)']*)$/s;

function wordTokens(word: string): readonly Token[] {
  if (SAFE_WORD.test(word) && !LIVE_WORD.test(word)) return [{ code: false, text: word }];
  const [, before = "", core = "", after = ""] = WORD.exec(word) ?? [];
  if (core === "") return [{ code: true, text: word }];
  return [
    { code: false, text: before },
    { code: true, text: core },
    { code: false, text: after },
  ];
}
