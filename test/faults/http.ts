import { createServer as createPlain, type RequestListener } from "node:http";
import { createServer as createSecure } from "node:https";
import { createServer as createTcp, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Listening, listening } from "../sandbox/http.ts";

let part: Buffer | undefined;

/** 1 MiB of spaces, compressed. */
function compressed(): Buffer {
  part ??= gzipSync(Buffer.alloc(2 ** 20, " "), { level: 1 });
  return part;
}

/** How an HTTP server fails a client that waits for its answer. */
export const HTTP_FAULTS = {
  "never answers": () => {},
  "drips its answer": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("{");
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  },
  "stops in the middle of its answer": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"value":"');
  },
  "sends without end": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = Buffer.alloc(1_000_000, " ");
    const timer = setInterval(() => response.write(chunk), 5);
    response.on("close", () => clearInterval(timer));
  },
  "compresses 2 GB into its answer": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(Buffer.concat(Array.from({ length: 2048 }, compressed)));
  },
} satisfies Record<string, RequestListener>;

/** An HTTP server that fails; with a certificate, an HTTPS server. */
export function startFaultyHttp(
  fault: RequestListener,
  certificate?: { readonly cert: string; readonly key: string },
): Promise<Listening> {
  const server = certificate === undefined ? createPlain(fault) : createSecure({ ...certificate }, fault);
  return listening(server);
}

/** A TCP server that does this with each connection. */
export function startTcp(serve: (socket: Socket) => void): Promise<Listening> {
  return listening(createTcp(serve));
}
