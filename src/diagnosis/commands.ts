import type { Claims } from "./claims.ts";
import type { Context } from "./rules.ts";

/** A word for a POSIX shell, quoted where it needs to be; `<placeholders>` stay as they are, to be filled in. */
export function shell(word: string): string {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Set off from the sentence around it, as the report's renderers know it. */
export function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

type Options = Readonly<Record<string, string>>;

/** A command of the Azure CLI to type. */
export function az(command: string, options: Options = {}): string {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shell(value)}`);
  return code(["az", command, ...words].join(" "));
}

/** The same for something on the server of this context. */
export function azServer(command: string, context: Context, options: Options = {}): string {
  const of = { "resource-group": "<resource-group>", "server-name": serverName(context) };
  return az(`postgres flexible-server ${command}`, { ...of, ...options });
}

/** The same for the server itself. */
export function azShow(context: Context, query: string): string {
  const of = { "resource-group": "<resource-group>", name: serverName(context) };
  return az("postgres flexible-server show", { ...of, query });
}

/** The server's own name, as `az` wants it. */
function serverName({ host }: Context): string {
  return host?.match(/^([a-z0-9-]+)\.postgres\.database\./i)?.[1] ?? "<server>";
}

export function hostAndPort({ host = "<host>", port = 5432 }: Context): string {
  return `${host}:${port}`;
}

/** A claim as text; nothing when it is not there or no plain text. Cut, for nobody checked it. */
export function claim(claims: Claims | undefined, name: string): string | undefined {
  const value = claims?.[name];
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).slice(0, 300);
}

/** What the token that was sent to PostgreSQL says of itself, as a sentence; empty when it cannot be read. */
export function tokenSays({ token }: Context): string {
  const said = ["oid", "appid", "idtyp", "tid", "aud"].flatMap((name) => {
    const value = claim(token, name);
    return value === undefined ? [] : [`${name} ${value}`];
  });
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11) {
    said.push(`valid until ${new Date(expires * 1000).toISOString()}`);
  }
  return said.length === 0 ? "" : `The token of this run says of itself: ${said.join(", ")}. `;
}
