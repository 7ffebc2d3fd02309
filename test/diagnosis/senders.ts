import childProcess from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { Worker } from "node:worker_threads";
import type pg from "pg";
import { signIn } from "../../src/azure/credential.ts";
import { idToken } from "../../src/azure/id-token.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Context } from "../../src/diagnosis/rules.ts";
import { resourceManager } from "../../src/firewall/resource-manager.ts";
import { PERMISSIONS, type Permission } from "../../src/firewall/server.ts";
import { diagnoseIssue } from "../../src/github/drift-issue/rules.ts";
import { openTracker } from "../../src/github/drift-issue/tracker.ts";
import { wayTo } from "../../src/https.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError, type Failure } from "../../src/model/failure.ts";
import type { SignIn } from "../../src/model/settings.ts";
import { withSession } from "../../src/postgres/session.ts";
import { ASK_PASSWORD, certificate, errorResponse, READY, startStub, WELCOME } from "../postgres/stub-server.ts";
import { close, listen } from "../sandbox/http.ts";
import { type Case, fieldsOf } from "./corpus.ts";

const { exec } = childProcess;
const ONCE = { firstWait: 1, maxTime: 0, answerTime: 60_000 };
const IDS = {
  clientId: "5c1d0a9e-0000-4000-8000-00000000c11e",
  tenantId: "3f0c6a52-7b1e-4d35-9a8e-5d2f8f6b1c01",
};

/** The claims of the token that Azure Workload Identity puts into a pod. */
const SERVICE_ACCOUNT = {
  iss: "https://westeurope.oic.prod-aks.azure.com/0a/0b/",
  sub: "system:serviceaccount:ci:runner",
  aud: ["api://AzureADTokenExchange"],
};

/** The claims of a job's token from GitHub. */
const JOB = {
  iss: "https://token.actions.githubusercontent.com",
  sub: "repo:contoso/orders:ref:refs/heads/main",
  aud: "api://AzureADTokenExchange",
};

const withClaims = (claims: object) => `x.${btoa(JSON.stringify(claims))}.x`;

/** The context of a refusal by PostgreSQL. */
const AT_POSTGRES: Context = {
  host: "contoso-pg.postgres.database.azure.com",
  port: 5432,
  database: "app",
  user: "ci-admin",
  cloud: CLOUDS.azurecloud,
  signIn: { type: "oidc", ...IDS },
};

const AT_AZURE = {
  subscription: "5d9d4b4e-0c7a-4d5e-9b7b-2f0f5c1d6a01",
  resourceGroup: "orders",
  name: "orders-db",
};

/** The way to the peer that a case has. */
const wayOf = ({ proxy = "", onGitHub }: NonNullable<Case["given"]> = {}) =>
  wayTo(undefined, { HTTPS_PROXY: proxy, ...(onGitHub && { RUNNER_ENVIRONMENT: "github-hosted" }) });

/**
 * Sends the error of a case from its source, through the library that the action uses, and returns what
 * the action makes of it. `close` when done.
 */
