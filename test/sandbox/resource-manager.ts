import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { createServer } from "node:https";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { setTimeout as after } from "node:timers";
import { setTimeout } from "node:timers/promises";
import { jwtVerify } from "jose";
import { close, jsonListener, listen } from "./http.ts";
import { setOpen } from "./postgres.ts";
import type { Sandbox } from "./sandbox.ts";

const SUBSCRIPTION = "5d9d4b4e-0c7a-4d5e-9b7b-2f0f5c1d6a01";

/** The server of the sandbox, as the resource manager knows it. */
export const SERVER_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders-rg/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-db`;

const API_VERSIONS = ["2024-08-01", "2025-08-01"];
const AUDIENCE = "https://management.azure.com";
const PROVIDER = "Microsoft.DBforPostgreSQL";
const SERVERS = `${PROVIDER}/flexibleServers`;
/** https://learn.microsoft.com/rest/api/postgresql/firewall-rules/create-or-update */
const RULE_NAME = /^[a-zA-Z0-9][-_a-zA-Z0-9]{0,79}(?<!-)$/;

type Answer = { status: number; json?: unknown; headers?: Record<string, string> };
type Rule = { startIpAddress: string; endIpAddress: string };

/** A kind of request: `PUT rule`. */
export type Request = keyof typeof PERMISSION_FOR;

/** The permission that each kind of request needs. */
const PERMISSION_FOR = {
  "GET server": `${SERVERS}/read`,
  "GET rules": `${SERVERS}/firewallRules/read`,
  "GET rule": `${SERVERS}/firewallRules/read`,
  "PUT rule": `${SERVERS}/firewallRules/write`,
  "DELETE rule": `${SERVERS}/firewallRules/delete`,
} as const;

export type ResourceManager = {
  /** The variables that direct a child process to it. */
  env: { AZURE_RESOURCE_MANAGER_URL: string };
  /** Where the action connects to. */
  port: number;
  /** The firewall's rules by name. */
  rules: Map<string, Rule>;
  /** The requests, and the status of each answer. */
  requests: { what: Request; status: number; at: number }[];
  /** Called when a request arrives, before it is answered. */
  onRequest: (what: Request) => unknown;
  /** What answers requests of these kinds instead. */
  spoiled: Partial<Record<Request, RequestListener>>;
  /** The server's properties. */
  properties: { state: string; network: Record<string, string>; privateEndpointConnections: unknown[] };
  /** The kinds of requests that the callers have no permission for. */
  forbidden: Set<Request>;
  lock: "CanNotDelete" | "ReadOnly" | undefined;
  /** PUT requests wait for this. */
  accepts: Promise<void>;
  /**
   * Milliseconds: until a PUT is accepted, until an operation is done, until a created or deleted rule takes effect.
   */
  delays: { acceptance: number; operation: number; effect: number };
  /** Whether the operations of accepted changes fail. */
  fails: boolean;
  /** How many rules a page of the list has. */
  pageSize: number;
  /** Answers the next `count` requests of a kind with this status and error code. */
  failNext(
    what: Request,
    count: number,
    status: number,
    code: string,
    headers?: Answer["headers"],
    words?: string,
  ): void;
  /** Does what the next request of a kind asks for, and answers 500 or breaks the connection. */
  loseNext(what: Request, how: "500" | "reset"): void;
  /** Creates a rule that is in effect at once. */
  open(name: string, rule: Rule): Promise<void>;
  /** Waits until no operation is in progress and every rule is in effect. */
  settled(): Promise<void>;
  /** Whether the firewall lets this machine in. */
  isOpen(): boolean;
  close(): Promise<void>;
};

/**
 * Stands in for Azure's resource manager, for one server and its firewall rules, and closes the sandbox's PostgreSQL
 * for the network until a rule opens it.
 * @param silent whether the closed firewall drops packets instead of refusing
 * @param until the first request of this kind ends the silence
 */
export async function startResourceManager(
  sandbox: Sandbox,
  { silent = false, until }: { silent?: boolean; until?: Request } = {},
): Promise<ResourceManager> {
  const failing: { what: Request; answer: Answer }[] = [];
  const losing = new Map<Request, "500" | "reset">();
  let isSilent = silent;
  let inEffect = false;
  let changing = 0;
  let pending = 0;

  const answers = jsonListener(async (request, url, body) => {
    const asked = whatIs(request.method ?? "", url.pathname);
    if (asked === undefined) return refuse(404, "InvalidResourceType", "The resource type could not be found.");
    manager.onRequest(asked.what);
    if (asked.what === until) await speak();
    const made = await answerTo(asked.what, asked.name, request.headers, url, body);
    const lost = losing.get(asked.what);
    losing.delete(asked.what);
    if (lost === "reset") request.socket.destroy();
    const answer = lost === undefined ? made : refuse(500, "InternalServerError", "An error occurred.");
    manager.requests.push({ what: asked.what, status: answer.status, at: Date.now() });
    return answer;
  });
  const server = createServer(
    { cert: sandbox.certificates.certificate, key: sandbox.certificates.key },
    (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "https://localhost");
      const what = whatIs(request.method ?? "", pathname)?.what;
      const spoil = what && manager.spoiled[what];
      if (what === undefined || spoil === undefined) return answers(request, response);
      manager.requests.push({ what, status: 0, at: Date.now() });
      spoil(request, response);
    },
  );

  async function answerTo(
    what: Request,
    name: string,
    headers: IncomingHttpHeaders,
    url: URL,
    body: string,
  ): Promise<Answer> {
    const oid = await objectIdIn(headers.authorization);
    if (oid === undefined) {
      return refuse(401, "InvalidAuthenticationToken", "The access token is invalid.");
    }
    const version = url.searchParams.get("api-version");
    if (!API_VERSIONS.includes(version ?? "")) {
      return refuse(400, "InvalidApiVersionParameter", `The api-version '${version}' is invalid.`);
    }
    const index = failing.findIndex((each) => each.what === what);
    const failure = failing.splice(index, index < 0 ? 0 : 1)[0];
    if (failure) return failure.answer;
    if (manager.forbidden.has(what)) {
      const text = `The client '${oid}' with object id '${oid}' does not have authorization to perform action '${PERMISSION_FOR[what]}' over scope '${url.pathname}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
      return refuse(403, "AuthorizationFailed", text);
    }
    switch (what) {
      case "GET server":
        return { status: 200, json: serverBody() };
      case "GET rules":
        return { status: 200, json: pageOf(url) };
      case "GET rule": {
        const rule = manager.rules.get(name);
        return rule ? { status: 200, json: ruleBody(name, rule) } : notFound(name);
      }
      case "PUT rule":
        if (headers["content-type"] !== "application/json") {
          const text = `The content media type '${headers["content-type"] ?? "<null>"}' is not supported. Only 'application/json' is supported.`;
          return refuse(415, "UnsupportedMediaType", text);
        }
        // The client can have disconnected by then; the rule is created anyway.
        await manager.accepts;
        await setTimeout(manager.delays.acceptance);
        return change(name, "write", parsedRule(body));
      case "DELETE rule":
        return manager.rules.has(name) || isBusy() ? change(name, "delete", undefined) : { status: 204 };
    }
  }

  function change(name: string, action: "write" | "delete", rule: Rule | undefined): Answer {
    if (manager.lock === "ReadOnly" || (manager.lock === "CanNotDelete" && action === "delete")) {
      const text = `The scope '${SERVER_ID}/firewallRules/${name}' cannot perform ${action} operation because following scope(s) are locked: '${SERVER_ID}'. Please remove the lock and try again.`;
      return refuse(409, "ScopeLocked", text);
    }
    if (isBusy()) {
      return refuse(409, "ServerBusy", "Server 'orders-db' is busy with another operation. Please try again later.");
    }
    if (
      action === "write" &&
      (!RULE_NAME.test(name) || !rule || number(rule.startIpAddress) > number(rule.endIpAddress))
    ) {
      return refuse(400, "InvalidParameterValue", "Invalid value given for a parameter of the firewall rule.");
    }
    changing++;
    later(manager.delays.operation, () => {
      changing--;
      if (manager.fails) return;
      if (rule) manager.rules.set(name, rule);
      else manager.rules.delete(name);
      later(manager.delays.effect, takeEffect);
    });
    const json = action === "write" && {
      operation: "UpsertFirewallRulesManagementOperationV2",
      startTime: new Date().toISOString(),
    };
    const operations = `${url}/subscriptions/${SUBSCRIPTION}/providers/${PROVIDER}/locations/westeurope/azureAsyncOperation`;
    const headers = { "azure-asyncoperation": `${operations}/${randomUUID()}`, "retry-after": "1" };
    // https://learn.microsoft.com/rest/api/postgresql/firewall-rules/delete (its answer has no body)
    return { status: 202, headers, ...(json && { json }) };
  }

  /** A page of the rules, and the address of the next one. */
  function pageOf(address: URL) {
    const first = Number(address.searchParams.get("$skiptoken") ?? 0);
    const end = first + manager.pageSize;
    const value = [...manager.rules].slice(first, end).map(([name, rule]) => ruleBody(name, rule));
    const nextLink = `${url}${SERVER_ID}/firewallRules?api-version=2025-08-01&$skiptoken=${end}`;
    return end < manager.rules.size ? { value, nextLink } : { value };
  }

  const isBusy = () => changing > 0;

  /** Runs something later, and counts it as pending until then. */
  function later(delay: number, work: () => void | Promise<void>): void {
    pending++;
    after(async () => {
      await work();
      pending--;
    }, delay);
  }

  async function takeEffect(): Promise<void> {
    inEffect = [...manager.rules.values()].some(
      ({ startIpAddress, endIpAddress }) => number(startIpAddress) <= HERE && HERE <= number(endIpAddress),
    );
    if (!isSilent) await setOpen(sandbox.server, inEffect);
  }

  async function speak(): Promise<void> {
    isSilent = false;
    await takeEffect();
  }

  async function objectIdIn(authorization = ""): Promise<string | undefined> {
    const [, token = ""] = /^Bearer (.+)$/.exec(authorization) ?? [];
    const verified = await jwtVerify(token, sandbox.entra.publicKey, { audience: AUDIENCE }).catch(() => undefined);
    return verified && String(verified.payload.oid);
  }

  function serverBody() {
    const { host } = sandbox.server;
    return {
      id: SERVER_ID,
      name: "orders-db",
      properties: { fullyQualifiedDomainName: host, ...manager.properties },
    };
  }

  const front = silent ? silentFirewall(sandbox.server.port, () => inEffect || !isSilent) : undefined;
  const port = front ? await listen(front.server) : sandbox.server.port;
  const url = `https://localhost:${await listen(server)}`;
  const manager: ResourceManager = {
    env: { AZURE_RESOURCE_MANAGER_URL: url },
    port,
    rules: new Map(),
    requests: [],
    onRequest: () => {},
    spoiled: {},
    properties: {
      state: "Ready",
      network: { publicNetworkAccess: "Enabled" },
      privateEndpointConnections: [],
    },
    forbidden: new Set(),
    lock: undefined,
    accepts: Promise.resolve(),
    delays: { acceptance: 0, operation: 200, effect: 200 },
    fails: false,
    pageSize: 100,
    failNext(what, count, status, code, headers = {}, words = "The test made this request fail.") {
      const answer = { ...refuse(status, code, words), headers };
      failing.push(...Array.from({ length: count }, () => ({ what, answer })));
    },
    loseNext: (what, how) => losing.set(what, how),
    async open(name, rule) {
      manager.rules.set(name, rule);
      await takeEffect();
    },
    async settled() {
      while (pending > 0) await setTimeout(20);
    },
    isOpen: () => inEffect,
    async close() {
      await manager.settled();
      front?.close();
      await close(server);
      await setOpen(sandbox.server, true);
    },
  };
  await takeEffect();
  return manager;
}

