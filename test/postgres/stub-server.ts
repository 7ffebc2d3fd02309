import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { listen } from "../sandbox/http.ts";
import { framed } from "../sandbox/proxy.ts";

/** A server with enough of PostgreSQL's protocol to fail in ways that a real server cannot. */
export interface Stub {
  readonly port: number;
  /** Startup messages and passwords, as they came. */
  readonly received: Buffer[];
  /** Connections so far. */
  readonly connections: () => number;
  /** Open connections. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** What it does with each connection; `attempt` counts from 1. */
export interface Behaviour {
  /** The certificate for TLS; without one the server refuses TLS. */
  readonly tls?: { cert: string; key: string };
  /** Answers the request for TLS, and ends the connection. */
  readonly refusal?: Buffer;
  /** Never answers at all. */
  readonly silent?: true;
  /** Answers the startup message. */
  readonly onStartup?: (attempt: number) => Buffer;
  /** Answers the password, and whatever comes later. */
  readonly onMessage?: (attempt: number, message: Buffer) => Buffer;
  /** Each answer in one chunk; otherwise a chunk ends after each byte. */
  readonly atOnce?: true;
  /** The TLS handshake is complete. */
  readonly onSecure?: () => void;
}

export async function startStub(behaviour: Behaviour): Promise<Stub> {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const secureContext = behaviour.tls && createSecureContext(behaviour.tls);
  let connections = 0;
  const server = createServer((socket) => {
    const attempt = ++connections;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {}); // the client can break the connection
    if (behaviour.silent) {
      socket.resume(); // otherwise it would not see that the client has disconnected
      return;
    }
    socket.once("data", () => {
      if (secureContext === undefined) {
        socket.end(behaviour.refusal ?? "N");
        return;
      }
      socket.write("S");
      const secure = new TLSSocket(socket, { isServer: true, secureContext });
      secure.on("error", () => {});
      secure.on("secure", () => behaviour.onSecure?.());
      let first = true;
      secure.on("data", (message: Buffer) => {
        received.push(message);
        if (!first && message[0] === TERMINATE) {
          socket.end();
          return;
        }
        const answer = first ? behaviour.onStartup?.(attempt) : behaviour.onMessage?.(attempt, message);
        if (behaviour.atOnce) secure.write(answer ?? "");
        else writeByBytes(secure, answer ?? Buffer.alloc(0));
        first = false;
      });
    });
  });
  const port = await listen(server);
  return {
    port,
    received,
    connections: () => connections,
    open: () => sockets.size,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

/** The first byte of a Terminate: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const TERMINATE = "X".charCodeAt(0);

/** Writes each byte when the one before it is sent, so that a chunk ends after each. */
function writeByBytes(socket: TLSSocket, bytes: Buffer): void {
  if (bytes.length > 0) socket.write(bytes.subarray(0, 1), () => writeByBytes(socket, bytes.subarray(1)));
}

/** https://www.postgresql.org/docs/current/protocol-error-fields.html */
/** Other fields, by their letters: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export function errorResponse(code: string, message: string, others: Readonly<Record<string, string>> = {}): Buffer {
  const fields = Object.entries({ S: "FATAL", V: "FATAL", C: code, M: message, ...others });
  return framed("E", Buffer.from(`${fields.map(([letter, text]) => `${letter}${text}\0`).join("")}\0`));
}

export const ASK_PASSWORD = framed("R", Buffer.from([0, 0, 0, 3]));
export const READY = framed("Z", Buffer.from("I"));
export const WELCOME = Buffer.concat([framed("R", Buffer.from([0, 0, 0, 0])), READY]);

/** A self-signed certificate for this name, valid for this many days. */
export async function certificate(name: string, days = 1): Promise<{ cert: string; key: string }> {
  const day = 24 * 3600 * 1000;
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 7 * day),
    notAfterDate: new Date(Date.now() + days * day),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
    ],
  });
  return { cert, key };
}
