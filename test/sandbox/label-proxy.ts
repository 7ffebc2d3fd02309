import pg from "pg";
import type { Listening } from "./http.ts";
import { framed, goesThrough, startProxy } from "./proxy.ts";
import type { Sandbox } from "./sandbox.ts";

/** As src writes it, on one line. */
const SECURITY_LABEL = /^SECURITY LABEL FOR "pgaadauth" .*;$/gm;

/**
 * Azure's servers have a library that keeps the labels of roles, and the sandbox's server has none. This proxy sends
 * `SECURITY LABEL FOR "pgaadauth" …` to a function of database `postgres`, which lets the server read the statement
 * and then writes the catalog's row. Everything else is forwarded unchanged.
 */
export function startLabelProxy(sandbox: Sandbox): Promise<Listening> {
  return startProxy(sandbox, goesThrough, ({ type, body }, wire) => {
    if (type !== "Q") return true;
    const sql = body.toString("utf8", 0, body.length - 1);
    wire.send(framed("Q", Buffer.from(`${withLabelFunction(sql)}\0`)));
    return false;
  });
}

/** The SQL as the proxy sends it. */
export function withLabelFunction(sql: string): string {
  return sql.replaceAll(
    SECURITY_LABEL,
    (statement) => `SELECT sandbox.security_label(${pg.escapeLiteral(statement)});`,
  );
}
