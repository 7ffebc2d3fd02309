import { randomUUID } from "node:crypto";
import { createServer } from "node:https";
import { type CryptoKey, decodeJwt, errors, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Certificates } from "./certificates.ts";
import { close, failures, jsonListener, listen } from "./http.ts";

/** Azure Database for PostgreSQL in the three clouds; the sandbox knows all of them. */
const POSTGRESQL_RESOURCES = [
  "https://ossrdbms-aad.database.windows.net",
  "https://ossrdbms-aad.database.usgovcloudapi.net",
  "https://ossrdbms-aad.database.chinacloudapi.cn",
];

/** Azure's resource manager in the three clouds. */
const RESOURCE_MANAGERS = [
  "https://management.azure.com",
  "https://management.core.usgovcloudapi.net",
  "https://management.core.chinacloudapi.cn",
];

/** RFC 7523, section 2.2 */
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const FEDERATION_HELP =
  "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";

export type AppRegistration = {
  clientId: string;
  tenantId: string;
  /** Of its service principal. */
  objectId: string;
  secrets?: { value: string; expires?: Date }[];
  federatedCredentials?: { issuer: string; subject: string; audience: string }[];
  /** The PostgreSQL roles this identity may sign in as. A role belongs to one identity. */
  roles: string[];
};

/** A token request, without secret and signature. */
type TokenRequest = {
  tenantId: string;
  clientId: string | null;
  scope: string | null;
  grantType: string | null;
  /** The claims of the client assertion, if there was a readable one. */
  assertion?: JWTPayload;
  /** `issued`, `cached` (the token of an earlier request), an AADSTS number, or `failed` after `failNext`. */
  outcome: "issued" | "cached" | "failed" | number;
};

export type Entra = {
  /** For `AZURE_AUTHORITY_HOST`. */
  url: string;
  requests: TokenRequest[];
  /** Seconds, for tokens issued from now on; `reset` first if one is still valid. Negative: already expired. */
  tokenLifetime: number;
  register(app: AppRegistration): void;
  /** Deletes an application. Its role can belong to another one then. */
  remove(app: AppRegistration): void;
  failNext(count: number, status: number): void;
  /** Revokes every token: the next request gets a new one, and the database refuses the old ones. */
  reset(): Promise<void>;
  /** What its access tokens are checked with. */
  publicKey: CryptoKey;
  close(): Promise<void>;
};

type Refusal = { code: number; status: number; error: string; text: string };
type Issued = { audience: string; expires: number; token: Promise<string> };

/** One pair for the process, as in ./github.ts. */
const { privateKey, publicKey } = await generateKeyPair("RS256");

/**
 * Stands in for login.microsoftonline.com: the v2.0 token endpoint, client credentials only.
 * `setPassword` makes the database accept a token of an identity (or none) as a role's password until `expires`, and
 * says whether it does.
 * `issuers` are the keys of those whose assertions can be checked.
 */
