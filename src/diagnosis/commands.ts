import type { Step } from "../model/failure.ts";
import { inOurWords, type Sentence } from "../model/sentence.ts";
import { quoteIdentifier } from "../text/sql.ts";
import type { Context } from "./rules.ts";

/** A step; a text is our own words with `code` between backticks. */
export function step(text: string | Sentence, command?: string): Step {
  const sentence = typeof text === "string" ? inOurWords(text) : text;
  return command === undefined ? { text: sentence } : { text: sentence, command };
}

/** A word for a POSIX shell, quoted where it needs to be; `<placeholders>` stay as they are, to be filled in. */
export function shell(word: string): string {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

type Options = Readonly<Record<string, string>>;

/** A command of the Azure CLI. */
export function az(command: string, options: Options = {}): string {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shell(value)}`);
  return ["az", command, ...words].join(" ");
}

/** Where the signed-in Azure CLI is: which tenant, which cloud. */
export const SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });

/** What `auth-type: azure-cli` runs, but for the token itself. */
export const GET_TOKEN = "az account get-access-token --resource-type oss-rdbms --query expiresOn --debug";

/**
 * A command about something on the server of this context, in the words of Azure CLI 2.86 and newer: the server
 * is `--server-name`. https://learn.microsoft.com/cli/azure/postgres/flexible-server
 */
export function azOnServer(command: string, context: Context, options: Options = {}): string {
  const of = { "resource-group": "<resource-group>", "server-name": serverName(context) };
  return az(`postgres flexible-server ${command}`, { ...of, ...options });
}

/** A command about the server itself, which is `--name`. */
export function azServer(command: string, context: Context, options: Options = {}): string {
  const of = { "resource-group": "<resource-group>", name: serverName(context) };
  return az(`postgres flexible-server ${command}`, { ...of, ...options });
}

/** The command that shows a part of the server, by a JMESPath query. */
export function azShow(context: Context, query: string): string {
  return azServer("show", context, { query });
}

/** The server's own name, which `az` takes instead of the host name. */
function serverName({ host }: Context): string {
  return host?.match(/^([a-z0-9-]+)\.postgres\.database\./i)?.[1] ?? "<server>";
}

/** A quoted name for SQL; `unknown` where there is none. */
export function identifier(name: string | undefined, unknown: string): string {
  return name === undefined ? unknown : quoteIdentifier(name);
}
