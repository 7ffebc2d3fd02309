import { code, EMPTY, type Sentence, sentence } from "../model/sentence.ts";

/** The sentence "Did you mean …?"; empty if no candidate is near. */
export function didYouMean(wanted: string, candidates: Iterable<string>): Sentence {
  const near = nearest(wanted, candidates);
  return near === undefined ? EMPTY : sentence`Did you mean ${code(near)}?`;
}

/**
 * The candidate that `name` was probably meant to be, or nothing when no candidate is near. Near is at most two
 * slips (a letter too many, missing, wrong or swapped), or one slip in a short name. Case does not matter.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: { candidate: string; slips: number } | undefined;
  for (const candidate of candidates) {
    const slips = distance(wanted, candidate.toLowerCase());
    if (slips <= (candidate.length < 6 ? 1 : 2) && slips < (best?.slips ?? Infinity)) {
      best = { candidate, slips };
    }
  }
  return best?.candidate;
}

/** Edits between two words, a swap of neighbours counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity; // far enough: no need to count
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, at(beforeLast, j - 2) + 1);
      }
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
