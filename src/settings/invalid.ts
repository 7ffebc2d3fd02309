import { inOurWords, quoted, type Sentence, sentence } from "../model/sentence.ts";
import { count } from "../text/count.ts";

interface Details {
  /** The part of the text that the problem is about, in its own case; otherwise all of it. */
  readonly item?: string;
  /** How to correct the text, as a full sentence, if the "Use …" of the input does not help. */
  readonly remedy?: Sentence;
  /** Further advice, as a full sentence. */
  readonly advice?: Sentence;
}

/**
 * Thrown by a parser that refuses a text. Only the reader of the inputs knows where the text comes from and whether
 * it can be shown, so the problem is a sentence without its subject and full stop: "is not a port number".
 */
export class Invalid extends Error {
  readonly problem: Sentence;
  readonly details: Details;

  constructor(problem: Sentence, details: Details = {}) {
    super("A text is not valid.");
    this.name = "Invalid";
    this.problem = problem;
    this.details = details;
  }
}

/**
 * The subject of a sentence about a text: `"aply"`, or `the value (44 characters)` if the text could contain a
 * secret that the runner does not mask. Its case stays: the runner does not find a secret in another case.
 * @param noun what the text is when it is not repeated: "the value"
 * @param secrets texts that are never repeated, because the runner does not mask the JSON report
 */
export function described(text: string, noun: Sentence, secrets: readonly string[]): Sentence {
  const value = text.trim();
  if (PLAIN.test(value) && !secrets.some((secret) => value.includes(secret))) return quoted(`"${value}"`);
  return sentence`${noun} (${inOurWords(count(value.length, "character"))})`;
}

/** Short words, an IP address or `localhost` with a port, and the name of a variable that was not replaced by its value. */
const PLAIN = /^([A-Za-z0-9.,* -]{1,40}|([\d.]{7,15}|localhost):\d{1,5}|process\.env\.\w{1,40}|\$[{(]\w{1,40}[)}])$/;

/** Advice for a text that is empty, perhaps because of an expression such as `${{ vars.PRIVILEGES }}`. */
export const UNSET_VARIABLE: Sentence = inOurWords("Check that the variable or secret it comes from is set.");

/** The result of a task; undefined if it throws. */
export function resultOf<V>(task: () => V): V | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}

/** What `parse` makes of the text, or what `refused` does about a text that it refuses. */
export function parsed<V>(text: string, parse: (text: string) => V, refused: (invalid: Invalid) => V): V {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Invalid) return refused(error);
    throw error;
  }
}
