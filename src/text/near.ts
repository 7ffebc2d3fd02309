import damerauLevenshtein from "damerau-levenshtein";
import { code, EMPTY, inOurWords, type Sentence, sentence } from "../model/sentence.ts";

/** The sentence "Did you mean …?"; empty if no candidate is near. */
export function didYouMean(wanted: string, candidates: Iterable<string>): Sentence {
  const near = nearest(wanted, candidates);
  return near === undefined ? EMPTY : sentence`Did you mean ${code(near)}?`;
}

/** What a reader of names that do not exist may not know. */
export function aboutNames(...names: readonly string[]): Sentence {
  const isList = names.some((each) => each.includes(","));
  return inOurWords(`Names are case-sensitive${isList ? ", and a comma does not separate them" : ""}.`);
}

/**
 * The candidate that `name` was probably meant to be, or nothing when no candidate is near. Near is at most two
 * slips (a letter too many, missing, wrong or swapped), or one slip in a short name. Case does not matter.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const slips = (candidate: string) => damerauLevenshtein(name.toLowerCase(), candidate.toLowerCase()).steps;
  const isNear = (candidate: string) =>
    Math.abs(candidate.length - name.length) <= 2 && slips(candidate) <= (candidate.length < 6 ? 1 : 2);
  return [...candidates].filter(isNear).toSorted((a, b) => slips(a) - slips(b))[0];
}
