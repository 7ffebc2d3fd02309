import { execFile } from "node:child_process";
import dns from "node:dns";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { signIn } from "../../src/azure/credential.ts";
import { idToken } from "../../src/azure/id-token.ts";
import { CLOUDS, type CloudName } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";
import type { SignIn } from "../../src/model/settings.ts";
import { withSession } from "../../src/postgres/session.ts";
import type { Patience } from "../../src/retry.ts";
import { certificate } from "../postgres/stub-server.ts";
import { failing } from "../read.ts";
import { listen } from "../sandbox/http.ts";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";

const QUICK: Patience = { firstWait: 5, maxTime: 60_000, answerTime: 60_000 };
const ADMIN = IDENTITIES.admin;
const OIDC: SignIn = { type: "oidc", clientId: ADMIN.clientId, tenantId: TENANT_ID };
const WITH_SECRET: SignIn = {
  type: "client-secret",
  clientId: ADMIN.clientId,
  tenantId: TENANT_ID,
  clientSecret: ADMIN.secrets[0]?.value ?? "",
};

const EXPIRED: Parameters<Sandbox["entra"]["register"]>[0] = {
  ...ADMIN,
  secrets: ADMIN.secrets.map((secret) => ({ ...secret, expires: new Date(0) })),
};

let sandbox: Sandbox;
const trusted = getCACertificates("default");

beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  setDefaultCACertificates([...trusted, sandbox.ca]); // what NODE_EXTRA_CA_CERTS does to a new process
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await sandbox.close();
});
beforeEach(async () => {
  for (const [name, value] of Object.entries(sandbox.env)) vi.stubEnv(name, value);
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"])
    vi.stubEnv(name, undefined);
  await sandbox.entra.reset();
  sandbox.entra.requests.length = 0;
  sandbox.github.requests.length = 0;
});
const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  sandbox.github.subject = "repo:contoso/orders:ref:refs/heads/main";
  sandbox.github.tokenLifetime = 300;
  sandbox.entra.tokenLifetime = 3599;
  for (const app of Object.values(IDENTITIES)) sandbox.entra.register(app);
  for (const close of toClose.splice(0)) await close();
});

const password = (how: SignIn, cloud: CloudName = "azurecloud", patience = QUICK) =>
  signIn({ signIn: how, cloud: CLOUDS[cloud] }, process.env, undefined, { patience });

const outcomes = () => sandbox.entra.requests.map(({ outcome }) => outcome);

describe("the token", () => {
  test.each([
    ["oidc", OIDC],
    ["client-secret", WITH_SECRET],
  ] as const)("a token of %s is accepted by the database", async (_type, how) => {
    const tls = { mode: "verify-full", rootCertificates: sandbox.ca } as const;
    const server = { host: "localhost", port: sandbox.server.port, tls };
    const who = withSession({ server, database: "postgres", user: "ci-admin", password: password(how) }, (client) =>
      client.query("SELECT current_user AS name"),
    );
    expect((await who).rows).toEqual([{ name: "ci-admin" }]);
  });

  test("a token takes one request to GitHub and one to Entra, however many callers ask", async () => {
    const ask = password(OIDC);
    const tokens = await Promise.all([ask(), ask(), ask()]);
    expect(new Set([...tokens, await ask()]).size).toBe(1);
    expect([sandbox.github.requests.length, sandbox.entra.requests.length]).toEqual([1, 1]);
  });

  test("a token is requested again, once, when a server refuses it", async () => {
    const ask = password(OIDC);
    const refused = await ask();
    await sandbox.entra.reset();
    const [one, two] = await Promise.all([ask(refused), ask(refused)]);
    expect(one).not.toBe(refused);
    expect(two).toBe(one);
    expect(outcomes()).toEqual(["issued", "issued"]);
    expect(sandbox.github.requests.length).toBe(2); // with one assertion for each
  });

  test("a token is requested again when it is about to expire", async () => {
    sandbox.entra.tokenLifetime = 30;
    const ask = password(WITH_SECRET);
    await ask();
    sandbox.entra.tokenLifetime = 3599;
    await sandbox.entra.reset();
    const fresh = await ask();
    expect(await ask()).toBe(fresh);
    expect(sandbox.entra.requests.length).toBe(2);
  });

  test("no token is requested when there is a password, and the Azure SDK is not loaded", async () => {
    const script = `
      import { registerHooks } from "node:module";
      registerHooks({ resolve(specifier, context, next) {
        if (specifier.startsWith("@azure/")) console.log("loaded " + specifier);
        return next(specifier, context);
      } });
      const { signIn } = await import("./src/azure/credential.ts");
      console.log(await signIn({ cloud: {}, signIn: { type: "password", password: "hunter2" } }, process.env)());`;
    const cwd = join(import.meta.dirname, "../..");
    const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd });
    expect(run.stdout).toBe("hunter2\n");
  });
});

