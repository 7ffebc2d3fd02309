import type { Sentence } from "../model/sentence.ts";
import { html, linesOf, quoteName, visible, visibleSql } from "../text/escape.ts";
import { codeSpan, markdownOf, type Token } from "../text/markdown.ts";

/** Writes the parts of a sentence. */
interface Writer<T> {
  own(words: string): T;
  /** A name, its parts joined by dots, quoted as PostgreSQL would. */
  name(...parts: readonly string[]): T;
  /** A host, or what is quoted already. */
  code(text: string): T;
  /** Words from outside. */
  quoted(words: string): T;
}

/** How names, code and sentences are written for one destination. */
export interface Pen extends Pick<Writer<string>, "name" | "code"> {
  sentence(sentence: Sentence): string;
}

/** For logs, annotations and JSON: code between backticks, unless it contains a backtick: then it is written as it is. */
export const plain: Pen = {
  name: quoteName,
  code: visible,
  sentence: (sentence) =>
    write(sentence, {
      own: (words) => words,
      name: quoteName,
      code: (text) => {
        const shown = visibleLines(visibleSql(text));
        return shown.includes("`") ? shown : `\`${shown}\``;
      },
      quoted: visibleLines,
    }).join(""),
};

/** For GitHub-flavoured Markdown. Words from outside are code, because links, mentions and markup have no effect there. */
export const markdown: Pen = {
  name: (...parts) => codeSpan(quoteName(...parts)),
  code: codeSpan,
  sentence: (sentence) =>
    markdownOf(
      write<Token>(sentence, {
        own: (text) => ({ code: false, text }),
        name: (...parts) => ({ code: true, text: quoteName(...parts) }),
        code: (text) => ({ code: true, text: onOneLine(visibleSql(text)) }),
        quoted: (text) => ({ code: true, text: onOneLine(text) }),
      }),
    ),
};

/** For the inside of an HTML element, such as `<summary>`, in which Markdown is not read. */
export const markup: Pen = {
  name: (...parts) => `<code>${html(quoteName(...parts))}</code>`,
  code: (text) => `<code>${html(text)}</code>`,
  sentence: (sentence) => write(sentence, { ...markup, own: html, quoted: html }).join(""),
};

/** For the cell of a Markdown table: GitHub breaks no code span there, and a phone would cut the table. */
export const cell: Pen = {
  ...markdown,
  name: (...parts) => breakable(quoteName(...parts)),
  code: breakable,
};

/** Fits beside another column on a phone. */
const SHORT = /^[^`|]{1,20}$/;
const PIECES = /[^._@-]{1,12}[._@-]*|[._@-]+/gu;

/** Code that can break: https://developer.mozilla.org/docs/Web/HTML/Reference/Elements/wbr */
function breakable(text: string): string {
  if (SHORT.test(text)) return codeSpan(text);
  const pieces = visible(text).match(PIECES) ?? [];
  return `<code>${pieces.map(withoutMarkdown).join("<wbr>")}</code>`;
}

/** Markdown is read inside inline HTML: any character that it could use is an entity. */
function withoutMarkdown(text: string): string {
  return text.replace(/[^\p{L}\p{N} -]/gu, (char) => `&#${char.codePointAt(0)};`);
}

function write<T>({ parts }: Sentence, writer: Writer<T>): readonly T[] {
  return parts.map((part) => {
    if ("own" in part) return writer.own(part.own);
    if ("name" in part) return writer.name(...part.name);
    if ("code" in part) return writer.code(part.code);
    return writer.quoted(part.quoted);
  });
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, " ");
}

/** Text with nothing hidden; line breaks stay. */
function visibleLines(text: string): string {
  return linesOf(text).map(visible).join("\n");
}
