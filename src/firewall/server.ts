import { SERVERS, type ServerId } from "../model/flexible-server.ts";

/** The permissions that a login needs, by their names in Azure's role definitions. */
export const PERMISSIONS = {
  readServer: `${SERVERS}/read`,
  readRules: `${SERVERS}/firewallRules/read`,
  writeRules: `${SERVERS}/firewallRules/write`,
  deleteRules: `${SERVERS}/firewallRules/delete`,
} as const;

export type Permission = (typeof PERMISSIONS)[keyof typeof PERMISSIONS];

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const RESOURCE_ID =
  /^\/subscriptions\/([0-9a-f-]{36})\/resourceGroups\/([\p{L}\p{N}_.()-]{1,90})\/providers\/Microsoft\.DBforPostgreSQL\/flexibleServers\/([a-z0-9-]{3,63})$/iu;

/** The server of a resource ID, or undefined if the text is not the ID of a server. */
export function serverIdOf(text: string): ServerId | undefined {
  const [, subscription, resourceGroup, name] = RESOURCE_ID.exec(text) ?? [];
  if (subscription === undefined || resourceGroup === undefined || name === undefined) return undefined;
  return { subscription, resourceGroup, name };
}

/** The server and the name of a firewall rule's resource ID, or undefined if the text is not the ID of a rule. */
export function ruleIdOf(text: string): { readonly server: ServerId; readonly rule: string } | undefined {
  const [, path = "", rule] = /^(.*)\/firewallRules\/([-\w]{1,80})$/.exec(text) ?? [];
  const server = serverIdOf(path);
  return server === undefined || rule === undefined ? undefined : { server, rule };
}
