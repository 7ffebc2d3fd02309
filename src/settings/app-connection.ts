import { inOurWords, sentence } from "../model/sentence.ts";
import { linesOf } from "../text/escape.ts";
import { type ConnectionParts, merged, type Part, partOf, partsIn } from "./connection-string.ts";
import { Invalid, resultOf } from "./invalid.ts";

/**
 * Reads the app's connection settings as Service Connector provides them: one connection string, `KEY=value` lines,
 * or JSON. Takes time linear in the length of the text.
 * https://learn.microsoft.com/azure/service-connector/how-to-integrate-postgres
 * @returns the parts as text that is not yet checked; `user` without the server's name behind an `@`
 * @throws Invalid when the text cannot be read, or contains several connections
 */
export function readAppConnection(text: string): ConnectionParts {
  const settings = settingsIn(text).map(({ key, value }) => ({ ...meaningOf(key), value: value.trim() }));
  const byConnection = Map.groupBy(settings, ({ connection }) => connection).values();
  const found = [...byConnection].map((each) => usable(each.flatMap(partsOf))).filter(isUsable);
  const [only = usable(partsIn(withoutQuotes(text))), ...others] = found;
  if (others.length === 0) return only;
  throw new Invalid(sentence`contains ${found.length} connections`, {
    remedy: inOurWords("Use the settings of one of them, or set `host`, `database` and `grantee` instead."),
  });
}

/**
 * Everything in the text that is a secret, or could be, encoded and decoded. A text that cannot be read is searched
 * too, because its secrets have to be masked before the mistake is reported. Takes time linear in its length.
 */
export function secretsInAppConnection(text: string): readonly string[] {
  const settings = settingsIn(text);
  const strings = [...settings.map(({ value }) => value), withoutQuotes(text)];
  const passwords = strings.flatMap((string) => resultOf(() => partsIn(string)) ?? []);
  const certain = [
    ...settings.filter(({ key }) => SECRET_KEY.test(key)).map(({ value }) => value),
    ...passwords.filter(([name]) => name === "password").map(([, value]) => value),
  ];
  const isBroken = isJson(text) && settings.length === 0;
  const possible = [
    ...valuesBehind(KEY_OF_SECRET, text),
    ...(isBroken ? valuesBehind(/"value"\s*:\s*/, text) : []),
    ...[...text.matchAll(/:\/\/[^\s/:@]*:([^\s/]+)@/g)].map(([, password = ""]) => password),
  ].flatMap((value) => [value, resultOf(() => decodeURIComponent(value)) ?? ""]);
  // To mask shorter values would make the log unreadable.
  const secrets = [...certain, ...possible.filter((value) => value.trim().length >= 4)];
  return [...new Set(secrets.map((secret) => secret.trim()).filter((secret) => secret !== ""))];
}

const SECRET_KEY = /(password|pwd|psw|secret|token|accesskey)$/i;

const KEY_OF_SECRET = /(?:password|passwd|pwd|psw|secret|token|accesskey)["']?\s*[=:]\s*/i;

/** The end of a value depends on the form of the text, which is not known: each of these may be its end. */
const ENDS = [/(?<![\s;&,}"'])[\s;&,}"']+$/, /"/, /'/, /;/, /&/, /\s/, /[\s;&,}"']/];

/** The values that a text may have behind a key, on the same line. */
function valuesBehind(key: RegExp, text: string): readonly string[] {
  const [, ...found] = text.split(key);
  const lines = found.map((rest) => rest.replace(/^["']+/, "").split(/[\r\n]/, 1)[0] ?? "");
  return lines.flatMap((line) => ENDS.map((end) => line.split(end, 1)[0] ?? ""));
}

interface Setting {
  readonly key: string;
  readonly value: string;
}

/** The settings in JSON or lines. A connection string can look like some, with keys that no app has. */
function settingsIn(text: string): readonly Setting[] {
  return isJson(text) ? settingsInJson(text) : linesOf(text).flatMap(settingInLine);
}

function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** `az … connection list-configuration`, `az webapp config appsettings list`, or an object of settings. */
function settingsInJson(text: string): readonly Setting[] {
  const json = resultOf(() => JSON.parse(text));
  const list = json?.configurations ?? json ?? {};
  const pairs = Array.isArray(list) ? list.map((each) => [each?.name, each?.value]) : Object.entries(list);
  return pairs
    .map(([key, value]) => ({ key, value }))
    .filter(({ key, value }) => typeof key === "string" && typeof value === "string");
}

/** `KEY=value` as in .env files, shells and Spring's properties, where ` #` starts a comment. */
const LINE =
  /^\s*(?:export\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[=:]\s*(?:"((?:[^"\\]|\\.)*)"\s*(?:[#;,].*)?|'([^']*)'\s*(?:[#;,].*)?|(.*?)(?:\s#.*)?)$/;

function settingInLine(line: string): readonly Setting[] {
  const [, key, double, single, plain = ""] = LINE.exec(line) ?? [];
  return key === undefined ? [] : [{ key, value: double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? plain.trim() }];
}

/** The connection that a setting belongs to, and the keyword of its value: `connectionstring`, or that of a part. */
function meaningOf(key: string) {
  const [, connection = "", keyword] = AZURE_KEY.exec(key) ?? [];
  if (keyword !== undefined) return { connection: `Azure ${connection}`.toUpperCase(), keyword: keyword.toLowerCase() };
  // Spring reads a.b-c, A_B_C and a_b_c alike: https://docs.spring.io/spring-boot/reference/features/external-config.html
  const [, spring = ""] =
    /^springdatasource(url|username|password)$/.exec(key.toLowerCase().replace(/[-_.]/g, "")) ?? [];
  return { connection: "Spring", keyword: spring === "url" ? "connectionstring" : spring };
}

/** https://learn.microsoft.com/azure/service-connector/concept-service-connector-internals#configuration-naming-convention */
const AZURE_KEY = /^AZURE_POSTGRESQL_(?:(.+)_)?([a-z]+)$/i;

function partsOf({ keyword, value }: { readonly keyword: string; readonly value: string }): readonly Part[] {
  return keyword === "connectionstring" && value !== "" ? partsIn(value) : partOf(keyword, value);
}

/**
 * Without the password, which is never used to sign in, and with the user's own name: the retired single server had
 * users named `user@server`, and old connections still have them.
 */
function usable(found: readonly Part[]): ConnectionParts {
  const { password: _, ...parts } = merged(found);
  const at = parts.user?.lastIndexOf("@") ?? -1;
  const server = parts.host?.split(".", 1)[0]?.toLowerCase();
  if (parts.user === undefined || at < 1 || parts.user.slice(at + 1).toLowerCase() !== server) return parts;
  return { ...parts, user: parts.user.slice(0, at) };
}

function isUsable({ host, database, user }: ConnectionParts): boolean {
  return (host ?? database ?? user) !== undefined;
}

/** Without the quotes that a connection string may have been copied with. */
function withoutQuotes(text: string): string {
  const string = text.trim();
  return /^(?:"[^"]+"|'[^']+')$/.test(string) ? string.slice(1, -1) : string;
}