export async function startSenders() {
  const trusted = getCACertificates("default");
  const tls = await certificate("localhost");
  setDefaultCACertificates([...trusted, tls.cert]);

  let answer: RequestListener = () => {};
  const entra = createHttpsServer(tls, (request, response) => {
    const tenant = `https://localhost:${entraPort}/${IDS.tenantId}`;
    if (!request.url?.includes("openid-configuration")) return answer(request.resume(), response);
    const metadata = {
      issuer: `${tenant}/v2.0`,
      authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${tenant}/discovery/v2.0/keys`,
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
  });
  const entraPort = await listen(entra);
  const identity = createHttpServer((request, response) => answer(request, response));
  const identityPort = await listen(identity);
  let job: object = JOB;
  // Without a signature, and the same for each text: the action looks for every part of every token that it has sent.
  const github = createHttpServer((_request, response) => response.end(JSON.stringify({ value: withClaims(job) })));
  let refusal: Buffer = Buffer.alloc(0);
  const bare = await startBare(() => refusal);
  const atStartup = await startStub({ tls, atOnce: true, onStartup: () => refusal });
  const atStatement = await startStub({
    tls,
    atOnce: true,
    onStartup: () => ASK_PASSWORD,
    onMessage: (_attempt, message) => (message[0] === PASSWORD ? WELCOME : refusal),
  });
  const hosts = new Map<string, Worker>();
  const bin = await mkdtemp(join(tmpdir(), "az-"));
  await writeFile(join(bin, "az"), "#!/bin/sh\n", { mode: 0o755 });
  const path = process.env.PATH;
  Object.assign(process.env, {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${await listen(github)}/?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
    AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${identityPort}`,
    AZURE_AUTHORITY_HOST: `https://localhost:${entraPort}`,
    RUNNER_ENVIRONMENT: "self-hosted",
  });

  let clients = 0;
  const signInAs = (how: SignIn, env: NodeJS.ProcessEnv = process.env) =>
    failing(signIn({ signIn: how, cloud: CLOUDS.azurecloud }, env, undefined, { patience: ONCE })());
  /** Requests go without it, because the library reads the variables of the process. */
  const withProxy = (url = "") => ({ ...process.env, HTTPS_PROXY: url });
  const pod = {
    AZURE_CLIENT_ID: IDS.clientId,
    AZURE_TENANT_ID: IDS.tenantId,
    AZURE_FEDERATED_TOKEN_FILE: join(bin, "token"),
  };

  const senders: Record<Case["from"], (each: Case) => Promise<Failure>> = {
    async github({ text, status, body, given }) {
      if (status === undefined) return diagnose(new Error(text), { with: "github", ...wayOf(given) });
      answer = (_request, response) => response.writeHead(status).end(body);
      const url = `http://127.0.0.1:${identityPort}/?api-version=2.0`;
      const env = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token" };
      return failing(idToken("api://AzureADTokenExchange", env, ONCE.answerTime));
    },

    async entra({ text, status = 400, type = "application/json", body, given }) {
      job = { ...JOB, ...(given?.subject && { sub: given.subject }) };
      if (given?.pod) await writeFile(join(bin, "token"), withClaims(SERVICE_ACCOUNT));
      const error = {
        error: status === 400 ? "invalid_request" : "temporarily_unavailable",
        error_description: `${text} Trace ID: 0a0b Correlation ID: 0c0d Timestamp: 2026-11-23 15:00:00Z`,
        error_codes: [Number(text.match(/AADSTS(\d+)/)?.[1])],
      };
      answer = (_request, response) =>
        response.writeHead(status, { "content-type": type }).end(body ?? JSON.stringify(error));
      if (given?.pod) return signInAs({ type: "managed-identity" }, { ...process.env, ...pod });
      return signInAs(
        given?.signIn === "client-secret"
          ? { type: "client-secret", ...IDS, clientSecret: "of-the-application" }
          : { type: "oidc", ...IDS },
      );
    },

    identity({ status = 400, type = "application/json", server, body = "", given }) {
      answer = (_request, response) =>
        given?.host === "arc"
          ? response.writeHead(401, { "www-authenticate": `Basic realm=${ARC_KEY}` }).end()
          : response.writeHead(status, { "content-type": type, ...(server && { server }) }).end(body);
      const clientId = `client-${++clients}`; // the library caches refusals
      const named = !given?.noClientId && { clientId };
      const env = { ...withProxy(given?.proxy), ...(given?.onGitHub && { RUNNER_ENVIRONMENT: "github-hosted" }) };
      if (given?.host === undefined) return signInAs({ type: "managed-identity", ...named }, env);
      const isFabric = given.host === "service-fabric";
      const endpoint = isFabric ? `https://localhost:${entraPort}` : `http://127.0.0.1:${identityPort}`;
      const host = hosts.get(given.host) ?? startHost(given.host, endpoint);
      hosts.set(given.host, host);
      host.postMessage(isFabric ? {} : { clientId }); // Service Fabric takes none
      return once(host, "message").then(([failure]) => failure);
    },

    az({ text, given }) {
      process.env.PATH = given?.missing ? "/nowhere" : `${bin}:${path}`;
      if (!given?.missing && !given?.silent) setExec(azThatSays(text));
      return signInAs({ type: "azure-cli" }, withProxy(given?.proxy)).finally(() => {
        process.env.PATH = path;
        setExec(exec);
      });
    },

    async postgres(each) {
      const { text, given } = each;
      refusal = given?.bare ? Buffer.from(`E${text}\n\0`) : refusalOf(each);
      const error = await session(given?.bare ? bare.port : atStartup.port, async () => {});
      return diagnose(error instanceof ActionError ? error.cause : error, atPostgres(given));
    },

    async statement(each) {
      const { given } = each;
      refusal = Buffer.concat([refusalOf(each), READY]);
      const error = await session(atStatement.port, (client) => client.query("GRANT"));
      return diagnose(error, atPostgres(given));
    },

    async node({ text, code, given }) {
      const error = Object.assign(new Error(text), code && { code });
      if (given?.with === "github-issues") return diagnoseIssue(Object.assign(error, { status: 500 }));
      if (given?.with === undefined) return diagnose(error, atPostgres(given));
      return diagnose(error, {
        with: given.with,
        signIn: given.signIn === "managed-identity" ? { type: given.signIn } : AT_POSTGRES.signIn,
        ...wayOf(given),
      });
    },

    async azure({ text, code, status = 400, type = "application/json", body, given }) {
      const error = { code, message: text };
      answer = (_request, response) =>
        response.writeHead(status, { "content-type": type }).end(body ?? JSON.stringify({ error }));
      return given?.first
        ? ask(entraPort, "GET", PERMISSIONS.readServer)
        : ask(entraPort, "PUT", PERMISSIONS.writeRules);
    },

    async issues({ text, status = 403, type = "application/json", body = JSON.stringify({ message: text }) }) {
      answer = (_request, response) => response.writeHead(status, { "content-type": type }).end(body);
      const env = { GITHUB_REPOSITORY: "contoso/orders", GITHUB_API_URL: `http://127.0.0.1:${identityPort}` };
      const patience = { ...ONCE, maxTime: 4_900, pause: 0 }; // too early for a further attempt
      const tracker = await openTracker({ env, token: "of-the-job", patience });
      return failing(tracker.issues());
    },
  };

  return {
    send: (each: Case) => senders[each.from](each),
    async close() {
      setDefaultCACertificates(trusted);
      const closed = [entra, identity, github].map(close);
      const stopped = [...hosts.values()].map((host) => host.terminate());
      const servers = [bare, atStartup, atStatement].map((server) => server.close());
      await Promise.all([...closed, ...stopped, ...servers, rm(bin, { recursive: true })]);
    },
  };
}

/**
 * `exec`, when az fails with this text. Hundreds of processes would take longer than all the rest;
 * test/azure/credential.test.ts reads the words of real ones.
 */
function azThatSays(text: string) {
  return (command: string, _options: object, callback: (error: Error) => void) =>
    callback(Object.assign(new Error(`Command failed: ${command}`), { code: 1, stderr: `${text}\n` }));
}

/** What `import("node:child_process")` gives from then on. */
function setExec(replacement: typeof exec | ReturnType<typeof azThatSays>): void {
  childProcess.exec = replacement as typeof exec;
  syncBuiltinESMExports();
}

/** Answers the request for TLS with these bytes. */
async function startBare(bytes: () => Buffer) {
  const server = createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.end(bytes())));
  return { port: await listen(server), close: async () => void server.close() };
}

