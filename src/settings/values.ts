import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { CLOUDS, type CloudName } from "../model/clouds.ts";
import type { PrivilegeList } from "../model/demand.ts";
import { GUID } from "../model/entra-label.ts";
import type { Privilege } from "../model/privileges.ts";
import { EMPTY, inOurWords, isEmpty, type Sentence, sentence } from "../model/sentence.ts";
import { series } from "../text/count.ts";
import { linesOf } from "../text/escape.ts";
import { distinctBy } from "../text/groups.ts";
import { didYouMean } from "../text/near.ts";
import { RESERVED_ROLE } from "../text/sql.ts";
import { Invalid, parsed, resultOf, UNSET_VARIABLE } from "./invalid.ts";

// Parsers of single inputs: text in, value out. Each takes time linear in the length of the text, and throws Invalid.

/**
 * One of these words exactly.
 * @param otherwise advice for a text that is not like one of them
 */
export function choice<T extends string>(choices: readonly T[], otherwise = EMPTY): (text: string) => T {
  return (text) => {
    const word = text.trim();
    const found = choices.find((each) => each === word);
    if (found !== undefined) return found;
    const near = didYouMean(word, choices);
    throw new Invalid(inOurWords("is not valid"), { advice: isEmpty(near) ? otherwise : near });
  };
}

/** The choices as text: "`a`, `b` or `c`". */
export function oneOf(choices: readonly string[]): string {
  const all = choices.map((each) => `\`${each}\``);
  return series(all, "or");
}

/** The same words as `core.getBooleanInput`: https://yaml.org/spec/1.2/spec.html#id2804923 */
export function boolean(text: string): boolean {
  return choice(["true", "false", "True", "False", "TRUE", "FALSE"])(text).toLowerCase() === "true";
}

/** Properties of an input that is false if it is not set. */
export const BOOLEAN = { use: oneOf(["true", "false"]), default: "false", inFile: "boolean" } as const;

/** A TCP port. */
export function port(text: string): number {
  const digits = text.trim();
  if (!/^[1-9]\d{0,4}$/.test(digits) || Number(digits) > 65535) throw new Invalid(inOurWords("is not a port number"));
  return Number(digits);
}

/** The names of azure/login, in any case, as there. */
export function cloudName(text: string): CloudName {
  return choice(Object.keys(CLOUDS) as CloudName[], GITHUB_ENVIRONMENT)(text.toLowerCase());
}

const GITHUB_ENVIRONMENT = inOurWords("For a GitHub environment, set `jobs.<job_id>.environment` on the job.");

/** https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals: an ID is a GUID. */
export function clientId(text: string): string {
  const id = text.trim();
  if (!GUID.test(id)) throw new Invalid(inOurWords("is not a GUID"));
  if (/^[0-]+$/.test(id)) throw new Invalid(inOurWords("is a placeholder"));
  return id;
}

/** The object ID of an identity in Entra, in lower case. */
export const objectId = (text: string): string => clientId(text).toLowerCase();

/** Object IDs, one per line, in order. One may be there several times: several roles can be bound to one identity. */
export const objectIds = eachLine(objectId);

/** A tenant's GUID or domain name. */
export function tenantId(text: string): string {
  const id = text.trim();
  if (!GUID.test(id) && !DOMAIN.test(id)) throw new Invalid(inOurWords("is not a GUID or a domain name"));
  return id;
}

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** The text as it is, without the line breaks at its ends that a secret from a file has. */
export function secret(text: string): string {
  return text.replace(/^[\r\n]+|(?<![\r\n])[\r\n]+$/g, "");
}

/** Properties of an input that is a secret. */
export const SECRET_INPUT = { secrets: (text: string) => [secret(text)] } as const;

/**
 * A server's host name. A bare name gets the cloud's suffix; `localhost` and IP addresses stay as they are.
 * @param suffix returns it with its leading dot
 * @param forConnectionString advice for a text that looks like a connection string
 */
export function hostName(suffix: () => string, forConnectionString: Sentence): (text: string) => string {
  return (text) => {
    const name = text.trim();
    if (isIP(name)) return name;
    for (const [form, problem, remedy] of NOT_HOSTS)
      if (form.test(name)) throw new Invalid(inOurWords(problem), { remedy: inOurWords(remedy) });
    if (!isHostName(name)) {
      const port = name.includes(":") ? "The port goes in `port`." : "";
      const other = name.includes("@") ? "Only what follows the `@` is the host. The user goes in `user`." : port;
      throw new Invalid(inOurWords("is not a host name"), {
        advice: /[=/;]/.test(name) ? forConnectionString : inOurWords(other),
      });
    }
    return name.includes(".") || name.toLowerCase() === "localhost" ? name : name + suffix();
  };
}

/** Host names as `hostName` reads each, one per line, in order. Of two that differ only in case, the first one stays. */
export function hostNames(suffix: () => string, forConnectionString: Sentence): (text: string) => readonly string[] {
  const all = eachLine(hostName(suffix, forConnectionString));
  return (text) => distinctBy(all(text), (host) => host.toLowerCase());
}

