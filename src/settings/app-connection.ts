import { inOurWords, sentence } from "../model/sentence.ts";
import { type ConnectionParts, readConnectionString, twoValues } from "./connection-string.ts";
import { Invalid, resultOf } from "./invalid.ts";

/**
 * Reads the app's connection settings as Service Connector provides them: one connection string, `KEY=value` lines,
 * or JSON. Takes time linear in the length of the text.
 * https://learn.microsoft.com/azure/service-connector/how-to-integrate-postgres
 * @param isWanted selects one of several connections
 * @returns the parts as text that is not yet checked; `user` without the server's name behind an `@`
 * @throws Invalid when the text cannot be read, or contains several wanted connections
 */
export function readAppConnection(
  text: string,
  isWanted: (connection: ConnectionParts) => boolean = () => true,
): ConnectionParts {
  const settings = settingsIn(text);
  const found =
    settings.length > 0 ? wanted(connectionsIn(settings), isWanted) : usable(readConnectionString(withoutQuotes(text)));
  if (found.host === undefined && found.database === undefined && found.user === undefined) {
    throw new Invalid(inOurWords("contains no host, database or user"));
  }
  return found;
}

/**
 * Everything in the text that is a secret, or could be, encoded and decoded. A text that cannot be read is searched
 * too, because its secrets have to be masked before the mistake is reported. Takes time linear in its length.
 */
export function secretsInAppConnection(text: string): readonly string[] {
  const secrets = new Set<string>();
  const add = (found: string | undefined, minimum = 1) => {
    const secret = found?.trim() ?? "";
    if (secret.length >= minimum) secrets.add(secret);
  };
  for (const { key, value } of resultOf(() => settingsIn(text)) ?? valuesInBrokenJson(text)) {
    if (SECRET_KEY.test(key)) add(value);
    else add(resultOf(() => readConnectionString(value))?.password);
  }
  add(resultOf(() => readConnectionString(withoutQuotes(text)))?.password);
  // To mask shorter values would make the log unreadable.
  for (const possible of [...valuesOfSecretKeys(text), ...passwordsInUrls(text)]) {
    add(possible, 4);
    add(
      resultOf(() => decodeURIComponent(possible)),
      4,
    );
  }
  return [...secrets];
}

const SECRET_KEY = /(password|pwd|psw|secret|token|accesskey)$/i;

const KEY_OF_SECRET = String.raw`(?:password|passwd|pwd|psw|secret|token|accesskey)["']?\s*[=:]\s*`;

/** The end of a value depends on the form of the text, which is not known here: each of these may be the value. */
const VALUES = [
  '"([^"]*)"',
  "'([^']*)'",
  `((?:(?!${KEY_OF_SECRET}).)+)`,
  "([^;]+)",
  "([^&]+)",
  "(\\S+)",
  "([^\\s;&]+)",
];
const SECRETS = VALUES.map((value) => new RegExp(KEY_OF_SECRET + value, "gi"));

function valuesOfSecretKeys(text: string): readonly string[] {
  const values = SECRETS.flatMap((value) => [...text.matchAll(value)].map(([, found = ""]) => found));
  return values.flatMap((value) => [value, value.replace(/^["']+|(?<!["',;}& \t])["',;}& \t]+$/g, "")]);
}

function passwordsInUrls(text: string): readonly string[] {
  return [...text.matchAll(/:\/\/[^\s/:@]*:([^\s/]+)@/g)].map(([, password = ""]) => password);
}

/** In broken JSON, every value may be the secret. */
function valuesInBrokenJson(text: string): readonly Setting[] {
  return [...text.matchAll(/"value"\s*:\s*"((?:[^"\\]|\\.){4,})"/g)].map(([, value = ""]) => ({
    key: "secret",
    value,
  }));
}

interface Setting {
  readonly key: string;
  readonly value: string;
}

