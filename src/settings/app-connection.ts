import { type ConnectionParts, readConnectionString } from "./connection-string.ts";

/**
 * The app's connection settings as Service Connector gave them: one connection string, `KEY=value` lines, or JSON.
 * https://learn.microsoft.com/azure/service-connector/how-to-integrate-postgres
 * @param meant tells, where they are of several connections, whether this can be the one
 * @returns what they say, as text, not yet checked; `user` without the server's name behind an `@`
 * @throws Error when they cannot be read, or it is not clear which connection is meant
 */
export function readAppConnection(
  text: string,
  meant: (connection: ConnectionParts) => boolean = () => true,
): ConnectionParts {
  const settings = settingsIn(text);
  const found =
    settings.length > 0 ? theOne(connectionsIn(settings), meant) : normal(readConnectionString(bare(text)));
  if (found.host === undefined && found.database === undefined && found.user === undefined) {
    throw new Error("it says neither host, nor database, nor user");
  }
  return found;
}

/**
 * Everything in it that is, or may be, a secret: as it stands there and as it is meant. What cannot be read is
 * searched all the same, because the log has to be safe before the mistake is told.
 */
export function secretsInAppConnection(text: string): readonly string[] {
  const secrets = new Set<string>();
  const add = (secret: string | undefined, shortest = 1) => {
    const value = secret?.trim() ?? "";
    if (value.length >= shortest) secrets.add(value);
  };
  for (const { key, value } of attempt(() => settingsIn(text)) ?? unreadable(text)) {
    if (SECRET_KEY.test(key)) add(value);
    else add(attempt(() => readConnectionString(value))?.password);
  }
  add(attempt(() => readConnectionString(bare(text)))?.password);
  // Where a value ends depends on a form that is not known here: every end is masked, but for a few letters that
  // would black out half of the log.
  for (const [, value = ""] of text.matchAll(SECRET_VALUE)) {
    for (const end of [/$/, /;/, /&/, /\s/, /[\s;&]/, /["']\s*[;,}&]?\s*$/]) {
      const raw = value.split(end, 1)[0]?.replace(/^["']|["'],?$/g, "");
      add(raw, 4);
      add(
        attempt(() => decodeURIComponent(raw ?? "")),
        4,
      );
    }
  }
  for (const [, password] of text.matchAll(/:\/\/[^\s/:@]*:([^\s/]+)@/g)) {
    add(password, 4);
    add(
      attempt(() => decodeURIComponent(password ?? "")),
      4,
    );
  }
  return [...secrets];
}

const SECRET_KEY = /(password|pwd|psw|secret|token|accesskey)$/i;
const SECRET_VALUE = /(?:password|passwd|pwd|psw|secret|token|accesskey)["']?\s*[=:]\s*([^\r\n]+)/gi;

interface Setting {
  readonly key: string;
  readonly value: string;
}

/** The settings in JSON or lines; none when the text is a bare connection string. */
function settingsIn(text: string): readonly Setting[] {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (/^[[{]/.test(body)) return fromJson(body);
  return body
    .split(/\r\n|\r|\n/)
    .flatMap(fromLine)
    .filter(({ key }) => connectionOf(key) !== undefined);
}

/** `az … connection list-configuration`, `az webapp config appsettings list`, or an object of settings. */
function fromJson(text: string): readonly Setting[] {
  const json = attempt<unknown>(() => JSON.parse(text));
  const list = isObject(json) && "configurations" in json ? json.configurations : json;
  if (Array.isArray(list)) {
    return list.flatMap((each: unknown) =>
      isObject(each) && typeof each.name === "string" && typeof each.value === "string"
        ? [{ key: each.name, value: each.value }]
        : [],
    );
  }
  if (!isObject(list)) throw new Error("it begins like JSON, but is none");
  return Object.entries(list).flatMap(([key, value]) => (typeof value === "string" ? [{ key, value }] : []));
}

/** `KEY=value` as in .env files, shells and Spring's properties; what is none is left out. */
function fromLine(line: string): readonly Setting[] {
  const [, key, value] =
    line.match(/^\s*(?:export\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[=:]\s*(.*?)\s*$/) ?? [];
  if (key === undefined || value === undefined) return [];
  const [, double, single] = value.match(/^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\s*(?:[#;,].*)?$/) ?? [];
  if (double !== undefined) return [{ key, value: double.replace(/\\(["\\$`])/g, "$1") }];
  if (single !== undefined) return [{ key, value: single }];
  return [{ key, value: value.replace(/\s+#.*$/, "") }]; // as in .env files: a # after white space is a comment
}

/** What a setting's name says: which connection it is of, and which part of it. */
function connectionOf(key: string): { connection: string; name: string } | undefined {
  const [, connection, name] = key.toUpperCase().match(AZURE_KEY) ?? [];
  if (name !== undefined) return { connection: connection ?? "the first", name };
  // Spring reads a.b-c, A_B_C and a_b_c alike: https://docs.spring.io/spring-boot/reference/features/external-config.html
  const spring = SPRING_KEYS.get(key.toLowerCase().replace(/[-_.]/g, ""));
  return spring === undefined ? undefined : { connection: "Spring's", name: spring };
}

/** https://learn.microsoft.com/azure/service-connector/concept-service-connector-internals#configuration-naming-convention */
const AZURE_KEY =
  /^AZURE_POSTGRESQL_(?:(.+)_)?(CONNECTIONSTRING|HOST|PORT|DATABASE|NAME|USERNAME|USER|PASSWORD|SSL|CLIENTID|CLIENTSECRET|TENANTID)$/;

const SPRING_KEYS = new Map([
  ["springdatasourceurl", "CONNECTIONSTRING"],
  ["springdatasourceusername", "USERNAME"],
  ["springdatasourcepassword", "PASSWORD"],
  ["springdatasourceazurepasswordlessenabled", "OTHER"],
  ["springdatasourcepasswordlessenabled", "OTHER"],
  ["springcloudazurecredentialclientid", "CLIENTID"],
  ["springcloudazurecredentialclientsecret", "CLIENTSECRET"],
  ["springcloudazurecredentialtenantid", "TENANTID"],
  ["springcloudazurecredentialclientmanagedidentityenabled", "OTHER"],
]);

/** What the settings say, by connection. */
function connectionsIn(settings: readonly Setting[]): ReadonlyMap<string, ConnectionParts> {
  const connections = new Map<string, Record<string, string>>();
  for (const { key, value } of settings) {
    const { connection = "", name = "" } = connectionOf(key) ?? {};
    const part = PARTS.get(name);
    if (part === undefined || value.trim() === "") continue;
    if (/^@Microsoft\.KeyVault\(/i.test(value)) {
      throw new Error(
        `${key} in it is a reference to a Key Vault, and what that holds cannot be seen from here`,
      );
    }
    const parts = connections.get(connection) ?? {};
    connections.set(connection, parts);
    const found = part === "string" ? readConnectionString(value) : { [part]: value.trim() };
    for (const [each, said] of Object.entries(found)) {
      if ((parts[each] ?? said) !== said && each !== "password")
        throw new Error(`it names two values for its ${each}`);
      parts[each] = said;
    }
  }
  return connections;
}

function theOne(
  connections: ReadonlyMap<string, ConnectionParts>,
  meant: (connection: ConnectionParts) => boolean,
): ConnectionParts {
  const all = [...connections.values()].map(normal);
  const [only, ...others] = all.length > 1 ? all.filter(meant) : all;
  if (only !== undefined && others.length === 0) return only;
  if (connections.size === 0) return {};
  throw new Error(
    `it holds ${connections.size} connections (${[...connections.keys()].join(", ")}), and \`host\`, \`database\` and \`grantee\` do not choose one of them`,
  );
}

/** What of a connection each setting says; `string` for all at once. */
const PARTS = new Map<string, keyof ConnectionParts | "string">([
  ["CONNECTIONSTRING", "string"],
  ["HOST", "host"],
  ["PORT", "port"],
  ["DATABASE", "database"],
  ["NAME", "database"], // Django
  ["USER", "user"],
  ["USERNAME", "user"],
]);

/**
 * Without the password, which is never used to sign in, and with the user's own name: `user@server` is how the
 * retired single server named its users, and how old connections still do.
 */
function normal({ password: _, ...parts }: ConnectionParts): ConnectionParts {
  const server = parts.host?.split(".")[0]?.toLowerCase();
  const [, user, suffix] = parts.user?.match(/^(.+)@([^@]*)$/s) ?? [];
  return user !== undefined && suffix?.toLowerCase() === server ? { ...parts, user } : parts;
}

/** Without the quotes that a string may have been copied with. */
function bare(text: string): string {
  const string = text.replace(/^\uFEFF/, "").trim();
  return /^(["'])(?:(?!\1).)+\1$/s.test(string) ? string.slice(1, -1) : string;
}

/** Broken JSON cannot say which of its values is the secret. */
function unreadable(text: string): readonly Setting[] {
  return [...text.matchAll(/"value"\s*:\s*"((?:[^"\\]|\\.){4,})"/g)].map(([, value = ""]) => ({
    key: "secret",
    value,
  }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function attempt<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
