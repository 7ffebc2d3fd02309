import type { ResourceManager } from "../azure/resource-manager.ts";
import { retriesFor } from "../diagnosis/diagnose.ts";
import { ActionError } from "../model/failure.ts";
import type { ServerId } from "../model/flexible-server.ts";
import { retrying } from "../retry.ts";
import type { RunnerIp } from "../settings/firewall.ts";
import { say } from "./azure.ts";
import type { Attempt } from "./connect.ts";
import { changingAddress, noEffect, otherAddress } from "./obstacles.ts";
import { makeRule, type Progress } from "./state.ts";

/** A rule that was made, and what is known about the way to the server. */
export interface Making {
  readonly server: ServerId;
  readonly host: string;
  readonly port: number;
  readonly rule: string;
  readonly address: string;
  readonly runnerIp: RunnerIp;
  /** The address that the server itself has seen. */
  readonly seen: string | undefined;
  readonly progress: Progress;
}

/**
 * "Changes to the firewall configuration might take up to five minutes." In milliseconds.
 * https://learn.microsoft.com/azure/postgresql/network/security-firewall-rules
 */
const EFFECT = { mostTime: 360_000, firstWait: 2_000, longestWait: 20_000 };

/**
 * Connects until the rule acts. Where the address was only a service's answer, and the server sees another, the rule
 * gets that one.
 * @throws ActionError
 */
export async function untilOpen(
  azure: ResourceManager,
  making: Making,
  attempt: () => Promise<Attempt>,
  signal: AbortSignal,
): Promise<{ readonly address: string; readonly seconds: number }> {
  const { server, rule, runnerIp, progress } = making;
  const start = Date.now();
  const end = start + EFFECT.mostTime;
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let { address, seen } = making;

  async function connectOnce() {
    const result = await attempt();
    if (result.connected) return { address, seconds: seconds() };
    if (result.address === undefined || result.address === address) throw result.error;
    if ("address" in runnerIp) throw new ActionError(otherAddress(address, result.address));
    if (seen !== undefined) throw new ActionError(changingAddress(address, result.address));
    address = result.address;
    seen = address;
    say(`The server sees the runner at ${address}. Changing the rule to this address.`);
    await makeRule(azure, server, rule, address, progress);
    throw result.error;
  }

  function waitAfter(error: unknown, attempts: number): number | undefined {
    if (!(error instanceof ActionError) || !(isWall(error) || retriesFor(error.failure) > 0))
      return undefined;
    const wait = Math.min(EFFECT.firstWait * 1.5 ** (attempts - 1), EFFECT.longestWait);
    if (Date.now() + wait > end) return undefined;
    say(
      `Waiting for firewall rule ${rule} to take effect: ${seconds()} s of at most ${EFFECT.mostTime / 1000} s.`,
    );
    return wait;
  }

  try {
    return await retrying(connectOnce, waitAfter, end, signal);
  } catch (error) {
    if (!(error instanceof ActionError) || !isWall(error)) throw error;
    throw new ActionError(noEffect(making, rule, address, seconds(), error.failure.message), {
      cause: error,
    });
  }
}

/** After the rule is made, silence is the firewall's, too. */
function isWall({ failure }: ActionError): boolean {
  return failure.code === "firewall" || failure.code === "connection-timed-out";
}
