import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REFUSED, startEndpoint, TOKEN } from "../azure/managed-identity.ts";
import { certificate, startStub } from "../postgres/stub-server.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { CASES, DATABASE, HOST, json, lines, PASSWORD, USER } from "../settings/service-connector.ts";
import { runAction } from "./run-action.ts";

const MIGRATOR = IDENTITIES.migrator;

let sandbox: Sandbox;
let bin: string;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 17 });
  await sandbox.createDatabase(DATABASE, { seed: ORDERS });
  bin = await mkdtemp(join(tmpdir(), "bin-"));
});
afterAll(async () => {
  await rm(bin, { recursive: true });
  await sandbox.close();
});

/** The inputs of every run here, except those for the sign-in. */
const job = () => ({
  user: "migrator",
  host: sandbox.server.host,
  port: String(sandbox.server.port),
  database: DATABASE,
  grantee: USER,
});
const oidc = { "client-id": MIGRATOR.clientId, "tenant-id": TENANT_ID };

/** Sets the password of the migration role, in place of a token. */
async function accept(token: string) {
  await sandbox.entra.reset();
  await sandbox.sql("postgres", `ALTER ROLE migrator PASSWORD '${token}' VALID UNTIL 'infinity'`);
}

describe("the five ways to sign in", () => {
  test("oidc", async () => {
    const { exitCode, outputs } = await runAction({ ...job(), ...oidc }, sandbox.env);
    expect([exitCode, outputs.verdict]).toEqual([0, "repaired"]);
  });

  test("client-secret", async () => {
    const secret = { "client-secret": MIGRATOR.secrets[0]?.value ?? "" };
    const { exitCode, outputs } = await runAction({ ...job(), ...oidc, ...secret }, sandbox.env);
    expect([exitCode, outputs.verdict]).toEqual([0, "in-sync"]);
  });

  test("managed-identity, of IMDS and of App Service", async () => {
    await accept("the-token");
    const endpoint = await startEndpoint(TOKEN);
    const { NODE_EXTRA_CA_CERTS = "" } = sandbox.env;
    const at = `http://127.0.0.1:${endpoint.port}`;
    const imds = { NODE_EXTRA_CA_CERTS, AZURE_POD_IDENTITY_AUTHORITY_HOST: at };
    const appService = { NODE_EXTRA_CA_CERTS, IDENTITY_ENDPOINT: `${at}/msi/token`, IDENTITY_HEADER: "h" };
    const how = { "auth-type": "managed-identity" };
    try {
      const system = await runAction({ ...job(), ...how }, imds);
      const user = await runAction({ ...job(), ...how, "client-id": MIGRATOR.clientId }, appService);
      expect([system.exitCode, user.exitCode]).toEqual([0, 0]);
      expect(endpoint.asked.map(({ url }) => url.searchParams.get("client_id"))).toEqual([null, MIGRATOR.clientId]);
      endpoint.answer = REFUSED;
      const { exitCode, report } = await runAction({ ...job(), ...how }, imds);
      expect(exitCode).toBe(1);
      expect(report.databases[0]?.error?.code).toBe("managed-identity-unknown");
    } finally {
      endpoint.close();
    }
  });

  test("azure-cli", async () => {
    await accept("the-token-of-az");
    const answer = { accessToken: "the-token-of-az", expires_on: 4070908800, tokenType: "Bearer" };
    await writeFile(join(bin, "az"), `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`);
    await chmod(join(bin, "az"), 0o755);
    const env = { ...sandbox.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
    const { exitCode, outputs } = await runAction({ ...job(), "auth-type": "azure-cli" }, env);
    expect([exitCode, outputs.verdict]).toEqual([0, "in-sync"]);
  });

  test("password, in a job that knows neither Entra nor GitHub's OIDC", async () => {
    await accept("the-owner's".replace("'", "''"));
    const { exitCode, outputs } = await runAction(
      { ...job(), password: "the-owner's", "ssl-root-cert": sandbox.ca },
      { AZURE_AUTHORITY_HOST: "https://nowhere.invalid" },
    );
    expect([exitCode, outputs.verdict]).toEqual([0, "in-sync"]);
  });
});

describe("the settings of each client, whose password is not used", () => {
  const ofSecret = CASES.filter(({ auth }) => auth === "secret");
  test.each(ofSecret.map((each) => [each.client, each] as const))("%s", async (_client, each) => {
    await sandbox.entra.reset();
    const here = Object.fromEntries(
      Object.entries(each.settings).map(([key, value]) => [
        key,
        value.replace(HOST, sandbox.server.host).replace(/\b5432\b/, String(sandbox.server.port)),
      ]),
    );
    const connection = { "app-connection": each.client.length % 2 === 0 ? lines(here) : json(here) };
    // The samples of Go and Django contain no port.
    const port = each.port === undefined ? { port: String(sandbox.server.port) } : {};
    const { exitCode, report, stdout } = await runAction(
      { user: "migrator", ...oidc, ...connection, ...port, mode: "check" },
      sandbox.env,
    );
    expect(report).toMatchObject({
      verdict: "in-sync",
      databases: [{ host: "localhost", port: sandbox.server.port, database: DATABASE, grantees: [{ grantee: USER }] }],
    });
    expect(exitCode).toBe(0);
    expect(stdout.startsWith("::add-mask::")).toBe(true);
    expect(stdout).toContain(`::add-mask::${PASSWORD}`);
  });
});

describe("a failed sign-in fails the job and is explained", () => {
  test("when the job lacks a permission", async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...env } = sandbox.env;
    const { exitCode, report, summary, stdout } = await runAction({ ...job(), ...oidc }, env);
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({
      verdict: "error",
      databases: [{ error: { code: "oidc-not-permitted" } }],
    });
    expect(summary).toContain("id-token: write");
    expect(stdout).toContain("id-token: write");
  });

  test("when the server's certificate is not trusted, and the password is not sent", async () => {
    const server = await startStub({ tls: await certificate("localhost") });
    try {
      const { exitCode, report } = await runAction({ ...job(), ...oidc, port: String(server.port) }, sandbox.env);
      expect(exitCode).toBe(1);
      expect(report.databases[0]?.error?.code).toBe("tls-unknown-authority");
      expect(server.received).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test("variables of the job cannot weaken or redirect it", async () => {
    const evil = {
      PGHOST: "nowhere.invalid",
      PGPORT: "1",
      PGUSER: "nobody",
      PGDATABASE: "nothing",
      PGPASSWORD: "wrong",
      PGSSLMODE: "no-verify",
      PGOPTIONS: "-c role=aad_orders",
      PGREPLICATION: "database",
      NODE_PG_FORCE_NATIVE: "1",
    };
    const { exitCode, outputs } = await runAction({ ...job(), ...oidc }, { ...sandbox.env, ...evil });
    expect([exitCode, outputs.verdict]).toEqual([0, "in-sync"]);
  });
});
