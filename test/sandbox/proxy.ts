import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { type Listening, listening } from "./http.ts";
import type { Sandbox } from "./sandbox.ts";

/** A message of either side: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface Message {
  /** The letter it begins with; none where a client begins. */
  readonly type: string;
  readonly body: Buffer;
  /** The number of the connection, from 1; 0: a request to cancel, which nobody answers. */
  readonly connection: number;
  /** How often the server said ReadyForQuery before: 0 during sign-in. */
  readonly ready: number;
}

/** What happens in place of a message. */
export interface Wire {
  /** Goes where the message would have gone. */
  send(bytes: Buffer): void;
  /** Nothing of the server comes through any more, while the connection stands. */
  mute(): void;
  /** Both connections end. */
  cut(): void;
}

/** Decides on each message of one side; what it returns true for goes through as it is. */
export type Decide = (message: Message, wire: Wire) => boolean;

/** Whatever it is. */
export const goesThrough: Decide = () => true;

/** Stands between clients and the sandbox's server, and ends TLS on both sides, with the server's own certificate. */
export async function startProxy(
  { server, ca, certificates }: Pick<Sandbox, "server" | "ca" | "certificates">,
  fromServer: Decide,
  fromClient: Decide = goesThrough,
  at?: Parameters<typeof listening>[1],
): Promise<Listening> {
  let connections = 0;

  const listener = createServer((client) => {
    const upstream = connect(server.port, "127.0.0.1");
    upstream.on("error", () => {}); // the other side learns of it by the end
    client.on("close", () => upstream.end());
    relay(client, upstream).catch(() => client.destroy());
  });

  async function relay(client: Socket, upstream: Socket): Promise<void> {
    const [request] = (await once(client, "data")) as [Buffer];
    if (request.readInt32BE(4) === CANCEL_REQUEST) {
      const wire = {
        send: (bytes: Buffer) => upstream.write(bytes),
        mute: () => {},
        cut: () => client.destroy(),
      };
      const message = { type: "", body: request.subarray(4), connection: 0, ready: 0 };
      if (fromClient(message, wire)) upstream.end(request);
      return;
    }
    upstream.write(request);
    await once(upstream, "data");
    client.write("S");
    const near = new TLSSocket(client, {
      isServer: true,
      cert: certificates.certificate,
      key: certificates.key,
    });
    const far = connectTls({ socket: upstream, servername: "localhost", ca });
    const connection = ++connections;
    let ready = 0;
    let muted = false;

    function pass(to: TLSSocket, decide: Decide, hasStartup: boolean): (chunk: Buffer) => void {
      const send = (bytes: Buffer) => {
        if (!to.destroyed) to.write(bytes);
      };
      const wire: Wire = {
        send,
        mute: () => {
          muted = true;
        },
        cut: () => {
          client.resetAndDestroy();
          upstream.destroy();
        },
      };
      return messagesIn(hasStartup, (bytes, type, body) => {
        const isMuted = muted && to === near;
        if (!isMuted && decide({ type, body, connection, ready }, wire)) send(bytes);
        if (to === near && type === "Z") ready++;
      });
    }

    for (const [from, to, read] of [
      [near, far, pass(far, fromClient, true)],
      [far, near, pass(near, fromServer, false)],
    ] as const) {
      from.on("data", (chunk) => {
        to.cork(); // what came together goes on together
        read(chunk);
        to.uncork();
      });
      from.on("error", () => {});
      from.on("close", () => to.end());
    }
  }

  return listening(listener, at);
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;

/** Cuts what one side says into messages. A client's first has no letter before its length. */
function messagesIn(
  hasStartup: boolean,
  found: (bytes: Buffer, type: string, body: Buffer) => void,
): (chunk: Buffer) => void {
  let unread = Buffer.alloc(0);
  let letters = hasStartup ? 0 : 1;
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= letters + 4) {
      const end = letters + unread.readUInt32BE(letters);
      if (unread.length < end) break;
      found(unread.subarray(0, end), unread.toString("latin1", 0, letters), unread.subarray(letters + 4, end));
      unread = unread.subarray(end);
      letters = 1;
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
