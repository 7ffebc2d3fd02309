import { visible } from "./escape.ts";

/** Code, or words that may come from outside. */
export interface Token {
  readonly code: boolean;
  readonly text: string;
}

/** Markdown of these tokens, on one line; line breaks in words are `<br>`. */
export function markdownOf(tokens: readonly Token[]): string {
  const written = joined(tokens).flatMap((token) => (token.code ? token : wordTokens(token.text)));
  return joined(written)
    .map(({ code, text }) => (code ? codeSpan(text) : text))
    .join("")
    .replace(LIST_MARK, "`$1`");
}

/**
 * Two code spans side by side would be read as one with other ends, and only whole words show what Markdown makes of them:
 * `:ta` and `da:`.
 */
function joined(tokens: readonly Token[]): readonly Token[] {
  const result: Token[] = [];
  for (const token of tokens) {
    if (token.text === "") continue;
    const last = result.at(-1);
    if (last?.code === token.code) result[result.length - 1] = { ...token, text: last.text + token.text };
    else result.push(token);
  }
  return result;
}

/**
 * Words from outside: each as it is if every renderer shows it as a word, else as code, so that links, mentions, `#1` and
 * commit hashes have no effect.
 */
function wordTokens(text: string): readonly Token[] {
  return text.split(/(\r\n|\r|\n|[ \t]+)/).flatMap((word, i): readonly Token[] => {
    if (i % 2 === 1) return [{ code: false, text: /[\r\n]/.test(word) ? "<br>" : " " }];
    return oneWord(word);
  });
}

/** Any other word is written as code, also a quoted one, because it is a name or part of one. */
const SAFE_WORD = /^[\p{L}\p{N}.,;:'()/?!=%+-]*$/u;
/** Words of safe letters that GitHub or a renderer makes more of: emoji, addresses, GH-1, commit hashes. */
const LIVE_WORD = /:[^:]+:|:\/\/|www\.|mailto:|xmpp:|gh-\d|[0-9a-f]{7}/i;
/** At the start of a list's item, these would start another list or a horizontal rule. */
const LIST_MARK = /^\s*([-+=]+|\d+[.)])(?=\s|<br>|$)/;
/** Brackets and punctuation around a word stay outside its code span. */
const LEADING = /^[(']*/;
const TRAILING = ".,;:!?)'";

function oneWord(word: string): readonly Token[] {
  if (SAFE_WORD.test(word) && !LIVE_WORD.test(word)) return [{ code: false, text: word }];
  const start = LEADING.exec(word)?.[0].length ?? 0;
  let end = word.length;
  while (end > start && TRAILING.includes(word.charAt(end - 1))) end--;
  if (start === end) return [{ code: true, text: word }];
  return [
    { code: false, text: word.slice(0, start) },
    { code: true, text: word.slice(start, end) },
    { code: false, text: word.slice(end) },
  ];
}

/** A Markdown code span around any text. In a table's cell, a pipe would end it. */
export function codeSpan(text: string): string {
  const shown = visible(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A fenced code block that its content cannot end. */
export function codeBlock(language: string, content: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${content}\n${fence}`;
}

/** The length of the longest run of backticks. */
function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
