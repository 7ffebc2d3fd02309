import { REASONS } from "../model/reasons.ts";
import { code, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Cause } from "./findings.ts";
import { runner } from "./phrases.ts";

/** Why something is missing or extra, and what to do about it. */
export interface Explanation {
  readonly why: Sentence;
  readonly next: Sentence;
}

/**
 * Explains a cause: its SQL where all findings share it, else where to find it.
 * @param login the role that this run signed in as
 * @param place where the reader finds the SQL: `the SQL below`
 */
export function explain({ owner, reason, fix, inOrder }: Cause, login: string, place: Sentence): Explanation {
  const { as, byMember, sql, first, note = [] } = fix;
  const why = REASONS[reason].why(owner, login);
  if (as === undefined) return { why, next: note };
  const who = runner({ as, ...(byMember && { byMember }) });
  return { why, next: paragraph(...run(), note) };

  function run(): readonly Sentence[] {
    if (sql === undefined)
      return [
        inOrder
          ? sentence`Run ${place} in the order in which it is written.`
          : sentence`Run ${place} as ${who}.`,
      ];
    if (first === undefined) return [sentence`Run as ${who}: ${code(sql)}`];
    return [
      sentence`Run as ${runner(first)}: ${code(first.sql)}`,
      sentence`Then run as ${who}: ${code(sql)}`,
    ];
  }
}
