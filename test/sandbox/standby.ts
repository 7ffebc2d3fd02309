import { spawnSync } from "node:child_process";
import { cp, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Address, executables, freePort, runServer, SUPERUSER, serverAccount, signInAs } from "./postgres.ts";

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
  const client = await signInAs({ directory, port: primary }, SUPERUSER, "postgres");
  await client.query(
    version >= 15 ? `SELECT ${name("start")}('standby', TRUE)` : `SELECT ${name("start")}('standby', TRUE, FALSE)`,
  );
  await cp(await realpath(join(directory, "data")), data, {
    recursive: true,
    filter: (path) => !/postmaster\.(pid|opts)$/.test(path),
  });
  const { rows } = await client.query<{ labelfile: string }>(
    `SELECT labelfile FROM ${name("stop")}(${version >= 15 ? "" : "FALSE, "}FALSE)`,
  );
  await client.end();
  await writeFile(join(data, "backup_label"), rows[0]?.labelfile ?? "");
  await writeFile(join(data, "standby.signal"), "");
  if (account.uid !== undefined) spawnSync("chown", ["-R", `${account.uid}:${account.gid}`, data]);
  const { stop } = await runServer({
    bin: executables(version, directory, account),
    directory,
    data,
    gone: data,
    port,
    settings: {
      primary_conninfo: `host=${directory} port=${primary} user=${SUPERUSER}`,
      hot_standby: "on",
    },
  });
  return { port, stop };
}
