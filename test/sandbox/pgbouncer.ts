import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, type PostgresServer, serverAccount } from "./postgres.ts";

/** PgBouncer in transaction mode before a server, with the server's certificate. */
export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Whether PgBouncer is installed: Debian's package `pgbouncer`, which .ci/run installs where it can. */
export function hasPgBouncer(): boolean {
  return spawnSync("pgbouncer", ["--version"], { env: PATHS }).status === 0;
}

/** On Debian its directory is not on every user's PATH. */
const PATHS = { PATH: `${process.env.PATH}:/usr/sbin` };

/** Users sign in as to Azure's built-in PgBouncer: their password, in clear, inside TLS. */
export async function startPgBouncer(
  server: PostgresServer,
  passwords: Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  const port = await freePort();
  const file = (name: string) => join(server.directory, name);
  const users = Object.entries(passwords).map(([user, password]) => `"${user}" "${password}"\n`);
  await writeFile(file("users.txt"), users.join(""));
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "plain",
    auth_file: file("users.txt"),
    pool_mode: "transaction",
    default_pool_size: 5,
    client_tls_sslmode: "require",
    client_tls_cert_file: file("server.crt"),
    client_tls_key_file: file("server.key"),
    server_tls_sslmode: "require",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(
    file("pgbouncer.ini"),
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\n${lines.join("")}`,
  );
  const child = spawn("pgbouncer", [file("pgbouncer.ini")], {
    ...serverAccount(),
    env: PATHS,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilReady(child);
  return {
    port,
    async stop() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((ready, failed) => {
    let log = "";
    child.stderr?.on("data", (text: Buffer) => {
      log += text;
      if (log.includes("process up")) ready();
    });
    child.once("exit", () => failed(new Error(`PgBouncer did not start.\n${log}`)));
    child.once("error", failed);
  });
}
