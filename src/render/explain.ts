import { REASONS } from "../model/reasons.ts";
import { code, inOurWords, quoted, type Sentence, sentence, sentenceOf } from "../model/sentence.ts";
import type { Cause } from "./findings.ts";
import { runner } from "./phrases.ts";

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
  const { why, noteFirst } = REASONS[reason];
  const serverMessage = findings.find((finding) => finding.serverMessage !== undefined)?.serverMessage;
  const noted = note === undefined ? [] : [note];
  return [
    sentenceOf(typeof why === "function" ? why(owner, login, findings[0]?.identity) : why),
    ...(serverMessage === undefined
      ? []
      : [sentence`The server said: ${quoted(serverMessage.replace(/\.$/, ""))}.`]),
    ...(noteFirst ? [...noted, ...run(IN_REPORT)] : [...run(place), ...noted]),
  ];

  function run(where: Sentence): readonly Sentence[] {
    if (as === undefined) return [];
    const who = runner({ ...fix, as });
    if (sql === undefined)
      return [inOrder ? sentence`Run ${where} in the order shown.` : sentence`Run ${where} as ${who}.`];
    return [...first, { ...fix, as, sql }].map(
      (each, n) =>
        sentence`${inOurWords(n === 0 ? "Run" : "Then run")} as ${runner(each)}: ${code(each.sql)}`,
    );
  }
}

/** SQL that works only after what the note says is not in the SQL file. */
const IN_REPORT = inOurWords("the SQL in the JSON report");
