import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Our stand-in for psql, as a program: it supports what the tests need, and rejects everything else. */
export const STAND_IN = join(import.meta.dirname, "bin/psql");

/** The machine's psql, if it is installed. */
export const MACHINES = spawnSync("sh", ["-c", "command -v psql"], { encoding: "utf8" }).stdout.trim();

/** The psql that tests run. PostgreSQL's client tools are not on every machine that has Node.js. */
export const PSQL = MACHINES || STAND_IN;