describe("a pod with Azure Workload Identity", () => {
  const inPod = async (token: string) => {
    const directory = await mkdtemp(join(tmpdir(), "pod-"));
    toClose.push(() => rm(directory, { recursive: true }));
    vi.stubEnv("AZURE_CLIENT_ID", ADMIN.clientId);
    vi.stubEnv("AZURE_TENANT_ID", TENANT_ID);
    vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", join(directory, "token"));
    if (token !== "") await writeFile(join(directory, "token"), `${token}\n`);
  };

  test("signs in with the token in the file, which is masked without the line break after it", async () => {
    const token = await idToken(CLOUDS.azurecloud.oidcAudience, process.env, QUICK.answerTime);
    await inPod(token);
    const stdout = vi.spyOn(process.stdout, "write");
    await password({ type: "managed-identity" })();
    expect(stdout.mock.calls.map(([text]) => text)).toContain(`::add-mask::${token}\n`);
    stdout.mockRestore();
    expect(sandbox.entra.requests).toMatchObject([{ clientId: ADMIN.clientId, outcome: "issued" }]);
  });

  test("learns that the file is empty", async () => {
    await inPod(" ");
    const failure = await failing(password({ type: "managed-identity" })());
    expect(failure.code, failure.message).toBe("assertion-invalid");
    expect(failure.hint).toContain("`AZURE_FEDERATED_TOKEN_FILE`: the file is empty");
  });

  test("learns that the file is missing", async () => {
    await inPod("");
    expect(await failing(password({ type: "managed-identity" })())).toMatchObject({ code: "managed-identity-aks" });
  });
});

