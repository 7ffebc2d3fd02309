import { ActionError } from "../model/failure.ts";
import { change, get, list, type Outcome } from "./operations.ts";
import { isMissing, type ResourceManager } from "./resource-manager.ts";
import { type AzureServer, type FirewallRule, PERMISSIONS, rulePath, serverPath } from "./server.ts";

// The resource manager's requests for a flexible server: https://learn.microsoft.com/rest/api/postgresql/

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

/** The host, the state and the network of the server. */
export async function readServer(azure: ResourceManager): Promise<AzureServer> {
  const body = await get(azure, serverPath(azure.server), PERMISSIONS.readServer);
  const { properties = {} } = body as { properties?: ServerProperties };
  const { fullyQualifiedDomainName: host = "", state = "unknown" } = properties;
  return { host, state, network: networkOf(properties) };
}

function networkOf({ network, privateEndpointConnections = [] }: ServerProperties): AzureServer["network"] {
  if (network?.delegatedSubnetResourceId) return "virtual-network";
  if (network?.publicNetworkAccess !== "Disabled") return "public";
  return privateEndpointConnections.length > 0 ? "private-endpoint" : "disabled";
}

/** The firewall rules of the server. */
export async function listRules(azure: ResourceManager): Promise<readonly FirewallRule[]> {
  const bodies = await list(azure, `${serverPath(azure.server)}/firewallRules`, PERMISSIONS.readRules);
  return bodies.map((body) => ruleOf(body as RuleBody));
}

/**
 * One firewall rule of the server; undefined if it does not exist.
 * @throws ActionError
 */
export async function readRule(azure: ResourceManager, rule: string): Promise<FirewallRule | undefined> {
  try {
    return ruleOf((await get(azure, rulePath(azure.server, rule), PERMISSIONS.readRules)) as RuleBody);
  } catch (error) {
    if (error instanceof ActionError && isMissing(error)) return undefined;
    throw error;
  }
}

function ruleOf({ name = "", properties }: RuleBody): FirewallRule {
  return { name, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" };
}

/** Makes a rule for one IPv4 address, or changes its address. Azure says that this is done before the rule takes effect. */
export function putRule(azure: ResourceManager, rule: string, address: string): Promise<Outcome> {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  const path = rulePath(azure.server, rule);
  return change(azure, { method: "PUT", path, permission: PERMISSIONS.writeRules, body });
}

/** Deletes a rule, if it exists. */
export async function deleteRule(azure: ResourceManager, rule: string): Promise<Outcome> {
  const path = rulePath(azure.server, rule);
  const outcome = await change(azure, { method: "DELETE", path, permission: PERMISSIONS.deleteRules });
  const { ending } = outcome;
  return ending !== "done" && ending !== "accepted" && isMissing(outcome.error)
    ? { ending: "done" }
    : outcome;
}
