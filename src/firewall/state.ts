import { setTimeout } from "node:timers/promises";
import { saveState } from "@actions/core";
import { ActionError, type Failure } from "../model/failure.ts";
import { rulePath } from "../model/flexible-server.ts";
import { code, type Sentence, sentence } from "../model/sentence.ts";
import { nothingDone } from "./errors.ts";
import { stillListed } from "./obstacles.ts";
import { deleteRule, type FirewallRule, putRule, readRule } from "./requests.ts";
import type { ResourceManager } from "./resource-manager.ts";

/** The rule of this step, for the runner's address, and where the runner connects to. */
export interface OwnRule {
  readonly azure: ResourceManager;
  readonly rule: string;
  readonly address: string;
  readonly host: string;
  readonly port: number;
}

/** What a step has asked Azure for so far. A step that ends early reports it. */
export interface RuleProgress {
  done?: Sentence;
}

/**
 * Makes the rule. The state names it before Azure is asked to make it: the post step knows the rule however this process
 * ends. There is no rule to remove only if Azure refuses each request. Azure makes a rule that it accepted later, or
 * fails to: the caller finds that out by connecting.
 * @throws ActionError
 */
export async function makeRule(own: OwnRule, progress: RuleProgress): Promise<void> {
  const { azure, rule, address } = own;
  let isRefused = true;
  saveState("rule", rulePath(azure.server, rule));
  saveState("address", address);
  progress.done = sentence`Azure was asked for firewall rule ${code(rule)} for ${code(address)}. If Azure has made it, the post step removes it when the job ends.`;
  try {
    await putRule(azure, rule, address, (failure) => {
      isRefused &&= nothingDone(failure);
    });
    saveState("answered", "true"); // no request is in progress any more
  } catch (error) {
    if (isRefused && error instanceof ActionError && nothingDone(error.failure)) {
      saveState("rule", "");
      delete progress.done;
      throw error;
    }
    if (!(await isMade(own))) throw error; // the answer may be lost, and the rule made
  }
}

/**
 * True if the server lists the rule.
 * @param maxTime how long to wait for that, in milliseconds
 */
export function isMade({ azure, rule, address }: OwnRule, maxTime = 0): Promise<boolean> {
  return isSeen(azure, rule, (found) => found?.properties.startIpAddress === address, maxTime).catch(() => {
    azure.stop.throwIfAborted();
    return false;
  });
}

/** An address for documentation, which no computer has: https://www.rfc-editor.org/rfc/rfc5737 */
export const UNUSED_ADDRESS = "192.0.2.1";

/**
 * Deletes a rule, and reads it until it is gone. If a lock forbids that, the rule stays, for UNUSED_ADDRESS.
 * @returns the failure that the lock is; undefined if the rule is deleted
 * @throws ActionError if the rule may still be open
 */
export async function removeRule(azure: ResourceManager, rule: string): Promise<Failure | undefined> {
  let lock: Failure | undefined;
  try {
    await deleteRule(azure, rule);
  } catch (error) {
    azure.stop.throwIfAborted();
    if ((await readRule(azure, rule).catch(() => true)) === undefined) return undefined;
    if (!(error instanceof ActionError) || error.failure.code !== "resource-locked") throw error;
    lock = error.failure;
    await putRule(azure, rule, UNUSED_ADDRESS);
  }
  if (await isSeen(azure, rule, (found) => found?.properties.startIpAddress === (lock && UNUSED_ADDRESS))) return lock;
  throw new ActionError(stillListed(azure.server, rule, CHANGE_TIME / 1000));
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