describe("each cloud", () => {
  test.each(Object.values(CLOUDS))("$name has its own scope and audience", async (cloud) => {
    const federatedCredentials = ADMIN.federatedCredentials.map((each) => ({
      ...each,
      audience: cloud.oidcAudience,
    }));
    sandbox.entra.register({ ...ADMIN, federatedCredentials });
    await password(OIDC, cloud.name)();
    expect(sandbox.github.requests).toEqual([{ audience: cloud.oidcAudience, status: 200 }]);
    expect(sandbox.entra.requests).toMatchObject([
      { tenantId: TENANT_ID, clientId: ADMIN.clientId, scope: cloud.postgresScope, outcome: "issued" },
    ]);
  });

  test.each([
    ["azurecloud", "login.microsoftonline.com:443"],
    ["azureusgovernment", "login.microsoftonline.us:443"],
    // MSAL asks China by its newer name: https://github.com/Azure/azure-sdk-for-js/issues/9327
    ["azurechinacloud", "login.partner.microsoftonline.cn:443"],
  ] as const)("%s uses the authority %s, through the job's proxy", async (cloud, authority) => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      asked.push(request.url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    vi.stubEnv("AZURE_AUTHORITY_HOST", undefined);
    vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${await listening(proxy)}`);
    await failing(password(WITH_SECRET, cloud, { ...QUICK, maxTime: 0 })());
    expect(new Set(asked)).toEqual(new Set([authority]));
  });
});

describe("a refusal of Entra is explained", () => {
  const refused: [string, SignIn, Parameters<Sandbox["entra"]["register"]>[0] | undefined, number, string][] = [
    ["a wrong secret", { ...WITH_SECRET, clientSecret: "nope" } as SignIn, undefined, 7000215, "client-secret-wrong"],
    ["an expired secret", WITH_SECRET, EXPIRED, 7000222, "client-secret-wrong"],
    [
      "an unknown application",
      { ...OIDC, clientId: "00000000-0000-4000-8000-000000000000" } as SignIn,
      undefined,
      700016,
      "application-not-found",
    ],
    [
      "an unknown tenant",
      { ...OIDC, tenantId: "00000000-0000-4000-8000-000000000000" } as SignIn,
      undefined,
      90002,
      "tenant-not-found",
    ],
    ["no federated credential", OIDC, { ...ADMIN, federatedCredentials: [] }, 70025, "federated-credential"],
    ["another issuer", OIDC, withCredential({ issuer: "https://gitlab.com" }), 700211, "federated-credential"],
    [
      "another audience",
      OIDC,
      withCredential({ audience: "api://AzureADTokenExchangeUSGov" }),
      700212,
      "federated-credential",
    ],
    [
      "another subject",
      OIDC,
      withCredential({ subject: "repo:contoso/orders:environment:prod" }),
      700213,
      "federated-credential",
    ],
    [
      "another case",
      OIDC,
      withCredential({ subject: "repo:Contoso/Orders:ref:refs/heads/main" }),
      7002138,
      "federated-credential",
    ],
  ];
  test.each(refused)("%s", async (_name, how, app, number, code) => {
    if (app !== undefined) sandbox.entra.register(app);
    const failure = await failing(password(how)());
    expect(failure).toMatchObject({
      code,
      message: expect.stringMatching(`^Microsoft Entra: AADSTS${number}: `),
    });
    expect(failure.message).toMatch(/ Correlation ID: \S+ Timestamp: \S+ \S+$/);
    expect(new Set(outcomes())).toEqual(new Set([number]));
  });

  test("the steps show the subject that GitHub sent, also in the immutable form", async () => {
    sandbox.github.subject = "repo:contoso@6844498/orders@1296269:ref:refs/heads/main";
    const { hint, steps } = await failing(password(OIDC)());
    expect(steps).toContain(`"subject":"${sandbox.github.subject}"`);
    expect(hint).toContain("a credential for `repo:contoso/orders:ref:refs/heads/main` does not match it");
  });

  test("an expired assertion", async () => {
    sandbox.github.tokenLifetime = -600;
    expect(await failing(password(OIDC)())).toMatchObject({ code: "assertion-expired" });
    expect(sandbox.github.requests.length).toBe(2); // one retry
  });

  test("later calls fail with the same failure and send no request", async () => {
    const ask = password({ ...WITH_SECRET, clientSecret: "nope" } as SignIn);
    const first = await failing(ask());
    expect(await failing(ask())).toEqual(first);
    expect(outcomes()).toEqual([7000215]);
  });
});

describe("a refusal of GitHub is explained", () => {
  test.each(["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"])("no %s", async (name) => {
    vi.stubEnv(name, undefined);
    const failure = await failing(password(OIDC)());
    expect(failure).toMatchObject({
      code: "oidc-not-permitted",
      steps: expect.stringContaining("id-token: write"),
    });
    expect(sandbox.entra.requests).toEqual([]);
  });

  test("an endpoint that keeps failing", async () => {
    sandbox.github.failNext(100, 500);
    expect(await failing(password(OIDC)())).toMatchObject({ code: "oidc-unavailable" });
    expect(sandbox.github.requests.length).toBe(4);
    sandbox.github.failNext(0, 500);
  });

  test("an invalid request token", async () => {
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "nope");
    expect(await failing(password(OIDC)())).toMatchObject({ code: "oidc-refused" });
  });

  test("an endpoint that refuses the connection", async () => {
    const server = createServer();
    const port = await listening(server);
    await toClose.pop()?.();
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_URL", `http://127.0.0.1:${port}/?x=y`);
    expect(await failing(password(OIDC)())).toMatchObject({
      code: "connection-refused",
      message: expect.stringMatching(/^GitHub/),
    });
  });
});

