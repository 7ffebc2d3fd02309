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
  const all = [...candidates];
  const within = (slips: number) => (candidate: string) =>
    (slips < 2 || candidate.length >= 6) && isNear(name.toLowerCase(), candidate.toLowerCase(), slips);
  return all.find(within(0)) ?? all.find(within(1)) ?? all.find(within(2));
}

/** True if so many slips, or fewer, make one word the other. What both begin with needs none. */
function isNear(a: string, b: string, slips: number): boolean {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (restA === restB) return true;
  if (slips === 0) return false;
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0];
  return (
    isNear(restA.slice(1), restB.slice(1), slips - 1) ||
    isNear(restA.slice(1), restB, slips - 1) ||
    isNear(restA, restB.slice(1), slips - 1) ||
    (isSwapped && isNear(restA.slice(2), restB.slice(2), slips - 1))
  );
}
