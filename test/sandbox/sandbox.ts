import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { issueCertificates } from "./certificates.ts";
import { type AppRegistration, type Entra, startEntra } from "./entra.ts";
import { GITHUB_ISSUER, type GitHub, startGitHub } from "./github.ts";
import { type PostgresServer, SUPERUSER, startServer, type Version } from "./postgres.ts";

/** The tenant of every identity here. */
export const TENANT_ID = "3f0c6a52-7b1e-4d35-9a8e-5d2f8f6b1c01";

/** Who may sign in, and as which role: the pipeline as administrator or as migration role, and the app. */
export const IDENTITIES = {
  admin: identity("ci-admin", "a1d2c3b4-0001-4c5d-8e6f-7a8b9c0d1e01"),
  migrator: identity("migrator", "a1d2c3b4-0002-4c5d-8e6f-7a8b9c0d1e02"),
  app: identity("aad_orders", "a1d2c3b4-0003-4c5d-8e6f-7a8b9c0d1e03"),
};

/** The SQL of a small app, to be run by its migration role: `createDatabase(name, { seed: ORDERS })`. */
export const ORDERS = await readFile(join(import.meta.dirname, "orders.sql"), "utf8");

export type Sandbox = {
  server: PostgresServer;
  entra: Entra;
  github: GitHub;
  /** The sandbox's authority, as text for `ca` options and as a file for `NODE_EXTRA_CA_CERTS`. */
  ca: string;
  caFile: string;
  /** What a child process needs to take the sandbox for Azure and GitHub. */
  env: Record<string, string>;
  /** Runs SQL as azuresu and returns the rows. Several statements at once only without parameters. */
  sql<Row extends pg.QueryResultRow>(database: string, text: string, params?: unknown[]): Promise<Row[]>;
  /** A session of a role without a token; the caller ends it. */
  signInAs(role: string, database: string): Promise<pg.Client>;
  /**
   * Creates a database as Azure would: owned by `owner` (default: ci-admin), its schema public owned by
   * azure_pg_admin. `seed` is SQL that migrator runs in it; `template` a database to copy.
   */
  createDatabase(name: string, options?: { owner?: string; template?: string; seed?: string }): Promise<void>;
  close(): Promise<void>;
};

/** Azure's roles (docs: security-access-control), a migration role and an app; Entra gives the passwords. */
const ROLES = `
CREATE ROLE azure_pg_admin NOLOGIN;
CREATE ROLE "ci-admin" LOGIN CREATEROLE CREATEDB INHERIT IN ROLE azure_pg_admin;
CREATE ROLE migrator LOGIN;
CREATE ROLE aad_orders LOGIN;
`;

/** In template1, so that each new database has it. From 15 on nobody else may create in public. */
const PUBLIC_SCHEMA = `
ALTER SCHEMA public OWNER TO azure_pg_admin;
GRANT CREATE ON SCHEMA public TO migrator;
`;

/** Starts PostgreSQL, Entra and GitHub's OIDC endpoint, each on a port of its own. */
export async function startSandbox(options: { version: Version }): Promise<Sandbox> {
  const certificates = await issueCertificates();
  const running: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of running.splice(0).reverse()) await part.close();
  };
  try {
    const server = await startServer({ version: options.version, certificates });
    running.push({ close: server.stop });
    const sql: Sandbox["sql"] = async (database, text, params) => {
      const client = await server.signInAs(SUPERUSER, database);
      try {
        return (await client.query(text, params)).rows;
      } finally {
        await client.end();
      }
    };
    await sql("postgres", ROLES);
    await sql("template1", PUBLIC_SCHEMA);
    await sql("postgres", PUBLIC_SCHEMA);

    const github = await startGitHub();
    running.push(github);
    const entra = await startEntra({
      certificates,
      issuers: { [GITHUB_ISSUER]: github.publicKey },
      setPassword: async (role, token, expires) => {
        const password = token === null ? "NULL" : pg.escapeLiteral(token);
        const until = pg.escapeLiteral(expires.toISOString());
        await sql(
          "postgres",
          `ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD ${password} VALID UNTIL ${until}`,
        );
      },
    });
    running.push(entra);
    for (const app of Object.values(IDENTITIES)) entra.register(app);

    const caFile = join(server.directory, "ca.pem");
    await writeFile(caFile, certificates.ca);
    return {
      server,
      entra,
      github,
      ca: certificates.ca,
      caFile,
      env: { AZURE_AUTHORITY_HOST: entra.url, NODE_EXTRA_CA_CERTS: caFile, ...github.env },
      sql,
      signInAs: server.signInAs,
      async createDatabase(name, { owner = "ci-admin", template = "template1", seed } = {}) {
        const [database, ownedBy, copyOf] = [name, owner, template].map(pg.escapeIdentifier);
        await sql("postgres", `CREATE DATABASE ${database} OWNER ${ownedBy} TEMPLATE ${copyOf}`);
        if (seed === undefined) return;
        const migrator = await server.signInAs("migrator", name);
        await migrator.query(seed).finally(() => migrator.end());
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function identity(role: string, clientId: string) {
  return {
    clientId,
    tenantId: TENANT_ID,
    objectId: clientId.replace("a1d2c3b4", "0b1ec700"),
    secrets: [{ value: `sandbox~secret.of.${role}` }],
    federatedCredentials: [
      {
        issuer: GITHUB_ISSUER,
        subject: "repo:contoso/orders:ref:refs/heads/main",
        audience: "api://AzureADTokenExchange",
      },
    ],
    roles: [role],
  } satisfies AppRegistration;
}
