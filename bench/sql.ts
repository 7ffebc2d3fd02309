/** Replaces psql on a machine without it: `node sql.ts "SELECT 1"`, with psql's environment variables. */
import { readFile } from "node:fs/promises";
import pg from "pg";

const ca = await readFile(process.env.PGSSLROOTCERT ?? "", "utf8");
const client = new pg.Client({ ssl: { ca } });
await client.connect();
const results = await client.query({ text: process.argv[2] ?? "", rowMode: "array" });
for (const { rows } of [results].flat()) {
  process.stdout.write(rows.map((row: unknown[]) => `${row.join("|")}\n`).join(""));
}
await client.end();
