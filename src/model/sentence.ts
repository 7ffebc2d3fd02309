/**
 * A sentence before it is written: our own words, and what has to be set off or escaped, apart. Each destination
 * (log, Markdown, JSON) writes it in its own way, and no code takes a written sentence apart again.
 */
export type Sentence = readonly Part[];

export type Part =
  /** Our own words. */
  | string
  /** An identifier, its parts from the outside in: `{ name: ["public", "orders"] }`. */
  | { readonly name: readonly string[] }
  /** What a reader types, or looks for as it stands: an input, a setting, SQL, a command. */
  | { readonly code: string }
  /** Words from outside: a server's message. */
  | { readonly quoted: string };

/** Not a string: its type shows whether an inserted part is ours, a name, code or quoted. */
type Inserted = Exclude<Part, string> | Sentence | number;

/**
 * Writes a sentence: `` sentence`Run it as ${name(owner)}.` ``. Backticks (escaped) set off code in our own words,
 * as in Markdown.
 */
export function sentence(words: TemplateStringsArray, ...inserted: readonly Inserted[]): Sentence {
  return words.flatMap((text, index) => {
    const value = inserted[index];
    const own = inOurWords(text);
    if (value === undefined) return own;
    if (typeof value === "number") return [...own, String(value)];
    return Array.isArray(value) ? [...own, ...value] : [...own, value as Part];
  });
}

/** The same for words that hold nothing from outside: `` inOurWords("Set `mode: check`.") ``. */
export function inOurWords(text: string): Sentence {
  return text
    .split("`")
    .map((piece, index): Part => (index % 2 === 1 ? { code: piece } : piece))
    .filter((part) => part !== "");
}

/** An identifier, as PostgreSQL would quote it. */
export function name(...parts: readonly string[]): Part & object {
  return { name: parts };
}

/** What a reader types, or looks for as it stands. */
export function code(text: string): Part & object {
  return { code: text };
}

/** Words from outside. */
export function quoted(text: string): Part & object {
  return { quoted: text };
}

/** Several sentences as one text, with a space between them; empty ones are left out. */
export function paragraph(...sentences: readonly Sentence[]): Sentence {
  return sentences.filter((each) => each.length > 0).flatMap((each, n) => (n === 0 ? each : [" ", ...each]));
}

/** Adds a full stop to a sentence that has none, because it ends with the words of a server for example. */
export function withFullStop(sentence: Sentence): Sentence {
  const last = sentence.at(-1);
  const words = typeof last === "object" && "quoted" in last ? last.quoted : last;
  return typeof words === "string" && /[.!?]$/.test(words) ? sentence : [...sentence, "."];
}

/** The items one after the other: `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly Sentence[]): Sentence {
  return items.flatMap((item, n) => {
    if (n === 0) return item;
    return [n === items.length - 1 ? " and " : ", ", ...item];
  });
}

/** The first `most` items and how many more there are: `a, b and 12 more`. */
export function someOf(items: readonly Sentence[], most: number): Sentence {
  const more = items.length - most;
  return listOf(more > 0 ? [...items.slice(0, most), [`${more} more`]] : items);
}

/** The first few names of objects, each once, and how many more there are. */
export function someNames(paths: readonly (readonly string[])[]): Sentence {
  const distinct = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return someOf(
    [...distinct.values()].map((path): Sentence => [name(...path)]),
    MAX_NAMES,
  );
}

const MAX_NAMES = 5;
