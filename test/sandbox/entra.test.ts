import { request } from "node:https";
import { text } from "node:stream/consumers";
import { ClientAssertionCredential, ClientSecretCredential } from "@azure/identity";
import { decodeJwt, generateKeyPair, SignJWT } from "jose";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AppRegistration } from "./entra.ts";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "./sandbox.ts";

const SCOPE = "https://ossrdbms-aad.database.windows.net/.default";
const AUDIENCE = "api://AzureADTokenExchange";
const { admin, migrator } = IDENTITIES;
const STRANGER = "99999999-0000-4000-8000-000000000000";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
});
afterAll(() => sandbox.close());

beforeEach(async () => {
  await sandbox.entra.reset();
  sandbox.entra.tokenLifetime = 3599;
  sandbox.entra.requests.length = 0;
  sandbox.github.tokenLifetime = 300;
  sandbox.github.subject = "repo:contoso/orders:ref:refs/heads/main";
});

describe("a token", () => {
  test("is issued for a secret, and the database accepts it as the password of that identity's role", async () => {
    const token = await withSecret(admin);
    expect(decodeJwt(token)).toMatchObject({
      aud: "https://ossrdbms-aad.database.windows.net",
      appid: admin.clientId,
      oid: admin.objectId,
      tid: TENANT_ID,
      idtyp: "app",
    });
    expect(await signIn("ci-admin", token)).toBe("ci-admin");
    await expect(signIn("migrator", token)).rejects.toMatchObject({ code: "28P01" });
  });

  test("is issued for GitHub's ID token, and tests can read its claims", async () => {
    expect(await signIn("ci-admin", await withAssertion(admin, () => idToken()))).toBe("ci-admin");
    expect(sandbox.entra.requests).toMatchObject([
      {
        tenantId: TENANT_ID,
        clientId: admin.clientId,
        scope: SCOPE,
        grantType: "client_credentials",
        assertion: { sub: "repo:contoso/orders:ref:refs/heads/main", aud: AUDIENCE },
        outcome: "issued",
      },
    ]);
  });

  test("for the resource manager is not a password, and the token for PostgreSQL stays valid", async () => {
    const password = await withSecret(admin);
    const token = await withSecret(admin, "https://management.azure.com/.default");
    expect(decodeJwt(token).aud).toBe("https://management.azure.com");
    await expect(signIn("ci-admin", token)).rejects.toMatchObject({ code: "28P01" });
    expect(await signIn("ci-admin", password)).toBe("ci-admin");
  });

  test("is the same for every request while it is valid", async () => {
    const [one, two] = await Promise.all([withSecret(admin), withSecret(admin)]);
    expect(two).toBe(one);
    expect(await withSecret(admin)).toBe(one);
    expect(sandbox.entra.requests.map(({ outcome }) => outcome).sort()).toEqual(["cached", "cached", "issued"]);
  });

  test("is refused by the database after it expires", async () => {
    sandbox.entra.tokenLifetime = -1;
    await expect(signIn("ci-admin", await withSecret(admin))).rejects.toMatchObject({ code: "28P01" });
  });

  test("is refused by the database after a reset, and the next token is accepted", async () => {
    const old = await withSecret(admin);
    await sandbox.entra.reset();
    await expect(signIn("ci-admin", old)).rejects.toMatchObject({ code: "28P01" });
    expect(await signIn("ci-admin", await withSecret(admin))).toBe("ci-admin");
  });

  test("stays valid when a test opens a session as its role without it", async () => {
    const token = await withSecret(admin);
    await (await sandbox.signInAs("ci-admin", "postgres")).end();
    expect(await signIn("ci-admin", token)).toBe("ci-admin");
  });
});

