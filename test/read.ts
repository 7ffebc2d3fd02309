import { ActionError, type Failure } from "../src/model/failure.ts";
import type { Fix } from "../src/model/report.ts";
import { EMPTY, type Sentence } from "../src/model/sentence.ts";
import { plain } from "../src/render/pen.ts";

/** A sentence as it is read in the log, without the marks around code. */
export function read(sentence: Sentence | undefined): string {
  return plain.sentence(sentence ?? EMPTY).replaceAll("`", "");
}

/** A fix as it is read: who runs what, in order, the note and the steps. */
export function readFix(fix: Fix | undefined): string {
  const run = ({ as, byMember, sql }: Fix) =>
    sql === undefined ? [] : [`Run as ${byMember ? "a member of " : ""}${as}: ${sql}`];
  const steps = (fix?.steps ?? []).map(({ text, command }) => [read(text), command].join(" ").trimEnd());
  return [...(fix?.first ?? []).flatMap(run), ...(fix ? run(fix) : []), read(fix?.note), ...steps].join(" ");
}

/** A failure as it is read in the log, its steps as lines. */
export function readFailure({ code, message, problems = [], hint, steps }: Failure) {
  return {
    code,
    message: plain.sentence(message),
    problems: problems.map(plain.sentence),
    hint: plain.sentence(hint),
    steps: steps.map(({ text, command }) => [plain.sentence(text), command].join(" ").trimEnd()).join("\n"),
  };
}

/** The failure that a promise fails with, as it is read. */
export async function failing(promise: Promise<unknown>): Promise<ReturnType<typeof readFailure>> {
  const error = await promise.then(
    () => new Error("it should have failed"),
    (error: unknown) => error,
  );
  if (!(error instanceof ActionError)) throw error;
  return readFailure(error.failure);
}
