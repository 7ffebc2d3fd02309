import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startEndpoint, TOKEN } from "../azure/managed-identity.ts";
import type { Listening } from "../sandbox/http.ts";
import { type Decide, framed, type Message, startProxy, type Wire } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { HTTP_FAULTS, startFaultyHttp, startTcp } from "./http.ts";

/** One fault of one peer, and the expected result of a run in mode `apply`. */
export interface FaultCase {
  readonly peer: string;
  readonly name: string;
  /** Starts the faulty peer. @returns the inputs and variables that direct a run to it */
  start(sandbox: Sandbox): Promise<Started>;
  /** The code of the error with which the run ends; absent if the run succeeds despite the fault. */
  readonly code?: string;
  /** The time limit in seconds; a hundred if absent. */
  readonly within?: number;
  /** It is about real time, so its test has no faster clocks. */
  readonly busy?: true;
  /** Another case goes the same way through the code, so only `npm run test:all` and `npm run faults` have this one. */
  readonly repeats?: true;
}

interface Started {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

// --- PostgreSQL

/** Where in a run the server fails: the first message for which this holds. */
type Moment = (message: Message) => boolean;

/** A function, because each run has its own state. */
const MOMENTS: Readonly<Record<string, () => Moment>> = {
  "after the password": () => isPasswordAccepted,
  "after the sign-in":
    () =>
    ({ ready }) =>
      ready === 1,
  "before the rows of the first look": () => (message) => isInLook(message, "T"),
  "among the rows of the first look": () => (message) => isInLook(message, "D"),
  "among the rows of the first look, then after the password": () => (message) =>
    message.connection === 1 ? isInLook(message, "D") : isPasswordAccepted(message),
  "instead of the answer to COMMIT": atCommit,
  "in the look after COMMIT": () => {
    const committed = atCommit();
    let before = Number.POSITIVE_INFINITY;
    return (message) => {
      if (committed(message)) before = Math.min(before, message.ready + 1);
      return isInLook(message, "T", before);
    };
  },
};

/**
 * Whether a message with or about rows belongs to a look: the answer to its BEGIN has rows, too.
 * @param before how many messages the server had answered before that BEGIN
 */
function isInLook({ type, ready }: Message, wanted: "T" | "D", before = 1): boolean {
  return type === wanted && ready > before;
}

/** AuthenticationOk */
function isPasswordAccepted({ type, body }: Message): boolean {
  return type === "R" && body.readInt32BE(0) === 0;
}

function atCommit(): Moment {
  let granted = false;
  return ({ type, body }) => {
    const tag = type === "C" ? body.toString("latin1", 0, body.length - 1) : "";
    granted ||= tag === "GRANT";
    return granted && tag === "COMMIT";
  };
}

/** What the server does from then on. */
const WAYS: Readonly<Record<string, (wire: Wire) => void>> = {
  "goes silent": (wire) => wire.mute(),
  "sends notices without end": (wire) => {
    const notice = framed("N", Buffer.from("SNOTICE\0VNOTICE\0C00000\0Mstill here\0\0"));
    setInterval(() => wire.send(notice), 20).unref();
    wire.mute();
  },
  "announces a message of 1 GB and drips it": (wire) => {
    wire.send(framed("D", Buffer.from([0, 1]), 2 ** 30));
    setInterval(() => wire.send(Buffer.from([0])), 20).unref();
    wire.mute();
  },
  "sends rows without end": (wire) => {
    const rows = Buffer.concat(Array.from({ length: 200_000 }, () => framed("D", Buffer.from([0, 0]))));
    // Hardly faster than the client reads them, so that this end does not encrypt many more.
    setInterval(() => wire.send(rows), 200).unref();
    wire.mute();
  },
  "asks for COPY data": (wire) => {
    wire.send(framed("G", Buffer.from([0, 0, 0])));
    wire.mute();
  },
  "sends COPY data without end": (wire) => {
    wire.send(framed("H", Buffer.from([0, 0, 0])));
    setInterval(() => wire.send(framed("d", Buffer.from("x\n"))), 20).unref();
    wire.mute();
  },
  "closes the connection": (wire) => wire.cut(),
  "sends a length below its own four bytes": (wire) => wire.send(framed("D", Buffer.alloc(0), 1)),
  "sends a message that the protocol does not have": (wire) => {
    wire.send(framed("!", Buffer.from("what")));
    wire.mute();
  },
  "sends an error without its end": (wire) => {
    wire.send(framed("E", Buffer.from("SERROR\0Mnever")));
    wire.mute();
  },
  "sends a notice of 0 bytes": (wire) => {
    wire.send(framed("N", Buffer.alloc(0)));
    wire.mute();
  },
  "sends a RowDescription cut short": (wire) => {
    wire.send(framed("T", Buffer.from([0, 9, 65])));
    wire.mute();
  },
};

/** On the first connection only, or on each. */
const TIMES = { once: 1, always: Number.POSITIVE_INFINITY } as const;

function postgres(
  moment: string,
  way: string,
  times: keyof typeof TIMES,
  expected: Pick<FaultCase, "code" | "within" | "busy">,
): FaultCase {
  return {
    peer: "PostgreSQL",
    name: `${way} ${moment}${times === "once" ? " of the first connection" : ""}`,
    ...expected,
    async start(sandbox) {
      const moments = new Map<number, Moment>();
      const fault: Decide = (message, wire) => {
        const { connection } = message;
        const isMoment = moments.get(connection) ?? MOMENTS[moment]?.();
        if (isMoment === undefined) throw new Error(moment);
        moments.set(connection, isMoment);
        if (connection > TIMES[times] || !isMoment(message)) return true;
        WAYS[way]?.(wire);
        return false;
      };
      const server = await startProxy(sandbox, fault);
      return { inputs: { port: String(server.port) }, close: server.close };
    },
  };
}

/** A server that asks for the password in another way than an Entra token needs. */
function authentication(name: string, body: Buffer, code: string): FaultCase {
  return {
    peer: "PostgreSQL",
    name: `asks for ${name}`,
    code,
    within: 10,
    async start(sandbox) {
      const server = await startProxy(sandbox, ({ type, ready }, wire) => {
        if (type !== "R" || ready > 0) return true;
        wire.send(framed("R", body));
        return false;
      });
      return { inputs: { port: String(server.port) }, close: server.close };
    },
  };
}

function int32(value: number, ...more: number[]): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return Buffer.concat([buffer, Buffer.from(more)]);
}

