import { code, inOurWords, sentence } from "../model/sentence.ts";
import { Invalid } from "./invalid.ts";

type PartName = "host" | "port" | "database" | "user" | "password";

/** The parts of a connection, as text that is not yet checked. */
export type ConnectionParts = Readonly<Partial<Record<PartName, string>>>;

/** One part and its value, which is empty if it is absent. */
export type Part = readonly [name: PartName, value: string];

/** What the forms call each part, in lower case. */
const KEYWORDS = new Map<PartName, readonly string[]>([
  ["host", ["host", "server"]],
  ["port", ["port"]],
  ["database", ["database", "dbname", "db", "initial catalog", "name"]],
  ["user", ["user", "username", "user name", "user id", "userid", "uid"]],
  ["password", ["password", "pwd", "psw"]],
]);

/** The part that a keyword is for; none if it is for something else. */
export function partOf(keyword: string, value: string): readonly Part[] {
  return [...KEYWORDS].filter(([, keywords]) => keywords.includes(keyword)).map(([name]) => [name, value]);
}

/**
 * Reads one connection string of the clients that Service Connector supports: JDBC, URI, libpq's `key=value` or
 * Npgsql's `Key=value;`. Takes time linear in the length of the text.
 * @throws Invalid when it is none of them
 */
export function partsIn(text: string): readonly Part[] {
  const string = text.trim();
  if (/^(jdbc:|[a-z][a-z0-9+.-]*:\/\/)/i.test(string)) return partsInUri(string);
  const found = FORMS.map((form) => partsInPairs(string, form)).find((parts) =>
    parts.some(([name]) => name !== "password"),
  );
  if (found !== undefined) return found;
  throw new Invalid(inOurWords("contains no connection that this action can read"));
}

/** `//user:password@host:port/database?user=…&password=…`, each part optional and percent-encoded. */
const URI =
  /^(?:jdbc:)?postgres(?:ql)?(?:\+[a-z0-9]+)?:\/\/(?:([^/?#]*)@)?(?:\[([^\]]*)\]|([^/?#:@]*))(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/i;

function partsInUri(text: string): readonly Part[] {
  const [found, login = "", address, host = "", port = "", database = "", query] = URI.exec(text) ?? [];
  if (found === undefined) throw new Invalid(inOurWords("is not a URL of PostgreSQL that this action can read"));
  const [user = "", ...password] = login.split(":");
  try {
    return [
      ["host", decodeURIComponent(address ?? host)],
      ["port", port],
      ["database", decodeURIComponent(database)],
      ["user", decodeURIComponent(user)],
      ["password", decodeURIComponent(password.join(":"))],
      ...[...new URLSearchParams(query)].flatMap(([key, value]) => partOf(key, value)),
    ];
  } catch {
    throw new Invalid(inOurWords("contains a `%` that does not start a valid escape"), {
      remedy: inOurWords("Write the character `%` as `%25`."),
    });
  }
}

/** A form of `key=value` pairs. */
interface Form {
  /** One pair with what separates it from the next one. */
  readonly pair: RegExp;
  /** A name has it only in quotes: it is a separator of the other form. */
  readonly foreign: string;
  /** The value without quotes and escapes. */
  readonly read: (value: string) => string;
}

const FORMS: readonly Form[] = [
  // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
  {
    pair: /([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)?(?:\s+|$)/gsy,
    foreign: ";",
    read: (value) => value.replace(/^'(.*)'$/s, "$1").replace(/\\(.)/gs, "$1"),
  },
  // https://www.npgsql.org/doc/connection-string-parameters.html, and for the quotes
  // https://learn.microsoft.com/dotnet/api/system.data.common.dbconnectionstringbuilder.connectionstring
  {
    pair: /[\s;]*([^\s=;"'][^=;"']*)=\s*(?:("(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s;"'][^;]*)\s*)?(?:;[\s;]*|$)/gy,
    foreign: "=",
    read: (value) =>
      value.trimEnd().replace(/^(["'])(.*)\1$/s, (_, quote, text) => text.replaceAll(quote + quote, quote)),
  },
];

/** The parts in a text that consists of such pairs, and of nothing else. */
function partsInPairs(text: string, { pair, foreign, read }: Form): readonly Part[] {
  const pairs = [...text.matchAll(pair)];
  const last = pairs.at(-1);
  if (last === undefined || last.index + last[0].length < text.length) return [];
  const parts = pairs.flatMap(([, key = "", value = ""]) => partOf(key.trim().toLowerCase(), value));
  const isForeign = ([name, value]: Part) => name !== "password" && !/^["']/.test(value) && value.includes(foreign);
  return parts.some(isForeign) ? [] : parts.map(([name, value]) => [name, read(value)]);
}

/** One value for each part. */
export function merged(parts: readonly Part[]): ConnectionParts {
  const values: Partial<Record<PartName, string>> = {};
  for (const [name, value] of parts) {
    if (value === "") continue;
    // Apps append a token as a second password.
    if ((values[name] ?? value) !== value && name !== "password") {
      throw new Invalid(sentence`contains two values for ${code(name)}`, { remedy: inOurWords("Remove one of them.") });
    }
    values[name] = value;
  }
  return values;
}
