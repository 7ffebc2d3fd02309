import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { OBJECTS } from "../e2e/orders-job.ts";
import { type Run, runAction } from "../e2e/run-action.ts";
import { ROOT, readText } from "../project/project.ts";
import { CLIENTS, warnWithoutClients } from "../sandbox/pg-dump.ts";
import { addToTenant } from "../sandbox/pgaadauth.ts";
import { SUPERUSER, signInAs } from "../sandbox/postgres.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { startStandby } from "../sandbox/standby.ts";
import { resolved } from "./example.ts";
import { TOOLS } from "./tools.ts";

const CHECK = {
  ...IDENTITIES.migrator,
  clientId: "a1d2c3b4-0004-4c5d-8e6f-7a8b9c0d1e04",
  roles: ["grants_check"],
};
const VARS = {
  GRANTS_CLIENT_ID: IDENTITIES.migrator.clientId,
  GRANTS_CHECK_CLIENT_ID: CHECK.clientId,
  AZURE_TENANT_ID: TENANT_ID,
};

let sandbox: Sandbox;
const ran = new Set<string>();
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  sandbox.entra.register(CHECK);
  await sandbox.sql("postgres", "CREATE ROLE grants_check LOGIN");
});
afterAll(() => sandbox.close());

test("copies.md: a copy lacks what was granted after its time", async () => {
  await sandbox.createDatabase("copied", { seed: ORDERS });
  // The sandbox's tokens are passwords, which the copy would lack, too.
  await sandbox.sql("postgres", "ALTER ROLE grants_check PASSWORD 'secret'");
  const signIn = { "client-id": "", "tenant-id": "", password: "secret" };
  const standby = await startStandby(sandbox.server);
  const onCopy = async (sql: string) => {
    const client = await signInAs({ ...sandbox.server, port: standby.port }, SUPERUSER, "postgres");
    return (await client.query(sql).finally(() => client.end())).rows;
  };
  try {
    const check = () => run("copies.md", { database: "copied", port: String(standby.port), ...signIn });
    await onCopy("SELECT pg_wal_replay_pause()");
    await run("new-owner.md", { database: "copied" });
    expect(await check()).toMatchObject({ exitCode: 1, outputs: { verdict: "drift" } });

    const [now] = await sandbox.sql<{ lsn: string }>("postgres", "SELECT pg_current_wal_lsn()::text AS lsn");
    await onCopy("SELECT pg_wal_replay_resume()");
    const caughtUp = `SELECT pg_last_wal_replay_lsn() >= '${now?.lsn}' AS yes`;
    await expect.poll(() => onCopy(caughtUp)).toEqual([{ yes: true }]);
    expect(await check()).toMatchObject(clean("in-sync"));
  } finally {
    await standby.stop();
  }
});

test.each(TOOLS)(
  "$name: the app can use the tables of each migration, and cannot change the history",
  async ({ name, page, exclude, history, first, app, second, appAfterSecond }) => {
    const database = name.toLowerCase();
    await sandbox.createDatabase(database, { seed: first });
    const step = () => run(page, { database, ...(exclude === undefined ? {} : { exclude }) });
    await expect(as("aad_orders", database, app)).rejects.toThrow("permission denied");

    expect(await step()).toMatchObject(clean("repaired"));
    await as("aad_orders", database, app);
    for (const change of ["DELETE FROM", "TRUNCATE", "SELECT * FROM"])
      await expect(as("aad_orders", database, `${change} ${history}`)).rejects.toThrow("permission denied");

    await as("migrator", database, second);
    await as("aad_orders", database, appAfterSecond);
    await as("migrator", database, `GRANT SELECT ON TABLE ${history} TO aad_orders`);
    expect(await step()).toMatchObject(clean("in-sync"));
    await as("aad_orders", database, `SELECT * FROM ${history}`);
  },
);

test("restore.md: without its role the app is an error, and with it every table is granted", async () => {
  await sandbox.createDatabase("restored", { seed: ORDERS });
  await expect(as("migrator", "restored", "GRANT SELECT ON orders TO aad_new")).rejects.toThrow("does not exist");
  const step = (inputs = {}) => run("restore.md", { database: "restored", ...inputs });
  const objectId = "0b1ec700-0009-4c5d-8e6f-7a8b9c0d1e09";
  const another = { grantee: "aad_new", "grantee-object-id": objectId };

  const missing = await step(another);
  const [grantee] = missing.report.databases[0]?.grantees ?? [];
  expect([missing.exitCode, grantee?.error?.code]).toEqual([1, "grantee-not-found"]);
  await entraRole("aad_new", objectId);
  for (const inputs of [another, {}]) expect(await step(inputs)).toMatchObject(clean("repaired"));
  await as("aad_new", "restored", "INSERT INTO products (name, price_cents) VALUES ('Pen', 90)");

  await as("migrator", "restored", "GRANT TRUNCATE ON orders TO aad_orders");
  expect(await step()).toMatchObject({ exitCode: 1, outputs: { verdict: "drift", "extra-count": "1" } });
});

