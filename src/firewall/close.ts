import { diagnose } from "../diagnosis/diagnose.ts";
import { say } from "../log.ts";
import { mask } from "../mask.ts";
import type { Env } from "../model/settings.ts";
import { secretsIn } from "../settings/reader.ts";
import { closedButLocked, leftOpen } from "./publish.ts";
import { type ResourceManager, resourceManager } from "./resource-manager.ts";
import type { FirewallRule } from "./server.ts";
import { FIREWALL_INPUTS, parseAzureSettings } from "./settings.ts";
import { CHANGE_TIME, isSeen, type RuleState, removeRule, ruleInState, UNUSED_ADDRESS } from "./state.ts";

/** The post step: removes the rule that the step made, or was making when it ended. Fails only if it is stopped. */
export async function closeFirewall(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  mask(...secretsIn(FIREWALL_INPUTS, env));
  const made = ruleInState(env);
  if (made === undefined) {
    say("No firewall rule was made, so there is none to remove.");
    return;
  }
  try {
    await close(made, env, signal);
  } catch (error) {
    leftOpen(made.server, made.rule, diagnose(signal.aborted ? signal.reason : error), signal);
  }
}

async function close(made: RuleState, env: Env, signal: AbortSignal): Promise<void> {
  const { server, rule, settled } = made;
  say(`Removing firewall rule ${rule}.`);
  const azure = resourceManager(parseAzureSettings(env), server, env, signal);
  let gone = await removeRule(azure, rule);
  if (!settled && (await appears(azure, rule))) gone = await removeRule(azure, rule);
  if (gone) say(`Firewall rule ${rule} is removed.`);
  else closedButLocked(server, rule);
}

/** Azure completes a request whose sender was killed. The rule can therefore appear after it was found missing. */
async function appears(azure: ResourceManager, rule: string): Promise<boolean> {
  say(`The rule was not seen before the step ended. Watching for the rule for ${CHANGE_TIME / 1000} s.`);
  const isOpen = (found?: FirewallRule) => found !== undefined && found.start !== UNUSED_ADDRESS;
  if (!(await isSeen(azure, rule, isOpen))) return false;
  say(`Firewall rule ${rule} has appeared. Removing it.`);
  return true;
}
