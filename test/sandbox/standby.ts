import { spawn, spawnSync } from "node:child_process";
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { type Address, executables, freePort, SUPERUSER, serverAccount, stop } from "./postgres.ts";

/** Runs one server until its stdin closes, as postgres.ts does. */
const GUARD = `
exec 3<&0
"$@" 3<&- &
server=$!
{ cat <&3; kill -QUIT $server; } >/dev/null 2>&1 &
wait $server
`;

/**
 * Starts a hot standby of a running server, from a copy of its data directory, that follows it.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function startStandby({
  version,
  port: primary,
  directory,
}: Address): Promise<{ port: number; stop(): Promise<void> }> {
  const [account, port] = [serverAccount(), await freePort()];
  const data = join(directory, `standby-${port}`);
  const name = (action: string) => (version >= 15 ? `pg_backup_${action}` : `pg_${action}_backup`);
  const client = new pg.Client({ host: directory, port: primary, user: SUPERUSER, database: "postgres" });
  await client.connect();
  await client.query(
    version >= 15
      ? `SELECT ${name("start")}('standby', TRUE)`
      : `SELECT ${name("start")}('standby', TRUE, FALSE)`,
  );
  await cp(join(directory, "data"), data, {
    recursive: true,
    filter: (path) => !/postmaster\.(pid|opts)$/.test(path),
  });
  const { rows } = await client.query<{ labelfile: string }>(
    `SELECT labelfile FROM ${name("stop")}(${version >= 15 ? "" : "FALSE, "}FALSE)`,
  );
  await client.end();
  await writeFile(join(data, "backup_label"), rows[0]?.labelfile ?? "");
  await writeFile(join(data, "standby.signal"), "");
  const bin = executables(version, directory, account);
  if (account.uid !== undefined) spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, data]);
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: directory,
    hba_file: join(directory, "pg_hba.conf"),
    ssl: "on",
    ssl_cert_file: join(directory, "server.crt"),
    ssl_key_file: join(directory, "server.key"),
    primary_conninfo: `host=${directory} port=${primary} user=${SUPERUSER}`,
    hot_standby: "on",
    lc_messages: "C",
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const guard = spawn("sh", ["-c", GUARD, "standby", join(bin, "postgres"), "-D", data, ...flags], {
    ...account,
    cwd: directory,
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let log = "";
  await new Promise<void>((ready, failed) => {
    guard.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (
        log.includes("ready to accept read-only connections") ||
        log.includes("ready to accept read only connections")
      )
        ready();
    });
    guard.once("exit", () => failed(new Error(`The standby did not start.\n${log}`)));
  });
  return {
    port,
    async stop() {
      await stop(guard);
      await rm(data, { recursive: true, force: true });
    },
  };
}
