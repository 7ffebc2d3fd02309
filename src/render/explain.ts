import { REASONS } from "../model/reasons.ts";
import { code, inOurWords, quoted, type Sentence, sentence, sentenceOf } from "../model/sentence.ts";
import { stepLines } from "./failure.ts";
import type { Cause } from "./findings.ts";
import { type Pen, plain } from "./pen.ts";
import { countKinds, hasNoOwner, objectText, runner } from "./phrases.ts";

/** The title of a cause: `Missing on 3 tables owned by migrator`, `Missing: identity of aad_orders`. */
export function causeText({ what, isDrift, owner, objects }: Cause, pen: Pen): string {
  const title = isDrift ? what : `${what} (a warning)`;
  const [first] = objects;
  if (hasNoOwner(first)) return `${title}: ${objectText(first, pen)}`;
  return `${title} on ${countKinds(objects)} owned by ${pen.name(owner)}`;
}

/**
 * Explains a cause, line by line: why something is missing or extra, the server's first message, the SQL if all findings
 * share it (else where to find it), and further advice.
 * @param login the role that this run signed in as
 * @param place where the reader finds the SQL: `the SQL below`
 */
export function explain(
  { owner, reason, findings, fix, inOrder }: Cause,
  login: string,
  place: Sentence,
): readonly Sentence[] {
  const { as, sql, first = [], note } = fix;
  const { why, noteFirst, isEnough } = REASONS[reason];
  const serverMessage = findings.find((finding) => finding.serverMessage !== undefined)?.serverMessage;
  const noted = note === undefined ? [] : [note];
  return [
    sentenceOf(typeof why === "function" ? why(owner, login, findings[0]?.identity) : why),
    ...(serverMessage === undefined ? [] : [sentence`The server said: ${quoted(serverMessage.replace(/\.$/, ""))}.`]),
    ...(noteFirst ? [...noted, ...run("Run", IN_REPORT)] : []),
    ...(isEnough ? [...noted, ...run("Or run", place)] : []),
    ...(noteFirst || isEnough ? [] : [...run("Run", place), ...noted]),
  ];

  function run(verb: string, where: Sentence): readonly Sentence[] {
    if (as === undefined) return [];
    const begin = inOurWords(verb);
    if (sql === undefined) {
      const how = inOrder ? inOurWords("in the order shown") : sentence`as ${runner({ ...fix, as })}`;
      return [sentence`${begin} ${where} ${how}.`];
    }
    return [...first, { ...fix, as, sql }].map(
      (each, n) => sentence`${n === 0 ? begin : inOurWords("Then run")} as ${runner(each)}: ${code(each.sql)}`,
    );
  }
}

/** The explanation of a cause for log and annotations: one line, then the steps of its fix. */
export function explanationLines(cause: Cause, login: string): readonly string[] {
  const why = explain(cause, login, inOurWords("the SQL in the job summary")).map(plain.sentence);
  return [why.join(" "), ...stepLines(cause.fix.steps ?? [])];
}

/** SQL that works only after what the note says is not in the SQL file. */
const IN_REPORT = inOurWords("the SQL in the JSON report");
