/**
 * Compares the built action, as whole processes, with psql and a bare node, on separate servers:
 *
 *   npm run bench                             all of it, in some minutes
 *   npm run bench -- check start --runs 15    some of it
 *   npm run bench -- check --tables 2000      on a smaller database
 *
 * Both sides sign in with TLS (verify-full) and a password, and take turns. Prints medians and ratios, and writes every
 * measurement to bench/results.json. Nothing here fails because it is slow.
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PSQL } from "./processes.ts";
import * as scenarios from "./scenarios.ts";
import { isMet, type Row, renderTable } from "./table.ts";
import { openWorld } from "./world.ts";

const RESULTS = join(import.meta.dirname, "results.json");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tables: { type: "string", default: "20000" },
    most: { type: "string", default: "100000" },
    runs: { type: "string", default: "7" },
  },
});
const unknown = positionals.filter((name) => !(name in scenarios));
if (unknown.length > 0) throw new Error(`Not ${unknown}: one of ${Object.keys(scenarios).join(", ")}.`);
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const sizes = { tables: Number(values.tables), most: Number(values.most), runs: Number(values.runs) };
const started = performance.now();
const rows: Row[] = [];

for (const version of [18, 17] as const) {
  // On 17 only the scenarios that differ.
  const chosen = Object.entries(scenarios).filter(([name]) => wanted(name) && (version === 18 || name === "grant"));
  if (chosen.length === 0) continue;
  const world = await openWorld(version);
  try {
    for (const [name, scenario] of chosen) {
      process.stderr.write(`${seconds()} s: ${name} on PostgreSQL ${version}\n`);
      rows.push(...(await scenario(world, sizes)));
    }
  } finally {
    await world.sandbox.close();
  }
}

rows.sort((a, b) => a.target - b.target);
const machine = {
  node: process.version,
  cpus: cpus().length,
  model: cpus()[0]?.model,
  other: PSQL ? "psql" : "pg",
};
await writeFile(RESULTS, `${JSON.stringify({ machine, sizes, rows }, null, 2)}\n`);
console.log(`
${renderTable(rows)}

# is the target's number; a value is a ratio of medians of ${sizes.runs} runs or fewer, unless it has a unit.
${rows.filter((row) => !isMet(row)).length} targets missed, in ${seconds()} s, on ${machine.cpus} × ${machine.model}, Node.js ${machine.node}.
${PSQL ? "" : "No psql on this machine: the same SQL was run by a script of pg.\n"}All that was measured: bench/results.json`);

function seconds(): number {
  return Math.round((performance.now() - started) / 1000);
}
