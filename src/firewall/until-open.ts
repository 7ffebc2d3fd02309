import { say } from "../log.ts";
import { ActionError } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import { type Retry, retrying } from "../retry.ts";
import { type ConnectResult, isBlocked } from "./connect.ts";
import { noEffect, notChanged, otherAddress } from "./obstacles.ts";
import { putRule } from "./requests.ts";
import { CHANGE_TIME, isMade, type OwnRule } from "./state.ts";

/**
 * "Changes to the firewall configuration might take up to five minutes." In milliseconds.
 * https://learn.microsoft.com/azure/postgresql/network/security-firewall-rules
 */
const EFFECT = { maxTime: 360_000, wait: 5_000 };

/** How long Azure may take to make a rule before it is asked again, in milliseconds: its operation can have failed. */
const ASK_AGAIN = 60_000;

/**
 * Connects until the rule has taken effect.
 * @param server where `attempt` connects to
 * @returns the seconds that it took
 * @throws ActionError
 */
export async function untilOpen(
  own: OwnRule,
  server: { readonly host: string; readonly port: number },
  attempt: () => Promise<ConnectResult>,
): Promise<number> {
  const { azure, rule, address } = own;
  const start = Date.now();
  const end = start + EFFECT.maxTime;
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let asked = start;

  async function connectOnce(): Promise<number> {
    const result = await attempt();
    if (result.connected) return seconds();
    const { address: seen = address } = result;
    if (seen !== address) throw new ActionError(otherAddress(address, seen));
    if (Date.now() - asked > ASK_AGAIN && !(await isMade(own))) {
      asked = Date.now();
      say(`Azure has not made firewall rule ${rule}. Asking for it again.`);
      await putRule(azure, rule, address);
    }
    throw result.error;
  }

  function retryAfter(error: unknown): Retry | undefined {
    if (!(error instanceof ActionError) || !(isBlocked(error) || error.failure.retries)) return undefined;
    const line = `Waiting for firewall rule ${rule} to take effect: ${seconds()} s of at most ${EFFECT.maxTime / 1000} s.`;
    return { wait: EFFECT.wait, line };
  }

  try {
    const opened = await retrying(connectOnce, retryAfter, { end, say, signal: azure.stop });
    await isMade(own, CHANGE_TIME); // until then, another job's rule may let this runner in
    return opened;
  } catch (error) {
    if (!(error instanceof ActionError) || !isBlocked(error)) throw error;
    const unlisted = sentence`Azure accepted firewall rule ${code(rule)} for ${code(address)}, but the server neither lists it nor lets the runner in after ${seconds()} s.`;
    const failure = (await isMade(own))
      ? noEffect(server, rule, address, seconds(), error.failure.message)
      : notChanged(azure.server, rule, unlisted);
    throw new ActionError(failure, { cause: error });
  }
}
