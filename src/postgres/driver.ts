import { once } from "node:events";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import pg from "pg";

/** The parts of pg's connection that have no types of their own, and no option. */
type Connection = pg.Connection & {
  startup(parameters: Record<string, string>): void;
  attachListeners(stream: Duplex): void;
  connect(port: number, host: string): void;
  cancel(processId: number, secretKey: number): void;
  stream: Duplex;
};

/**
 * Sends the startup message only after the TLS handshake and `ready`: until then the server knows no name, so a failed
 * sign-in leaves no failed login on the server. The message has no other parameters than these: `pg` would add PGOPTIONS and
 * PGREPLICATION of the job's environment, which could set any parameter of the session.
 * https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection-parameters.js
 */
export function delayStartup(client: pg.Client, parameters: Record<string, string>, ready: () => Promise<void>): void {
  const connection = client.connection as Connection;
  const startup = connection.startup.bind(connection);
  connection.startup = () => {
    secured(connection.stream)
      .then(ready)
      .then(
        () => startup(parameters),
        () => {}, // what failed ends the attempt where it is awaited
      );
  };
}

/** Waits for the TLS handshake, which `pg` does not do. */
async function secured(stream: Duplex): Promise<void> {
  if (stream instanceof TLSSocket) await once(stream, "secureConnect");
}

/**
 * Breaks the connection if the server sends something that its protocol does not allow, or too much. `pg` itself throws errors
 * that cannot be caught, and accepts messages of any length and any number of rows.
 */
export function checkMessages(client: pg.Client): void {
  const connection = client.connection as Connection;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    attach(stream);
    const [parse, ...others] = stream.listeners("data") as ((chunk: Buffer) => void)[];
    if (parse === undefined || others.length > 0) throw new Error("pg reads its connection in another way");
    const check = messageChecker();
    let bytes = 0;
    onAnswer(client, () => {
      bytes = 0;
    });
    stream.off("data", parse);
    stream.on("data", (chunk: Buffer) => {
      try {
        bytes += chunk.length + MESSAGE_BYTES * check(chunk);
        if (bytes > MAX_BYTES) throw new Error(`an answer that takes more than ${MAX_BYTES} bytes`);
        parse(chunk);
      } catch (error) {
        const violation = `PostgreSQL's protocol was violated: ${(error as Error).message}`;
        stream.destroy(error === NOT_POSTGRES ? NOT_POSTGRES : coded("PROTOCOL_VIOLATION", violation));
      }
    });
  };
}

/** For the answer to a message, in memory; 100,000 objects need about 20 MB. */
const MAX_BYTES = 256 * 2 ** 20;

/** The memory that an empty message needs. */
const MESSAGE_BYTES = 100;

/** The letters of what a server may send: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const MESSAGES = "12ACDEGHIKNRSTVWZcdnstv";

/** The letters of the first message: authentication, an error, a notice, the version of the protocol. */
const FIRST_MESSAGES = "RENv";

/** The letters of ErrorResponse and NoticeResponse. The parser of `pg` never stops reading one that lacks its end. */
const WITH_FIELDS = "EN";

/** For one of them, which is copied with each part that comes. */
const MAX_FIELDS = 2 ** 20;

const NOT_POSTGRES = coded("NOT_POSTGRES", "what answers is not PostgreSQL");

