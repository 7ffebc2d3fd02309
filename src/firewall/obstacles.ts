import { az, azServer, azShow, shell } from "../diagnosis/commands.ts";
import { type Failure, failure, step } from "../model/failure.ts";
import { code, inOurWords, type Sentence, sentence } from "../model/sentence.ts";
import { type AzureServer, rulePath, type ServerId } from "./server.ts";

/** States that a rule cannot help: https://learn.microsoft.com/rest/api/postgresql/servers/get#serverstate */
const STOPPED = ["Stopped", "Stopping", "Disabled", "Dropping", "Inaccessible"];

const PRIVATE: Readonly<Record<Exclude<AzureServer["network"], "public">, Sentence>> = {
  "virtual-network": inOurWords("is in a virtual network (private access)"),
  "private-endpoint": inOurWords("has private endpoints only; its public access is disabled"),
  disabled: inOurWords("has its public access disabled, and no private endpoint"),
};

/**
 * Why no firewall rule can let this runner in, as far as the server itself is the reason.
 * @param isSilent true if the server does not answer: it may be being created, updated or started
 * @returns undefined if a rule can help
 */
export function obstacle(server: ServerId, { state, network }: AzureServer, isSilent: boolean): Failure | undefined {
  const isStopped = STOPPED.includes(state);
  if (isStopped || (isSilent && state !== "Ready")) {
    return failure({
      code: "server-not-running",
      message: sentence`The server ${code(server.name)} is ${code(state)}. No firewall rule was made.`,
      steps: isStopped
        ? [step("Start the server, then run the job again:", azServer("start", { server }))]
        : [step("Run the job again when the state is `Ready`:", azShow({ server }, "state"))],
    });
  }
  if (network === "public") return undefined;
  const enable = step(
    "Or enable public access, and run the job again:",
    azServer("update", { server }, { "public-access": "Enabled" }),
  );
  return failure({
    code: "server-is-private",
    message: sentence`The server ${code(server.name)} ${PRIVATE[network]}. No firewall rule was made, because it would have no effect.`,
    steps: [
      "Run the job in the server's network, without this step. `docs/private-network.md` shows three ways.",
      ...(network === "virtual-network" ? [] : [enable]),
    ],
  });
}

/** The server sees the runner at another address than the rule's. */
export function otherAddress(expected: string, seen: string): Failure {
  return failure({
    code: "runner-ip-differs",
    message: sentence`The server sees the runner at ${code(seen)}, not at ${code(expected)}.`,
    hint: "`runner-ip` is wrong, or the runner's network has several public addresses. This action opens the firewall for only one address.",
    steps: [
      step("Set the address that the server sees:", `runner-ip: ${seen}`),
      "If the runner's address changes from one connection to the next, give the runner one static address, or run the job in the server's network: `docs/private-network.md`.",
    ],
  });
}

/**
 * Azure accepted a change of a rule, and the server's rules do not show it.
 * @param message says which change, and how long was waited for it
 */
export function notChanged(server: ServerId, rule: string, message: Sentence): Failure {
  const log = { "resource-id": rulePath(server, rule), offset: "1h", query: "[].properties.statusMessage" };
  return failure({
    code: "firewall-rule-not-confirmed",
    message,
    hint: "Azure's operation failed, or takes longer than this.",
    steps: [step("Look up what Azure says, then run the job again:", az("monitor activity-log list", log))],
  });
}

/** The rule exists, and the server still refuses the runner. */
export function noEffect(
  { host, port }: { readonly host: string; readonly port: number },
  rule: string,
  address: string,
  seconds: number,
  last: Sentence,
): Failure {
  return failure({
    code: "firewall-rule-without-effect",
    message: sentence`Firewall rule ${code(rule)} for ${code(address)} had no effect within ${seconds} s. ${last}`,
    hint: "Azure says that a rule can take up to five minutes. Perhaps the port is closed on the runner's side, or the runner connects from a different address.",
    steps: [
      step("Test the port from the runner, in a step of the same job:", `nc -vz ${shell(host)} ${port}`),
      "Set `runner-ip` to the public address of the runner's network, and run the job again.",
    ],
  });
}

/** A token is sent only over TLS. */
export function managerNotHttps(): Failure {
  return failure({
    code: "resource-manager-not-https",
    message: sentence`${code("AZURE_RESOURCE_MANAGER_URL")} is not an ${code("https://")} address.`,
    hint: "The variable is set for the job or on the runner, and replaces the resource manager of `environment`.",
    steps: ["Remove `AZURE_RESOURCE_MANAGER_URL` from the `env` of the workflow and from the runner, or correct it."],
  });
}
