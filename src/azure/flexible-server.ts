import { ActionError } from "../model/failure.ts";
import {
  type FirewallRule,
  PERMISSIONS,
  rulePath,
  type ServerFacts,
  type ServerId,
  serverPath,
} from "../model/flexible-server.ts";
import type { ResourceManager } from "./resource-manager.ts";

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

interface RulesBody {
  readonly value?: readonly {
    readonly name?: string;
    readonly properties?: { readonly startIpAddress?: string; readonly endIpAddress?: string };
  }[];
  readonly nextLink?: string;
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

/** All firewall rules of a server. */
export async function listRules(
  manager: ResourceManager,
  server: ServerId,
): Promise<readonly FirewallRule[]> {
  const context = { permission: PERMISSIONS.readRules, server };
  const rules: FirewallRule[] = [];
  let next: string | undefined = `${serverPath(server)}/firewallRules`;
  while (next !== undefined) {
    const body = (await manager.get(next, context)) as RulesBody;
    for (const { name = "", properties } of body.value ?? []) {
      rules.push({ name, start: properties?.startIpAddress ?? "", end: properties?.endIpAddress ?? "" });
    }
    next = body.nextLink;
  }
  return rules;
}

/** Makes a rule for one IPv4 address, or changes its address. Azure says that this is done before the rule takes effect. */
export async function putRule(
  manager: ResourceManager,
  server: ServerId,
  rule: string,
  address: string,
): Promise<void> {
  const context = { permission: PERMISSIONS.writeRules, server };
  const properties = { startIpAddress: address, endIpAddress: address };
  await manager.change("PUT", rulePath(server, rule), context, { properties });
}

/** Deletes a rule, if it exists. */
export async function deleteRule(manager: ResourceManager, server: ServerId, rule: string): Promise<void> {
  const context = { permission: PERMISSIONS.deleteRules, server };
  await manager.change("DELETE", rulePath(server, rule), context).catch(ifMissing);
}

/** Whether a server has this firewall rule. */
export async function ruleExists(manager: ResourceManager, server: ServerId, rule: string): Promise<boolean> {
  const context = { permission: PERMISSIONS.readRules, server };
  const found = await manager.get(rulePath(server, rule), context).catch(ifMissing);
  return found !== undefined;
}

function ifMissing(error: unknown): undefined {
  if (error instanceof ActionError && error.failure.code === "server-not-found") return undefined;
  throw error;
}
