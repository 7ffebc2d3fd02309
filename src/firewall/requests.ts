import { ActionError } from "../model/failure.ts";
import { isMissing } from "./connection.ts";
import type { Outcome, ResourceManager } from "./resource-manager.ts";
import {
  type FirewallRule,
  PERMISSIONS,
  rulePath,
  type ServerFacts,
  type ServerId,
  serverPath,
} from "./server.ts";

// The resource manager's requests for one flexible server: https://learn.microsoft.com/rest/api/postgresql/

interface ServerBody {
  readonly properties?: {
    readonly fullyQualifiedDomainName?: string;
    readonly state?: string;
    readonly network?: {
      readonly publicNetworkAccess?: string;
      readonly delegatedSubnetResourceId?: string;
    };
    readonly privateEndpointConnections?: readonly unknown[];
  };
}

interface RuleBody {
  readonly name?: string;
  readonly properties?: { readonly startIpAddress?: string; readonly endIpAddress?: string };
}

/** The host, the state and the network of a server. */
export async function readServer(manager: ResourceManager, server: ServerId): Promise<ServerFacts> {
  const context = { permission: PERMISSIONS.readServer, server };
  const body = (await manager.get(serverPath(server), context)) as ServerBody;
  const { fullyQualifiedDomainName = "", state = "unknown", ...properties } = body.properties ?? {};
  return { host: fullyQualifiedDomainName, state, network: networkOf(properties) };
}

function networkOf({
  network,
  privateEndpointConnections = [],
}: Pick<
  NonNullable<ServerBody["properties"]>,
  "network" | "privateEndpointConnections"
>): ServerFacts["network"] {
  if (network?.delegatedSubnetResourceId) return "virtual-network";
  if (network?.publicNetworkAccess !== "Disabled") return "public";
  return privateEndpointConnections.length > 0 ? "private-endpoint" : "disabled";
}

/** The firewall rules of a server. */
export async function listRules(
  manager: ResourceManager,
  server: ServerId,
): Promise<readonly FirewallRule[]> {
  const context = { permission: PERMISSIONS.readRules, server };
  const bodies = await manager.list(`${serverPath(server)}/firewallRules`, context);
  return bodies.map((body) => ruleOf(body as RuleBody));
}

/**
 * One firewall rule of a server; undefined if it does not exist.
 * @throws ActionError
 */
export async function readRule(
  manager: ResourceManager,
  server: ServerId,
  rule: string,
): Promise<FirewallRule | undefined> {
  const context = { permission: PERMISSIONS.readRules, server };
  try {
    return ruleOf((await manager.get(rulePath(server, rule), context)) as RuleBody);
  } catch (error) {
    if (error instanceof ActionError && isMissing(error)) return undefined;
    throw error;
  }
}

function ruleOf({ name = "", properties }: RuleBody): FirewallRule {
  return { name, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" };
}

/** Makes a rule for one IPv4 address, or changes its address. Azure says that this is done before the rule takes effect. */
export function putRule(
  manager: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
): Promise<Outcome> {
  const context = { permission: PERMISSIONS.writeRules, server };
  const properties = { startIpAddress: address, endIpAddress: address };
  return manager.change("PUT", rulePath(server, rule), context, { properties });
}

/** Deletes a rule, if it exists. */
export async function deleteRule(manager: ResourceManager, server: ServerId, rule: string): Promise<Outcome> {
  const context = { permission: PERMISSIONS.deleteRules, server };
  const outcome = await manager.change("DELETE", rulePath(server, rule), context);
  const { ending } = outcome;
  return ending !== "done" && ending !== "accepted" && isMissing(outcome.error)
    ? { ending: "done" }
    : outcome;
}
