import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** A slow link to a local port. */
export interface Link {
  readonly port: number;
  /** When an answer last arrived at the client, as `performance.now()`. */
  lastAnswer(): number;
  close(): Promise<void>;
}

/** The message that ends TLS is shorter than this, and any answer is longer; in bytes. */
const LONGEST_CLOSE = 100;

/** Opens a link to a local port on which everything takes `delay` milliseconds, each way. */
export async function openLink(target: number, delay: number): Promise<Link> {
  const sockets = new Set<Socket>();
  let answered = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true));
      socket.on("error", () => {}); // passed on by `close`
    }
    // The client connects to this proxy at once; on a real link, SYN and its answer come first.
    later(client, upstream, delay, performance.now() + 2 * delay);
    later(upstream, client, delay, 0, (chunk) => {
      if (chunk.length > LONGEST_CLOSE) answered = performance.now();
    });
  });
  const port = await listen(server);
  return {
    port,
    lastAnswer: () => answered,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Forwards what `from` sends, and its end, in order: nothing leaves before `open` or arrives before `delay`. */
function later(
  from: Socket,
  to: Socket,
  delay: number,
  open: number,
  onArrival: (chunk: Buffer) => void = () => {},
): void {
  let line = Promise.resolve();
  const inTurn = (action: () => void) => {
    const due = Math.max(open, performance.now()) + delay;
    line = line.then(() => setTimeout(Math.max(0, due - performance.now()))).then(action);
  };
  from.on("data", (chunk: Buffer) =>
    inTurn(() => {
      onArrival(chunk);
      to.write(chunk);
    }),
  );
  from.on("end", () => inTurn(() => to.end()));
  from.on("close", () => from.errored && inTurn(() => to.destroy()));
}

/** Listens on a local port, sends nothing, and reports when the first byte arrives. */
export async function openSink() {
  const sockets = new Set<Socket>();
  let arrived: (() => void) | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => arrived?.());
  });
  const port = await listen(server);
  return {
    port,
    /** Settles with the first byte of the next connection. */
    firstByte: () =>
      new Promise<void>((resolve) => {
        arrived = resolve;
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
