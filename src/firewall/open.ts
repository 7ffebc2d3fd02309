import { randomBytes } from "node:crypto";
import { signIn } from "../azure/credential.ts";
import { listRules, readServer } from "../azure/flexible-server.ts";
import type { ResourceManager } from "../azure/resource-manager.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { mask } from "../mask.ts";
import { withDone } from "../model/failure.ts";
import type { FirewallRule, ServerId } from "../model/flexible-server.ts";
import { code, inOurWords, type Sentence, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { plain } from "../render/pen.ts";
import { PATIENCE } from "../retry.ts";
import { FIREWALL_INPUTS, type FirewallSettings, parseFirewallSettings } from "../settings/firewall.ts";
import { secretsIn } from "../settings/reader.ts";
import { addressFor, borrowedAddress } from "./address.ts";
import { say, signInToAzure } from "./azure.ts";
import { connect } from "./connect.ts";
import { fail, leftOpen, succeed } from "./publish.ts";
import { ruleName, stale } from "./rule.ts";
import { doneSoFar, makeFirstRule, type Progress, removeRule } from "./state.ts";
import { untilOpen } from "./until-open.ts";

/** The firewall action: opens the server's firewall for this runner, unless the server lets it in already. */
export async function openFirewall(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  for (const secret of secretsIn(FIREWALL_INPUTS, env)) mask(secret);
  const progress: Progress = {};
  let done: Sentence;
  try {
    done = await open(parseFirewallSettings(env), env, signal, progress);
  } catch (error) {
    const failure = diagnose(signal.aborted ? signal.reason : error);
    return fail(withDone(failure, doneSoFar(progress), inOurWords("No firewall rule was made.")), env);
  }
  await succeed(done, env);
}

/**
 * The story: connect; where it is the firewall that refuses, make a rule for the runner's address, and connect until
 * the rule acts.
 * @returns what was done
 * @throws ActionError
 */
async function open(
  settings: FirewallSettings,
  env: Env,
  signal: AbortSignal,
  progress: Progress,
): Promise<Sentence> {
  const { serverId: server, runnerIp, port, user } = settings;
  const azure = signInToAzure(settings, env, signal);
  const password = signIn(settings, env, PATIENCE, undefined, signal);
  const [facts] = await Promise.all([readServer(azure, server), password()]);
  const host = settings.host ?? facts.host;

  say(`Connecting to ${host}:${port} as ${user}.`);
  const attempt = () => connect(settings, host, password, signal);
  const first = await attempt();
  const address = first.connected ? undefined : await addressFor(first, server, facts, runnerIp, signal);
  const rules = await rulesOf(azure, server, signal);
  const needed = address ?? borrowedAddress(first, rules);
  if (needed === undefined) {
    await sweep(azure, server, rules, signal);
    return sentence`The firewall of ${code(server.name)} lets this runner in already. No rule was made.`;
  }

  const rule = ruleName(env, new Date(), randomBytes(4).toString("hex"));
  say(`Making firewall rule ${rule} for ${needed}.`);
  await makeFirstRule(azure, server, rule, needed, progress);
  const making = { server, host, port, rule, address: needed, runnerIp, seen: first.address, progress };
  const [opened] = await Promise.all([
    untilOpen(azure, making, attempt, signal),
    sweep(azure, server, rules, signal),
  ]);
  return sentence`The firewall of ${code(server.name)} is open for ${code(opened.address)}, ${opened.seconds} s after rule ${code(rule)} was made. The rule is removed when the job ends.`;
}

/** A login that may not list the rules can still make one. */
async function rulesOf(
  azure: ResourceManager,
  server: ServerId,
  signal: AbortSignal,
): Promise<readonly FirewallRule[]> {
  try {
    return await listRules(azure, server);
  } catch (error) {
    signal.throwIfAborted();
    say(`Not looking for rules of other jobs. ${plain.sentence(diagnose(error).message)}`);
    return [];
  }
}

/** Removes what jobs of earlier days have left. A rule that cannot be removed is a warning, and fails nothing. */
async function sweep(
  azure: ResourceManager,
  server: ServerId,
  rules: readonly FirewallRule[],
  signal: AbortSignal,
): Promise<void> {
  for (const { name: rule, start } of stale(rules, new Date())) {
    try {
      const deleted = await removeRule(azure, server, rule);
      say(
        `Firewall rule ${rule} for ${start}, left by an earlier job, is ${deleted ? "deleted" : "closed"}.`,
      );
    } catch (error) {
      signal.throwIfAborted();
      leftOpen(server, rule, diagnose(error), signal);
    }
  }
}
