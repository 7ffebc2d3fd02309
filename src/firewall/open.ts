import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { signIn } from "../azure/credential.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { failStep } from "../github/step.ts";
import { say } from "../log.ts";
import { maskInputs } from "../mask.ts";
import { ActionError, type Failure, withDone } from "../model/failure.ts";
import { code, inOurWords, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { failureKey } from "../render/failure.ts";
import { plain } from "../render/pen.ts";
import { start } from "../start.ts";
import { groupsOf } from "../text/groups.ts";
import { addressFor } from "./address.ts";
import { connect, isBlocked } from "./connect.ts";
import { noEffect, otherAddress } from "./obstacles.ts";
import { leftOpen, type OpenRule, succeed } from "./publish.ts";
import { type FirewallRule, listRules, readServer } from "./requests.ts";
import { type ResourceManager, resourceManager } from "./resource-manager.ts";
import { ours, ruleName, stale } from "./rule.ts";
import { FIREWALL_INPUTS, parseFirewallSettings } from "./settings.ts";
import { CHANGE_TIME, isMade, makeRule, type OwnRule, type RuleProgress, removeRule } from "./state.ts";

/** The firewall action: opens the server's firewall for this runner, unless the server lets it in already. */
async function openFirewall(env: Env, signal: AbortSignal): Promise<void> {
  maskInputs(FIREWALL_INPUTS, env);
  const progress: RuleProgress = {};
  try {
    succeed(await open(env, signal, progress), env);
  } catch (error) {
    const failure = diagnose(signal.aborted ? signal.reason : error);
    const complete = withDone(failure, progress.done, inOurWords("No firewall rule was made."));
    failStep("firewall · Could not open the firewall and connect", complete, env);
  }
}

/**
 * Connects. If the firewall refuses the runner, makes a rule for the runner's address and connects until the rule
 * has taken effect.
 * @returns what was done, for the log and the summary
 * @throws ActionError
 */
async function open(env: Env, signal: AbortSignal, progress: RuleProgress): Promise<Sentence> {
  const settings = parseFirewallSettings(env);
  const { serverId: server, runnerIp, port, user } = settings;
  const azure = resourceManager(settings, server, env, signal);
  const password = signIn(settings, env, signal);
  const [facts] = await Promise.all([readServer(azure), password()]);
  const host = settings.host ?? facts.fullyQualifiedDomainName;

  say(`Connecting to ${host}:${port} as ${user}.`);
  const attempt = () => connect(settings, host, password, signal);
  const { address: seen, error } = await attempt();
  const refused = error === undefined ? undefined : await addressFor(error, seen, azure, facts, runnerIp);
  const rules = await rulesOf(azure);
  await removeStale(azure, rules, env);
  const address = refused ?? addressOfOtherJob(seen, rules);
  if (address === undefined) {
    return sentence`The firewall of ${code(server.name)} already lets this runner in. No rule was made.`;
  }

  const rule = ruleName(env, new Date(), randomBytes(4).toString("hex"));
  say(`Making firewall rule ${rule} for ${address}.`);
  const own = { azure, rule, address, host, port };
  await makeRule(own, progress);
  const seconds = await untilOpen(own, attempt);
  return sentence`The firewall of ${code(server.name)} is open for ${code(address)}, ${seconds} s after rule ${code(rule)} was made. The rule is removed when the job ends.`;
}

/** The rules of the server; none if this login may not list them: it may still make one. */
function rulesOf(azure: ResourceManager): Promise<readonly FirewallRule[]> {
  return listRules(azure).catch((error) => {
    azure.stop.throwIfAborted();
    say(`Could not list the rules of other jobs. ${plain.sentence(diagnose(error).message)}`);
    return [];
  });
}

/** No further rule of an earlier job is removed after so many milliseconds: this job has its own work. */
const SWEEP_TIME = 60_000;

/** Removes the rules that jobs of earlier days left behind. Those that cannot be removed are one warning for each reason. */
async function removeStale(azure: ResourceManager, rules: readonly FirewallRule[], env: Env): Promise<void> {
  const end = Date.now() + SWEEP_TIME;
  const left: (OpenRule & { readonly failure: Failure })[] = [];
  for (const { name: rule, properties } of stale(rules, new Date())) {
    if (Date.now() > end) {
      say("More rules of earlier jobs are left. The next jobs remove them.");
      break;
    }
    try {
      const done = (await removeRule(azure, rule)) ? "Closed" : "Deleted";
      say(`${done} firewall rule ${rule} for ${properties.startIpAddress}, which an earlier job left behind.`);
    } catch (error) {
      if (azure.stop.aborted) break;
      left.push({ rule, address: properties.startIpAddress, failure: diagnose(error) });
    }
  }
  for (const same of groupsOf(left, ({ failure }) => failureKey(failure)))
    leftOpen(azure.server, same, same[0].failure, env);
  azure.stop.throwIfAborted();
}

/** The runner's address, if a rule of another job lets the runner in. That job can remove the rule at any time. */
function addressOfOtherJob(seen: string | undefined, rules: readonly FirewallRule[]): string | undefined {
  const rule = ours(rules).find(({ properties }) => properties.startIpAddress === seen);
  if (rule === undefined) return undefined;
  say(`Firewall rule ${rule.name} of another job lets this runner in, but that job can end before this one.`);
  return seen;
}

/**
 * "Changes to the firewall configuration might take up to five minutes." In milliseconds.
 * https://learn.microsoft.com/azure/postgresql/network/security-firewall-rules
 */
const EFFECT = { maxTime: 360_000, wait: 5_000 };

/**
 * Connects until the rule has taken effect.
 * @returns the seconds that it took
 * @throws ActionError
 */
async function untilOpen(own: OwnRule, attempt: () => ReturnType<typeof connect>): Promise<number> {
  const { azure, rule, address } = own;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  for (;;) {
    const { address: seen = address, error } = await attempt();
    if (error === undefined) break;
    if (seen !== address) throw new ActionError(otherAddress(address, seen));
    const isLate = Date.now() + EFFECT.wait > startedAt + EFFECT.maxTime;
    if (!isBlocked(error) && (isLate || !error.failure.retries)) throw error;
    if (isLate) throw new ActionError(noEffect(own, seconds(), error.failure), { cause: error });
    say(`Waiting for firewall rule ${rule} to take effect: ${seconds()} s of at most ${EFFECT.maxTime / 1000} s.`);
    await setTimeout(EFFECT.wait, undefined, { signal: azure.stop });
  }
  const opened = seconds();
  await isMade(own, CHANGE_TIME); // until then, another job's rule may let this runner in
  return opened;
}

start(openFirewall);
