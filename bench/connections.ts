/** Connects to each database in PGDATABASE, one per line, four at a time: `SELECT 1`, with psql's other environment variables. */
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import pLimit from "p-limit";
import pg from "pg";

const secureContext = createSecureContext({ ca: await readFile(process.env.PGSSLROOTCERT ?? "") });
await pLimit(4).map((process.env.PGDATABASE ?? "").split("\n"), async (database) => {
  const client = new pg.Client({ database, ssl: { secureContext } });
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
});
