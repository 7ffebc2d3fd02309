import type { Sandbox } from "../sandbox/sandbox.ts";
import { startTlsProxy } from "../sandbox/tls-proxy.ts";

/** A PostgreSQL server with a counter before it. */
export interface CountingProxy {
  readonly port: number;
  /** For each connection so far, how often the client waited for the server once it had signed in. */
  roundTrips(): readonly number[];
  close(): Promise<void>;
}

/**
 * Counts behind TLS: in TLS's records, who answers whom cannot be told. A round trip is whatever the client says until
 * the server says something: several messages sent at once are one, and the goodbye, which nobody answers, is none.
 */
export async function startCountingProxy(sandbox: Sandbox): Promise<CountingProxy> {
  const counts: { roundTrips: number }[] = [];
  const proxy = await startTlsProxy(sandbox, () => {
    const count = { roundTrips: 0 };
    counts.push(count);
    let signedIn = false;
    let asking = false;
    const isReady = readyForQuery();
    return {
      fromClient(chunk) {
        asking = true;
        return chunk;
      },
      fromServer(chunk) {
        if (asking && signedIn) count.roundTrips++;
        asking = false;
        signedIn ||= isReady(chunk);
        return chunk;
      },
    };
  });
  return { ...proxy, roundTrips: () => counts.map(({ roundTrips }) => roundTrips) };
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
