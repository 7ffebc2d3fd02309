import { code, EMPTY, paragraph, type Sentence, sentence, sentenceOf, type Words, withFullStop } from "./sentence.ts";

/** What an error means, and what to do about it. */
export type Advice = Pick<Failure, "hint" | "steps">;

/** Why something could not be checked or done, and what to do about it. */
export interface Failure {
  /** Names the kind of failure for programs; docs/troubleshooting.md has a heading for each. */
  readonly code: string;
  /** The event itself. */
  readonly message: Sentence;
  /** The single mistakes, if there are several: a line for each invalid input. */
  readonly problems?: readonly Sentence[];
  /** The likeliest cause. */
  readonly hint: Sentence;
  /** The next steps, in order. */
  readonly steps: readonly Step[];
  /** How many further attempts in this run it is worth; absent if a rerun changes nothing, either. */
  readonly retries?: number;
}

export interface Step {
  readonly text: Sentence;
  /** The command or setting to type, ready to be copied. */
  readonly command?: string;
}

/** Steps as a table writes them, in order: a step without a command is its text, `run` is the command of the step before. */
export type Steps = readonly (Words | Step | Command)[];

/** What to type for a step. */
export interface Command {
  readonly command: string;
}

/** A step; `text` without a command needs no such call in a table. */
export function step(text: Words, command?: string | Command): Step {
  return { text: sentenceOf(text), ...(command !== undefined && run(command)) };
}

/** The command or setting to type for the step before it in a table. */
export function run(...lines: readonly (string | Command)[]): Command {
  return { command: lines.map((each) => (typeof each === "string" ? each : each.command)).join("\n") };
}

/** The steps that a table writes. */
export function stepsOf(steps: Steps): readonly Step[] {
  return steps.flatMap((each, n) => {
    if (isCommand(each)) return [];
    const next = steps[n + 1];
    const written = typeof each === "object" && "text" in each ? each : step(each);
    return [isCommand(next) ? { ...written, ...next } : written];
  });
}

function isCommand(each: Steps[number] | undefined): each is Command {
  return typeof each === "object" && "command" in each && !("text" in each);
}

/** A failure as the code that finds it writes it. */
interface WrittenFailure extends Omit<Failure, "message" | "hint" | "steps"> {
  readonly message: Words;
  readonly hint?: Words;
  readonly steps: Steps;
}

/** A failure that is found without an error; for errors, there is `diagnose`. */
export function failure({ message, hint = EMPTY, steps, ...others }: WrittenFailure): Failure {
  return { ...others, message: sentenceOf(message), hint: sentenceOf(hint), steps: stepsOf(steps) };
}

/** Thrown if the cause and the next step are known; every other error goes through `diagnose`. */
export class ActionError extends Error {
  readonly failure: Failure;
  /** The milliseconds to wait before the next attempt, if the peer says so. */
  readonly wait: number | undefined;

  constructor(failure: Failure, options: ErrorOptions & { readonly wait?: number | undefined } = {}) {
    super(failure.code, options);
    this.name = "ActionError";
    this.failure = failure;
    this.wait = options.wait;
  }
}

/** The failure of a run that a signal ends. */
export function cancelled(signal: string): ActionError {
  return new ActionError(
    failure({
      code: "cancelled",
      message: sentence`The run was cancelled (${code(signal)}).`,
      hint: "Someone cancelled the workflow run, a newer run took its place (`concurrency`), or the job reached its `timeout-minutes`.",
      steps: ["Run the job again: it continues where this run stopped."],
    }),
  );
}

/**
 * The failure of an action with what the action did before.
 * @param done undefined if it did nothing
 * @param nothing the sentence for "nothing was done"; used only if the run was cancelled
 */
export function withDone(failure: Failure, done: Sentence | undefined, nothing: Sentence): Failure {
  const addition = done ?? (failure.code === "cancelled" ? nothing : undefined);
  if (addition === undefined) return failure;
  return { ...failure, message: paragraph(withFullStop(failure.message), addition) };
}
