import { setFailed, warning } from "@actions/core";
import { az, azServer } from "../diagnosis/commands.ts";
import { runFacts } from "../github/run.ts";
import { addToSummary } from "../github/step.ts";
import { say } from "../log.ts";
import type { Failure } from "../model/failure.ts";
import { inOurWords, type Sentence, sentence } from "../model/sentence.ts";
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
export function leftOpen(
  server: ServerId,
  rule: string,
  { code, message, hint }: Failure,
  { aborted: stopped }: AbortSignal,
): void {
  const isStopped = code === "server-not-running";
  const lines = [
    `Firewall rule ${rule} may still be open. ${isStopped ? "Start the server, then remove" : "Remove"} it:`,
    ...(isStopped ? [azServer("start", { server }).command] : []),
    removal(server, rule),
    plain.sentence(message),
    plain.sentence(hint),
  ];
  if (stopped) setFailed(lines.join("\n"));
  else warn(lines);
}

/** Warns that a lock forbids the deletion of a rule, which lets nobody in any more. */
export function closedButLocked(server: ServerId, rule: string): void {
  warn([
    `A lock prevents the deletion of firewall rule ${rule}. The rule now allows only ${UNUSED_ADDRESS}, an address that no computer has. Remove the lock, then delete the rule:`,
    removal(server, rule),
    plain.sentence(inOurWords("A runner in the server's network needs no rule: `docs/private-network.md`.")),
  ]);
}

function warn(lines: readonly string[]): void {
  warning(lines.filter((line) => line !== "").join("\n"), { title: "Firewall of the PostgreSQL server" });
}

/** Works in every version of the Azure CLI; `firewall-rule delete` has changed its options. */
function removal(server: ServerId, rule: string): string {
  return az("resource delete", { ids: rulePath(server, rule) }).command;
}