/** An error with a code for the rules of `diagnosis/`. */
function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Reads the letter and the length before each message, wherever a chunk ends, and counts the messages. */
function messageChecker(): (chunk: Buffer) => number {
  let unread = Buffer.alloc(0);
  /** Where the next message begins: in `unread`, or behind it. */
  let next = 0;
  let allowed = FIRST_MESSAGES;
  return (chunk) => {
    const read = Math.min(next, unread.length);
    unread = Buffer.concat([unread.subarray(read), chunk]);
    next -= read;
    let messages = 0;
    while (next < unread.length) {
      const letter = String.fromCharCode(unread.readUInt8(next));
      if (!allowed.includes(letter))
        throw allowed === MESSAGES ? new Error(`a message of type ${letter}`) : NOT_POSTGRES;
      if (unread.length < next + 5) break;
      const size = 1 + unread.readInt32BE(next + 1);
      const most = WITH_FIELDS.includes(letter) ? MAX_FIELDS : MAX_BYTES;
      if (size < 5 || size > most) throw new Error(`a message of ${size} bytes`);
      const end = next + size;
      if (WITH_FIELDS.includes(letter)) {
        if (unread.length < end) break;
        if (unread.toString("latin1", end - 2, end) !== "\0\0")
          throw new Error(`a message of type ${letter} without its end`);
      }
      next = end;
      allowed = MESSAGES;
      messages++;
    }
    return messages;
  };
}

/**
 * Breaks the connection if the server asks for a hash of the password: it cannot check an Entra token by a hash.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
export function refuseHashes(client: pg.Client): void {
  const connection = client.connection as Connection;
  for (const [message, method] of [
    ["authenticationMD5Password", "MD5"],
    ["authenticationSASL", "SCRAM"],
  ] as const) {
    connection.on(message, () => {
      const words = `the server asks for a password by ${method}, not for a token`;
      connection.stream.destroy(coded("HASH_REQUESTED", words));
    });
  }
}

/**
 * The error of a server that cannot start a process for the connection: an `E`, then a text in the server's language,
 * in place of an answer to the request for TLS. The ErrorResponse of a pooler, or of a server that does not know TLS,
 * begins with an `E`, too. `pg` keeps neither.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 * @returns a function that returns the error, if it came
 */
export function watchFirstAnswer(socket: Socket): () => Error | undefined {
  let error: Error | undefined;
  socket.once("data", (answer: Buffer) => {
    if (answer[0] !== ERROR) return;
    const fields = answer[1] === 0 ? answer.toString("utf8", 5, 1_000).split("\0") : []; // after their length
    const field = (type: string) => fields.find((each) => each.startsWith(type))?.slice(1);
    error = coded(field("C") ?? "NO_PROCESS", field("M") ?? answer.toString("utf8", 1, 1_000));
  });
  return () => error;
}

const ERROR = "E".charCodeAt(0);

/** Calls `then` whenever the server has answered a message. */
export const onAnswer = (client: pg.Client, then: () => void) => client.connection.on("readyForQuery", then);

/** True if the connection is open and is not about to be closed. */
export const isOpen = (client: pg.Client): boolean =>
  !breaking.has(client) && (client.connection as Connection).stream.writable;

const breaking = new WeakSet<pg.Client>();

/**
 * Cancels the query that runs, and ends the connection when the server has answered all that it was sent, or when the time
 * is over: what still waits for an answer fails with the reason.
 * @param grace how much time the server has for that, in milliseconds
 * @returns the timer, to be cleared if the connection ends before
 */
export function breakSoon(client: pg.Client, socket: Socket, reason: Error, grace: number): NodeJS.Timeout {
  const end = () => (client.connection as Connection).stream.destroy(reason);
  breaking.add(client);
  client.once("drain", end);
  cancelQuery(client, socket);
  return setTimeout(end, grace);
}

/**
 * Asks the server to cancel the query that runs, by a connection of its own, as psql does on Ctrl+C. It may come too
 * late, or not at all. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
function cancelQuery(client: pg.Client, { remoteAddress, remotePort }: Socket): void {
  const { processID, secretKey } = client as pg.Client & { processID: number | null; secretKey: number | null };
  if (remoteAddress === undefined || remotePort === undefined || processID === null || secretKey === null) return;
  const connection = new pg.Connection() as Connection;
  connection.on("error", () => {});
  connection.on("connect", () => connection.cancel(processID, secretKey));
  connection.connect(remotePort, remoteAddress);
}
