import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** A message of the server: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface Message {
  /** The letter it begins with. */
  readonly type: string;
  readonly body: Buffer;
  /** The number of the connection, from 1. */
  readonly connection: number;
  /** How often the server said ReadyForQuery before: 0 during sign-in. */
  readonly ready: number;
}

/** What the client gets in place of a message. */
export interface Wire {
  send(bytes: Buffer): void;
  /** Nothing comes through any more, while the connection stands. */
  mute(): void;
  /** Both connections end. */
  cut(): void;
}

/** Decides on each message of the server; what it returns true for goes through as it is. */
export type Fault = (message: Message, wire: Wire) => boolean;

/** A PostgreSQL server behind a fault. */
export interface FaultyServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Stands between clients and the sandbox's server, with the server's own certificate, and spoils its answers. */
export async function startFaultyServer({ server, ca }: Sandbox, fault: Fault): Promise<FaultyServer> {
  const cert = await readFile(join(server.directory, "server.crt"));
  const key = await readFile(join(server.directory, "server.key"));
  const sockets = new Set<Socket>();
  let connections = 0;

  const listener = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}); // the other side learns of it by the end
    }
    relay(client, upstream).catch(() => client.destroy());
  });

  async function relay(client: Socket, upstream: Socket): Promise<void> {
    const [request] = (await once(client, "data")) as [Buffer];
    if (request.readInt32BE(4) !== SSL_REQUEST) {
      upstream.end(request); // a request to cancel, which nobody answers
      return;
    }
    upstream.write(request);
    await once(upstream, "data");
    client.write("S");
    const near = new TLSSocket(client, { isServer: true, cert, key });
    const far = connectTls({ socket: upstream, servername: "localhost", ca });
    const connection = ++connections;
    let ready = 0;
    let muted = false;
    const wire: Wire = {
      send: (bytes) => {
        if (!near.destroyed) near.write(bytes);
      },
      mute: () => {
        muted = true;
      },
      cut: () => {
        client.resetAndDestroy();
        upstream.destroy();
      },
    };
    const read = messagesIn((type, body) => {
      if (!muted && fault({ type, body, connection, ready }, wire)) wire.send(framed(type, body));
      if (type === "Z") ready++;
    });
    near.on("data", (chunk) => far.write(chunk));
    far.on("data", read);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => {});
      from.on("close", () => to.end());
    }
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

const SSL_REQUEST = 80_877_103;

function messagesIn(found: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let unread = Buffer.alloc(0);
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 5) {
      const end = 1 + unread.readUInt32BE(1);
      if (unread.length < end) break;
      found(unread.toString("latin1", 0, 1), unread.subarray(5, end));
      unread = unread.subarray(end);
    }
  };
}

/** A message, its length with the four bytes of the length itself unless another length is given. */
export function framed(type: string, body: Buffer, length = body.length + 4): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, "latin1");
  head.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([head, body]);
}
