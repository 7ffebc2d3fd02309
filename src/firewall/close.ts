import { diagnose } from "../diagnosis/diagnose.ts";
import { say } from "../log.ts";
import { maskInputs } from "../mask.ts";
import type { Env } from "../model/settings.ts";
import { start } from "../start.ts";
import { closedButLocked, leftOpen } from "./publish.ts";
import { resourceManager } from "./resource-manager.ts";
import { ruleIdOf } from "./server.ts";
import { FIREWALL_INPUTS, parseAzureSettings } from "./settings.ts";
import { isSeen, removeRule } from "./state.ts";

/** The post step: removes the rule that the step made, or was making when it ended. Fails only if it is stopped. */
async function closeFirewall(env: Env, signal: AbortSignal): Promise<void> {
  maskInputs(FIREWALL_INPUTS, env);
  const made = ruleIdOf(env.STATE_rule ?? "");
  if (made === undefined) return say("No firewall rule was made, so there is none to remove.");
  const { server, rule } = made;
  try {
    const azure = resourceManager(parseAzureSettings(env), server, env, signal);
    say(`Removing firewall rule ${rule}. If Azure has not answered the request for it, this takes some minutes.`);
    // A rule that cannot be read may still be deleted.
    const appears = () => isSeen(azure, rule, (found) => found !== undefined).catch(() => true);
    if (!(await appears())) return say(`Azure has not made firewall rule ${rule}.`);
    let lock = await removeRule(azure, rule);
    // Azure also completes a request whose sender was killed, perhaps after it made the rule of an earlier request.
    if (!env.STATE_answered && (await appears())) lock = await removeRule(azure, rule);
    if (lock === undefined) say(`Firewall rule ${rule} is removed.`);
    else closedButLocked(server, rule, lock, env);
  } catch (error) {
    const address = env.STATE_address ?? "";
    leftOpen(server, [{ rule, address }], diagnose(signal.aborted ? signal.reason : error), env);
  }
}

/** Milliseconds that a removal may still take after a signal: an open rule is worse than a late end. */
const GRACE_TIME = 4_000;

start(closeFirewall, GRACE_TIME);
