import { az, azServer, azShow } from "../diagnosis/commands.ts";
import type { Answer } from "../diagnosis/rules.ts";
import { type Command, type Failure, failure, run, type Steps } from "../model/failure.ts";
import type { ServerId } from "../model/flexible-server.ts";
import { code, sentence } from "../model/sentence.ts";
import type { AzureServer } from "./requests.ts";
import type { OwnRule } from "./state.ts";

/** States that a rule cannot help: https://learn.microsoft.com/rest/api/postgresql/servers/get#serverstate */
const STOPPED = ["Stopped", "Stopping", "Disabled", "Inaccessible", "Dropping"];

/**
 * Why no firewall rule can let this runner in, as far as the server itself is the reason.
 * @param isSilent true if the server does not answer: it may be being created, updated or started
 * @returns undefined if a rule can help
 */
export function obstacle(server: ServerId, { state, network }: AzureServer, isSilent: boolean): Failure | undefined {
  const isDown = STOPPED.includes(state);
  if (isDown || (isSilent && state !== "Ready")) {
    const [hint, ...steps] = isDown ? notRunning(server, state) : ["Another operation on the server is in progress."];
    return failure({
      code: state === "Dropping" ? "server-not-found" : "server-not-running",
      message: sentence`The server ${code(server.name)} is ${code(state)}. No firewall rule was made.`,
      hint,
      steps: [...steps, "Run the job again when the state is `Ready`:", azShow({ server }, "state")],
    });
  }
  if (network?.publicNetworkAccess !== "Disabled" && !network?.delegatedSubnetResourceId) return undefined;
  const enabled = azServer("update", { server }, { "public-access": "Enabled" });
  return failure({
    code: "server-is-private",
    message: sentence`The server ${code(server.name)} has no public access. No firewall rule was made, because it would have no effect.`,
    steps: [
      "Run the job in the server's network, without this step. `docs/private-network.md` shows three ways.",
      ...(network.delegatedSubnetResourceId ? [] : ["Or enable public access, and run the job again:", enabled]),
    ],
  });
}

/**
 * Why a server is not running, and what to do.
 * @param state a text that has the name of the server's state, or Azure's code for it
 */
export function notRunning(server: ServerId, state: string): Answer {
  if (/inaccessible|Key ?Vault|managed key/i.test(state))
    return [
      "The server is inaccessible: it cannot read its encryption key in Key Vault.",
      "Give the server's identity access to this key again, past the firewall of the vault, too. Enable or restore the key if it is disabled, expired or deleted:",
      azShow({ server }, "dataEncryption"),
    ];
  if (state === "Dropping")
    return ["The server is being deleted.", "Set `server-resource-id` to another server, or create this one again."];
  if (/Disabled/i.test(state))
    return [
      "The server is disabled, because its subscription is disabled or the server is being moved.",
      "Look up the state of the subscription:",
      subscriptionState(server),
    ];
  return ["The server is stopped or stopping.", "Start the stopped server:", azServer("start", { server })];
}

/** The command that shows the state of the server's subscription, not as at the last sign-in. */
export const subscriptionState = ({ subscription }: ServerId): Command =>
  az("account list --all --refresh", { query: `[?id==\`"${subscription}"\`].state` });

/** The server sees the runner at another address than the rule's. */
export function otherAddress(expected: string, seen: string): Failure {
  return failure({
    code: "runner-ip-differs",
    message: sentence`The server sees the runner at ${code(seen)}, not at ${code(expected)}.`,
    hint: "`runner-ip` is wrong, or the runner's network has several public addresses. This action opens the firewall for only one address.",
    steps: [
      "Omit `runner-ip`, so that the rule is for the address that the server sees. If the runner always has this address, you can set it:",
      run(`runner-ip: ${seen}`),
      "If the runner's address changes from one connection to the next, give the runner one static address, or run the job in the server's network: `docs/private-network.md`.",
    ],
  });
}

/** Azure accepted the deletion of a rule, which the server still lists. */
export function stillListed(server: ServerId, rule: string, seconds: number): Failure {
  return failure({
    code: "firewall-rule-not-confirmed",
    message: sentence`Azure accepted the deletion of firewall rule ${code(rule)}, but the rule is still there after ${seconds} s.`,
    hint: "Azure's operation failed, or takes longer than this.",
    steps: azureLog(server),
  });
}

/** The server still refuses the runner. */
export function noEffect(own: OwnRule, seconds: number, last: Failure): Failure {
  const { azure, rule, address, port } = own;
  const isRefused = last.code === "firewall";
  return failure({
    code: "firewall-rule-without-effect",
    message: sentence`Firewall rule ${code(rule)} for ${code(address)} had no effect within ${seconds} s. ${last.message}`,
    hint: `Azure did not make the rule${isRefused ? ", or needs more time" : ", the runner's network does not let the runner connect to this port, or the runner connects from a different address"}.`,
    steps: [
      ...azureLog(azure.server),
      `If the log has no failure of this rule, ${isRefused ? "run the job again" : `let the runner's network allow connections to port ${port}, and set \`runner-ip\` to the public address from which they leave the network`}.`,
    ],
  });
}

/**
 * What failed in the last day in the server's resource group. Azure's log has more details than its answers. Its API filters
 * by no status: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
export function azureLog({ subscription, resourceGroup }: ServerId): Steps {
  const query = '[?status.value==`"Failed"`].[eventTimestamp, properties.statusMessage]';
  const log = az("monitor activity-log list", { subscription, "resource-group": resourceGroup, offset: "1d", query });
  return ["Azure's log has more details of what failed. An entry appears there after some minutes:", log];
}
