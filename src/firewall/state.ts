import { saveState } from "@actions/core";
import { deleteRule, putRule } from "../azure/flexible-server.ts";
import type { ResourceManager } from "../azure/resource-manager.ts";
import { nothingDone } from "../diagnosis/resource-manager.ts";
import { ActionError } from "../model/failure.ts";
import { ruleIdOf, rulePath, type ServerId } from "../model/flexible-server.ts";
import { code, paragraph, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";

/** The rule in the state of the step, which the post step of the same job reads. */
export interface RuleState {
  readonly server: ServerId;
  readonly rule: string;
  /** Whether Azure has said that the rule is made; otherwise it can still appear. */
  readonly settled: boolean;
}

/** What the step has done so far: a step that ends early reports it. */
export interface Progress {
  /** The rule that Azure was asked to make, and whether Azure has said that it is made. */
  requested?: { readonly rule: string; readonly address: string; readonly settled: boolean };
}

/** What a step that ended early did; undefined where it did nothing. */
export function doneSoFar({ requested }: Progress): Sentence | undefined {
  if (requested === undefined) return undefined;
  const rule = sentence`rule ${code(requested.rule)} for ${code(requested.address)}`;
  const done = requested.settled
    ? sentence`Firewall ${rule} was made.`
    : sentence`Azure was asked for firewall ${rule}, but has not confirmed it.`;
  return paragraph(done, ["The post step removes it when the job ends."]);
}

/**
 * Makes the rule, or gives it another address. The state names the rule before Azure is asked to make it, so the post
 * step knows the rule whatever ends this process. Where Azure refuses to make it, there is none to remove.
 * @throws ActionError
 */
export async function makeRule(
  azure: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
  progress: Progress,
): Promise<void> {
  const isNew = progress.requested === undefined;
  saveState("rule", rulePath(server, rule));
  saveState("settled", "false");
  progress.requested = { rule, address, settled: false };
  try {
    await putRule(azure, server, rule, address);
  } catch (error) {
    if (isNew && error instanceof ActionError && nothingDone(error.failure)) {
      saveState("rule", "");
      delete progress.requested;
    }
    throw error;
  }
  saveState("settled", "true");
  progress.requested = { rule, address, settled: true };
}

/** The rule in the step's state; undefined where none was made. */
export function ruleInState({ STATE_rule, STATE_settled }: Env): RuleState | undefined {
  const id = ruleIdOf(STATE_rule ?? "");
  return id && { ...id, settled: STATE_settled === "true" };
}

/** For documentation only, so nobody has it: https://www.rfc-editor.org/rfc/rfc5737 */
export const UNUSED_ADDRESS = "192.0.2.1";

/**
 * Deletes a rule. Where a lock forbids that, the rule stays, for UNUSED_ADDRESS.
 * @returns whether it is deleted
 */
export async function removeRule(azure: ResourceManager, server: ServerId, rule: string): Promise<boolean> {
  try {
    await deleteRule(azure, server, rule);
    return true;
  } catch (error) {
    if (!(error instanceof ActionError) || error.failure.code !== "resource-locked") throw error;
    await putRule(azure, server, rule, UNUSED_ADDRESS);
    return false;
  }
}
