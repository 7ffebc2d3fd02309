import { ActionError } from "../model/failure.ts";
import { type Retry, retrying } from "../retry.ts";
import type { ConnectResult } from "./connect.ts";
import { say } from "./log.ts";
import { changingAddress, noEffect, notConfirmed, otherAddress } from "./obstacles.ts";
import type { RunnerIp } from "./settings.ts";
import { isMade, makeRule, type OwnRule } from "./state.ts";

/** A rule that Azure was just asked to make, for this runner. */
export interface NewRule extends OwnRule {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly runnerIp: RunnerIp;
  /** The address that the server itself has seen. */
  readonly seen: string | undefined;
}

/**
 * "Changes to the firewall configuration might take up to five minutes." In milliseconds.
 * https://learn.microsoft.com/azure/postgresql/network/security-firewall-rules
 */
const EFFECT = { maxTime: 360_000, firstWait: 2_000, longestWait: 20_000 };

/**
 * Connects until the rule has taken effect. Where the address came from a service and the server sees another one, the
 * rule is changed to that one.
 * @returns the address of the rule, and the seconds that it took
 * @throws ActionError
 */
export async function untilOpen(
  newRule: NewRule,
  attempt: () => Promise<ConnectResult>,
): Promise<{ readonly address: string; readonly seconds: number }> {
  const { azure, rule, runnerIp, progress } = newRule;
  const start = Date.now();
  const end = start + EFFECT.maxTime;
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let { address, seen } = newRule;

  async function connectOnce() {
    const result = await attempt();
    if (result.connected) return { address, seconds: seconds() };
    if (result.address === undefined || result.address === address) throw result.error;
    if ("address" in runnerIp) throw new ActionError(otherAddress(address, result.address));
    if (seen !== undefined) throw new ActionError(changingAddress(address, result.address));
    address = result.address;
    seen = address;
    say(`The server sees the runner at ${address}. Changing the rule to this address.`);
    await makeRule(newRule, address);
    throw result.error;
  }

  function retryAfter(error: unknown, attempts: number): Retry | undefined {
    if (!(error instanceof ActionError) || !(isBlocked(error) || error.failure.retries)) return undefined;
    return {
      wait: Math.min(EFFECT.firstWait * 1.5 ** (attempts - 1), EFFECT.longestWait),
      line: `Waiting for firewall rule ${rule} to take effect: ${seconds()} s of at most ${EFFECT.maxTime / 1000} s.`,
    };
  }

  try {
    const opened = await retrying(connectOnce, retryAfter, { end, say, signal: azure.stop });
    await isMade(newRule); // the post step then need not watch for it
    return opened;
  } catch (error) {
    if (!(error instanceof ActionError) || !isBlocked(error)) throw error;
    const unconfirmed = progress.requested?.unconfirmed;
    if (unconfirmed !== undefined && !(await isMade(newRule)))
      throw new ActionError(notConfirmed(rule, address, seconds(), unconfirmed.failure), { cause: error });
    throw new ActionError(noEffect(newRule, rule, address, seconds(), error.failure.message), {
      cause: error,
    });
  }
}

/** True if the firewall refuses the runner. Until the rule takes effect, silence counts as a refusal. */
function isBlocked({ failure }: ActionError): boolean {
  return failure.code === "firewall" || failure.code === "connection-timed-out";
}
