import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { type Certificates, issueCertificates } from "./certificates.ts";
import { type AppRegistration, type Entra, startEntra } from "./entra.ts";
import { type FlexibleServer, makeFlexible } from "./flexible-server.ts";
import { GITHUB_ISSUER, type GitHub, startGitHub } from "./github.ts";
import { addToTenant, bind, installPgaadauth, labelOf, TENANT_ID } from "./pgaadauth.ts";
import { type PostgresServer, SUPERUSER, startServer, type Version } from "./postgres.ts";

export { TENANT_ID } from "./pgaadauth.ts";

/** The identities and their roles: the pipeline as administrator or as migration role, and the app. */
export const IDENTITIES = {
  admin: identity("ci-admin", "a1d2c3b4-0001-4c5d-8e6f-7a8b9c0d1e01"),
  migrator: identity("migrator", "a1d2c3b4-0002-4c5d-8e6f-7a8b9c0d1e02"),
  app: identity("aad_orders", "a1d2c3b4-0003-4c5d-8e6f-7a8b9c0d1e03"),
};

/** The inputs with which migrator signs in by OIDC, on this port, to grant to the app. */
export function migratorInputs(port: number): Record<string, string> {
  return {
    "client-id": IDENTITIES.migrator.clientId,
    "tenant-id": TENANT_ID,
    user: "migrator",
    grantee: "aad_orders",
    host: "localhost",
    port: String(port),
  };
}

/** The SQL of a small app, to be run by its migration role: `createDatabase(name, { seed: ORDERS })`. */
export const ORDERS = await readFile(join(import.meta.dirname, "orders.sql"), "utf8");

export type Sandbox = FlexibleServer & {
  server: PostgresServer;
  entra: Entra;
  github: GitHub;
  /** The sandbox's authority, as text for `ca` options and as a file for `NODE_EXTRA_CA_CERTS`. */
  ca: string;
  caFile: string;
  /** The certificate of its servers. */
  certificates: Certificates;
  /** The variables that direct a child process to the sandbox instead of Azure and GitHub. */
  env: Record<string, string>;
  close(): Promise<void>;
};

/** Starts PostgreSQL, Entra and GitHub's OIDC endpoint, each on a separate port. */
export async function startSandbox(options: {
  version: Version;
  /** Addresses of this machine that the server listens on too. */
  more?: readonly string[];
}): Promise<Sandbox> {
  const certificates = await issueCertificates();
  const running: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of running.splice(0).reverse()) await part.close();
  };
  try {
    const server = await startServer({ ...options, certificates });
    running.push({ close: server.stop });
    const flexible = await makeFlexible(server);
    /** Several statements in one session: to begin a session costs more than most statements. */
    const inOneSession = async <T>(use: (superuser: Pick<Sandbox, "sql">) => Promise<T>) => {
      const session = await flexible.signInAs(SUPERUSER, "postgres");
      const sql: Sandbox["sql"] = async (_, text, params) => (await session.query(text, params)).rows;
      return use({ sql }).finally(() => session.end());
    };
    await inOneSession(async (superuser) => {
      await installPgaadauth(superuser);
      for (const app of Object.values(IDENTITIES)) {
        const [role = ""] = app.roles;
        const admin = app === IDENTITIES.admin ? ",admin" : "";
        await addToTenant(superuser, { objectId: app.objectId, type: "service", displayName: role });
        await bind(superuser, role, `aadauth,oid=${app.objectId},type=service${admin}`);
      }
    });

    const github = await startGitHub();
    running.push(github);
    const entra = await startEntra({
      certificates,
      issuers: { [GITHUB_ISSUER]: github.publicKey },
      setPassword: (role, token, expires, objectId) =>
        inOneSession(async (superuser) => {
          // As Azure's server does, but by the password: a token of another identity does not sign in.
          const label = (await labelOf(superuser, role, "pgaadauth-int")) ?? (await labelOf(superuser, role));
          if (token !== null && label !== undefined && !label.includes(`oid=${objectId},`)) return false;
          const password = token === null ? "NULL" : pg.escapeLiteral(token);
          const until = pg.escapeLiteral(expires.toISOString());
          const change = `PASSWORD ${password} VALID UNTIL ${until}`;
          await superuser.sql("postgres", `ALTER ROLE ${pg.escapeIdentifier(role)} ${change}`);
          return true;
        }),
    });
    running.push(entra);
    for (const app of Object.values(IDENTITIES)) entra.register(app);

    const caFile = join(server.directory, "ca.pem");
    await writeFile(caFile, certificates.ca);
    return {
      ...flexible,
      server,
      entra,
      github,
      ca: certificates.ca,
      caFile,
      certificates,
      env: { AZURE_AUTHORITY_HOST: entra.url, NODE_EXTRA_CA_CERTS: caFile, ...github.env },
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
