import { setFailed, warning } from "@actions/core";
import { az } from "../diagnosis/commands.ts";
import { addToSummary, publishFailure } from "../github/step.ts";
import { say } from "../log.ts";
import { type Command, type Failure, run, step } from "../model/failure.ts";
import { rulePath, type ServerId } from "../model/flexible-server.ts";
import { code, inOurWords, listOf, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { markdown, plain } from "../render/pen.ts";
import { ICONS } from "../render/phrases.ts";
import { type OwnRule, UNUSED_ADDRESS } from "./state.ts";

/** Writes what was done to the log and the job summary. */
export function succeed(done: Sentence, env: Env): void {
  say(plain.sentence(done));
  addToSummary(() => `${markdown.sentence(done)}\n`, env);
}

/** Failures that stop everybody from deleting a rule. */
const FOR_ALL =
  /^(server-busy|server-not-running|resource-locked|azure-policy|azure-deny-assignment|subscription-disabled|server-not-found)$/;

/** A rule that may still be open. */
export type OpenRule = Pick<OwnRule, "rule" | "address">;

/** Warns that rules may still be open, all for the same reason; fails the step if it was stopped. */
export function leftOpen(server: ServerId, rules: readonly OpenRule[], failure: Failure, env: Env): void {
  const noun = inOurWords(rules.length === 1 ? "rule" : "rules");
  const names = listOf(rules.map(({ rule }) => code(rule)));
  const addresses = listOf([...new Set(rules.map(({ address }) => address))].map(code));
  const open = sentence`Firewall ${noun} ${names} of ${code(server.name)} may still let ${addresses} in.`;
  const commands = rules.map(({ rule }) => removal(server, rule));
  const remove = step(sentence`Remove the ${noun}, as someone who may:`, run(...commands));
  const isStopped = failure.code === "cancelled";
  // Of what passes, the steps are about another run, which makes a rule of its own and does not remove this one for a day.
  const others = isStopped || failure.retries !== undefined ? [] : failure.steps;
  const steps = FOR_ALL.test(failure.code) ? [...failure.steps, remove] : [remove, ...others];
  const annotate = isStopped ? setFailed : warn;
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

const warn = (lines: string): void => warning(lines, { title: "Firewall of the PostgreSQL server" });

/** Works in every version of the Azure CLI; `firewall-rule delete` has changed its options. */
const removal = (server: ServerId, rule: string): Command => az("resource delete", { ids: rulePath(server, rule) });
