import pg from "pg";
import { type Sandbox, startSandbox } from "../test/sandbox/sandbox.ts";
import type { Login } from "./processes.ts";

/** The password of migrator, who owns all tables and sequences here and runs the documentation's SQL. */
const PASSWORD = "bench-owner-password";

const OWNER = "migrator";

/** https://learn.microsoft.com/azure/service-connector/how-to-integrate-postgres: "Grant permission", both commands. */
export const GRANTS =
  'GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO "aad_orders";' +
  'GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA public TO "aad_orders";';
export const CHECK =
  "SELECT distinct(table_name) FROM information_schema.table_privileges WHERE grantee='aad_orders' AND table_schema='public';";

const REVOKES = GRANTS.replaceAll("GRANT ALL", "REVOKE ALL").replaceAll(" TO ", " FROM ");

/** Addresses under which the server is several servers: connections from them come from 127.0.0.1. Linux has them all. */
export const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"];

/** A server with databases of any size, and the preparation between measurements. */
export interface World {
  readonly sandbox: Sandbox;
  login(database: string, port?: number): Login;
  /** Creates a database with `tables` tables and as many sequences, all granted to aad_orders. */
  create(database: string, tables: number): Promise<void>;
  /** Revokes the grants, and compacts. */
  revoke(database: string): Promise<void>;
  /** Makes the catalogs as compact as a new database's: each GRANT leaves a dead row for each object. */
  compact(database: string): Promise<void>;
  /** How much WAL was written, in bytes, and how many transaction ids were used while `work` ran. */
  written(work: () => Promise<unknown>): Promise<{ wal: number; xids: number }>;
}

export async function openWorld(version: 17 | 18): Promise<World> {
  const sandbox = await startSandbox({ version, more: ADDRESSES.slice(1) });
  await sandbox.sql("postgres", `ALTER ROLE ${OWNER} PASSWORD ${pg.escapeLiteral(PASSWORD)}`);

  async function asOwner(database: string, statements: readonly string[]): Promise<void> {
    const client = await sandbox.signInAs(OWNER, database);
    try {
      for (const sql of statements) await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async function compact(database: string): Promise<void> {
    for (const sql of COMPACT) await sandbox.sql(database, sql);
  }

  const position = async () => {
    const [now] = await sandbox.sql<{ lsn: string; xid: string }>("postgres", POSITION);
    return { lsn: Number(now?.lsn), xid: Number(now?.xid) };
  };

  return {
    sandbox,
    login: (database, port = sandbox.server.port) => ({
      port,
      database,
      user: OWNER,
      password: PASSWORD,
      caFile: sandbox.caFile,
    }),
    async create(database, tables) {
      await sandbox.createDatabase(database);
      await asOwner(database, [createRelations(tables), ...GRANTS.split(/(?<=;)/)]);
      await compact(database);
    },
    async revoke(database) {
      await asOwner(database, REVOKES.split(/(?<=;)/));
      await compact(database);
    },
    compact,
    async written(work) {
      const before = await position();
      await work();
      const after = await position();
      return { wal: after.lsn - before.lsn, xids: after.xid - before.xid };
    },
  };
}

/** Commits in batches, because each table stays locked until then and the lock table is small. */
function createRelations(tables: number): string {
  return `
DO $$
BEGIN
  FOR n IN 1..${tables} LOOP
    EXECUTE pg_catalog.format('CREATE TABLE orders_%s (id int)', n);
    EXECUTE pg_catalog.format('CREATE SEQUENCE orders_%s_id_seq', n);
    IF n % 500 = 0 THEN COMMIT; END IF;
  END LOOP;
END $$`;
}

/** Does what autovacuum, which is off in the sandbox, does on a server in use: removes dead rows. */
const COMPACT = [
  "VACUUM (FULL, ANALYZE) pg_class",
  "VACUUM (FULL, ANALYZE) pg_shdepend",
  "VACUUM (ANALYZE) pg_attribute, pg_depend, pg_type, pg_sequence",
  // The first session after those builds what later ones find in a file.
  "SELECT FROM pg_class LIMIT 1",
];

const POSITION = `
SELECT pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn AS lsn,
       pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text AS xid`;
