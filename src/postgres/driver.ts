import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type pg from "pg";

/** The parts of pg's connection that have no types of their own, and no option. */
type Connection = pg.Connection & {
  startup(parameters: Record<string, string>): void;
  attachListeners(stream: Duplex): void;
  query(text: string): void;
  sync(): void;
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
        stream.destroy(protocolViolation(error));
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

/** Reads a letter and a length before each message, wherever a chunk ends, and counts the messages. */
function messageChecker(): (chunk: Buffer) => number {
  let head = Buffer.alloc(0);
  let letter = "";
  let left = 0;
  let end = "";
  let allowed = FIRST_MESSAGES;
  return (chunk) => {
    let messages = 0;
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const body = chunk.subarray(at, at + left);
        left -= body.length;
        at += body.length;
        if (WITH_FIELDS.includes(letter)) end = `${end}${body.toString("latin1", body.length - 2)}`.slice(-2);
      } else {
        const taken = chunk.subarray(at, at + 5 - head.length);
        head = Buffer.concat([head, taken]);
        at += taken.length;
        letter = head.toString("latin1", 0, 1);
        if (!allowed.includes(letter))
          throw allowed === FIRST_MESSAGES ? new NotPostgres() : new Error(`a message of type ${letter}`);
        if (head.length < 5) return messages;
        messages++;
        left = head.readInt32BE(1) - 4;
        if (left < 0 || left > MAX_BYTES) throw new Error(`a message of ${left} bytes`);
        head = Buffer.alloc(0);
        end = "";
        allowed = MESSAGES;
      }
      if (left === 0 && WITH_FIELDS.includes(letter) && end !== "\0\0")
        throw new Error(`a message of type ${letter} without its end`);
    }
    return messages;
  };
}

class NotPostgres extends Error {
  readonly code = "NOT_POSTGRES";

  constructor() {
    super("what answers is not PostgreSQL");
  }
}

function protocolViolation(error: unknown): Error {
  if (error instanceof NotPostgres) return error;
  const { message } = error as Error;
  return Object.assign(new Error(`PostgreSQL's protocol was violated: ${message}`), {
    code: "PROTOCOL_VIOLATION",
  });
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
      const error = new Error(`the server asks for a password by ${method}, not for a token`);
      connection.stream.destroy(Object.assign(error, { code: "HASH_REQUESTED" }));
    });
  }
}

/**
 * The error of a server that cannot start a process for the connection: an `E`, then a text in the server's language,
 * in place of an answer to the request for TLS. `pg` does not keep the text.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 * @returns a function that returns the error, if it came
 */
export function watchFirstAnswer(socket: Socket): () => Error | undefined {
  let error: Error | undefined;
  socket.once("data", (answer: Buffer) => {
    const isText = answer[0] === ERROR && answer[1] !== 0; // a zero begins the length of an ErrorResponse
    if (isText) error = Object.assign(new Error(answer.toString("utf8", 1, 1_000)), { code: "NO_PROCESS" });
  });
  return () => error;
}

const ERROR = "E".charCodeAt(0);

/** Calls `then` whenever a message is sent that the server has to answer. */
export function onSend(client: pg.Client, then: () => void): void {
  const connection = client.connection as Connection;
  const [query, sync] = [connection.query.bind(connection), connection.sync.bind(connection)];
  connection.query = (text) => {
    then();
    query(text);
  };
  connection.sync = () => {
    then();
    sync();
  };
}

/** Calls `then` whenever the server has answered a message. */
export function onAnswer(client: pg.Client, then: () => void): void {
  client.connection.on("readyForQuery", then);
}

/** True if the connection is open and is not about to be closed. */
export function isOpen(client: pg.Client): boolean {
  return !breaking.has(client) && (client.connection as Connection).stream.writable;
}

const breaking = new WeakSet<pg.Client>();

/** Ends the connection when the server has answered all that it was sent. */
export function breakAfterAnswers(client: pg.Client, reason: Error): void {
  breaking.add(client);
  client.once("drain", () => breakConnection(client, reason));
}

/** Ends the connection at once: what waits for an answer fails with the reason, and nothing is sent any more. */
export function breakConnection(client: pg.Client, reason: Error): void {
  (client.connection as Connection).stream.destroy(reason);
}

/**
 * Asks the server to cancel the query that runs, by a connection of its own, as psql does on Ctrl+C. It may come too
 * late, or not at all. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancelQuery(client: pg.Client, { remoteAddress, remotePort }: Socket): void {
  const { processID, secretKey } = client as pg.Client & {
    processID: number | null;
    secretKey: number | null;
  };
  if (remoteAddress === undefined || remotePort === undefined || processID === null || secretKey === null) return;
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST, processID, secretKey].forEach((value, index) => {
    request.writeInt32BE(value, index * 4);
  });
  connect({ host: remoteAddress, port: remotePort })
    .on("error", () => {})
    .end(request);
}

const CANCEL_REQUEST = 80_877_102;
