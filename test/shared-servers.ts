import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { issueCertificates } from "./sandbox/certificates.ts";
import { makeFlexible } from "./sandbox/flexible-server.ts";
import { close, jsonListener, listen } from "./sandbox/http.ts";
import { type Address, type PostgresServer, startServer, VERSIONS, type Version } from "./sandbox/postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where a test file asks for a shared server: `GET /18` answers with a `Share`. */
    readonly sharedServers: string;
  }
}

/** One test file's share of a server. */
export interface Share extends Address {
  /** Unique on the server: a part of the names of this file's databases and roles. */
  readonly file: number;
}

/**
 * vitest's global set-up: one PostgreSQL server of each version for all the files of a run that can share it. It starts
 * when the first file asks for it, and stops after the last test.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const certificates = await issueCertificates();
  const servers = new Map<Version, Promise<PostgresServer>>();
  let files = 0;

  async function start(version: Version): Promise<PostgresServer> {
    const server = await startServer({ version, certificates });
    await makeFlexible(server);
    return server;
  }

  const listener = createServer(
    jsonListener(async (_request, { pathname }) => {
      const version = VERSIONS.find((known) => pathname === `/${known}`);
      if (version === undefined) return { status: 404, json: {} };
      const starting = servers.get(version) ?? start(version);
      servers.set(version, starting);
      const { host, port, directory } = await starting;
      const share: Share = { version, host, port, directory, file: ++files };
      return { status: 200, json: share };
    }),
  );
  project.provide("sharedServers", `http://127.0.0.1:${await listen(listener)}`);

  return async () => {
    await close(listener);
    for (const server of servers.values()) await server.then(({ stop }) => stop());
  };
}
