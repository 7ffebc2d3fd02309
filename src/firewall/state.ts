import { setTimeout } from "node:timers/promises";
import { saveState } from "@actions/core";
import type { ActionError } from "../model/failure.ts";
import { code, inOurWords, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { plain } from "../render/pen.ts";
import { say } from "./log.ts";
import type { Outcome } from "./operations.ts";
import { deleteRule, putRule, readRule } from "./requests.ts";
import type { ResourceManager } from "./resource-manager.ts";
import { type FirewallRule, ruleIdOf, rulePath, type ServerId } from "./server.ts";

/** The rule in the state of the step, which the post step of the same job reads. */
export interface RuleState {
  readonly server: ServerId;
  readonly rule: string;
  /** True if the rule was seen or Azure has confirmed it; otherwise it can still appear. */
  readonly settled: boolean;
}

/** The rule that the step has asked for so far. A step that ends early reports it. */
export interface RuleProgress {
  /** The rule that Azure was asked to make. */
  requested?: {
    readonly rule: string;
    readonly address: string;
    /** As in RuleState. */
    readonly settled: boolean;
    /** Why Azure does not say whether the rule that it accepted is made. */
    readonly unconfirmed?: ActionError;
  };
}

/** The changes of a step that ended early; undefined if there are none. */
export function doneSoFar({ requested }: RuleProgress): Sentence | undefined {
  if (requested === undefined) return undefined;
  const rule = sentence`rule ${code(requested.rule)} for ${code(requested.address)}`;
  const done = requested.settled
    ? sentence`Firewall ${rule} was made.`
    : sentence`Azure was asked for firewall ${rule}, but has not confirmed it.`;
  return paragraph(done, inOurWords("The post step removes it when the job ends."));
}

/** A rule of a server, and what is known about it. */
export interface OwnRule {
  readonly azure: ResourceManager;
  readonly rule: string;
  readonly progress: RuleProgress;
}

/**
 * Makes the rule, or gives it another address. The state names the rule before Azure is asked to make it: the post step
 * knows the rule however this process ends. There is no rule to remove only if Azure refuses the first request. If Azure
 * accepts the rule, but does not say whether it is made, the caller has to find that out by connecting.
 * @throws ActionError
 */
export async function makeRule(own: OwnRule, address: string): Promise<void> {
  const { azure, rule, progress } = own;
  const isNew = progress.requested === undefined;
  saveState("rule", rulePath(azure.server, rule));
  saveState("settled", "false");
  progress.requested = { rule, address, settled: false };
  const outcome = await putRule(azure, rule, address);
  if (outcome.ending === "done") return settle(progress);
  const { ending, error } = outcome;
  if (ending === "refused" && isNew) {
    saveState("rule", "");
    delete progress.requested;
    throw error;
  }
  if (await isMade(own)) return;
  if (ending !== "accepted") throw error;
  progress.requested = { ...progress.requested, unconfirmed: error };
  say(
    `Azure has accepted the rule, but does not say whether it is made. ${plain.sentence(error.failure.message)}`,
  );
}

function settle(progress: RuleProgress): void {
  saveState("settled", "true");
  if (progress.requested) progress.requested = { ...progress.requested, settled: true };
}

/** True if Azure has confirmed the rule, or the server's rules show it now. */
export async function isMade({ azure, rule, progress }: OwnRule): Promise<boolean> {
  if (progress.requested?.settled) return true;
  const found = await readRule(azure, rule).catch(() => azure.stop.throwIfAborted());
  if (found?.start !== progress.requested?.address) return false;
  settle(progress);
  return true;
}

/** The rule in the step's state; undefined if none was made. */
export function ruleInState({ STATE_rule, STATE_settled }: Env): RuleState | undefined {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}

/** An address for documentation, which no computer has: https://www.rfc-editor.org/rfc/rfc5737 */
export const UNUSED_ADDRESS = "192.0.2.1";

/**
 * Deletes a rule. If a lock forbids that, the rule stays, for UNUSED_ADDRESS.
 * @returns whether it is deleted
 * @throws ActionError if the rule may still be open
 */
export async function removeRule(azure: ResourceManager, rule: string): Promise<boolean> {
  const deletion = await deleteRule(azure, rule);
  const isLocked = deletion.ending !== "done" && deletion.error.failure.code === "resource-locked";
  if (!isLocked || (await readRule(azure, rule)) === undefined) {
    await confirm(deletion, azure, rule, (found) => found === undefined);
    return true;
  }
  const closing = await putRule(azure, rule, UNUSED_ADDRESS);
  await confirm(closing, azure, rule, (found) => found?.start === UNUSED_ADDRESS);
  return false;
}

type Condition = (found: FirewallRule | undefined) => boolean;

/**
 * Waits until the server's rules show a change that Azure did not confirm.
 * @throws the change's error, if it is not made
 */
async function confirm(
  outcome: Outcome,
  azure: ResourceManager,
  rule: string,
  isMade: Condition,
): Promise<void> {
  if (outcome.ending === "done") return;
  const times = outcome.ending === "accepted" ? MORE_READS.times : 0;
  if (outcome.ending === "refused" || !(await isSeen(azure, rule, isMade, times))) throw outcome.error;
}

/** How often a rule is read again until it has changed, and the milliseconds in between: two minutes in all. */
export const MORE_READS = { times: 12, wait: 10_000 };

/** Reads a rule until it is as wanted, at most so many times more. */
export async function isSeen(
  azure: ResourceManager,
  rule: string,
  isWanted: Condition,
  times = MORE_READS.times,
): Promise<boolean> {
  for (let reads = 0; !isWanted(await readRule(azure, rule)); reads++) {
    if (reads === times) return false;
    await setTimeout(MORE_READS.wait, undefined, { signal: azure.stop });
  }
  return true;
}
