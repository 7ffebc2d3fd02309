import pg from "pg";
import type { Sandbox } from "./sandbox.ts";
import { startTlsProxy, type TlsProxy } from "./tls-proxy.ts";

/** As src writes it, one in a line. */
const SECURITY_LABEL = /^SECURITY LABEL FOR "pgaadauth" .*;$/gm;

/**
 * Azure's servers have a library that keeps the labels of roles, and the sandbox's server has none. This proxy sends
 * `SECURITY LABEL FOR "pgaadauth" …` to a function of database `postgres`, which lets the server read the statement
 * and then writes the catalog's row. Everything else goes through as it is.
 */
export function startLabelProxy(sandbox: Sandbox): Promise<TlsProxy> {
  return startTlsProxy(sandbox, () => {
    const readMessages = messages();
    return {
      fromClient: (chunk) => Buffer.concat(readMessages(chunk).map(withLabelFunction)),
      fromServer: (chunk) => chunk,
    };
  });
}

/** Query, the message of a statement without parameters: `Q`, length, text, NUL. */
function withLabelFunction(message: Buffer): Buffer {
  if (message.toString("latin1", 0, 1) !== "Q") return message;
  const sql = message.toString("utf8", 5, message.length - 1);
  const replaced = sql.replaceAll(
    SECURITY_LABEL,
    (statement) => `SELECT sandbox.security_label(${pg.escapeLiteral(statement)});`,
  );
  const body = Buffer.from(`${replaced}\0`);
  const head = Buffer.from("Q\0\0\0\0", "latin1");
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/**
 * Cuts what a client sends into whole messages. The first has no letter before its length:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
function messages(): (chunk: Buffer) => readonly Buffer[] {
  let unread: Buffer = Buffer.alloc(0);
  let letter = 0;
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    const whole: Buffer[] = [];
    while (unread.length >= letter + 4) {
      const end = letter + unread.readUInt32BE(letter);
      if (unread.length < end) break;
      whole.push(unread.subarray(0, end));
      unread = unread.subarray(end);
      letter = 1;
    }
    return whole;
  };
}