describe("a transient failure is retried, with a new assertion each time", () => {
  test("GitHub busy, Entra busy", async () => {
    sandbox.github.failNext(1, 429);
    sandbox.entra.failNext(1, 503);
    await password(OIDC)();
    expect(sandbox.github.requests.map(({ status }) => status)).toEqual([429, 200, 200]);
    expect(outcomes()).toEqual(["failed", "issued"]);
  });

  test("an empty answer, an Entra that could not read GitHub's keys", async () => {
    const { cert, key } = await certificate("localhost");
    setDefaultCACertificates([...trusted, sandbox.ca, cert]);
    toClose.push(async () => setDefaultCACertificates([...trusted, sandbox.ca]));
    const unreadable = {
      error: "invalid_request",
      error_description: "AADSTS50166: Request to External OIDC endpoint failed.",
    };
    const answers: readonly [number, string][] = [
      [200, ""],
      [400, JSON.stringify(unreadable)],
      [200, JSON.stringify({ token_type: "Bearer", expires_in: 3599, access_token: "the-token" })],
    ];
    let asked = 0;
    const server = createTlsServer({ cert, key }, (request, response) => {
      request.resume();
      const base = `https://${request.headers.host}/${TENANT_ID}`;
      if (request.url?.includes("openid-configuration")) {
        const metadata = {
          issuer: `${base}/v2.0`,
          authorization_endpoint: `${base}/authorize`,
          token_endpoint: `${base}/token`,
          jwks_uri: `${base}/keys`,
        };
        response.end(JSON.stringify(metadata));
        return;
      }
      const [status, body] = answers[asked++] ?? [500, ""];
      response.writeHead(status).end(body);
    });
    vi.stubEnv("AZURE_AUTHORITY_HOST", `https://localhost:${await listening(server)}`);
    expect(await password(OIDC)()).toBe("the-token");
    expect(asked).toBe(3);
    expect(sandbox.github.requests.length).toBe(3);
  });

  test("a federated credential that was created a moment ago", async () => {
    sandbox.entra.register(withCredential({ subject: "another" }));
    const token = password(OIDC, "azurecloud", { ...QUICK, firstWait: 300 })();
    await expect.poll(() => outcomes()).toContain(700213);
    sandbox.entra.register(ADMIN);
    await token;
    expect(outcomes().at(-1)).toBe("issued");
  });
});

test("the last failure of a sign-in asks for no further attempts", async () => {
  sandbox.github.failNext(9, 429);
  const error = await password(OIDC)().catch((error: unknown) => error);
  expect(sandbox.github.requests.length).toBeGreaterThan(1);
  expect(error).toBeInstanceOf(ActionError);
  expect(error).toHaveProperty("failure.retries", 0);
});

