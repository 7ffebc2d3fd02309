import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** A PostgreSQL server with a counter before it. */
export interface CountingProxy {
  readonly port: number;
  /** For each connection so far, how often the client waited for the server once it had signed in. */
  roundTrips(): readonly number[];
  close(): Promise<void>;
}

/**
 * Stands between a client and the sandbox's server, and ends TLS on both sides, with the server's own certificate:
 * in TLS's records, who answers whom cannot be told. A round trip is whatever the client says until the server says
 * something: several messages sent at once are one, and the goodbye, which nobody answers, is none.
 */
export async function startCountingProxy({ server, ca }: Sandbox): Promise<CountingProxy> {
  const cert = await readFile(join(server.directory, "server.crt"));
  const key = await readFile(join(server.directory, "server.key"));
  const counts: { roundTrips: number }[] = [];
  const sockets = new Set<Socket>();

  const listener = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}); // the other side learns of it by the end
    }
    relay(client, upstream).catch(() => client.destroy());
  });

  async function relay(client: Socket, upstream: Socket): Promise<void> {
    // The client asks for TLS in eight bytes, and the answer is one: both sides are asked and answered alike.
    const [request] = (await once(client, "data")) as [Buffer];
    upstream.write(request);
    await once(upstream, "data");
    client.write("S");
    const near = new TLSSocket(client, { isServer: true, cert, key });
    const far = connectTls({ socket: upstream, servername: "localhost", ca });

    const count = { roundTrips: 0 };
    counts.push(count);
    let signedIn = false;
    let asking = false;
    const isReady = readyForQuery();
    near.on("data", (chunk) => {
      asking = true;
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (asking && signedIn) count.roundTrips++;
      asking = false;
      signedIn ||= isReady(chunk);
      near.write(chunk);
    });
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
    roundTrips: () => counts.map(({ roundTrips }) => roundTrips),
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

/**
 * Says whether ReadyForQuery, the end of the sign-in, has come in what the server has sent so far.
 * A message is a letter, and its length with the four bytes of the length itself:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function readyForQuery(): (chunk: Buffer) => boolean {
  let unread = Buffer.alloc(0);
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 5) {
      if (unread.toString("latin1", 0, 1) === "Z") return true;
      const end = 1 + unread.readUInt32BE(1);
      if (unread.length < end) break;
      unread = unread.subarray(end);
    }
    return false;
  };
}
