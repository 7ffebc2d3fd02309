import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Sandbox } from "./sandbox.ts";

/** What stands between one client and the server: it sees what either side says, and what it returns is sent on. */
export interface Relay {
  fromClient(chunk: Buffer): Buffer;
  fromServer(chunk: Buffer): Buffer;
}

export interface TlsProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Stands between clients and the sandbox's server, and ends TLS on both sides, with the server's own certificate.
 * @param relay makes the relay of a new connection
 */
export async function startTlsProxy({ server, ca }: Sandbox, relay: () => Relay): Promise<TlsProxy> {
  const cert = await readFile(join(server.directory, "server.crt"));
  const key = await readFile(join(server.directory, "server.key"));
  const sockets = new Set<Socket>();

  const listener = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}); // the other side learns of it by the end
    }
    between(client, upstream).catch(() => client.destroy());
  });

  async function between(client: Socket, upstream: Socket): Promise<void> {
    // The client asks for TLS in eight bytes, and the answer is one: both sides are asked and answered alike.
    const [request] = (await once(client, "data")) as [Buffer];
    upstream.write(request);
    await once(upstream, "data");
    client.write("S");
    const near = new TLSSocket(client, { isServer: true, cert, key });
    const far = connectTls({ socket: upstream, servername: "localhost", ca });
    const { fromClient, fromServer } = relay();
    near.on("data", (chunk) => far.write(fromClient(chunk)));
    far.on("data", (chunk) => near.write(fromServer(chunk)));
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
