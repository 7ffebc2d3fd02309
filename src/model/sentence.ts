/**
 * A sentence before it is written: our own words, and what has to be set off or escaped, apart. Each destination
 * (log, Markdown, JSON) writes it in its own way, and no code takes a written sentence apart again.
 */
export interface Sentence {
  readonly parts: readonly Part[];
}

type Part =
  /** Our own words. */
  | { readonly own: OwnWords }
  /** An identifier, its parts from the outside in: `{ name: ["public", "orders"] }`. */
  | { readonly name: readonly string[] }
  /** Text that a reader types or looks for: an input, a setting, SQL, a command. */
  | { readonly code: string }
  /** Words from outside: a server's message. */
  | { readonly quoted: string };

/** Text of the source code. Only this file makes it: a text from outside cannot be one by mistake. */
type OwnWords = string & { readonly [OWN]: true };
declare const OWN: unique symbol;

/** A sentence without words. */
export const EMPTY: Sentence = { parts: [] };

export function isSentence(value: unknown): value is Sentence {
  return typeof value === "object" && value !== null && "parts" in value;
}

export function isEmpty({ parts }: Sentence): boolean {
  return parts.length === 0;
}

/**
 * Writes a sentence: `` sentence`Run it as ${name(owner)}.` ``. Backticks (escaped) set off code in our own words,
 * as in Markdown.
 */
export function sentence(words: TemplateStringsArray, ...inserted: readonly (Sentence | number)[]): Sentence {
  return joined(words.flatMap((text, n) => [inOurWords(text), inserted[n] ?? EMPTY]));
}

/** The same for words that hold nothing from outside: `` inOurWords("Set `mode: check`.") ``. */
export function inOurWords(words: string): Sentence {
  const parts = words.split("`").map((text, n) => (n % 2 === 1 ? { code: text } : { own: text as OwnWords }));
  return { parts: parts.filter((part) => part.own !== "") };
}

/** Words as a table writes them: a string is our own, as in `inOurWords`. */
export type Words = string | Sentence;

/** The sentence that a table writes. */
export function sentenceOf(words: Words): Sentence {
  return typeof words === "string" ? inOurWords(words) : words;
}

function joined(sentences: readonly (Sentence | number)[]): Sentence {
  return { parts: sentences.flatMap((each) => (typeof each === "number" ? inOurWords(String(each)) : each).parts) };
}

/** An identifier, as PostgreSQL would quote it. */
export function name(...parts: readonly string[]): Sentence {
  return { parts: [{ name: parts }] };
}

/** Text that a reader types or looks for. */
export function code(text: string): Sentence {
  return { parts: [{ code: text }] };
}

/** Words from outside. */
export function quoted(text: string): Sentence {
  return { parts: [{ quoted: text }] };
}

/** Several sentences as one text, with a space between them; empty ones are left out. */
export function paragraph(...sentences: readonly Sentence[]): Sentence {
  const [first = EMPTY, ...others] = sentences.filter((each) => !isEmpty(each));
  return joined([first, ...others.map((each) => sentence` ${each}`)]);
}

/** Adds a full stop to a sentence that has none, because it ends with the words of a server for example. */
export function withFullStop(text: Sentence): Sentence {
  const last = text.parts.at(-1) ?? { quoted: "" };
  const words = "own" in last ? last.own : "quoted" in last ? last.quoted : "";
  return /[.!?]$/.test(words) ? text : sentence`${text}.`;
}

/** The items one after the other: `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly Sentence[]): Sentence {
  const [first = EMPTY, ...others] = items;
  return joined([
    first,
    ...others.map((each, n) => (n === others.length - 1 ? sentence` and ${each}` : sentence`, ${each}`)),
  ]);
}

/** The first few names of objects, each once, and how many more there are: `a, b and 12 more`. */
export function someNames(paths: readonly (readonly string[])[]): Sentence {
  const distinct = new Map(paths.map((path) => [JSON.stringify(path), path]));
  const names = [...distinct.values()].map((path) => name(...path));
  const more = names.length - MAX_NAMES;
  return listOf(more > 0 ? [...names.slice(0, MAX_NAMES), sentence`${more} more`] : names);
}

const MAX_NAMES = 5;
