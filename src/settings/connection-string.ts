/** What a connection string says, as text: checked where it is used. */
export interface ConnectionParts {
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
}

type Part = keyof ConnectionParts;

/**
 * Reads one connection string of the clients that Service Connector knows: JDBC, URI, libpq's `key=value` or
 * Npgsql's `Key=value;`.
 * @throws Error when it is none of them, or says one thing twice and differently
 */
export function readConnectionString(text: string): ConnectionParts {
  const string = text.trim();
  if (/^jdbc:/i.test(string)) return readUri(string, /^jdbc:postgresql:\/\//i);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(string)) return readUri(string, /^postgres(ql)?(\+[a-z0-9]+)?:\/\//i);
  // Both kinds are `key=value`, so each has a try; libpq's keywords are few and exact.
  const found = readLibpq(string) ?? readNpgsql(string);
  if (found === undefined) throw new Error("it is no connection string that this action can read");
  return found;
}

/** `//user:password@host:port/database?user=…&password=…`, with or without each part, `%` escapes in all of them. */
function readUri(text: string, scheme: RegExp): ConnectionParts {
  if (!scheme.test(text)) throw new Error("it is the address of something else than PostgreSQL");
  const rest = text.replace(scheme, "");
  const [, authority = "", path = "", query = ""] =
    rest.match(/^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/) ?? [];
  if (rest !== "" && authority + path + query === "") throw new Error("its address cannot be read");
  const at = authority.lastIndexOf("@");
  const [user, ...password] = at < 0 ? [] : authority.slice(0, at).split(":");
  const { host, port } = hostAndPort(authority.slice(at + 1));
  const pairs: [string, string][] = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => [decoded(pair.split("=", 1)[0] ?? ""), decoded(pair.split("=").slice(1).join("="))]);
  return merged([
    ["host", decoded(host)],
    ["port", port],
    ["database", decoded(path)],
    ["user", decoded(user ?? "")],
    ["password", decoded(password.join(":"))],
    ...pairs.map(([key, value]) => [LIBPQ_PARTS.get(key), value] as const),
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error("a % escape in it cannot be read");
  }
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE */
function readLibpq(text: string): ConnectionParts | undefined {
  const pairs: [Part | undefined, string][] = [];
  const pair =
    /\s*([a-z_]+)\s*=\s*('((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)|(?=\s|$))(?=\s|$)/sy;
  while (pair.lastIndex < text.length) {
    const [found, key = "", , quoted, plain] = pair.exec(text) ?? [];
    if (found === undefined || !LIBPQ_KEYWORDS.has(key)) return undefined;
    pairs.push([LIBPQ_PARTS.get(key), (quoted ?? plain ?? "").replace(/\\(.)/gs, "$1")]);
  }
  // `host=a;port=1`, all in one value, is Npgsql's.
  if (pairs.length === 0 || pairs.some(([part, value]) => part === "host" && value.includes(";")))
    return undefined;
  return merged(pairs);
}

const LIBPQ_PARTS = new Map<string, Part>([
  ["host", "host"],
  ["port", "port"],
  ["dbname", "database"],
  ["user", "user"],
  ["password", "password"],
]);

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS */
const LIBPQ_KEYWORDS = new Set([
  ...LIBPQ_PARTS.keys(),
  ...["hostaddr", "passfile", "service", "channel_binding", "connect_timeout", "client_encoding", "options"],
  ...[
    "application_name",
    "fallback_application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
  ],
  ...[
    "keepalives_count",
    "tcp_user_timeout",
    "replication",
    "gssencmode",
    "sslmode",
    "requiressl",
    "sslcert",
  ],
  ...["sslnegotiation", "sslcompression", "sslkey", "sslpassword", "sslcertmode", "sslrootcert", "sslcrl"],
  ...["sslcrldir", "sslsni", "requirepeer", "require_auth", "krbsrvname", "gsslib", "gssdelegation"],
  ...["ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version"],
  ...["target_session_attrs", "load_balance_hosts", "scram_client_key", "scram_server_key", "sslkeylogfile"],
]);

/**
 * https://www.npgsql.org/doc/connection-string-parameters.html, and for the quoting
 * https://learn.microsoft.com/dotnet/api/system.data.common.dbconnectionstringbuilder.connectionstring
 */
function readNpgsql(text: string): ConnectionParts | undefined {
  const pairs: (readonly [Part | undefined, string])[] = [];
  const pair = /[\s;]*(?:([^=;"']+?)\s*=\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[^;"'\s][^;]*|)\s*(?:;|$)|$)/sy;
  while (pair.lastIndex < text.length) {
    const [found, key, value = ""] = pair.exec(text) ?? [];
    if (found === undefined) return undefined;
    if (key === undefined) break; // only semicolons were left
    const part = NPGSQL_PARTS.get(key.toLowerCase().replace(/\s+/g, " "));
    const plain = unquoted(value.trim());
    if (part !== "host") {
      pairs.push([part, plain]);
      continue;
    }
    const { host, port } = hostAndPort(plain.replace(/^tcp:/i, ""));
    pairs.push(["host", host]);
    if (port !== "") pairs.push(["port", port]);
  }
  const known = pairs.some(([part]) => part !== undefined && part !== "password");
  return known ? merged(pairs) : undefined;
}

const NPGSQL_PARTS = new Map<string, Part>([
  ...["host", "server"].map((key) => [key, "host"] as const),
  ["port", "port"],
  ...["database", "db", "initial catalog"].map((key) => [key, "database"] as const),
  ...["username", "user name", "user id", "userid", "user", "uid"].map((key) => [key, "user"] as const),
  ...["password", "pwd", "psw"].map((key) => [key, "password"] as const),
]);

function unquoted(value: string): string {
  const quote = value[0];
  if ((quote !== '"' && quote !== "'") || value.length < 2) return value;
  return value.slice(1, -1).replaceAll(quote + quote, quote);
}

/** `host`, `host:port` or `[::1]:port`. */
function hostAndPort(text: string): { host: string; port: string } {
  const [, address, name, port] = text.match(/^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/) ?? [];
  return { host: address ?? name ?? text, port: port ?? "" };
}

/** One value for each part; empty is as good as absent. */
function merged(pairs: readonly (readonly [Part | undefined, string])[]): ConnectionParts {
  const parts: { [P in Part]?: string } = {};
  for (const [part, value] of pairs) {
    if (part === undefined || value === "") continue;
    if (parts[part] !== undefined && parts[part] !== value && part !== "password") {
      throw new Error(`it names two values for its ${part}`);
    }
    parts[part] = value;
  }
  return parts;
}