const NOT_HOSTS: readonly (readonly [form: RegExp, problem: string, remedy: string])[] = [
  [/^https?:\/\//i, "is a URL", "Use the server name only, without `https://`."],
  [/^(undefined|null|none|nil)$/i, "stands for a missing value", "Check the variable, secret or output it comes from."],
  // https://learn.microsoft.com/azure/horizondb/ and https://learn.microsoft.com/azure/cosmos-db/postgresql/
  [
    /\.(horizondb|postgres\.cosmos)\.azure\.com\.?$/i,
    "is a cluster of Azure HorizonDB or Azure Cosmos DB for PostgreSQL",
    "Use the name of a flexible server of Azure Database for PostgreSQL.",
  ],
];

function isHostName(name: string): boolean {
  if (name.length > 253) return false;
  const labels = name.replace(/\.$/, "").split(".");
  if (!labels.every((label) => LABEL.test(label))) return false;
  // Resolvers read `10.1` and `1.2.3.0x4` as another address than the one it looks like.
  return labels.length === 1 || !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "");
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** One name, as it is except for white space at its ends. */
export function name(text: string): string {
  const [only = "", ...more] = names(text);
  if (more.length > 0) throw new Invalid(inOurWords("has more than one line"));
  return only;
}

/** The name of a role that can be created. */
export function newRole(text: string): string {
  const role = name(text);
  const remedy = inOurWords("Use a name other than `public` and `none` that does not begin with `pg_`.");
  if (RESERVED_ROLE.test(role)) throw new Invalid(inOurWords("is reserved by PostgreSQL"), { remedy });
  return role;
}

/** Names, one per line, in order, each once. */
export function names(text: string): readonly string[] {
  return [...new Set(eachLine(checkedName)(text))];
}

/**
 * The lines that are not blank, in order, each once. White space at the ends of a line is removed, as the runner's
 * toolkit removes it from a value, so a name cannot begin or end with it. Nothing else is changed.
 */
export function lines(text: string): readonly string[] {
  return [...new Set(eachLine(withoutNul)(text))];
}

/** Reads each line that is not blank, in order. A line that is refused is the item of the mistake. */
function eachLine<V>(parse: (line: string) => V): (text: string) => readonly V[] {
  return (text) => {
    return linesOf(text)
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((item) =>
        parsed(item, parse, ({ problem, details }) => {
          throw new Invalid(problem, { item, ...details });
        }),
      );
  };
}

/** PostgreSQL's protocol ends a text at a NUL. */
function withoutNul(line: string): string {
  if (line.includes("\0")) throw new Invalid(inOurWords("contains a NUL character"));
  return line;
}

/** PostgreSQL would truncate a longer name: another object would be meant. */
function checkedName(name: string): string {
  if (Buffer.byteLength(withoutNul(name)) <= MAX_NAME_BYTES) return name;
  throw new Invalid(sentence`is longer than ${MAX_NAME_BYTES} bytes`, {
    remedy: inOurWords("PostgreSQL truncates longer names. Use the name as the server stores it."),
  });
}

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS (NAMEDATALEN - 1) */
const MAX_NAME_BYTES = 63;

/** Schema names, one per line, or `*` alone. */
export function schemas(text: string): readonly string[] | "*" {
  const found = names(text);
  if (!found.includes("*")) return found;
  if (found.length > 1) throw new Invalid(inOurWords("contains `*` and schema names"));
  return "*";
}

/** `ALL`, or some of `known`, in any case, in order, each once. */
export function privileges<P extends Privilege>(known: readonly P[]): (text: string) => PrivilegeList<P> {
  return (text) => {
    const found = listed(["ALL", ...known])(text);
    if (found.length > 1 && found.includes("ALL")) throw new Invalid(inOurWords("contains `ALL` and other privileges"));
    return found.includes("ALL") ? "ALL" : found.filter((each) => each !== "ALL");
  };
}

/**
 * Some of `known`, separated by commas, line breaks, or a comma at the end of a line, in any case, in order, each once.
 * @param always one of them, without which the text is refused
 */
export function listed<P extends string>(known: readonly P[], always?: P): (text: string) => readonly P[] {
  return (text) => {
    const words = text
      .trim()
      .split(/,[ \t]*(?:\r\n|\r|\n)?|\r\n|\r|\n/)
      .map((word) => word.trim());
    const found = words.map((word) => {
      const privilege = known.find((each) => each === word.toUpperCase());
      if (privilege !== undefined) return privilege;
      if (word === "") throw new Invalid(inOurWords("contains an empty item"), { remedy: UNSET_VARIABLE });
      throw new Invalid(inOurWords("is not valid"), { item: word, advice: didYouMean(word, known) });
    });
    if (always !== undefined && !found.includes(always)) throw new Invalid(inOurWords(`does not contain ${always}`));
    return [...new Set(found)];
  };
}

/** CA certificates as PEM text, from a text that has them or the path of a file. */
export function rootCertificates(text: string): string {
  const pem = text.includes("-----BEGIN") ? text : contentOf(text.trim());
  // The certificates only: whatever else the file contains goes nowhere.
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g) ?? [];
  if (certificates.length === 0) throw new Invalid(inOurWords("contains no CERTIFICATE block"));
  const broken = certificates.findIndex((each) => resultOf(() => new X509Certificate(each)) === undefined);
  if (broken !== -1) throw new Invalid(sentence`contains a certificate that cannot be read (number ${broken + 1})`);
  return certificates.map((certificate) => `${certificate}\n`).join("");
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Invalid(inOurWords(`names a file that cannot be read (${reason})`));
  }
}