/** The error is known after the first connection; the second is only for a suggestion. */
const NO_SUCH_DATABASE: FaultCase = {
  peer: "PostgreSQL",
  name: "does not have the database, and does not answer the search for a similar name",
  code: "database-not-found",
  within: 10,
  busy: true,
  async start(sandbox) {
    const server = await startProxy(
      sandbox,
      searchIsSilent(() => {}),
    );
    return { inputs: { port: String(server.port), database: "ordres" }, close: server.close };
  },
};

/** The server refuses the first connection, and is silent on the next. @param onSearch called on the second */
export function searchIsSilent(onSearch: () => void): Decide {
  return ({ connection }, wire) => {
    if (connection === 1) return true;
    onSearch();
    wire.mute();
    return false;
  };
}

/** Another service on the port. */
function otherProtocol(name: string, greeting: string | undefined, answer: string): FaultCase {
  return {
    peer: "PostgreSQL",
    name: `is ${name}`,
    code: "protocol-violation",
    within: 10,
    async start() {
      const server = await startTcp((socket) => {
        if (greeting !== undefined) socket.write(greeting, "latin1");
        socket.once("data", () => socket.end(answer, "latin1"));
      });
      return { inputs: { port: String(server.port) }, close: server.close };
    },
  };
}

// --- HTTP

type HttpFault = keyof typeof HTTP_FAULTS;

function http(
  peer: string,
  fault: HttpFault,
  code: string | undefined,
  lead: (server: Listening) => Omit<Started, "close">,
  secure = false,
): FaultCase {
  return {
    peer,
    name: fault,
    ...(code !== undefined && { code }),
    ...(LONG.includes(fault) && { busy: true }),
    async start({ server: { directory } }) {
      const certificate = secure
        ? {
            cert: await readFile(join(directory, "server.crt"), "utf8"),
            key: await readFile(join(directory, "server.key"), "utf8"),
          }
        : undefined;
      const server = await startFaultyHttp(HTTP_FAULTS[fault], certificate);
      return { ...lead(server), close: server.close };
    },
  };
}

/** Faults that make the client work. */
const LONG: readonly HttpFault[] = ["sends without end", "compresses 2 GB into its answer"];

const HTTP_NAMES = Object.keys(HTTP_FAULTS) as readonly HttpFault[];

/** The client of GitHub's OIDC endpoint does not decompress, and what is compressed is not JSON. */
const OF_ID_TOKEN: Partial<Record<HttpFault, string>> = {
  "sends without end": "oidc-unavailable",
  "compresses 2 GB into its answer": "oidc-no-token",
};

const NO_OIDC = { "client-id": "", "tenant-id": "" };

const STUCK_AZ = "#!/bin/sh\nsleep 300 &\nsleep 300\n";

const MUTE_AZ: FaultCase = {
  peer: "Azure CLI",
  name: "never ends, nor what it started",
  code: "cli-no-answer",
  async start() {
    const directory = await mkdtemp(join(tmpdir(), "az-"));
    await writeFile(join(directory, "az"), STUCK_AZ);
    await chmod(join(directory, "az"), 0o755);
    return {
      inputs: { ...NO_OIDC, "auth-type": "azure-cli" },
      env: { PATH: `${directory}${delimiter}${process.env.PATH}` },
      close: () => rm(directory, { recursive: true }),
    };
  },
};

const MUTE_PROXY: FaultCase = {
  peer: "a proxy",
  name: "never answers",
  code: "connection-timed-out",
  async start() {
    const proxy = await startTcp(() => {});
    return {
      env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: "127.0.0.1" },
      close: proxy.close,
    };
  },
};