/** A firewall that drops packets: without a rule, nothing answers on the connection. */
function silentFirewall(port: number, isOpen: () => boolean) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    if (!isOpen()) return;
    const upstream = connect(port, "127.0.0.1").on("error", () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  const end = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, close: end };
}

function whatIs(method: string, path: string): { what: Request; name: string } | undefined {
  const [, rule] = /\/flexibleServers\/orders-db\/firewallRules\/([^/]+)$/.exec(path) ?? [];
  if (method === "GET" && path === SERVER_ID) return { what: "GET server", name: "" };
  if (method === "GET" && path === `${SERVER_ID}/firewallRules`) return { what: "GET rules", name: "" };
  if (rule === undefined || !["GET", "PUT", "DELETE"].includes(method)) return undefined;
  return { what: `${method} rule` as Request, name: rule };
}

function parsedRule(body: string): Rule | undefined {
  const { properties } = JSON.parse(body || "{}") as { properties?: Partial<Rule> };
  const { startIpAddress = "", endIpAddress = "" } = properties ?? {};
  return [startIpAddress, endIpAddress].every((each) => Number.isInteger(number(each)))
    ? { startIpAddress, endIpAddress }
    : undefined;
}

/** An IPv4 address as a number; NaN for anything else. */
function number(address: string): number {
  const parts = address.split(".").map(Number);
  const valid = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  return valid ? parts.reduce((sum, part) => sum * 256 + part, 0) : Number.NaN;
}

const HERE = number("127.0.0.1");

function ruleBody(name: string, properties: Rule) {
  return { id: `${SERVER_ID}/firewallRules/${name}`, name, type: `${SERVERS}/firewallRules`, properties };
}

function notFound(name: string): Answer {
  return refuse(404, "ResourceNotFound", `The requested resource ${name} was not found.`);
}

function refuse(status: number, code: string, message: string): Answer {
  return { status, json: { error: { code, message } } };
}
