import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Verdict } from "../src/model/report.ts";
import { inputVariables, parseOutputs } from "../test/sandbox/runner.ts";

const DIST = join(import.meta.dirname, "../dist/index.cjs");
const PEAK = join(import.meta.dirname, "peak.cjs");
const SQL = join(import.meta.dirname, "sql.ts");
const CONNECTIONS = join(import.meta.dirname, "connections.ts");

/** What a whole process took: milliseconds from before its start until its end, and MB at its peak. */
export interface Cost {
  readonly ms: number;
  readonly peak: number;
}

/** Where both sides sign in, and as which role, with TLS and a password. */
export interface Login {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly caFile: string;
}

/** Whether psql is on this machine: without it, a script with `pg` runs the same SQL. */
export const PSQL = spawnSync("psql", ["--version"]).status === 0;

/** Runs SQL in a psql process, with unaligned output, which is the fastest. */
export function runSql(sql: string, login: Login): Promise<Cost> {
  const env = variablesOf(login);
  const psql = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--command"];
  return PSQL ? finish("psql", [...psql, sql], env) : finish(process.execPath, [SQL, sql], env);
}

/** Connects to each of the login's databases (one per line) and runs SELECT 1, in one Node.js process. */
export function runConnections(login: Login): Promise<Cost> {
  return finish(process.execPath, [CONNECTIONS], variablesOf(login));
}

/** https://www.postgresql.org/docs/current/libpq-envars.html */
function variablesOf({ port, database, user, password, caFile }: Login): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    PGHOST: "localhost",
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGPASSWORD: password,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: caFile,
  };
}

/** A Node.js process that does nothing. */
export function runBareNode(): Promise<Cost> {
  return finish(process.execPath, ["-e", "0"], {});
}

/** The inputs that sign the action in as `login`, with `mode`. */
export function inputsFor(login: Login, mode: string): Record<string, string> {
  const { port, database, user, password } = login;
  return { host: "localhost", port: String(port), database, user, password, grantee: "aad_orders", mode };
}

/**
 * Runs the built action as a process. @throws unless it ends with `verdict`, because a failed run is fast
 */
export async function runAction(
  inputs: Record<string, string>,
  env: Record<string, string>,
  verdict: Verdict,
): Promise<Cost> {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const output = join(directory, "output");
    const summary = join(directory, "summary.md");
    await writeFile(output, "");
    await writeFile(summary, "");
    const runner = { RUNNER_TEMP: directory, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary };
    const cost = await finish(process.execPath, ["--require", PEAK, DIST], {
      ...runner,
      ...env,
      ...inputVariables(inputs),
    });
    const outputs = await readFile(output, "utf8");
    if (parseOutputs(outputs).verdict !== verdict) throw new Error(`Not ${verdict}, but:\n${outputs}`);
    return cost;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * Starts the built action, and ends it when `done` says so.
 * @returns milliseconds from the start until then
 */
export async function startAction(
  inputs: Record<string, string>,
  env: Record<string, string>,
  done: Promise<void>,
): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [DIST], {
    env: { ...env, ...inputVariables(inputs) },
    stdio: "ignore",
  });
  const over = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`The action ended before it spoke, with ${code}.`)));
  });
  over.catch(() => {});
  try {
    await Promise.race([done, over]);
    return performance.now() - started;
  } finally {
    child.kill("SIGKILL");
    await over.catch(() => {});
  }
}

/** PEAK reports on a separate file descriptor. */
function finish(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    const said = child.stdio.slice(1).map((stream) => {
      const chunks: Buffer[] = [];
      stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
      return chunks;
    });
    let ms = 0;
    child.on("error", reject);
    child.on("exit", () => {
      ms = performance.now() - started;
    });
    child.on("close", (code) => {
      const [stdout, stderr, peak] = said.map((chunks) => Buffer.concat(chunks).toString());
      if (code === 0) resolve({ ms, peak: Number(peak) });
      else reject(new Error(`${command} ended with ${code}:\n${stderr}\n${stdout}`));
    });
  });
}
