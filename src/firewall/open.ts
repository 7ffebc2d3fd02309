import { randomBytes } from "node:crypto";
import { signIn } from "../azure/credential.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { say } from "../log.ts";
import { mask } from "../mask.ts";
import { withDone } from "../model/failure.ts";
import { code, inOurWords, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { plain } from "../render/pen.ts";
import { secretsIn } from "../settings/reader.ts";
import { addressFor, addressOfOtherJob } from "./address.ts";
import { connect } from "./connect.ts";
import { fail, leftOpen, succeed } from "./publish.ts";
import { listRules, readServer } from "./requests.ts";
import { type ResourceManager, resourceManager } from "./resource-manager.ts";
import { ruleName, stale } from "./rule.ts";
import type { FirewallRule } from "./server.ts";
import { FIREWALL_INPUTS, type FirewallSettings, parseFirewallSettings } from "./settings.ts";
import { doneSoFar, makeRule, type RuleProgress, removeRule } from "./state.ts";
import { untilOpen } from "./until-open.ts";

/** The firewall action: opens the server's firewall for this runner, unless the server lets it in already. */
export async function openFirewall(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  mask(...secretsIn(FIREWALL_INPUTS, env));
  const progress: RuleProgress = {};
  let done: Sentence;
  try {
    done = await open(parseFirewallSettings(env), env, signal, progress);
  } catch (error) {
    const failure = diagnose(signal.aborted ? signal.reason : error);
    return fail(withDone(failure, doneSoFar(progress), inOurWords("No firewall rule was made.")), env);
  }
  succeed(done, env);
}

/**
 * Connects. If the firewall refuses the runner, makes a rule for the runner's address and connects until the rule
 * has taken effect.
 * @returns what was done, for the log and the summary
 * @throws ActionError
 */
async function open(
  settings: FirewallSettings,
  env: Env,
  signal: AbortSignal,
  progress: RuleProgress,
): Promise<Sentence> {
  const { serverId: server, runnerIp, port, user } = settings;
  const azure = resourceManager(settings, server, env, signal);
  const password = signIn(settings, env, signal);
  const [facts] = await Promise.all([readServer(azure), password()]);
  const host = settings.host ?? facts.host;

  say(`Connecting to ${host}:${port} as ${user}.`);
  const attempt = () => connect(settings, host, password, signal);
  const first = await attempt();
  const address = first.connected ? undefined : await addressFor(first, azure, facts, runnerIp);
  const rules = await rulesOf(azure);
  const needed = address ?? addressOfOtherJob(first, rules);
  if (needed === undefined) {
    await removeStale(azure, rules);
    return sentence`The firewall of ${code(server.name)} already lets this runner in. No rule was made.`;
  }

  const rule = ruleName(env, new Date(), randomBytes(4).toString("hex"));
  say(`Making firewall rule ${rule} for ${needed}.`);
  const own = { azure, rule, address: needed, progress };
  await makeRule(own);
  const seconds = await untilOpen(own, { host, port }, attempt);
  await removeStale(azure, rules);
  return sentence`The firewall of ${code(server.name)} is open for ${code(needed)}, ${seconds} s after rule ${code(rule)} was made. The rule is removed when the job ends.`;
}

/** The rules of the server; none if this login may not list them: it may still make one. */
async function rulesOf(azure: ResourceManager): Promise<readonly FirewallRule[]> {
  try {
    return await listRules(azure);
  } catch (error) {
    azure.stop.throwIfAborted();
    say(`Could not list the rules of other jobs. ${plain.sentence(diagnose(error).message)}`);
    return [];
  }
}

/** No further rule of an earlier job is removed after so many milliseconds: this job has its own work. */
const SWEEP_TIME = 60_000;

/** Removes the rules that jobs of earlier days left behind. A rule that cannot be removed is a warning. */
async function removeStale(azure: ResourceManager, rules: readonly FirewallRule[]): Promise<void> {
  const end = Date.now() + SWEEP_TIME;
  for (const { name: rule, start } of stale(rules, new Date())) {
    if (Date.now() > end) return say("More rules of earlier jobs are left. The next jobs remove them.");
    try {
      const deleted = await removeRule(azure, rule);
      say(`${deleted ? "Deleted" : "Closed"} firewall rule ${rule} for ${start}, which an earlier job left behind.`);
    } catch (error) {
      azure.stop.throwIfAborted();
      leftOpen(azure.server, rule, diagnose(error), azure.stop);
    }
  }
}