if (CLIENTS === undefined) {
  test("restore.md: its commands need pg_restore", () => warnWithoutClients("the commands of restore.md"));
} else {
  const { bin, version } = CLIENTS;
  test("restore.md: its commands give migrator every table, without anybody's privileges", async () => {
    const production = await startSandbox({ version });
    onTestFinished(production.close);
    for (const database of ["orders", "restored"]) {
      await production.createDatabase(database);
      await production.sql(database, "CREATE EXTENSION citext");
    }
    await production.sql("orders", 'GRANT CREATE ON SCHEMA public TO "ci-admin"');
    const owner = await production.signInAs("ci-admin", "orders");
    await owner
      .query(`${ORDERS} CREATE TABLE tags (name citext); COMMENT ON TABLE tags IS 'of orders';
        GRANT SELECT ON tags TO aad_orders; GRANT SELECT ON ALL TABLES IN SCHEMA public TO migrator;
        GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO migrator`)
      .finally(() => owner.end());

    const [commands = ""] = blocksOf("restore.md", "bash");
    const here = commands
      .replaceAll(/[\w-]+\.postgres\.database\.azure\.com/g, production.server.directory)
      .replaceAll("orders.dump", join(production.server.directory, "orders.dump"))
      .replace("--dbname=orders", "--dbname=restored");
    const { status, stderr } = spawnSync("bash", ["--norc", "-e", "-c", here], {
      encoding: "utf8",
      env: {
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        PGUSER: "migrator",
        PGPORT: `${production.server.port}`,
      },
    });
    expect([status, stderr]).toEqual([0, ""]);

    const tables = await production.sql(
      "restored",
      `SELECT relowner::regrole::text AS owner, count(*)::int AS tables, count(relacl)::int AS acls
       FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace = 'public'::regnamespace GROUP BY 1`,
    );
    expect(tables).toEqual([{ owner: "migrator", tables: OBJECTS + 1, acls: 0 }]);
  });
}

test("slots.md: both slots can use the tables before the swap", async () => {
  await sandbox.createDatabase("slots", { seed: ORDERS });
  await entraRole("aad_orders_staging", "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04");
  expect(await run("slots.md", { database: "slots" })).toMatchObject(clean("repaired"));
  for (const role of ["aad_orders", "aad_orders_staging"])
    await as(role, "slots", "INSERT INTO products (name, price_cents) VALUES ('Pen', 90)");
});

test("new-owner.md: the app keeps its privileges, and gets them on the new owner's next table", async () => {
  await sandbox.createDatabase("owned");
  await sandbox.sql(
    "owned",
    `CREATE ROLE old_owner LOGIN; CREATE ROLE both_owners LOGIN; GRANT old_owner, migrator TO both_owners;
     GRANT CREATE ON SCHEMA public TO old_owner`,
  );
  const grants = ["GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES", "GRANT USAGE, SELECT ON SEQUENCES"];
  for (const grant of grants)
    await as("old_owner", "owned", `ALTER DEFAULT PRIVILEGES IN SCHEMA public ${grant} TO aad_orders`);
  await as("old_owner", "owned", ORDERS);
  const insert = "INSERT INTO products (name, price_cents) VALUES ('Pen', 90)";
  await as("aad_orders", "owned", insert);

  await as("both_owners", "owned", blocksOf("new-owner.md", "sql")[0] ?? "");

  await as("aad_orders", "owned", insert);
  await expect(as("old_owner", "owned", insert)).rejects.toThrow("permission denied");
  await as("migrator", "owned", "CREATE TABLE second (id serial)");
  await expect(as("aad_orders", "owned", "INSERT INTO second DEFAULT VALUES")).rejects.toThrow("permission denied");
  expect(await run("new-owner.md", { database: "owned" })).toMatchObject(clean("repaired"));
  await as("migrator", "owned", "CREATE TABLE third (id serial)");
  for (const table of ["second", "third"]) await as("aad_orders", "owned", `INSERT INTO ${table} DEFAULT VALUES`);
});

test("every recipe has run", () => {
  const pages = readdirSync(join(ROOT, "docs/recipes")).filter((name) => name !== "README.md");
  expect([...ran].sort()).toEqual(pages.sort());
});

/** Runs the step of a page against the sandbox. */
function run(page: string, inputs: Record<string, string>): Promise<Run> {
  const steps = blocksOf(page, "yaml").flatMap((yaml) => parse(yaml) as { with: Record<string, unknown> }[]);
  expect(steps.length).toBe(1);
  ran.add(page);
  const { host, port } = sandbox.server;
  const shown = resolved(steps[0]?.with ?? {}, { vars: VARS });
  return runAction({ ...shown, host, port: String(port), ...inputs }, sandbox.env);
}

/** The blocks of code of a page, in this language. */
function blocksOf(page: string, language: string): string[] {
  const blocks = new RegExp(`^\\s*\`\`\`${language}\\n([\\s\\S]*?)^\\s*\`\`\`$`, "gm");
  return [...readText(`docs/recipes/${page}`).matchAll(blocks)].map(([, code = ""]) => code);
}

/** What a green run without a warning leaves behind. */
function clean(verdict: "in-sync" | "repaired") {
  return { exitCode: 0, outputs: { verdict }, stdout: expect.not.stringMatching(/^::(warning|error)/m) };
}

async function as(role: string, database: string, sql: string): Promise<void> {
  const client = await sandbox.signInAs(role, database);
  await client.query(sql).finally(() => client.end());
}

/** Creates the role of an identity: docs/setup.md, step 7. */
async function entraRole(name: string, objectId: string): Promise<void> {
  await addToTenant(sandbox, { objectId, type: "service", displayName: name });
  await as(
    "ci-admin",
    "postgres",
    `SELECT * FROM pgaadauth_create_principal_with_oid('${name}', '${objectId}', 'service', false, false)`,
  );
}
