import { say } from "../log.ts";
import { ActionError } from "../model/failure.ts";
import { plain } from "../render/pen.ts";
import { type ConnectResult, isBlocked } from "./connect.ts";
import { obstacle, otherAddress } from "./obstacles.ts";
import { publicAddress } from "./public-address.ts";
import type { ResourceManager } from "./resource-manager.ts";
import { ours } from "./rule.ts";
import type { AzureServer, FirewallRule } from "./server.ts";
import type { RunnerIp } from "./settings.ts";

/** The failures that a server causes which is stopped or private. */
const UNREACHABLE = [
  "firewall",
  "connection-timed-out",
  "connection-refused",
  "connection-lost",
  "host-not-found",
  "dns-unavailable",
  "host-unreachable",
];

/**
 * The address to make a rule for: the input, else the address in the server's message, else the answer of a service.
 * @throws ActionError if something other than the firewall refuses the runner, or if a rule cannot help
 */
export async function addressFor(
  { error, address: seen }: ConnectResult & { connected: false },
  { server, stop }: ResourceManager,
  facts: AzureServer,
  runnerIp: RunnerIp,
): Promise<string> {
  const { code, message } = error.failure;
  say(plain.sentence(message));
  const isSilent = code === "connection-timed-out";
  const cannotHelp = UNREACHABLE.includes(code) ? obstacle(server, facts, isSilent) : undefined;
  if (cannotHelp) throw new ActionError(cannotHelp, { cause: error });
  if (!isBlocked(error)) throw error;
  if ("address" in runnerIp) {
    const differs = seen !== undefined && seen !== runnerIp.address;
    if (differs) throw new ActionError(otherAddress(runnerIp.address, seen), { cause: error });
    return runnerIp.address;
  }
  if (seen !== undefined) return seen;
  say(`The server did not answer. Asking ${runnerIp.service.host} for the runner's address.`);
  return publicAddress(runnerIp.service, stop);
}

/** The runner's address, if a rule of another job lets the runner in. That job can remove the rule at any time. */
export function addressOfOtherJob({ address }: ConnectResult, rules: readonly FirewallRule[]): string | undefined {
  const rule = ours(rules).find(({ start }) => start === address);
  if (rule === undefined) return undefined;
  say(`Firewall rule ${rule.name} of another job lets this runner in, but that job can end before this one.`);
  return address;
}
