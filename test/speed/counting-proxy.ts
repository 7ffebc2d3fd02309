import { type Decide, startProxy } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** A PostgreSQL server with a counter before it. */
export interface CountingProxy {
  readonly port: number;
  /** For each connection so far, how often the client waited for the server once it had signed in. */
  roundTrips(): readonly number[];
  close(): Promise<void>;
}

/**
 * Counts inside TLS, because TLS records do not show round trips. A round trip is everything that the client sends
 * until the server says something: several messages sent at once are one, and Terminate, which has no answer, is
 * not counted.
 */
export async function startCountingProxy(sandbox: Sandbox): Promise<CountingProxy> {
  const counts = new Map<number, { roundTrips: number; asking: boolean }>();
  const fromClient: Decide = ({ connection }) => {
    counts.set(connection, { roundTrips: 0, ...counts.get(connection), asking: true });
    return true;
  };
  const fromServer: Decide = ({ connection, ready }) => {
    const count = counts.get(connection);
    if (count?.asking && ready > 0) count.roundTrips++;
    if (count) count.asking = false;
    return true;
  };
  const proxy = await startProxy(sandbox, fromServer, fromClient);
  return { ...proxy, roundTrips: () => [...counts.values()].map(({ roundTrips }) => roundTrips) };
}