describe("Entra refuses", () => {
  test("a tenant it does not know", () => {
    return expect(withSecret({ ...admin, tenantId: STRANGER })).rejects.toThrow(/AADSTS90002: Tenant '9999/);
  });

  test("a client it does not know", () => {
    return expect(withSecret({ ...admin, clientId: STRANGER })).rejects.toThrow(/AADSTS700016: .*'9999/);
  });

  test("a client of another tenant", async () => {
    const elsewhere = { ...admin, clientId: STRANGER, tenantId: STRANGER, roles: [] };
    sandbox.entra.register(elsewhere);
    await expect(withSecret({ ...elsewhere, tenantId: TENANT_ID })).rejects.toThrow(/AADSTS700016/);
  });

  test("a scope without /.default", () => {
    return expect(withSecret(admin, SCOPE.replace("/.default", "/user"))).rejects.toThrow(/AADSTS1002012/);
  });

  test("a resource that is neither PostgreSQL nor the resource manager", () => {
    const scope = "https://graph.microsoft.com/.default";
    return expect(withSecret(admin, scope)).rejects.toThrow(/AADSTS500011: .*graph\.microsoft\.com/);
  });

  test("a wrong secret", () => {
    return expect(withSecret({ ...admin, secrets: [{ value: "wrong" }] })).rejects.toThrow(/AADSTS7000215/);
  });

  test("an expired secret", async () => {
    const secrets = [{ value: "old", expires: new Date(Date.now() - 1000) }];
    const app = { ...admin, clientId: "a1d2c3b4-0009-4c5d-8e6f-7a8b9c0d1e09", secrets, roles: [] };
    sandbox.entra.register(app);
    await expect(withSecret(app)).rejects.toThrow(/AADSTS7000222/);
  });

  test("an assertion for a client without federated credentials", async () => {
    const app = {
      ...admin,
      clientId: "a1d2c3b4-0010-4c5d-8e6f-7a8b9c0d1e10",
      federatedCredentials: [],
      roles: [],
    };
    sandbox.entra.register(app);
    await expect(withAssertion(app, () => idToken())).rejects.toThrow(/AADSTS70025/);
  });

  test("an assertion that is not a JWT", () => {
    return expect(withAssertion(admin, async () => "not.a.jwt")).rejects.toThrow(/AADSTS50027/);
  });

  test("an assertion without GitHub's signature", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const forged = new SignJWT(decodeJwt(await idToken())).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    await expect(withAssertion(admin, () => forged)).rejects.toThrow(/AADSTS700027/);
  });

  test("an assertion of an issuer that the client does not trust", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const claims = { ...decodeJwt(await idToken()), iss: "https://ci.example.com" };
    const foreign = new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    await expect(withAssertion(admin, () => foreign)).rejects.toThrow(/AADSTS700211: .*ci\.example\.com/);
  });

  test("an assertion for another cloud's audience", () => {
    const china = () => idToken("api://AzureADTokenExchangeChina");
    return expect(withAssertion(admin, china)).rejects.toThrow(/AADSTS700212: .*AzureADTokenExchangeChina/);
  });

  test("an assertion of another subject", () => {
    sandbox.github.subject = "repo:contoso/orders:pull_request";
    return expect(withAssertion(admin, () => idToken())).rejects.toThrow(/AADSTS700213: .*orders:pull_request/);
  });

  test("an assertion whose subject differs only in letter case, with a separate error code", () => {
    sandbox.github.subject = "repo:Contoso/orders:ref:refs/heads/main";
    return expect(withAssertion(admin, () => idToken())).rejects.toThrow(/AADSTS7002138: .*repo:Contoso/);
  });

  test("an expired assertion", () => {
    sandbox.github.tokenLifetime = -1;
    return expect(withAssertion(admin, () => idToken())).rejects.toThrow(/AADSTS700024/);
  });

  test("a request without credential or of another grant type", async () => {
    const form = { client_id: admin.clientId, scope: SCOPE, grant_type: "client_credentials" };
    expect((await post(form)).json.error_codes).toEqual([7000218]);
    expect((await post({ ...form, grant_type: "password" })).json.error_codes).toEqual([70003]);
  });

  test("with Entra's error JSON, and records why", async () => {
    const { secrets, clientId } = migrator;
    const form = { client_id: clientId, scope: SCOPE, grant_type: "client_credentials" };
    const { status, json } = await post({ ...form, client_secret: `${secrets[0]?.value}x` });
    expect(status).toBe(401);
    expect(json).toEqual({
      error: "invalid_client",
      error_description: expect.stringMatching(
        /^AADSTS7000215: Invalid client secret .* Trace ID: \S+ Correlation ID: \S+ Timestamp: \S+ \S+Z$/,
      ),
      error_codes: [7000215],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      error_uri: "https://login.microsoftonline.com/error?code=7000215",
    });
    expect(sandbox.entra.requests).toMatchObject([{ clientId, outcome: 7000215 }]);
  });

  test("as often as a test requests, and then works", async () => {
    sandbox.entra.failNext(2, 503);
    const form = {
      client_id: admin.clientId,
      client_secret: admin.secrets[0]?.value ?? "",
      scope: SCOPE,
      grant_type: "client_credentials",
    };
    const statuses = [(await post(form)).status, (await post(form)).status, (await post(form)).status];
    expect(statuses).toEqual([503, 503, 200]);
  });
});

test("refuses to register two identities for one role, which has one password", () => {
  const twin = { ...admin, clientId: STRANGER };
  expect(() => sandbox.entra.register(twin)).toThrow(/ci-admin is already that of/);
});

function options() {
  return { authorityHost: sandbox.entra.url, disableInstanceDiscovery: true, tlsOptions: { ca: sandbox.ca } };
}

async function withSecret(app: AppRegistration, scope = SCOPE): Promise<string> {
  const secret = app.secrets?.[0]?.value ?? "";
  return (await new ClientSecretCredential(app.tenantId, app.clientId, secret, options()).getToken(scope)).token;
}

async function withAssertion(app: AppRegistration, assertion: () => Promise<string>): Promise<string> {
  const credential = new ClientAssertionCredential(app.tenantId, app.clientId, assertion, options());
  return (await credential.getToken(SCOPE)).token;
}

async function idToken(audience = AUDIENCE): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = sandbox.github.env;
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { value: string }).value;
}

/** Signs in over TLS with a token, and returns who the server says that is. */
async function signIn(user: string, password: string): Promise<string> {
  const { host, port } = sandbox.server;
  const client = new pg.Client({ host, port, user, password, database: "postgres", ssl: { ca: sandbox.ca } });
  await client.connect();
  const { rows } = await client.query("SELECT session_user");
  await client.end();
  return rows[0].session_user;
}

function post(form: Record<string, string>): Promise<{ status: number | undefined; json: { error_codes?: number[] } }> {
  return new Promise((done, failed) => {
    const url = `${sandbox.entra.url}/${TENANT_ID}/oauth2/v2.0/token`;
    request(url, { method: "POST", ca: sandbox.ca }, async (response) => {
      done({ status: response.statusCode, json: JSON.parse(await text(response)) });
    })
      .once("error", failed)
      .end(new URLSearchParams(form).toString());
  });
}
