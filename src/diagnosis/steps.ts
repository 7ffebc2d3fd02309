import { type Command, run, type Steps } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import { isLoopback } from "../text/host.ts";
import { az, SHOW_TENANT, shell } from "./commands.ts";
import { type Context, hostNameOf, hostOf, isPostgres } from "./rules.ts";

/** Steps that several tables have. */

export const CHECK_CLOCK: Steps = [
  "On a self-hosted runner, compare its clock with GitHub's, in a step with `shell: bash`. If they differ, set the clock, and run the job again:",
  run("date -u\ncurl --silent --head https://github.com | grep -i ^date"),
];

/** The name itself may be misspelt, so that the command does not ask for it. */
export const LIST_NAMES = az("postgres flexible-server list", { query: "[].fullyQualifiedDomainName" });

/** PostgreSQL's own error says more than that of a pooler. */
export function pastPooler(context: Context): Steps {
  if (isLoopback(context.host))
    return ["If a pooler is in between, let the tunnel, or what else listens there, lead to the server itself."];
  if (context.port !== 5432) return ["Set `port: 5432`, or `host` to the server, to connect without the pooler."];
  const [set, ...show] = setFullName(context);
  return [`If a pooler is in between, this is the way to connect without the pooler. ${String(set)}`, ...show];
}

/** `az account show` shows the tenant and the cloud of whoever runs it, and not those of this run. */
export const WITH_AZ = "In Azure Cloud Shell, or with an `az` that is signed in to the tenant of the server";
export const SEE_TENANT = `${WITH_AZ}, see the tenant and the cloud:`;

/** The tenant that a message asks for, as an input. */
export function tenantIn(text: string): Command | undefined {
  const id = text.match(/(?:must match .{0,80}?|(?:owner|for the) tenant '?)([0-9a-f-]{36})/i)?.[1];
  return id === undefined ? undefined : run(`tenant-id: ${id}`);
}

export const WITHOUT_CLI = "Or use `auth-type: oidc`, which does not need the Azure CLI.";

export const selectCloud = ({ signIn }: Context): Steps => [
  `Set \`environment\` to the cloud of the tenant and the server${signIn?.type === "azure-cli" ? ", also in azure/login" : ""}: \`azurecloud\`, \`azureusgovernment\` or \`azurechinacloud\`. ${SEE_TENANT}`,
  SHOW_TENANT,
];

/** Where the sign-in has this ID: in an input of this step or of azure/login, or in a variable of the pod. */
export function whereIs(input: "client-id" | "tenant-id", { signIn, inPod }: Context): string {
  if (inPod) return `\`${input}\` (\`AZURE_${input.toUpperCase().replace("-", "_")}\` of the pod)`;
  return `\`${input}\`${signIn?.type === "azure-cli" ? " of azure/login" : ""}`;
}

/** The answer itself shows who sent it: a service, or something on the way to it. In a step of the same job. */
export function seeAnswer(context: Context): Steps {
  const identity = context.with === "entra" && context.signIn?.type === "managed-identity";
  const path = context.with === "entra" && !identity ? "/common/v2.0/.well-known/openid-configuration" : "";
  const url = `${identity ? "http" : "https"}://${hostOf(context)}${path}`;
  const command = run(`curl --include ${shell(url)} --max-time 20`);
  return ["See what answers the runner, in a step of the job with `shell: bash`:", command];
}

/** The way past a proxy, where one is set. */
export function bypassProxy(context: Context): Steps {
  if (!context.proxy) return [];
  return [
    sentence`If the network lets the runner do without the proxy ${code(context.proxy)}, add this host to \`NO_PROXY\`, in the step's \`env\` or on the runner:`,
    run(`NO_PROXY=${shell(hostNameOf(context).replace(ONE_OF_GITHUB, ""))}`),
  ];
}

export function allowInProxy(context: Context): Steps {
  const allow = sentence`Allow ${hostToAllow(context)} in the proxy or the firewall of the runner's network.`;
  return [allow, ...bypassProxy(context)];
}

export const exempt = (context: Context): Steps => [
  sentence`If a proxy or firewall inspects TLS, let its administrator exempt ${hostToAllow(context)}, so that this host passes without inspection.`,
];

/** The host that proxies and firewalls have to allow. */
export const hostToAllow = (context: Context) => code(hostOf(context).replace(ONE_OF_GITHUB, "*"));

/** GitHub's OIDC endpoint has several hosts. */
const ONE_OF_GITHUB = /^.*(?=\.actions\.githubusercontent\.com$)/;

export function setFullName({ cloud, host = "" }: Context = {}): Steps {
  const look = "See where `host` leads. If not to the server, correct the DNS record, or set the server's full name:";
  return cloud && host.endsWith(cloud.hostSuffix)
    ? [look, run(`nslookup ${shell(host)}`, LIST_NAMES)]
    : ["Set `host` to the server's full name. Those of the subscription are:", LIST_NAMES];
}

/** Microsoft's page of the last number of Entra in a text. */
export function readNumber(text: string): Steps {
  const number = text.match(/.*AADSTS(\d{1,9})/)?.[1];
  return number ? [`Read what Microsoft says: https://login.microsoftonline.com/error?code=${number}`] : [];
}

/** Whether the runner is one of GitHub's own, which reach Entra, Azure and GitHub. */
export const reachesAll = (context: Context) => context.onGitHub === true && !context.proxy && !isPostgres(context);
