import { X509Certificate } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { CLOUDS, type CloudName } from "../model/clouds.ts";
import type { PrivilegeList } from "../model/demand.ts";
import type { Privilege } from "../model/privileges.ts";
import { nearest } from "../text/near.ts";

// Parsers of single inputs: text in, value out. What is wrong is thrown as an Error whose message completes the
// sentence "got …;" and is never the value itself, which may be a secret.

/** One of these words exactly. */
export function choice<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const word = text.trim();
    const found = choices.find((each) => each === word);
    if (found === undefined) throw new Error(`it is none of them${didYouMean(word, choices)}`);
    return found;
  };
}

/** The same words as `core.getBooleanInput`: https://yaml.org/spec/1.2/spec.html#id2804923 */
export function boolean(text: string): boolean {
  const word = text.trim();
  if (["true", "True", "TRUE"].includes(word)) return true;
  if (["false", "False", "FALSE"].includes(word)) return false;
  throw new Error("it is neither");
}

export function port(text: string): number {
  const number = Number(text.trim());
  if (!/^[1-9]\d{0,4}$/.test(text.trim()) || number > 65535) throw new Error("it is no port number");
  return number;
}

/** azure/login's names, in any case, as there. */
export function cloudName(text: string): CloudName {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(CLOUDS, name)) return name as CloudName;
  throw new Error(
    `it is no cloud${didYouMean(name, Object.keys(CLOUDS))} (a GitHub environment belongs on the job: \`jobs.<job_id>.environment\`)`,
  );
}

/** https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals: an ID is a GUID. */
export function clientId(text: string): string {
  const id = text.trim();
  if (!GUID.test(id)) throw new Error("it is no GUID");
  return id;
}

export function tenantId(text: string): string {
  const id = text.trim();
  if (!GUID.test(id) && !DOMAIN.test(id)) throw new Error("it is neither a GUID nor a domain name");
  return id;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** Verbatim, but for the line ends that a secret read from a file brings along. */
export function secret(text: string): string {
  return text.replace(/^[\r\n]+|[\r\n]+$/g, "");
}

/**
 * A server's host name; a bare one gets the cloud's suffix, `localhost` and addresses stay as they are.
 * @param suffix with its leading dot
 */
export function host(suffix: string): (text: string) => string {
  return (text) => {
    const name = text.trim();
    if (isIP(name)) return name;
    if (/[=/@;]/.test(name))
      throw new Error("it is no host name (connection strings go in `app-connection`)");
    if (name.includes(":")) throw new Error("it is no host name (the port goes in `port`)");
    // Resolvers read `10.1` or `1.2.3.0x4` as an address, and not as the one it looks like.
    const lastLabel = name.replace(/\.$/, "").split(".").at(-1) ?? "";
    if (
      name.length > 253 ||
      !HOST.test(name) ||
      (name.includes(".") && /^(\d+|0x[0-9a-f]*)$/i.test(lastLabel))
    ) {
      throw new Error("it is no host name");
    }
    return name.includes(".") || name.toLowerCase() === "localhost" ? name : name + suffix;
  };
}

const HOST = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** Whether a connection to this host stays on this machine. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0
    ? host.toLowerCase() === "localhost"
    : LOOPBACK.check(host, family === 4 ? "ipv4" : "ipv6");
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** One name, verbatim but for white space at its ends. */
export function name(text: string): string {
  const [only, ...more] = lines(text);
  if (only === undefined || more.length > 0) throw new Error("it has more than one line");
  return fitting(only);
}

/** Names, one a line, in order, doubles dropped. */
export function names(text: string): readonly string[] {
  return lines(text).map(fitting);
}

/**
 * The lines that are not blank, in order, doubles dropped. White space at a line's ends is cut, as the runner's
 * own toolkit does with a value: a name cannot begin or end with it. Nothing else is touched.
 */
export function lines(text: string): readonly string[] {
  const found = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  return [...new Set(found.filter((line) => line !== ""))];
}

/** PostgreSQL cuts a longer name without an error, and would then work on another object. */
function fitting(name: string): string {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new Error(
      `a name in it is longer than ${MAX_NAME_BYTES} bytes, and PostgreSQL cuts such names short`,
    );
  }
  return name;
}

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS (NAMEDATALEN - 1) */
const MAX_NAME_BYTES = 63;

export function schemas(text: string): readonly string[] | "*" {
  const found = names(text);
  if (!found.includes("*")) return found;
  if (found.length > 1) throw new Error("'*' does not go with other names");
  return "*";
}

/** `ALL`, or some of `known`, in any case, in order, doubles dropped. */
export function privileges<P extends Privilege>(known: readonly P[]): (text: string) => PrivilegeList<P> {
  return (text) => {
    const words = text
      .trim()
      .split(/[,\r\n]/)
      .map((word) => word.trim().toUpperCase());
    if (words.includes("ALL")) {
      if (words.length > 1) throw new Error("`ALL` does not go with others");
      return "ALL";
    }
    const found = words.map((word) => {
      const privilege = known.find((each) => each === word);
      if (privilege !== undefined) return privilege;
      if (word === "") throw new Error("an item in it is empty (a variable that is not set?)");
      throw new Error(`${JSON.stringify(word)} is no such privilege${didYouMean(word, ["ALL", ...known])}`);
    });
    return [...new Set(found)];
  };
}

/**
 * CA certificates as PEM text.
 * @param readFile reads the file that a text without a certificate in it names
 */
export function rootCertificates(readFile: (path: string) => string): (text: string) => string {
  return (text) => {
    const pem = text.includes("-----BEGIN") ? text : fileNamed(text.trim(), readFile);
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs);
    if (certificates === null) throw new Error("there is no CERTIFICATE block in it");
    for (const [index, certificate] of certificates.entries()) {
      try {
        new X509Certificate(certificate);
      } catch {
        throw new Error(`certificate ${index + 1} in it cannot be read`);
      }
    }
    return `${certificates.join("\n")}\n`; // the certificates only: whatever else the file holds goes nowhere
  };
}

function fileNamed(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new Error(`no such file can be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
  }
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : `, did you mean \`${near}\`?`;
}