/** The settings in JSON or lines; none when the text is one connection string. */
function settingsIn(text: string): readonly Setting[] {
  const body = text.trim();
  if (/^[[{]/.test(body)) return settingsInJson(body);
  return body
    .split(/\r\n|\r|\n/)
    .flatMap(settingInLine)
    .filter(({ key }) => connectionOf(key) !== undefined);
}

/** `az … connection list-configuration`, `az webapp config appsettings list`, or an object of settings. */
function settingsInJson(text: string): readonly Setting[] {
  const json = resultOf<unknown>(() => JSON.parse(text));
  const list = isObject(json) && "configurations" in json ? json.configurations : json;
  if (Array.isArray(list)) {
    return list.flatMap((each: unknown) =>
      isObject(each) && typeof each.name === "string" && typeof each.value === "string"
        ? [{ key: each.name, value: each.value }]
        : [],
    );
  }
  if (!isObject(list)) throw new Invalid(inOurWords("starts like JSON, but is not valid JSON"));
  return Object.entries(list).flatMap(([key, value]) => (typeof value === "string" ? [{ key, value }] : []));
}

/** `KEY=value` as in .env files, shells and Spring's properties. Another line is left out. */
function settingInLine(line: string): readonly Setting[] {
  const text = line.trim();
  const [assignment, key] = text.match(/^(?:export\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[=:]/) ?? [];
  if (assignment === undefined || key === undefined) return [];
  const value = text.slice(assignment.length).trim();
  const [, double, single] = value.match(/^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:[#;,].*)?$/) ?? [];
  if (double !== undefined) return [{ key, value: double.replace(/\\(["\\$`])/g, "$1") }];
  if (single !== undefined) return [{ key, value: single }];
  // As in .env files, a # after white space starts a comment.
  return [{ key, value: value.split(/\s#/, 1)[0]?.trimEnd() ?? "" }];
}

/** Which connection a setting belongs to, and which part of it the setting is. Undefined for a setting not read here. */
function connectionOf(key: string): { connection: string; name: string } | undefined {
  const [, connection = "", name] = key.toUpperCase().match(AZURE_KEY) ?? [];
  if (name !== undefined) return { connection: `Azure ${connection}`, name };
  // Spring reads a.b-c, A_B_C and a_b_c alike: https://docs.spring.io/spring-boot/reference/features/external-config.html
  const spring = SPRING_KEYS.get(key.toLowerCase().replace(/[-_.]/g, ""));
  return spring === undefined ? undefined : { connection: "Spring", name: spring };
}

/** https://learn.microsoft.com/azure/service-connector/concept-service-connector-internals#configuration-naming-convention */
const AZURE_KEY =
  /^AZURE_POSTGRESQL_(?:(.+)_)?(CONNECTIONSTRING|HOST|PORT|DATABASE|NAME|USERNAME|USER|PASSWORD|CLIENTSECRET)$/;

const SPRING_KEYS = new Map([
  ["springdatasourceurl", "CONNECTIONSTRING"],
  ["springdatasourceusername", "USERNAME"],
  ["springdatasourcepassword", "PASSWORD"],
  ["springcloudazurecredentialclientsecret", "CLIENTSECRET"],
]);

/** The part of a connection that each setting contains; `string` for all of them. */
const PARTS = new Map<string, keyof ConnectionParts | "string">([
  ["CONNECTIONSTRING", "string"],
  ["HOST", "host"],
  ["PORT", "port"],
  ["DATABASE", "database"],
  ["NAME", "database"], // Django
  ["USER", "user"],
  ["USERNAME", "user"],
]);

/** The connections that the settings describe. */
function connectionsIn(settings: readonly Setting[]): readonly ConnectionParts[] {
  const connections = new Map<string, Record<string, string>>();
  for (const { key, value } of settings) {
    const { connection = "", name = "" } = connectionOf(key) ?? {};
    const part = PARTS.get(name);
    if (part === undefined || value.trim() === "") continue;
    if (/^@Microsoft\.KeyVault\(/i.test(value)) {
      throw new Invalid(inOurWords("contains a Key Vault reference, which this action cannot read"), {
        remedy: inOurWords("Set `host`, `database` and `grantee` instead."),
      });
    }
    const parts = connections.get(connection) ?? {};
    connections.set(connection, parts);
    const found = part === "string" ? readConnectionString(value) : { [part]: value.trim() };
    for (const [each, value] of Object.entries(found)) {
      if ((parts[each] ?? value) !== value && each !== "password") throw twoValues(each);
      parts[each] = value;
    }
  }
  return [...connections.values()].map(usable);
}

function wanted(
  connections: readonly ConnectionParts[],
  isWanted: (connection: ConnectionParts) => boolean,
): ConnectionParts {
  const [only, ...others] = connections.length > 1 ? connections.filter(isWanted) : connections;
  if (only !== undefined && others.length === 0) return only;
  if (connections.length === 0) return {};
  throw new Invalid(sentence`contains ${connections.length} connections`, {
    remedy: inOurWords("To select one of them, set `host`, `database` or `grantee`."),
  });
}

/**
 * Without the password, which is never used to sign in, and with the user's own name: the retired single server had
 * users named `user@server`, and old connections still have them.
 */
function usable({ password: _, ...parts }: ConnectionParts): ConnectionParts {
  const at = parts.user?.lastIndexOf("@") ?? -1;
  const server = parts.host?.split(".", 1)[0]?.toLowerCase();
  if (parts.user === undefined || at < 1 || parts.user.slice(at + 1).toLowerCase() !== server) return parts;
  return { ...parts, user: parts.user.slice(0, at) };
}

/** Without the quotes that a connection string may have been copied with. */
function withoutQuotes(text: string): string {
  const string = text.trim();
  return /^(?:"[^"]+"|'[^']+')$/.test(string) ? string.slice(1, -1) : string;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