export async function startEntra(options: {
  certificates: Certificates;
  issuers: Record<string, CryptoKey>;
  setPassword(role: string, token: string | null, expires: Date, objectId?: string): Promise<boolean>;
}): Promise<Entra> {
  const apps = new Map<string, AppRegistration>();
  const tokens = new Map<string, Issued>();
  const failing = failures();

  const server = createServer(
    { cert: options.certificates.certificate, key: options.certificates.key },
    jsonListener(async (request, url, body) => {
      const [tenantId = "", ...path] = url.pathname.slice(1).split("/");
      const route = `${request.method} ${path.join("/")}`;
      if (route === "GET v2.0/.well-known/openid-configuration") return discovery(tenantId);
      if (route !== "POST oauth2/v2.0/token") return { status: 404, json: {} };
      return token(tenantId, new URLSearchParams(body), url.searchParams.get("client-request-id") ?? randomUUID());
    }),
  );

  // For any tenant: the SDK has the real hosts' metadata built in, and meets an unknown tenant at the token.
  function discovery(tenantId: string) {
    const base = `${entra.url}/${tenantId}`;
    const json = {
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    };
    return { status: 200, json };
  }

  async function token(tenantId: string, form: URLSearchParams, correlationId: string) {
    const record: TokenRequest = {
      tenantId,
      clientId: form.get("client_id"),
      scope: form.get("scope"),
      grantType: form.get("grant_type"),
      outcome: "failed",
    };
    const claims = readClaims(form.get("client_assertion"));
    if (claims) record.assertion = claims;
    entra.requests.push(record);

    const failure = failing.take();
    if (failure) {
      const text = "A transient error has occurred. Please try again.";
      return refuse({ code: 90033, status: failure, error: "temporarily_unavailable", text }, correlationId);
    }
    const judged = await judge(tenantId, form, apps, options.issuers);
    if ("code" in judged) {
      record.outcome = judged.code;
      return refuse(judged, correlationId);
    }
    const audience = (form.get("scope") ?? "").replace(/\/\.default$/, "");
    // A role has one password, so an identity has one token for PostgreSQL at a time, shared by all who ask while it
    // is valid; and one for the resource manager.
    const known = tokens.get(keyOf(judged, audience));
    const reuse = known?.audience === audience && known.expires > now();
    const issued = reuse ? known : issue(judged, audience);
    record.outcome = reuse ? "cached" : "issued";
    const lifetime = issued.expires - now();
    const json = {
      token_type: "Bearer",
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: await issued.token,
    };
    return { status: 200, json };
  }

  function issue(app: AppRegistration, audience: string): Issued {
    const expires = now() + entra.tokenLifetime;
    const issued = { audience, expires, token: accept(app, audience, expires) };
    tokens.set(keyOf(app, audience), issued);
    issued.token.catch(() => tokens.delete(keyOf(app, audience)));
    return issued;
  }

  function keyOf(app: AppRegistration, audience: string): string {
    return RESOURCE_MANAGERS.includes(audience) ? `${app.clientId} ${audience}` : app.clientId;
  }

  /** Signs a token and makes the database accept it. */
  async function accept(app: AppRegistration, audience: string, expires: number): Promise<string> {
    // https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    const signed = await new SignJWT({
      aud: audience,
      iss: `https://sts.windows.net/${app.tenantId}/`,
      iat: now(),
      nbf: now(),
      exp: expires,
      appid: app.clientId,
      idtyp: "app",
      oid: app.objectId,
      sub: app.objectId,
      tid: app.tenantId,
      uti: randomUUID(),
      ver: "1.0",
    })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "sandbox-entra" })
      .sign(privateKey);
    if (RESOURCE_MANAGERS.includes(audience)) return signed;
    const until = new Date(expires * 1000);
    for (const role of app.roles) {
      const accepted = await options.setPassword(role, signed, until, app.objectId);
      if (!accepted) tokens.delete(app.clientId); // the next one may be
    }
    return signed;
  }

  const port = await listen(server);
  const entra: Entra = {
    url: `https://localhost:${port}`,
    requests: [],
    tokenLifetime: 3599,
    register(app) {
      for (const other of apps.values()) {
        const shared = app.roles.find((role) => other.clientId !== app.clientId && other.roles.includes(role));
        if (shared) throw new Error(`Role ${shared} is already that of ${other.clientId}.`);
      }
      apps.set(app.clientId, app);
    },
    remove({ clientId }) {
      apps.delete(clientId);
      tokens.delete(clientId);
    },
    failNext: failing.next,
    async reset() {
      tokens.clear();
      for (const role of [...apps.values()].flatMap((app) => app.roles)) {
        await options.setPassword(role, null, new Date());
      }
    },
    publicKey,
    close: () => close(server),
  };
  return entra;
}

