/** What a token says of itself; never the token. Its issuer may change what is in it at any time. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a JWT, unverified and for diagnosis only; nothing when it cannot be read, which is no mistake. */
export function claimsOf(token: string): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}
