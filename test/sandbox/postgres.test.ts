import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SOME_VERSIONS } from "./postgres.ts";
import { ORDERS, type Sandbox, startSandbox } from "./sandbox.ts";

describe.each(SOME_VERSIONS)("PostgreSQL %i", (version) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ version });
    await sandbox.createDatabase("orders", { seed: ORDERS });
  });
  afterAll(() => sandbox.close());

  test("has that version and the limits of a stock server", async () => {
    const rows = await sandbox.sql<{ name: string; setting: string }>(
      "orders",
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('server_version_num', 'max_connections', 'max_locks_per_transaction', 'server_encoding', 'ssl')`,
    );
    const { server_version_num, ...others } = Object.fromEntries(rows.map((row) => [row.name, row.setting]));
    expect(Math.floor(Number(server_version_num) / 10_000)).toBe(version);
    expect(others).toEqual({
      max_connections: "100",
      max_locks_per_transaction: "64",
      server_encoding: "UTF8",
      ssl: "on",
    });
  });

  test("has Azure's roles, and azure_pg_admin owns schema public in every database", async () => {
    const roles = await sandbox.sql(
      "orders",
      `SELECT rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb,
              pg_has_role(rolname, 'azure_pg_admin', 'USAGE') AS admin, pg_has_role(rolname, 'migrator', 'MEMBER') AS migrates
       FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname COLLATE "C"`,
    );
    const [yes, no] = [true, false];
    expect(roles.map((role) => Object.values(role))).toEqual([
      ["aad_orders", no, yes, no, no, no, no],
      ["azure_pg_admin", no, no, no, no, yes, no],
      ["azuresu", yes, yes, yes, yes, yes, yes],
      ["ci-admin", no, yes, yes, yes, yes, no],
      ["migrator", no, yes, no, no, no, yes],
    ]);
    await sandbox.createDatabase("copy", { template: "orders", owner: "azuresu" });
    for (const database of ["postgres", "orders", "copy"]) {
      const owner = "SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'public'";
      expect(await sandbox.sql(database, owner)).toEqual([{ owner: "azure_pg_admin" }]);
    }
  });

  test("has the orders app, created by the migration role, without access for administrator and app", async () => {
    const kinds = await sandbox.sql<{ kinds: string }>(
      "orders",
      `SELECT string_agg(DISTINCT relkind::text, '' ORDER BY relkind::text) AS kinds
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = 'migrator'::regrole`,
    );
    // Indexes too; partitioned ones are I.
    expect(kinds).toEqual([{ kinds: "Simprv" }]);
    for (const role of ["ci-admin", "aad_orders"]) {
      const client = await sandbox.signInAs(role, "orders");
      await expect(client.query("SELECT FROM customers")).rejects.toMatchObject({ code: "42501" });
      await expect(client.query("GRANT SELECT ON customers TO aad_orders")).rejects.toMatchObject({
        code: "42501",
      });
      await client.end();
    }
  });

  test("refuses a connection without TLS, with PostgreSQL's message", async () => {
    const client = new pg.Client({ ...login(sandbox), ssl: false });
    await expect(client.connect()).rejects.toMatchObject({
      code: "28000",
      message: `no pg_hba.conf entry for host "127.0.0.1", user "ci-admin", database "orders", no encryption`,
    });
  });

  test("a client that does not trust its CA refuses it", async () => {
    const client = new pg.Client({ ...login(sandbox), ssl: { rejectUnauthorized: true } });
    await expect(client.connect()).rejects.toThrow(/certificate/);
  });

  test("refuses a password that is not a token", async () => {
    const client = new pg.Client({ ...login(sandbox), password: "guess" });
    await expect(client.connect()).rejects.toMatchObject({ code: "28P01" });
  });
});

describe("the server", () => {
  test("leaves no process and no directory after it closes", async () => {
    const sandbox = await startSandbox({ version: 18 });
    await sandbox.close();
    expect(existsSync(sandbox.server.directory)).toBe(false);
    await expect(new pg.Client(login(sandbox)).connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("stops when the process that started it is killed", async () => {
    const script = `
      import { startSandbox } from ${JSON.stringify(join(import.meta.dirname, "sandbox.ts"))};
      const { server } = await startSandbox({ version: 18 });
      console.log(JSON.stringify([server.directory, server.port]));
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(parent.stdout, "data");
    const [directory, port] = JSON.parse(String(line));
    expect(existsSync(directory)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => existsSync(directory)).toBe(false);
    const client = new pg.Client({ host: "localhost", port, user: "azuresu", database: "postgres" });
    await expect(client.connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

function login(sandbox: Sandbox): pg.ClientConfig {
  const { host, port } = sandbox.server;
  return { host, port, user: "ci-admin", database: "orders", password: "x", ssl: { ca: sandbox.ca } };
}
