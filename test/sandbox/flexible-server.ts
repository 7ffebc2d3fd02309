import pg from "pg";
import { type Address, SUPERUSER, signInAs } from "./postgres.ts";

/** A server with Azure's roles, and its functions for tests. */
export type FlexibleServer = {
  /** Runs SQL as azuresu and returns the rows. Several statements at once only without parameters. */
  sql<Row extends pg.QueryResultRow>(database: string, text: string, params?: unknown[]): Promise<Row[]>;
  /** A session of a role without a token; the caller ends it. */
  signInAs(role: string, database: string): Promise<pg.Client>;
  /**
   * Creates a database as Azure would: owned by `owner` (default: ci-admin), its schema public owned by
   * azure_pg_admin. `seed` is SQL that migrator runs in it; `template` a database to copy.
   */
  createDatabase(name: string, options?: NewDatabase): Promise<void>;
};

export interface NewDatabase {
  readonly owner?: string;
  readonly template?: string;
  readonly seed?: string;
}

/** Azure's roles (docs: security-access-control), a migration role and an app; Entra gives the passwords. */
const ROLES = `
CREATE ROLE azure_pg_admin NOLOGIN;
CREATE ROLE "ci-admin" LOGIN CREATEROLE CREATEDB INHERIT IN ROLE azure_pg_admin;
CREATE ROLE migrator LOGIN;
CREATE ROLE aad_orders LOGIN;
`;

/** In template1, so that each new database has it. From 15 on, other roles cannot create objects in public. */
const PUBLIC_SCHEMA = `
ALTER SCHEMA public OWNER TO azure_pg_admin;
GRANT CREATE ON SCHEMA public TO migrator;
`;

/** Turns a new server into one of Azure's, as far as roles and the schema public go. */
export async function makeFlexible(address: Address): Promise<FlexibleServer> {
  const server = flexibleServer(address);
  await server.sql("postgres", ROLES + PUBLIC_SCHEMA);
  await server.sql("template1", PUBLIC_SCHEMA);
  return server;
}

/** The flexible server at an address, whichever process has started it. */
export function flexibleServer(address: Address): FlexibleServer {
  const sql: FlexibleServer["sql"] = async (database, text, params) => {
    const client = await signInAs(address, SUPERUSER, database);
    try {
      return (await client.query(text, params)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    sql,
    signInAs: (role, database) => signInAs(address, role, database),
    async createDatabase(name, { seed, ...options } = {}) {
      await sql("postgres", creating(address, name, options));
      if (seed === undefined) return;
      const migrator = await signInAs(address, "migrator", name);
      await migrator.query(seed).finally(() => migrator.end());
    },
  };
}

/** The statement that creates a database as Azure would. */
export function creating(
  { version }: Address,
  name: string,
  { owner = "ci-admin", template = "template1" }: NewDatabase = {},
): string {
  const [database, ownedBy, copyOf] = [name, owner, template].map(pg.escapeIdentifier);
  // The WAL strategy, the default from 15 on, takes three times as long.
  const strategy = version >= 15 ? "STRATEGY file_copy" : "";
  return `CREATE DATABASE ${database} OWNER ${ownedBy} TEMPLATE ${copyOf} ${strategy}`;
}
