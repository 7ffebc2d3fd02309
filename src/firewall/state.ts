import { saveState } from "@actions/core";
import { deleteRule, putRule } from "../azure/flexible-server.ts";
import type { ResourceManager } from "../azure/resource-manager.ts";
import { nothingDone } from "../diagnosis/resource-manager.ts";
import { ActionError } from "../model/failure.ts";
import { ruleIdOf, rulePath, type ServerId } from "../model/flexible-server.ts";
import { code, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";

/** What the step's state says of the rule, for the post step of the same job. */
export interface MadeRule {
  readonly server: ServerId;
  readonly rule: string;
  /** Whether Azure has called the rule made; otherwise it can still appear. */
  readonly settled: boolean;
}

/** What the step did, for its report if it does not come to its end. */
export interface Progress {
  /** The rule that Azure was asked for, and whether Azure has called it made. */
  asked?: { readonly rule: string; readonly address: string; readonly settled: boolean };
}

/** What was done by a step that did not come to its end; undefined where that is nothing. */
export function doneSoFar({ asked }: Progress): Sentence | undefined {
  if (asked === undefined) return undefined;
  const rule = sentence`rule ${code(asked.rule)} for ${code(asked.address)}`;
  const done = asked.settled
    ? sentence`Firewall ${rule} was made.`
    : sentence`Azure was asked for firewall ${rule}, and has not confirmed it.`;
  return paragraph(done, ["The post step removes it when the job ends."]);
}

/**
 * Makes the rule, or gives it another address. The state names the rule before Azure hears of it, so whatever ends
 * this process, the post step knows.
 * @throws ActionError
 */
export async function makeRule(
  azure: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
  progress: Progress,
): Promise<void> {
  saveState("rule", rulePath(server, rule));
  saveState("settled", "false");
  progress.asked = { rule, address, settled: false };
  await putRule(azure, server, rule, address);
  saveState("settled", "true");
  progress.asked = { rule, address, settled: true };
}

/** The same for a rule that does not exist: where Azure refuses to make it, there is none to remove. */
export async function makeFirstRule(
  azure: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
  progress: Progress,
): Promise<void> {
  try {
    await makeRule(azure, server, rule, address, progress);
  } catch (error) {
    if (error instanceof ActionError && nothingDone(error.failure)) {
      saveState("rule", "");
      delete progress.asked;
    }
    throw error;
  }
}

/** The rule in the step's state; undefined where none was made. */
export function madeRule({ STATE_rule, STATE_settled }: Env): MadeRule | undefined {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}

/** An address that nobody has: https://www.rfc-editor.org/rfc/rfc5737 */
const NOBODY = "192.0.2.1";

/**
 * Deletes a rule. Where a lock forbids that, the rule stays, for an address that nobody has.
 * @returns whether it is deleted
 */
export async function removeRule(azure: ResourceManager, server: ServerId, rule: string): Promise<boolean> {
  try {
    await deleteRule(azure, server, rule);
    return true;
  } catch (error) {
    if (!(error instanceof ActionError) || error.failure.code !== "resource-locked") throw error;
    await putRule(azure, server, rule, NOBODY);
    return false;
  }
}
