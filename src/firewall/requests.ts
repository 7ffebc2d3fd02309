import { say } from "../log.ts";
import { ActionError, type Failure } from "../model/failure.ts";
import { rulePath, serverPath } from "../model/flexible-server.ts";
import { isMissing, type ResourceManager } from "./resource-manager.ts";
import { PERMISSIONS } from "./server.ts";

// The resource manager's requests for a flexible server: https://learn.microsoft.com/rest/api/postgresql/

/** A server, as the resource manager describes it. */
export interface AzureServer {
  readonly fullyQualifiedDomainName: string;
  /** `Ready`, `Stopped`, …: https://learn.microsoft.com/rest/api/postgresql/servers/get#serverstate */
  readonly state: string;
  readonly network?: { readonly publicNetworkAccess?: string; readonly delegatedSubnetResourceId?: string };
}

/** A firewall rule of a server, as the resource manager describes it. */
export interface FirewallRule {
  readonly name: string;
  readonly properties: { readonly startIpAddress: string; readonly endIpAddress: string };
}

/** A list is not read further after so many milliseconds. */
const LIST_TIME = 60_000;

/**
 * The properties of the server.
 * @throws ActionError, as all of these do
 */
export async function readServer({ send, server }: ResourceManager): Promise<AzureServer> {
  const answer = await send({ method: "GET", path: serverPath(server), permission: PERMISSIONS.readServer });
  return (answer as { properties: AzureServer }).properties;
}

/** The firewall rules of the server, from all pages of the list; from the first ones, if there are too many. */
export async function listRules({ send, server }: ResourceManager): Promise<readonly FirewallRule[]> {
  const end = Date.now() + LIST_TIME;
  const rules: FirewallRule[] = [];
  let path: string | undefined = `${serverPath(server)}/firewallRules`;
  while (path !== undefined && Date.now() < end) {
    const answer = await send({ method: "GET", path, permission: PERMISSIONS.readRules, maxTime: end - Date.now() });
    const { value, nextLink } = answer as { value: readonly FirewallRule[]; nextLink?: string };
    rules.push(...value);
    path = nextLink;
  }
  if (path !== undefined) say(`Azure's list of rules goes on after ${rules.length} of them. The rest is not read.`);
  return rules;
}

/** One firewall rule of the server; undefined if it does not exist. */
export async function readRule({ send, server }: ResourceManager, rule: string): Promise<FirewallRule | undefined> {
  try {
    const answer = await send({ method: "GET", path: rulePath(server, rule), permission: PERMISSIONS.readRules });
    return answer as FirewallRule;
  } catch (error) {
    if (error instanceof ActionError && isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Asks Azure to make a rule for one IPv4 address, or to change its address. Azure makes it later.
 * @param onFailure called after each attempt that failed
 */
export async function putRule(
  { send, server }: ResourceManager,
  rule: string,
  address: string,
  onFailure?: (failure: Failure) => void,
): Promise<void> {
  const body = { properties: { startIpAddress: address, endIpAddress: address } };
  await send({ method: "PUT", path: rulePath(server, rule), permission: PERMISSIONS.writeRules, body, onFailure });
}

/** Asks Azure to delete a rule. Azure deletes it later. */
export async function deleteRule({ send, server }: ResourceManager, rule: string): Promise<void> {
  await send({ method: "DELETE", path: rulePath(server, rule), permission: PERMISSIONS.deleteRules });
}