describe("on the way to Entra", () => {
  test.each([
    ["NODE_TLS_REJECT_UNAUTHORIZED", "0", "tls-checks-off"],
    ["AZURE_AUTHORITY_HOST", "http://localhost", "address-not-https"],
    ["AZURE_AUTHORITY_HOST", "localhost", "address-not-https"],
    ["HTTPS_PROXY", "proxy.contoso.com:3128", "proxy-malformed"],
    ["https_proxy", "http://proxy contoso:3128", "proxy-malformed"],
    ["ALL_PROXY", "http://runner:50%@proxy.contoso.com:3128", "proxy-malformed"],
  ])("%s=%s is refused before anything is sent", async (name, value, code) => {
    vi.stubEnv(name, value);
    expect(await failing(password(WITH_SECRET)())).toMatchObject({ code });
    expect(await failing(password(OIDC)())).toMatchObject({ code });
    expect([sandbox.github.requests, sandbox.entra.requests]).toEqual([[], []]);
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%i) takes no secret to another host", async (status) => {
    let bodies = "";
    const elsewhere = createServer((request, response) => {
      request.on("data", (chunk) => (bodies += chunk)).on("end", () => response.end("{}"));
    });
    const location = `http://localhost:${await listening(elsewhere)}/`;
    const { certificate: cert, key } = sandbox.certificates;
    const authority = createTlsServer({ cert, key }, (request, response) => {
      request.resume().on("end", () => response.writeHead(status, { location }).end());
    });
    vi.stubEnv("AZURE_AUTHORITY_HOST", `https://localhost:${await listening(authority)}`);
    for (const how of [WITH_SECRET, OIDC]) expect(await failing(password(how)())).toBeDefined();
    expect(bodies).toBe("");
  });

  test.each([
    ["an unknown authority", "localhost", 1, "tls-unknown-authority"],
    ["another name", "login.contoso.com", 1, "tls-wrong-host"],
    ["last week", "localhost", -1, "tls-certificate"],
  ])(
    "a certificate of %s is refused, and the failure names the cause that MSAL hides",
    async (_what, name, days, code) => {
      const { cert, key } = await certificate(name, days);
      if (code !== "tls-unknown-authority") setDefaultCACertificates([...trusted, sandbox.ca, cert]);
      toClose.push(async () => setDefaultCACertificates([...trusted, sandbox.ca]));
      let bodies = "";
      const server = createTlsServer({ cert, key }, (request) => request.on("data", (chunk) => (bodies += chunk)));
      vi.stubEnv("AZURE_AUTHORITY_HOST", `https://localhost:${await listening(server)}`);
      expect(await failing(password(WITH_SECRET)())).toMatchObject({
        code,
        message: expect.stringMatching(/^Microsoft Entra: /),
      });
      expect(bodies).toBe("");
    },
  );

  test("a proxy that does not run, is not known, or asks for a sign-in", async () => {
    vi.stubEnv("NO_PROXY", undefined);
    vi.stubEnv("no_proxy", undefined);
    const server = createServer().on("connect", (_request, socket) =>
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"),
    );
    const address = `http://127.0.0.1:${await listening(server)}`;
    vi.stubEnv("HTTPS_PROXY", address);
    const asked = await failing(password(WITH_SECRET)());
    expect(asked).toMatchObject({
      code: "proxy-sign-in",
      hint: expect.stringContaining("asks for a sign-in"),
    });
    await toClose.pop()?.();
    const refused = await failing(password(WITH_SECRET)());
    expect(refused).toMatchObject({
      code: "proxy-unusable",
      steps: expect.stringContaining(URL.parse(address)?.host ?? ""),
    });
    expect(refused.steps).not.toMatch(/set `HTTPS_PROXY`/);
    vi.stubEnv("HTTPS_PROXY", "http://nowhere.invalid:3128");
    const unknown = await failing(password(WITH_SECRET)());
    expect(unknown).toMatchObject({ code: "proxy-unusable" });
    expect(unknown.steps).toContain("--proxy nowhere.invalid:3128");
  });

  test("each address of a host that refused the connection", async () => {
    const addresses = ["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 }));
    const lookup = (_host: string, _options: object, then: (error: null, found: object) => void) =>
      then(null, addresses);
    const spy = vi.spyOn(dns, "lookup").mockImplementation(lookup as never);
    const server = createTcpServer();
    const port = await listening(server);
    await toClose.pop()?.();
    vi.stubEnv("AZURE_AUTHORITY_HOST", `https://entra.invalid:${port}`);
    const { message } = await failing(password(WITH_SECRET)());
    spy.mockRestore();
    for (const { address } of addresses) expect(message).toContain(`connect ECONNREFUSED ${address}:${port}`);
  });

  test("a refused connection, an unknown name, no answer", async () => {
    const silent = createTcpServer(() => {});
    const port = await listening(silent);
    vi.stubEnv("AZURE_AUTHORITY_HOST", `https://localhost:${port}`);
    const hasty = { ...QUICK, answerTime: 100 };
    expect(await failing(password(WITH_SECRET, "azurecloud", hasty)())).toMatchObject({
      code: "connection-timed-out",
    });
    await toClose.pop()?.();
    expect(await failing(password(WITH_SECRET)())).toMatchObject({ code: "connection-refused" });
    vi.stubEnv("AZURE_AUTHORITY_HOST", "https://nowhere.invalid");
    expect(await failing(password(WITH_SECRET)())).toMatchObject({
      code: expect.stringMatching(/^(host-not-found|dns-unavailable)$/),
    });
  });
});

