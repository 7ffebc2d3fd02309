import { say } from "../log.ts";
import { ActionError } from "../model/failure.ts";
import { isMissing, type ResourceManager } from "./resource-manager.ts";
import { type AzureServer, type FirewallRule, PERMISSIONS, rulePath, serverPath } from "./server.ts";

// The resource manager's requests for a flexible server: https://learn.microsoft.com/rest/api/postgresql/

/** How long a list, and all attempts of a read or of a change, may take together, in milliseconds. */
const TIMES = { read: 60_000, change: 180_000 };

/** A list with more pages is not read to its end. */
const MAX_PAGES = 100;

interface ServerProperties {
  readonly fullyQualifiedDomainName?: string;
  readonly state?: string;
  readonly network?: { readonly publicNetworkAccess?: string; readonly delegatedSubnetResourceId?: string };
  readonly privateEndpointConnections?: readonly unknown[];
}

interface RuleBody {
  readonly name?: string;
  readonly properties?: { readonly startIpAddress?: string; readonly endIpAddress?: string };
}

interface ListBody {
  readonly value?: readonly RuleBody[];
  readonly nextLink?: string;
}

/**
 * The host, the state and the network of the server.
 * @throws ActionError, as all of these do
 */
export async function readServer({ send, server }: ResourceManager): Promise<AzureServer> {
  const path = serverPath(server);
  const permission = PERMISSIONS.readServer;
  const body = await send({ method: "GET", path, permission, maxTime: TIMES.read });
  const { properties = {} } = (body ?? {}) as { properties?: ServerProperties };
  const { fullyQualifiedDomainName: host = "", state = "unknown" } = properties;
  return { host, state, network: networkOf(properties) };
}

function networkOf({ network, privateEndpointConnections = [] }: ServerProperties): AzureServer["network"] {
  if (network?.delegatedSubnetResourceId) return "virtual-network";
  if (network?.publicNetworkAccess !== "Disabled") return "public";
  return privateEndpointConnections.length > 0 ? "private-endpoint" : "disabled";
}

/** The firewall rules of the server, from all pages of the list; from the first ones, if there are too many. */
export async function listRules({ send, server }: ResourceManager): Promise<readonly FirewallRule[]> {
  const end = Date.now() + TIMES.read;
  const rules: FirewallRule[] = [];
  let next: string | undefined = `${serverPath(server)}/firewallRules`;
  for (let page = 0; next !== undefined; page++) {
    if (page === MAX_PAGES || Date.now() > end) {
      say(`The list of Azure goes on after ${page} pages. The rest is not read.`);
      break;
    }
    const request = { path: next, permission: PERMISSIONS.readRules, maxTime: end - Date.now() };
    const { value = [], nextLink } = ((await send({ method: "GET", ...request })) ?? {}) as ListBody;
    rules.push(...value.map(ruleOf));
    next = nextLink;
  }
  return rules;
}

/** One firewall rule of the server; undefined if it does not exist. */
export async function readRule({ send, server }: ResourceManager, rule: string): Promise<FirewallRule | undefined> {
  const request = { path: rulePath(server, rule), permission: PERMISSIONS.readRules, maxTime: TIMES.read };
  try {
    return ruleOf(((await send({ method: "GET", ...request })) ?? {}) as RuleBody);
  } catch (error) {
    if (error instanceof ActionError && isMissing(error)) return undefined;
    throw error;
  }
}

function ruleOf({ name = "", properties }: RuleBody): FirewallRule {
  return { name, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" };
}

/**
 * Asks Azure to make a rule for one IPv4 address, or to change its address. Azure makes it later.
 * @param onRetry called before each further attempt
 */
export async function putRule(
  { send, server }: ResourceManager,
  rule: string,
  address: string,
  onRetry?: () => void,
): Promise<void> {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  const request = { path: rulePath(server, rule), permission: PERMISSIONS.writeRules, body, onRetry };
  await send({ method: "PUT", ...request, maxTime: TIMES.change });
}

/** Asks Azure to delete a rule. Azure deletes it later. */
export async function deleteRule({ send, server }: ResourceManager, rule: string): Promise<void> {
  const request = { path: rulePath(server, rule), permission: PERMISSIONS.deleteRules };
  await send({ method: "DELETE", ...request, maxTime: TIMES.change });
}