/** A file that does not exist where no agent of Azure Arc runs; elsewhere only its group may read it. */
const ARC_KEY = "/var/opt/azcmagent/tokens/0a0b.key";

/** A host whose environment names this endpoint: it answers a client with the failure of its sign-in. */
function startHost(host: string, endpoint: string): Worker {
  const named = host === "arc" ? { IMDS_ENDPOINT: endpoint } : { IDENTITY_HEADER: "x" };
  const fabric = host === "service-fabric" && { IDENTITY_SERVER_THUMBPRINT: "0A0B" };
  const env = { ...process.env, IDENTITY_ENDPOINT: endpoint, ...named, ...fabric };
  return new Worker(new URL("identity-host.ts", import.meta.url), { env });
}

/** The failure of a request to the resource manager at this port. */
async function ask(port: number, method: "GET" | "PUT", permission: Permission): Promise<Failure> {
  const env = { AZURE_RESOURCE_MANAGER_URL: `https://localhost:${port}` };
  const { signal } = new AbortController();
  const signIn = { type: "password", password: "x" } as const;
  const azure = resourceManager({ signIn, cloud: CLOUDS.azurecloud }, AT_AZURE, env, signal);
  const maxTime = 4_900; // too early for a further attempt, which follows after five seconds
  return failing(azure.send({ method, path: "/", permission, maxTime }));
}

function refusalOf(each: Case): Buffer {
  const { severity: S, detail: D, hint: H } = fieldsOf(each);
  return errorResponse(each.code ?? "", each.text, { S, V: S, ...(D && { D }), ...(H && { H }) });
}

/** The first byte of a PasswordMessage: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const PASSWORD = "p".charCodeAt(0);

function atPostgres({ port = 5432, host, user, signIn }: Case["given"] = {}): Context {
  const password = signIn === "password" ? { signIn: { type: "password", password: "x" } as const } : {};
  return { ...AT_POSTGRES, port, ...(host && { host }), ...(user && { user }), ...password };
}

/** The error with which a session with this stub ends. */
async function session(port: number, work: (client: pg.Client) => Promise<unknown>): Promise<unknown> {
  const server = { host: "localhost", port, tls: { mode: "verify-full" } } as const;
  const target = { server, database: "app", user: "ci-admin" };
  return withSession({ ...target, password: async () => "password", patience: ONCE }, work).then(
    () => new Error("The stub refused nothing."),
    (error: unknown) => error,
  );
}

async function failing(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error("The sign-in did not fail."),
    (error: unknown) => error,
  );
  if (error instanceof ActionError) return error.failure;
  throw error;
}
