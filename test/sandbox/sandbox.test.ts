import { execFile } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "./sandbox.ts";

const SIGN_IN = `
import * as core from "@actions/core";
import { ClientAssertionCredential } from "@azure/identity";
import pg from "pg";
const [tenant, client, port] = process.argv.slice(1);
const idToken = () => core.getIDToken("api://AzureADTokenExchange");
const credential = new ClientAssertionCredential(tenant, client, idToken, { disableInstanceDiscovery: true });
const { token } = await credential.getToken("https://ossrdbms-aad.database.windows.net/.default");
const session = new pg.Client({
  host: "localhost", port: Number(port), user: "ci-admin", password: token, database: "postgres", ssl: true,
});
await session.connect();
const { rows } = await session.query("SELECT session_user AS role");
console.log("signed in as " + rows[0].role);
await session.end();
`;

let sandboxes: Sandbox[];
beforeAll(async () => {
  sandboxes = await Promise.all([startSandbox({ version: 18 }), startSandbox({ version: 14 })]);
});
afterAll(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));

test("a process with only the sandbox's environment can sign in as a job on Azure does", async () => {
  for (const { env, server } of sandboxes) {
    const args = ["--input-type=module", "-e", SIGN_IN, TENANT_ID, IDENTITIES.admin.clientId, String(server.port)];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { PATH: process.env.PATH, ...env },
      cwd: `${import.meta.dirname}/../..`,
    });
    expect(stdout).toContain("signed in as ci-admin");
  }
});

test("two sandboxes do not trust each other's certificates", async () => {
  const [one, two] = sandboxes as [Sandbox, Sandbox];
  const { host, port } = one.server;
  const client = new pg.Client({ host, port, user: "ci-admin", database: "postgres", ssl: { ca: two.ca } });
  await expect(client.connect()).rejects.toThrow(/certificate/);
});

test("throws the server's message when SQL fails, and returns rows otherwise", async () => {
  const [{ sql }] = sandboxes as [Sandbox];
  await expect(sql("postgres", "SELECT * FROM nowhere")).rejects.toMatchObject({ code: "42P01" });
  expect(await sql("postgres", "SELECT $1::int + 1 AS two", [1])).toEqual([{ two: 2 }]);
});
