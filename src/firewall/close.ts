import { setTimeout } from "node:timers/promises";
import { ruleExists } from "../azure/flexible-server.ts";
import type { ResourceManager } from "../azure/resource-manager.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { mask } from "../mask.ts";
import type { Env } from "../model/settings.ts";
import { FIREWALL_INPUTS, parseAzureSettings } from "../settings/firewall.ts";
import { secretsIn } from "../settings/reader.ts";
import { say, signInToAzure } from "./azure.ts";
import { closedButLocked, leftOpen } from "./publish.ts";
import { type RuleState, removeRule, ruleInState } from "./state.ts";

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
  const { server, rule } = made;
  say(`Removing firewall rule ${rule}.`);
  const azure = signInToAzure(parseAzureSettings(env), env, signal);
  const gone = await removeRule(azure, server, rule);
  if (!made.settled) await untilSettled(azure, made, signal);
  if (gone) say(`Firewall rule ${rule} is removed.`);
  else closedButLocked(server, rule);
}

/** How often to look for a rule that can still appear, and the milliseconds between two looks: two minutes in all. */
const LOOKS = { times: 12, wait: 10_000 };

/** Azure completes a request whose sender was killed, so the rule can appear after it was found missing. */
async function untilSettled(
  azure: ResourceManager,
  { server, rule }: RuleState,
  signal: AbortSignal,
): Promise<void> {
  say(
    `The step ended while Azure was making the rule. Watching for the rule for ${(LOOKS.times * LOOKS.wait) / 1000} s.`,
  );
  for (let look = 0; look < LOOKS.times; look++) {
    await setTimeout(LOOKS.wait, undefined, { signal });
    if (!(await ruleExists(azure, server, rule))) continue;
    say(`Firewall rule ${rule} has appeared. Removing it.`);
    await removeRule(azure, server, rule);
    return;
  }
}
