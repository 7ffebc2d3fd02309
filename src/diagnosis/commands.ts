import { type Command, run } from "../model/failure.ts";
import { API_VERSION, rulePath, type ServerId } from "../model/flexible-server.ts";
import { quoteIdentifier } from "../text/sql.ts";

/** A word for a POSIX shell, quoted where it needs to be; `<placeholders>` stay as they are, to be filled in. */
export function shell(word: string): string {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

type Options = Readonly<Record<string, string>>;

/** A command of the Azure CLI. */
export function az(command: string, options: Options = {}): Command {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shell(value)}`);
  return run(["az", command, ...words].join(" "));
}

/** Where the signed-in Azure CLI is: which tenant, which cloud. */
export const SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });

/** What `auth-type: azure-cli` runs, but for the token itself. */
export const GET_TOKEN = run("az account get-access-token --resource-type oss-rdbms --query expiresOn --debug");

/** A server: its resource ID, or else its host; a command shows `<…>` for what is missing. */
interface Server {
  readonly server?: ServerId;
  readonly host?: string | undefined;
}

/**
 * A command about something on the server, which is `--server-name`: in all versions of the Azure CLI for `parameter`
 * and `db list`, and since 2.73 for `microsoft-entra-admin`.
 * https://learn.microsoft.com/cli/azure/postgres/flexible-server
 */
export const azOnServer = (command: string, server: Server, options: Options = {}): Command =>
  az(`postgres flexible-server ${command}`, { ...idOf(server, "server-name"), ...options });

/** A command about the server itself, which is `--name`. */
export const azServer = (command: string, server: Server, options: Options = {}): Command =>
  az(`postgres flexible-server ${command}`, { ...idOf(server, "name"), ...options });

/** The command that shows a part of the server, by a JMESPath query. */
export const azShow = (server: Server, query: string): Command => azServer("show", server, { query });

/** The command that allows an address in the server's firewall. */
export function azAllow(server: Server, address: string): Command {
  const body = JSON.stringify({ properties: { startIpAddress: address, endIpAddress: address } });
  return azFirewall(server, "github-runner", { method: "put", body });
}

/** A request about the rules of the firewall, or one of them: `firewall-rule` changed the meaning of `--name` in 2026. */
export function azFirewall(server: Server, rule: string, options: Options): Command {
  const { subscription = "{subscriptionId}", "resource-group": resourceGroup = "", name = "" } = idOf(server, "name");
  const path = rulePath({ subscription, resourceGroup, name }, rule).replace(/\/$/, "");
  return az("rest", { url: `${path}?api-version=${API_VERSION}`, ...options });
}

/** The options that name a server. Its own name is the first label of its host name. */
function idOf({ server, host }: Server, option: "name" | "server-name"): Options {
  const label = host?.match(/^([a-z0-9-]+)\.(?:privatelink\.)?postgres\.database\./i)?.[1] ?? "<server>";
  const { subscription, resourceGroup = "<resource-group>", name = label } = { ...server };
  return { ...(subscription && { subscription }), "resource-group": resourceGroup, [option]: name };
}

/** A quoted name for SQL; `unknown` where there is none. */
export const identifier = (name: string | undefined, unknown: string): string => quoteIdentifier(name ?? unknown);
