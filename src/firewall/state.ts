import { saveState } from "@actions/core";
import { deleteRule, putRule } from "../azure/flexible-server.ts";
import type { ResourceManager } from "../azure/resource-manager.ts";
import { nothingDone } from "../diagnosis/resource-manager.ts";
import { ActionError } from "../model/failure.ts";
import { ruleIdOf, rulePath, type ServerId } from "../model/flexible-server.ts";
import type { Env } from "../model/settings.ts";

/** What the step's state says of the rule, for the post step of the same job. */
export interface MadeRule {
  readonly server: ServerId;
  readonly rule: string;
  /** Whether Azure has called the rule made; otherwise it can still appear. */
  readonly settled: boolean;
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
): Promise<void> {
  saveState("rule", rulePath(server, rule));
  saveState("settled", "false");
  await putRule(azure, server, rule, address);
  saveState("settled", "true");
}

/** The same for a rule that does not exist: where Azure refuses to make it, there is none to remove. */
export async function makeFirstRule(
  azure: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
): Promise<void> {
  try {
    await makeRule(azure, server, rule, address);
  } catch (error) {
    if (error instanceof ActionError && nothingDone(error.failure)) saveState("rule", "");
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