/**
 * The application that a token request proves to come from, or Entra's error.
 * Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
async function judge(
  tenantId: string,
  form: URLSearchParams,
  apps: Map<string, AppRegistration>,
  issuers: Record<string, CryptoKey>,
): Promise<AppRegistration | Refusal> {
  const badRequest = (code: number, error: string, text: string) => ({ code, status: 400, error, text });
  if (form.get("grant_type") !== "client_credentials") {
    const text = `The app requested an unsupported grant type '${form.get("grant_type")}'.`;
    return badRequest(70003, "unsupported_grant_type", text);
  }
  if (![...apps.values()].some((app) => app.tenantId === tenantId)) {
    const text = `Tenant '${tenantId}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`;
    return badRequest(90002, "invalid_request", text);
  }
  const app = apps.get(form.get("client_id") ?? "");
  if (app?.tenantId !== tenantId) {
    const text = `Application with identifier '${form.get("client_id")}' was not found in the directory '${tenantId}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`;
    return badRequest(700016, "unauthorized_client", text);
  }
  const scope = form.get("scope") ?? "";
  if (!scope.endsWith("/.default")) {
    const text = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
    return badRequest(1002012, "invalid_scope", text);
  }
  const resource = scope.slice(0, -"/.default".length);
  if (![...POSTGRESQL_RESOURCES, ...RESOURCE_MANAGERS].includes(resource)) {
    const text = `The resource principal named ${resource} was not found in the tenant named ${tenantId}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;
    return badRequest(500011, "invalid_resource", text);
  }
  const secret = form.get("client_secret");
  if (secret !== null) return judgeSecret(app, secret) ?? app;
  const assertion = form.get("client_assertion");
  if (assertion !== null) {
    return (await judgeAssertion(app, form.get("client_assertion_type"), assertion, issuers)) ?? app;
  }
  const text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
  return invalidClient(7000218, text);
}

function judgeSecret(app: AppRegistration, secret: string): Refusal | undefined {
  const match = app.secrets?.find(({ value }) => value === secret);
  if (!match) {
    const text = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`;
    return invalidClient(7000215, text);
  }
  if (match.expires && match.expires <= new Date()) {
    const text = `The provided client secret keys for app '${app.clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`;
    return invalidClient(7000222, text);
  }
  return undefined;
}

async function judgeAssertion(
  app: AppRegistration,
  type: string | null,
  assertion: string,
  issuers: Record<string, CryptoKey>,
): Promise<Refusal | undefined> {
  const claims = readClaims(assertion);
  if (type !== JWT_BEARER || !claims) {
    const text = "Invalid JWT token. The assertion is not a well-formed JWT, or its type is not jwt-bearer.";
    return { code: 50027, status: 400, error: "invalid_request", text };
  }
  if (!app.federatedCredentials?.length) {
    return invalidClient(70025, `The client '${app.clientId}' has no configured federated identity credentials.`);
  }
  const ofIssuer = app.federatedCredentials.filter(({ issuer }) => issuer === claims.iss);
  if (ofIssuer.length === 0) return unmatched(700211, "issuer", claims.iss);
  try {
    await jwtVerify(assertion, issuers[claims.iss ?? ""] ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof errors.JWTExpired)) {
      return invalidClient(700027, "Client assertion failed signature validation.");
    }
    const at = (seconds: number | undefined) => new Date((seconds ?? 0) * 1000).toISOString();
    const text = `Client assertion is not within its valid time range. Current time: ${at(now())}, assertion valid from ${at(claims.nbf)}, expiry time of assertion ${at(claims.exp)}.`;
    return invalidClient(700024, text);
  }
  const ofAudience = ofIssuer.filter(({ audience }) => [claims.aud].flat().includes(audience));
  if (ofAudience.length === 0) return unmatched(700212, "audience", String(claims.aud));
  if (ofAudience.some(({ subject }) => subject === claims.sub)) return undefined;
  const caseDiffers = ofAudience.some(({ subject }) => subject.toLowerCase() === claims.sub?.toLowerCase());
  if (!caseDiffers) return unmatched(700213, "subject", claims.sub);
  const text = `No matching federated identity record found for presented assertion subject '${claims.sub}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. ${FEDERATION_HELP}`;
  return invalidClient(7002138, text);
}

function unmatched(code: number, claim: string, value: string | undefined): Refusal {
  const text = `No matching federated identity record found for presented assertion ${claim} '${value}'. ${FEDERATION_HELP}`;
  return invalidClient(code, text);
}

function invalidClient(code: number, text: string): Refusal {
  return { code, status: 401, error: "invalid_client", text };
}

function refuse({ code, status, error, text }: Refusal, correlationId: string) {
  const traceId = randomUUID();
  const timestamp = new Date()
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z/, "Z");
  const json = {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
  return { status, json };
}

function readClaims(jwt: string | null): JWTPayload | undefined {
  try {
    return jwt === null ? undefined : decodeJwt(jwt);
  } catch {
    return undefined;
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