describe("the Azure CLI", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "az-"));
    toClose.push(() => rm(directory, { recursive: true }));
    vi.stubEnv("PATH", `${directory}${delimiter}${process.env.PATH}`);
  });
  /** Puts an `az` with this shell script on the PATH. */
  async function az(script: string) {
    await writeFile(join(directory, "az"), `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, "az"), 0o755);
  }

  test("the Azure CLI is asked for a token for PostgreSQL", async () => {
    // https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
    await az(`echo "$@" >"${directory}/args"
      echo '{ "accessToken": "the-token", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800, "subscription": "s", "tenant": "t", "tokenType": "Bearer" }'`);
    expect(await password({ type: "azure-cli" })()).toBe("the-token");
    expect(await readFile(join(directory, "args"), "utf8")).toBe(
      "account get-access-token --output json --resource https://ossrdbms-aad.database.windows.net\n",
    );
  });

  test("what follows the Azure CLI's answer is not read", async () => {
    await az(`printf '{ "accessToken": "the-token", "expires_on": 4070908800 }\\n\\033[0m'`);
    expect(await password({ type: "azure-cli" })()).toBe("the-token");
  });

  test("the Azure CLI is asked again only when the moment in its answer says that the token ends", async () => {
    // `expiresOn` is local time, without its zone, and wrong for an hour when a clock is put back.
    for (const [seconds, runs] of [
      [3_600, 1],
      [30, 2],
    ]) {
      const answer = `{ "accessToken": "a-token", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": $(($(date +%s) + ${seconds})) }`;
      await az(`echo run >>"${directory}/runs-${seconds}"\necho "${answer.replaceAll('"', '\\"')}"`);
      const token = password({ type: "azure-cli" });
      expect([await token(), await token()]).toEqual(["a-token", "a-token"]);
      expect((await readFile(join(directory, `runs-${seconds}`), "utf8")).match(/run/g)).toHaveLength(Number(runs));
    }
  });

  test("a CLI that is not signed in is explained", async () => {
    await az(`echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`);
    expect(await failing(password({ type: "azure-cli" })())).toMatchObject({
      code: "cli-not-signed-in",
      message: expect.stringMatching(/^The Azure CLI: /),
    });
  });

  test("a missing CLI is explained", async () => {
    vi.stubEnv("PATH", directory);
    expect(await failing(password({ type: "azure-cli" })())).toMatchObject({ code: "cli-missing" });
  });

  test("a CLI that ends without a word is explained by its exit code", async () => {
    await az("exit 137"); // of a process that was killed
    expect(await failing(password({ type: "azure-cli" })())).toMatchObject({
      code: "cli-resources",
      message: expect.stringMatching(/^The Azure CLI: Command failed: az account .* \(137\)$/),
    });
  });

  test("a CLI that warns and prints something other than a token is explained by both", async () => {
    await az(`echo "WARNING: New Azure CLI version available." >&2; echo Upgrading`);
    expect(await failing(password({ type: "azure-cli" })())).toMatchObject({
      code: "cli-no-answer",
      message: expect.stringMatching(
        /^The Azure CLI: WARNING: New Azure CLI version available\. Unexpected end of JSON/,
      ),
    });
  });

  test("any other failure keeps the CLI's message", async () => {
    await az(`echo "ERROR: the cloud is upside down" >&2; exit 1`);
    expect(await failing(password({ type: "azure-cli" })())).toMatchObject({
      code: "cli-refused",
      message: "The Azure CLI: ERROR: the cloud is upside down",
    });
  });
});

function withCredential(over: Partial<(typeof ADMIN.federatedCredentials)[number]>) {
  return { ...ADMIN, federatedCredentials: ADMIN.federatedCredentials.map((each) => ({ ...each, ...over })) };
}

/** Starts the server on a free port; it is closed after the test. */
function listening(server: Server | TcpServer): Promise<number> {
  toClose.push(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return listen(server);
}
