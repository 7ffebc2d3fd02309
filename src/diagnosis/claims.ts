import { withoutSecrets } from "../text/secrets.ts";

/** The claims of a token, never the token itself. Its issuer may change them at any time. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a JWT, unverified, for diagnosis only; nothing if it cannot be read, which is not an error. */
export function claimsOf(token: string): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** A claim as text; nothing if it is absent or not plain text. Cut, because nobody checked it. */
export function claim(claims: Claims | undefined, name: string): string | undefined {
  const value = claims?.[name];
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return withoutSecrets(String(value)).slice(0, 300);
}
