import { setFailed, warning } from "@actions/core";
import { az } from "../diagnosis/commands.ts";
import { runFacts } from "../github/run.ts";
import { addToSummary } from "../github/step.ts";
import { say } from "../log.ts";
import { type Command, type Failure, failure, step } from "../model/failure.ts";
import { code, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { failureLines } from "../render/failure.ts";
import { markdown, plain } from "../render/pen.ts";
import { rulePath, type ServerId } from "./server.ts";
import { UNUSED_ADDRESS } from "./state.ts";

/** Writes what was done to the log and the job summary. */
export function succeed(done: Sentence, env: Env): void {
  say(plain.sentence(done));
  addToSummary(() => lineOf(done), env);
}

/** Fails the step: the whole failure in the annotation, what happened in the summary's line. */
export function fail(failure: Failure, env: Env): void {
  setFailed(failureLines(failure, { run: runFacts(new Date(), env) }).join("\n"));
  addToSummary(() => lineOf(sentence`The firewall was not opened. ${failure.message}`), env);
}

function lineOf(sentence: Sentence): string {
  return `${markdown.sentence(sentence)}\n`;
}

/** Warns that a rule may still be open; fails the step if it was stopped. */
export function leftOpen(server: ServerId, rule: string, failure: Failure, { aborted: stopped }: AbortSignal): void {
  const message = paragraph(sentence`Firewall rule ${code(rule)} may still be open.`, failure.message);
  const others = stopped ? [] : failure.steps; // to run the job again does not remove the rule
  const lines = linesOf({ ...failure, message, steps: [...others, step("Remove the rule:", removal(server, rule))] });
  if (stopped) setFailed(lines);
  else warning(lines, TITLE);
}

/** Warns that a lock forbids the deletion of a rule, which lets nobody in any more. */
export function closedButLocked(server: ServerId, rule: string): void {
  const locked = failure({
    code: "resource-locked",
    message: sentence`A lock prevents the deletion of firewall rule ${code(rule)}. The rule now allows only ${code(UNUSED_ADDRESS)}, an address that no computer has.`,
    steps: [
      "Remove the lock, then delete the rule:",
      removal(server, rule),
      "Or use a runner in the server's network, which needs no rule: `docs/private-network.md`.",
    ],
  });
  warning(linesOf(locked), TITLE);
}

const TITLE = { title: "Firewall of the PostgreSQL server" };

function linesOf(failure: Failure): string {
  return failureLines(failure, {}).join("\n");
}

/** Works in every version of the Azure CLI; `firewall-rule delete` has changed its options. */
function removal(server: ServerId, rule: string): Command {
  return az("resource delete", { ids: rulePath(server, rule) });
}
