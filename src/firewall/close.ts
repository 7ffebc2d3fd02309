import { diagnose } from "../diagnosis/diagnose.ts";
import { say } from "../log.ts";
import { mask } from "../mask.ts";
import { secretsIn } from "../settings/reader.ts";
import { start } from "../start.ts";
import { closedButLocked, leftOpen } from "./publish.ts";
import { readRule } from "./requests.ts";
import { type ResourceManager, resourceManager } from "./resource-manager.ts";
import { ruleIdOf } from "./server.ts";
import { FIREWALL_INPUTS, parseAzureSettings } from "./settings.ts";
import { CHANGE_TIME, isSeen, removeRule } from "./state.ts";

/** The post step: removes the rule that the step made, or was making when it ended. Fails only if it is stopped. */
async function closeFirewall(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  mask(...secretsIn(FIREWALL_INPUTS, env));
  const made = ruleIdOf(env.STATE_rule ?? "");
  if (made === undefined) return say("No firewall rule was made, so there is none to remove.");
  const { server, rule } = made;
  try {
    await close(resourceManager(parseAzureSettings(env), server, env, signal), rule);
  } catch (error) {
    leftOpen(server, rule, diagnose(signal.aborted ? signal.reason : error), signal);
  }
}

async function close(azure: ResourceManager, rule: string): Promise<void> {
  say(`Removing firewall rule ${rule}.`);
  if (!(await exists(azure, rule))) return say(`Azure has not made firewall rule ${rule}.`);
  if (await removeRule(azure, rule)) say(`Firewall rule ${rule} is removed.`);
  else closedButLocked(azure.server, rule);
}

/** False if the rule neither exists nor appears: Azure also completes a request whose sender was killed. */
async function exists(azure: ResourceManager, rule: string): Promise<boolean> {
  try {
    if ((await readRule(azure, rule)) !== undefined) return true;
    say(`The rule does not exist. Watching for the rule for ${CHANGE_TIME / 1000} s, because Azure may still make it.`);
    return await isSeen(azure, rule, (found) => found !== undefined);
  } catch {
    azure.stop.throwIfAborted();
    return true; // a rule that cannot be read may still be deleted
  }
}

/** Milliseconds that a removal may still take after a signal: an open rule is worse than a late end. */
const GRACE_TIME = 4_000;

start((signal) => closeFirewall(process.env, signal), GRACE_TIME);