const MALFORMED_PROXY: FaultCase = {
  peer: "a proxy",
  name: "is named without `http://`",
  code: "proxy-malformed",
  within: 10,
  async start() {
    return { env: { HTTPS_PROXY: "proxy.contoso.com:3128" }, async close() {} };
  },
};

const REDIRECT: FaultCase = {
  peer: "GitHub's OIDC endpoint",
  name: "redirects to another host",
  code: "oidc-no-token",
  async start() {
    const elsewhere = await startEndpoint(TOKEN);
    const server = await startFaultyHttp((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
    );
    return {
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b` },
      async close() {
        elsewhere.close();
        await server.close();
        if (elsewhere.asked.length > 0) throw new Error("the redirect was followed");
      },
    };
  },
};

export const FAULTS: readonly FaultCase[] = [
  postgres("after the password", "goes silent", "always", { code: "connection-timed-out" }),
  postgres("after the password", "sends notices without end", "always", { code: "connection-timed-out" }),
  postgres("after the sign-in", "goes silent", "always", { code: "query-timed-out" }),
  postgres("after the sign-in", "goes silent", "once", {}),
  ...["before the rows of the first look", "among the rows of the first look"].map((moment) =>
    postgres(moment, "goes silent", "always", { code: "query-timed-out" }),
  ),
  postgres("among the rows of the first look, then after the password", "goes silent", "always", {
    code: "query-timed-out",
  }),
  postgres("instead of the answer to COMMIT", "goes silent", "once", {}),
  postgres("instead of the answer to COMMIT", "goes silent", "always", {}),
  postgres("instead of the answer to COMMIT", "closes the connection", "once", {}),
  postgres("in the look after COMMIT", "goes silent", "always", {}),
  postgres("in the look after COMMIT", "closes the connection", "always", {}),
  postgres("among the rows of the first look", "closes the connection", "once", {}),
  postgres("among the rows of the first look", "closes the connection", "always", {
    code: "connection-lost",
  }),
  postgres("among the rows of the first look", "sends notices without end", "always", {
    code: "query-timed-out",
  }),
  ...["asks for COPY data", "sends COPY data without end"].map((way) =>
    postgres("before the rows of the first look", way, "always", { code: "query-timed-out" }),
  ),
  ...[
    "announces a message of 1 GB and drips it",
    "sends a length below its own four bytes",
    "sends a message that the protocol does not have",
    "sends a RowDescription cut short",
    "sends an error without its end",
    "sends a notice of 0 bytes",
  ].map((way) => postgres("among the rows of the first look", way, "always", { code: "protocol-violation" })),
  postgres("among the rows of the first look", "sends rows without end", "always", {
    code: "protocol-violation",
    busy: true,
  }),
  NO_SUCH_DATABASE,
  authentication("a password by MD5", int32(5, 1, 2, 3, 4), "token-not-asked-for"),
  authentication(
    "a password by SCRAM",
    Buffer.concat([int32(10), Buffer.from("SCRAM-SHA-256\0\0")]),
    "token-not-asked-for",
  ),
  authentication("GSSAPI", int32(7), "protocol-violation"),
  authentication("SSPI", int32(9), "protocol-violation"),
  otherProtocol("an HTTP server", undefined, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
  otherProtocol("an SSH server", "SSH-2.0-OpenSSH_9.6\r\n", ""),
  otherProtocol("a MySQL server", "J\0\0\0\n8.0.36\0", ""),

  ...HTTP_NAMES.map((fault) =>
    http("GitHub's OIDC endpoint", fault, OF_ID_TOKEN[fault] ?? "connection-timed-out", ({ port }) => ({
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/?a=b` },
    })),
  ),
  REDIRECT,
  ...HTTP_NAMES.map((fault) =>
    http(
      "Microsoft Entra",
      fault,
      LONG.includes(fault) ? "entra-answer-unreadable" : "connection-timed-out",
      ({ port }) => ({ env: { AZURE_AUTHORITY_HOST: `https://localhost:${port}` } }),
      true,
    ),
  ),
  ...HTTP_NAMES.map((fault) => ({
    ...http("the endpoint of a managed identity", fault, "managed-identity-unavailable", ({ port }) => ({
      inputs: { ...NO_OIDC, "auth-type": "managed-identity" },
      env: { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/token`, IDENTITY_HEADER: "header" },
    })),
    // The client is the same as for Entra.
    ...(fault !== "never answers" && fault !== "drips its answer" && { repeats: true as const }),
  })),
  MUTE_AZ,
  ...HTTP_NAMES.map((fault) =>
    http("GitHub's API", fault, undefined, ({ port }) => ({
      inputs: { "drift-issue": "true", "github-token": "token", exclude: "orders" },
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${port}`,
        GITHUB_REPOSITORY: "contoso/orders",
      },
    })),
  ),
  MUTE_PROXY,
  MALFORMED_PROXY,
];
