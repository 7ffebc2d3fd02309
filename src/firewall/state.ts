import { setTimeout } from "node:timers/promises";
import { saveState } from "@actions/core";
import { ActionError } from "../model/failure.ts";
import { code, inOurWords, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { nothingDone } from "./errors.ts";
import { notChanged } from "./obstacles.ts";
import { deleteRule, putRule, readRule } from "./requests.ts";
import type { ResourceManager } from "./resource-manager.ts";
import { type FirewallRule, ruleIdOf, rulePath, type ServerId } from "./server.ts";

/** The rule in the state of the step, which the post step of the same job reads. */
export interface RuleState {
  readonly server: ServerId;
  readonly rule: string;
  /** True if the rule was seen on the server; otherwise it can still appear. */
  readonly settled: boolean;
}

/** The rule that the step has asked for so far. A step that ends early reports it. */
export interface RuleProgress {
  /** The rule that Azure was asked to make, and whether it was seen, as in RuleState. */
  requested?: { readonly rule: string; readonly address: string; readonly settled: boolean };
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

/** The rule of this step, for the runner's address. */
export interface OwnRule {
  readonly azure: ResourceManager;
  readonly rule: string;
  readonly address: string;
  readonly progress: RuleProgress;
}

/**
 * Makes the rule. The state names it before Azure is asked to make it: the post step knows the rule however this process
 * ends. There is no rule to remove only if Azure refuses the first request. Azure makes a rule that it accepted later, or
 * fails to: the caller finds that out by connecting.
 * @throws ActionError
 */
export async function makeRule(own: OwnRule): Promise<void> {
  const { azure, rule, address, progress } = own;
  let isFirst = true;
  saveState("rule", rulePath(azure.server, rule));
  saveState("settled", "false");
  progress.requested = { rule, address, settled: false };
  try {
    await putRule(azure, rule, address, () => {
      isFirst = false;
    });
  } catch (error) {
    if (isFirst && error instanceof ActionError && nothingDone(error.failure)) {
      saveState("rule", "");
      delete progress.requested;
      throw error;
    }
    if (!(await isMade(own))) throw error; // the answer may be lost, and the rule made
  }
}

/**
 * True if the server lists the rule. The post step then need not watch for it.
 * @param maxTime how long to wait for that, in milliseconds
 */
export async function isMade({ azure, rule, address, progress }: OwnRule, maxTime = 0): Promise<boolean> {
  const isOurs = (found?: FirewallRule) => found?.start === address;
  if (!(await isSeen(azure, rule, isOurs, maxTime).catch(() => azure.stop.throwIfAborted()))) return false;
  saveState("settled", "true");
  progress.requested = { rule, address, settled: true };
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
 * Deletes a rule, and reads it until it is gone. If a lock forbids that, the rule stays, for UNUSED_ADDRESS.
 * @returns whether it is deleted
 * @throws ActionError if the rule may still be open
 */
export async function removeRule(azure: ResourceManager, rule: string): Promise<boolean> {
  let address: string | undefined;
  try {
    await deleteRule(azure, rule);
  } catch (error) {
    azure.stop.throwIfAborted();
    if ((await readRule(azure, rule).catch(() => true)) === undefined) return true;
    if (!(error instanceof ActionError) || error.failure.code !== "resource-locked") throw error;
    address = UNUSED_ADDRESS;
    await putRule(azure, rule, address);
  }
  if (await isSeen(azure, rule, (found) => found?.start === address)) return address === undefined;
  const message = sentence`Azure accepted the deletion of firewall rule ${code(rule)}, but the rule is still open after ${CHANGE_TIME / 1000} s.`;
  throw new ActionError(notChanged(azure.server, rule, message));
}

/** How long a change of a rule may take, in milliseconds. */
export const CHANGE_TIME = 120_000;

/** The time between two reads of a rule, in milliseconds. */
const POLL_TIME = 2_000;

/** Reads a rule until it is as wanted. False if it is not in time. */
export async function isSeen(
  azure: ResourceManager,
  rule: string,
  isWanted: (found: FirewallRule | undefined) => boolean,
  maxTime = CHANGE_TIME,
): Promise<boolean> {
  for (const end = Date.now() + maxTime; !isWanted(await readRule(azure, rule)); ) {
    if (Date.now() + POLL_TIME > end) return false;
    await setTimeout(POLL_TIME, undefined, { signal: azure.stop });
  }
  return true;
}
