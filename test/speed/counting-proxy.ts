import { type Decide, framed, startProxy } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** A PostgreSQL server with a counter before it. */
export interface CountingProxy {
  readonly port: number;
  /** For each connection so far, how often the client waited for the server once it had signed in. */
  roundTrips(): readonly number[];
  close(): Promise<void>;
}

/** Milliseconds that an answer takes to the client: what the client sends without waiting for it comes before, on a busy machine too. */
const LATENCY = 50;

/**
 * Counts inside TLS, because TLS records do not show round trips. A round trip begins when the client sends something after
 * it got the server's last answer: several messages sent at once are one, and Terminate, which has no answer, is not counted.
 */
export async function startCountingProxy(sandbox: Sandbox): Promise<CountingProxy> {
  const counts = new Map<number, { roundTrips: number; answered: boolean }>();
  const fromClient: Decide = ({ type, connection, ready }) => {
    const count = counts.get(connection) ?? { roundTrips: 0, answered: true };
    counts.set(connection, count);
    if (ready > 0 && count.answered && type !== "X") {
      count.roundTrips++;
      count.answered = false;
    }
    return true;
  };
  const fromServer: Decide = ({ type, body, connection }, wire) => {
    setTimeout(() => {
      const count = counts.get(connection);
      if (count !== undefined) count.answered = true;
      wire.send(framed(type, body));
    }, LATENCY);
    return false;
  };
  const proxy = await startProxy(sandbox, fromServer, fromClient);
  return { ...proxy, roundTrips: () => [...counts.values()].map(({ roundTrips }) => roundTrips) };
}
