import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket, Server as TcpServer } from "node:net";
import { text } from "node:stream/consumers";

export type Handler = (
  request: IncomingMessage,
  url: URL,
  body: string,
) => Promise<{ status: number; json?: unknown; headers?: Readonly<Record<string, string>> }>;

/** Turns a function from request to JSON answer into Node's listener. */
export function jsonListener(handle: Handler): RequestListener {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const answer: Awaited<ReturnType<Handler>> = await handle(
      request,
      new URL(request.url ?? "/", "http://localhost"),
      await text(request),
    ).catch((error: unknown) => ({
      status: 500,
      json: { error: "sandbox_fault", error_description: String(error) },
    }));
    response.writeHead(answer.status, {
      "content-type": "application/json; charset=utf-8",
      ...answer.headers,
    });
    response.end(answer.json === undefined ? undefined : JSON.stringify(answer.json));
  };
}

/** An address of this machine; port 0 is a free one. */
interface LocalAddress {
  readonly host: string;
  readonly port: number;
}

const ANY: LocalAddress = { host: "127.0.0.1", port: 0 };

/** Listens, on a free port of 127.0.0.1 unless another address is given, and returns the port. */
export function listen(server: TcpServer, at = ANY): Promise<number> {
  // An idle connection that the server ends while a busy client uses it again looks like a fault of the network.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = 0;
  return new Promise((ready, failed) => {
    server.once("error", failed).listen(at.port, at.host, () => {
      const address = server.address();
      ready(typeof address === "object" && address ? address.port : 0);
    });
  });
}

export interface Listening {
  readonly port: number;
  /** Ends all connections, too. */
  close(): Promise<void>;
}

/** The same for connections that may break. */
export async function listening(server: TcpServer, at = ANY): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("error", () => {}));
  });
  const port = await listen(server, at);
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => {
        server.close(() => closed());
      });
    },
  };
}

/** Closes the server and the connections that clients keep open. */
export function close(server: Server): Promise<void> {
  return new Promise((closed) => {
    server.close(() => closed());
    server.closeAllConnections();
  });
}

/** The number of requests that should fail, counted down by `take`. */
export function failures(): { next(count: number, status: number): void; take(): number | undefined } {
  let left = 0;
  let status = 0;
  return {
    next(count, failWith) {
      left = count;
      status = failWith;
    },
    take: () => (left > 0 && left-- > 0 ? status : undefined),
  };
}
