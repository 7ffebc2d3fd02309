import { code, inOurWords, sentence } from "../model/sentence.ts";
import { Invalid } from "./invalid.ts";

/** The parts of a connection string, as text that is not yet checked. */
export interface ConnectionParts {
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

type PartName = keyof ConnectionParts;
type Pair = readonly [PartName | undefined, string];

/**
 * Reads one connection string of the clients that Service Connector supports: JDBC, URI, libpq's `key=value` or
 * Npgsql's `Key=value;`. Takes time linear in the length of the text.
 * @throws Invalid when it is none of them, or contains two values for one part
 */
export function readConnectionString(text: string): ConnectionParts {
  const string = text.trim();
  if (/^jdbc:/i.test(string)) return readUri(string, /^jdbc:postgresql:\/\//i);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(string)) return readUri(string, /^postgres(ql)?(\+[a-z0-9]+)?:\/\//i);
  // Both forms are `key=value`. libpq comes first, because its keywords are few and exact.
  const found = readLibpq(string) ?? readNpgsql(string);
  if (found === undefined) {
    throw new Invalid(inOurWords("is not a connection string that this action can read"));
  }
  return found;
}

/** `//user:password@host:port/database?user=…&password=…`, each part optional and percent-encoded. */
function readUri(text: string, scheme: RegExp): ConnectionParts {
  if (!scheme.test(text)) throw new Invalid(inOurWords("is a URL of something other than PostgreSQL"));
  const rest = text.replace(scheme, "");
  const [found, authority = "", path = "", query = ""] = rest.match(/^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/) ?? [];
  if (found === undefined) throw new Invalid(inOurWords("is a URL that this action cannot read"));
  const at = authority.lastIndexOf("@");
  const [user = "", ...password] = at < 0 ? [] : authority.slice(0, at).split(":");
  const { host, port } = splitHostAndPort(authority.slice(at + 1));
  return merged([
    ["host", decoded(host)],
    ["port", port],
    ["database", decoded(path)],
    ["user", decoded(user)],
    ["password", decoded(password.join(":"))],
    ...query.split("&").map((parameter): Pair => {
      const [key = "", ...value] = parameter.split("=");
      return [LIBPQ_PARTS.get(decoded(key)), decoded(value.join("="))];
    }),
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Invalid(inOurWords("contains a `%` that does not start a valid escape"), {
      remedy: inOurWords("Write the character `%` as `%25`."),
    });
  }
}

/**
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
 * @returns undefined when it is another form
 */
function readLibpq(text: string): ConnectionParts | undefined {
  const scanner = scannerOf(text);
  const pairs: Pair[] = [];
  while (!scanner.atEnd()) {
    const key = scanner.take(/[a-z_]+/y);
    scanner.take(SPACES);
    if (key === undefined || !LIBPQ_KEYWORDS.has(key) || scanner.take(/=/y) === undefined) return undefined;
    scanner.take(SPACES);
    const quoted = scanner.take(/'(?:[^'\\]|\\.)*'/sy);
    const value = quoted?.slice(1, -1) ?? scanner.take(/(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*/sy) ?? "";
    if (scanner.take(SPACES) === "" && !scanner.atEnd()) return undefined;
    pairs.push([LIBPQ_PARTS.get(key), value.replace(/\\(.)/gs, "$1")]);
  }
  // `host=a;port=1` in one value is Npgsql's form.
  const isNpgsql = pairs.some(([part, value]) => part === "host" && value.includes(";"));
  return pairs.length === 0 || isNpgsql ? undefined : merged(pairs);
}

const LIBPQ_PARTS = new Map<string, PartName>([
  ["host", "host"],
  ["port", "port"],
  ["dbname", "database"],
  ["user", "user"],
  ["password", "password"],
]);

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
const LIBPQ_KEYWORDS = new Set(
  `${[...LIBPQ_PARTS.keys()].join(" ")}
  hostaddr passfile require_auth channel_binding connect_timeout client_encoding options application_name
  fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout
  replication gssencmode sslmode requiressl sslnegotiation sslcompression sslcert sslkey sslkeylogfile sslpassword
  sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version ssl_max_protocol_version
  min_protocol_version max_protocol_version krbsrvname gsslib gssdelegation scram_client_key scram_server_key
  oauth_issuer oauth_client_id oauth_client_secret oauth_scope service target_session_attrs load_balance_hosts`.split(
    /\s+/,
  ),
);

/**
 * https://www.npgsql.org/doc/connection-string-parameters.html, and for the quotes
 * https://learn.microsoft.com/dotnet/api/system.data.common.dbconnectionstringbuilder.connectionstring
 * @returns undefined when it is another form
 */
function readNpgsql(text: string): ConnectionParts | undefined {
  const scanner = scannerOf(text);
  const pairs: Pair[] = [];
  for (scanner.take(SEPARATORS); !scanner.atEnd(); scanner.take(SEPARATORS)) {
    const key = scanner.take(/[^=;"']+/y);
    if (key === undefined || scanner.take(/=/y) === undefined) return undefined;
    scanner.take(SPACES);
    const quoted = scanner.take(/"(?:[^"]|"")*"|'(?:[^']|'')*'/y);
    const value = quoted === undefined ? scanner.take(/[^;"'][^;]*/y)?.trim() : unquoted(quoted);
    scanner.take(SPACES);
    if (!scanner.atEnd() && scanner.take(/;/y) === undefined) return undefined;
    pairs.push(...npgsqlPairs(key, value ?? ""));
  }
  const isNpgsql = pairs.some(([part]) => part !== undefined && part !== "password");
  return isNpgsql ? merged(pairs) : undefined;
}

function npgsqlPairs(key: string, value: string): readonly Pair[] {
  const part = NPGSQL_PARTS.get(key.trim().toLowerCase().replace(/\s+/g, " "));
  if (part !== "host") return [[part, value]];
  const { host, port } = splitHostAndPort(value.replace(/^tcp:/i, ""));
  return [
    ["host", host],
    ["port", port],
  ];
}

const NPGSQL_PARTS = new Map<string, PartName>([
  ...["host", "server"].map((key) => [key, "host"] as const),
  ["port", "port"],
  ...["database", "db", "initial catalog"].map((key) => [key, "database"] as const),
  ...["username", "user name", "user id", "userid", "user", "uid"].map((key) => [key, "user"] as const),
  ...["password", "pwd", "psw"].map((key) => [key, "password"] as const),
]);

function unquoted(value: string): string {
  const quote = value.charAt(0);
  return value.slice(1, -1).replaceAll(quote + quote, quote);
}

const SPACES = /\s*/y;
const SEPARATORS = /[\s;]*/y;

/** Takes a text apart from its start to its end, without going back. */
function scannerOf(text: string) {
  let at = 0;
  return {
    atEnd: () => at === text.length,
    /** The text that the sticky expression matches here, or undefined. */
    take(expression: RegExp): string | undefined {
      expression.lastIndex = at;
      const found = expression.exec(text)?.[0];
      at += found?.length ?? 0;
      return found;
    },
  };
}

/** Splits `host`, `host:port` or `[::1]:port`. */
function splitHostAndPort(text: string): { host: string; port: string } {
  const [, address, name, port] = text.match(/^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/) ?? [];
  return { host: address ?? name ?? text, port: port ?? "" };
}

/** One value for each part. An empty value counts as absent. */
function merged(pairs: readonly Pair[]): ConnectionParts {
  const parts: { [P in PartName]?: string } = {};
  for (const [part, value] of pairs) {
    if (part === undefined || value === "") continue;
    // Apps append a token as a second password.
    if (parts[part] !== undefined && parts[part] !== value && part !== "password") throw twoValues(part);
    parts[part] = value;
  }
  return parts;
}

/** For a part that has two different values. */
export function twoValues(part: string): Invalid {
  return new Invalid(sentence`contains two values for ${code(part)}`, {
    remedy: inOurWords("Remove one of them."),
  });
}
