import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

/** Our stand-in for psql, as a program: it supports what the tests need, and rejects everything else. */
export const STAND_IN = join(import.meta.dirname, "bin/psql");

/** The machine's psql, if it is installed. Debian's is a Perl script that takes four times as long to run the real one. */
export const MACHINES =
  globSync("/usr/lib/postgresql/*/bin/psql").sort().at(-1) ??
  spawnSync("sh", ["-c", "command -v psql"], { encoding: "utf8" }).stdout.trim();

/** The psql that tests run. PostgreSQL's client tools are not on every machine that has Node.js. */
export const PSQL = MACHINES || STAND_IN;

/** Where a server listens. */
interface Address {
  readonly directory: string;
  readonly port: number;
}

/** The arguments of a psql that runs the script on its standard input, as a role and by a socket, until its first error. */
export function scriptArguments({ directory, port }: Address, user: string, database: string): string[] {
  return ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", `${port}`, "-U", user, "-d", database];
}

/** Runs a script with these arguments. @returns the exit status, and what psql wrote to its standard error */
export function runScript(address: Address, user: string, database: string, script: string) {
  const options = { input: script, encoding: "utf8" } as const;
  const { status, stderr } = spawnSync(PSQL, scriptArguments(address, user, database), options);
  return { status, stderr };
}
