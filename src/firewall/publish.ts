import { setFailed, warning } from "@actions/core";
import { az } from "../diagnosis/commands.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { addToSummary, publishFailure } from "../github/step.ts";
import { say } from "../log.ts";
import { type Command, type Failure, run, step } from "../model/failure.ts";
import { code, inOurWords, listOf, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { markdown, plain } from "../render/pen.ts";
import { ICONS } from "../render/phrases.ts";
import { rulePath, type ServerId } from "./server.ts";
import { UNUSED_ADDRESS } from "./state.ts";

/** Writes what was done to the log and the job summary. */
export function succeed(done: Sentence, env: Env): void {
  say(plain.sentence(done));
  addToSummary(() => `${markdown.sentence(done)}\n`, env);
}

/** Warns that rules may still be open, all for the same reason; fails the step if it was stopped. */
export function leftOpen(
  server: ServerId,
  rules: readonly string[],
  error: unknown,
  stop: AbortSignal,
  env: Env,
): void {
  const failure = diagnose(stop.aborted ? stop.reason : error);
  const noun = rules.length === 1 ? "rule" : "rules";
  const open = sentence`Firewall ${inOurWords(noun)} ${listOf(rules.map(code))} may still be open.`;
  const others = stop.aborted ? [] : failure.steps;
  const remove = step(`Remove the ${noun}:`, run(...rules.map((rule) => removal(server, rule))));
  // The next job does not remove the rule for a day, and nobody can while the server is busy.
  const steps = failure.retries && failure.code !== "server-busy" ? [remove, ...others] : [...others, remove];
  const annotate = stop.aborted ? setFailed : warn;
  publish(annotate, "The firewall may still be open", open, { ...failure, steps }, env);
}

/** Warns that a lock forbids the deletion of a rule, which lets nobody in any more. */
export function closedButLocked(server: ServerId, rule: string, lock: Failure, env: Env): void {
  const closed = sentence`A lock prevents the deletion of firewall rule ${code(rule)}. The rule now allows only ${code(UNUSED_ADDRESS)}, an address that no computer has.`;
  const steps = [...lock.steps, step("Without the lock, delete the rule:", removal(server, rule))];
  publish(warn, "A lock keeps a firewall rule, which is closed", closed, { ...lock, steps }, env);
}

function publish(annotate: (lines: string) => void, title: string, event: Sentence, failure: Failure, env: Env): void {
  const heading = `### ${ICONS.error} Azure Postgres Grants, firewall · ${title}`;
  publishFailure(annotate, heading, { ...failure, message: paragraph(event, failure.message) }, env);
}

function warn(lines: string): void {
  warning(lines, { title: "Firewall of the PostgreSQL server" });
}

/** Works in every version of the Azure CLI; `firewall-rule delete` has changed its options. */
function removal(server: ServerId, rule: string): Command {
  return az("resource delete", { ids: rulePath(server, rule) });
}
