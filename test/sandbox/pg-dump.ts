import { globSync } from "node:fs";
import { dirname } from "node:path";
import { VERSIONS, type Version } from "./postgres.ts";

const PG_DUMP = globSync("/usr/lib/postgresql/*/bin/pg_dump").sort().at(-1);
const NEWEST = VERSIONS.filter((version) => version <= Number(PG_DUMP?.split("/")[4])).at(-1);

/**
 * Where this machine's pg_dump, pg_dumpall and pg_restore are, and the newest version of a server that they dump.
 * Undefined where they are not installed: no npm package has them.
 */
export const CLIENTS: { readonly bin: string; readonly version: Version } | undefined =
  PG_DUMP === undefined || NEWEST === undefined ? undefined : { bin: dirname(PG_DUMP), version: NEWEST };

/** Not skipped, because what a machine without them cannot test is no failure, but it has to be visible. */
export function warnWithoutClients(untested: string): void {
  console.warn(`pg_dump is not installed, so this was not tested: ${untested}`);
}
