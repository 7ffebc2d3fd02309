/** An Azure Database for PostgreSQL flexible server, as its resource ID names it. */
export interface ServerId {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** The resource provider of flexible servers. */
export const PROVIDER = "Microsoft.DBforPostgreSQL";
export const SERVERS = `${PROVIDER}/flexibleServers`;

/** https://learn.microsoft.com/rest/api/postgresql/operation-groups */
export const API_VERSION = "2025-08-01";

/** The resource ID of a server, which is also its path in the resource manager. */
export const serverPath = ({ subscription, resourceGroup, name }: ServerId): string =>
  `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${SERVERS}/${name}`;

/** The resource ID of one of its firewall rules. */
export const rulePath = (server: ServerId, rule: string): string => `${serverPath(server)}/firewallRules/${rule}`;
