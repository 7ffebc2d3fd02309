import { visible } from "./escape.ts";

/** Code, or our own words. */
export interface Token {
  readonly code: boolean;
  readonly text: string;
}

/** Markdown of these tokens. Two code spans side by side would be read as one with other ends: they become one. */
export function markdownOf(tokens: readonly Token[]): string {
  const joined: Token[] = [];
  for (const token of tokens.filter(({ text }) => text !== "")) {
    const last = joined.at(-1);
    if (token.code && last?.code) joined[joined.length - 1] = { ...token, text: last.text + token.text };
    else joined.push(token);
  }
  return joined.map(({ code, text }) => (code ? codeSpan(text) : text)).join("");
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
