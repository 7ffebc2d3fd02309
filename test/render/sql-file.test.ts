import { spawnSync } from "node:child_process";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DatabaseReport, FixBlock } from "../../src/model/report.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { makeFlexible } from "../sandbox/flexible-server.ts";
import { startServer } from "../sandbox/postgres.ts";
import { PSQL, runScript, scriptArguments } from "../sandbox/psql.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { hostileName } from "./hostile.ts";
import * as reports from "./reports.ts";
import { commandsIn } from "./runner.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 16 });
});
afterAll(() => sandbox?.close());

const { escapeIdentifier: quoted } = pg;

test("the SQL file is empty when there is nothing to fix", () => {
  expect(renderSql(reports.inSync())).toBe("");
  expect(renderSql(reports.error())).toBe("");
});

test("the SQL file has the statements that this login can run first, then a commented block for each other role", () => {
  expect(renderSql(reports.plan())).toMatchInlineSnapshot(`
    "-- SQL for what azure-postgres-grants (mode plan) found in app on orders-prod.postgres.database.azure.com.
    -- Mode apply runs what is not commented out, as "ci-admin". All other SQL is commented out, under the role that has to run it.

    GRANT INSERT, UPDATE ON TABLE "public"."customers", "public"."invoices" TO "aad_orders";

    -- -- To run as migrator:
    -- GRANT INSERT, UPDATE ON TABLE "public"."orders" TO "aad_orders";
    "
  `);
});

test("the SQL file has the statements that this login can run and `mode: apply` does not, commented out", () => {
  const fixes = [
    { as: "ci-admin", runnable: true, statements: ["SELECT 1;"] },
    { as: "ci-admin", runnable: true, byHand: true as const, statements: ["SELECT 2;"] },
  ];
  expect(renderSql(reports.report([drifting("app", fixes)]))).toMatch(
    /\nSELECT 1;\n\n-- -- To run as "ci-admin":\n-- -- \(mode apply does not run this part\)\n-- SELECT 2;\n$/,
  );
});

test("the SQL file has the REVOKE of a warning apart from what another role grants", () => {
  const grant = { as: "dba", runnable: false, statements: ["SELECT 1;"] };
  const revoke = { ...grant, byHand: true as const, statements: ["SELECT 2;"] };
  expect(renderSql(reports.report([drifting("app", [grant, revoke])]))).toMatchInlineSnapshot(`
    "-- SQL for what azure-postgres-grants (mode apply) found in app on orders-prod.postgres.database.azure.com.
    -- Mode apply runs what is not commented out, as "ci-admin". All other SQL is commented out, under the role that has to run it.

    -- -- To run as dba:
    -- -- (revokes what is only a warning)
    -- SELECT 2;

    -- -- To run as dba:
    -- SELECT 1;
    "
  `);
});

test("the SQL file connects to each of several databases, and says why it cannot name one", () => {
  const block = { as: "ci-admin", runnable: true, statements: ["SELECT 1;"] };
  const database = (name: string, host = "a.example") => reports.database({ database: name, host, fixes: [block] });
  const names = ["app", `it's "x" = \\y`, "two\nlines"];
  expect(renderSql(reports.report(names.map((name) => database(name))))).toMatchInlineSnapshot(`
    "-- SQL for what azure-postgres-grants (mode apply) found in 3 databases: a script for psql.
    -- Mode apply runs what is not commented out, as "ci-admin". All other SQL is commented out, under the role that has to run it.

    \\connect -reuse-previous=on "dbname='app'"
    SELECT 1;

    \\connect -reuse-previous=on "dbname='it\\'s ""x"" = \\\\y'"
    SELECT 1;

    -- -- psql cannot \\connect to U&"two\\000Alines", because its name contains a line break. Connect to it and run:
    -- SELECT 1;
    "
  `);
  expect(renderSql(reports.report([database("app"), database("app", "b.example")]))).toContain(
    `\\connect -reuse-previous=on "dbname='app' host='b.example' port='5432'"\n`,
  );
});

test("the head of the SQL file counts the databases that the SQL is for, and not those that could not be checked", () => {
  const { databases } = reports.error();
  const fixes = [{ as: "ci-admin", runnable: true, statements: ["SELECT 1;"] }];
  const file = renderSql(reports.report([drifting("one", fixes), ...databases, reports.database({ database: "two" })]));
  expect(file).toContain(" found in 1 database: a script for psql.\n");
});

test("the SQL file has the statements that other blocks need first, whichever database they are in", () => {
  const block = (as: string, statement: string, prepares?: true) => ({
    as,
    runnable: false,
    statements: [statement],
    ...(prepares && { prepares }),
  });
  const file = renderSql(
    reports.report([
      drifting("one", [block("a", "SELECT 1;"), block("b", "SELECT 2;")]),
      drifting("two", [block("b", "SELECT 3;", true), block("a", "SELECT 4;", true), block("b", "SELECT 5;")]),
    ]),
  );
  const order = file.split("\n").filter((line) => /^-- (-- To run as|SELECT)/.test(line));
  expect(order).toEqual([
    "-- -- To run as b:",
    "-- SELECT 3;",
    "-- -- To run as a:",
    "-- SELECT 4;",
    "-- -- To run as a:",
    "-- SELECT 1;",
    "-- -- To run as b:",
    "-- SELECT 2;",
    "-- SELECT 5;",
  ]);
});

test("a file for one database runs unchanged, each block as its role, whatever the names", async () => {
  const names = fc.sample(hostileName, { numRuns: 25, seed: 5 });
  const tables = [...new Set([...names, ...reports.HOSTILE_NAMES])].filter((name) => Buffer.byteLength(name) <= 63);
  const roles = tables.slice(-4).map((name) => fits(`r${name}`));
  await sandbox.createDatabase("one");
  const owner = (i: number) => (i % 2 === 0 ? "migrator" : "azure_pg_admin");
  await sandbox.sql(
    "one",
    [
      ...roles.map((role) => `CREATE ROLE ${quoted(role)} LOGIN;`),
      ...tables.map((name, i) => `CREATE TABLE ${quoted(name)} (); ALTER TABLE ${quoted(name)} OWNER TO ${owner(i)};`),
    ].join("\n"),
  );
  const grants = (mine: number): readonly string[] => [
    "BEGIN;",
    ...roles.map(
      (role) =>
        `GRANT SELECT ON TABLE\n  ${tables
          .filter((_, i) => i % 2 === mine)
          .map((name) => `"public".${quoted(name)}`)
          .join(",\n  ")}\nTO ${quoted(role)};`,
    ),
    "COMMIT;",
  ];
  const file = renderSql(
    reports.report([
      drifting("one", [
        { as: "ci-admin", runnable: true, statements: grants(1) },
        { as: "migrator", runnable: false, statements: grants(0) },
      ]),
    ]),
  );
  await run("azure_pg_admin", file);
  expect(await selectable(tables, roles)).toBe(roles.length * Math.floor(tables.length / 2));
  await run("migrator", part(file, "migrator"));
  expect(await selectable(tables, roles)).toBe(roles.length * tables.length);
  expect(commandsIn(file)).toEqual([]);
});

test("the SQL file shows hidden characters of names, and no name leaves its comment", () => {
  fc.assert(
    fc.property(hostileName, hostileName, (role, table) => {
      const block = {
        as: role,
        runnable: false,
        statements: [`GRANT SELECT ON TABLE\n  ${quoted(table)}\nTO ${quoted(role)};`],
      };
      const lines = renderSql(reports.report([drifting("one", [block])])).split("\n");
      for (const line of lines.filter((line) => line !== "")) expect(line).toMatch(/^-- /);
      expect(lines.join("")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      const several = renderSql(reports.report([drifting(table, [block]), drifting("two", [block])]));
      for (const line of several.split("\n").filter((line) => line !== "")) expect(line).toMatch(/^-- /);
    }),
  );
});

test("a script for several databases runs in psql, whatever their names", async () => {
  const databases = ["shop", `it's "x"`, "a=b host=evil", "\\q ::error::x", ":name", "postgres://x/y", "ünï"];
  for (const name of databases) {
    await sandbox.createDatabase(name);
    await sandbox.sql(name, "CREATE TABLE t (); ALTER TABLE t OWNER TO migrator;");
  }
  const statements = ['GRANT SELECT ON TABLE "public"."t" TO "aad_orders";'];
  const file = renderSql(
    reports.report(
      databases.map((name, i) =>
        i % 2 === 0
          ? drifting(name, [{ as: "azuresu", runnable: true, statements }])
          : drifting(name, [{ as: "migrator", runnable: false, statements }]),
      ),
    ),
  );
  const granted = async () => {
    const all = await Promise.all(
      databases.map((name) => sandbox.sql(name, "SELECT has_table_privilege('aad_orders', 't', 'SELECT') AS yes")),
    );
    return all.map(([row]) => row?.yes);
  };
  psql("azuresu", file);
  expect(await granted()).toEqual(databases.map((_, i) => i % 2 === 0));
  psql("migrator", part(file, "migrator"));
  expect(await granted()).toEqual(databases.map(() => true));
});

test("a script for several servers connects from one to the next with the password in PGPASSWORD, and nothing is missing afterwards", async () => {
  const second = await startServer({ version: 16, certificates: sandbox.certificates });
  try {
    const servers = [
      { ...sandbox, ...sandbox.server },
      { ...(await makeFlexible(second)), ...second },
    ];
    const names = ["crm", `crm "two" = it's \\ :name`];
    const statements = ['GRANT SELECT ON TABLE "public"."t" TO "aad_orders";'];
    for (const { sql, createDatabase } of servers) {
      await sql("postgres", "ALTER ROLE migrator PASSWORD 'one token'; ALTER ROLE \"ci-admin\" PASSWORD 'another'");
      for (const name of names) await createDatabase(name, { seed: "CREATE TABLE t ();" });
      await sql(names[1] ?? "", 'ALTER TABLE t OWNER TO "ci-admin"');
    }
    const file = renderSql(
      reports.report(
        servers.flatMap(({ host, port }) => [
          { ...drifting("crm", [{ as: "migrator", runnable: true, statements }]), host, port },
          { ...drifting(names[1] ?? "", [{ as: "ci-admin", runnable: false, statements }]), host, port },
        ]),
      ),
    );
    const run = (user: string, password: string, input: string) => {
      const { port } = sandbox.server;
      const env = { PGPASSWORD: password, PGSSLMODE: "verify-full", PGSSLROOTCERT: sandbox.caFile };
      const args = scriptArguments({ directory: "localhost", port }, user, "postgres");
      const { status, stderr } = spawnSync(PSQL, args, {
        input,
        encoding: "utf8",
        env: { ...process.env, ...env },
      });
      expect(`${status} ${stderr}`).toBe("0 ");
    };
    run("migrator", "one token", file);
    run("ci-admin", "another", part(file, '"ci-admin"'));
    for (const { sql } of servers) {
      for (const name of names) {
        const held = await sql(name, "SELECT has_table_privilege('aad_orders', 't', 'SELECT') AS yes");
        expect(held).toEqual([{ yes: true }]);
      }
    }
  } finally {
    await second.stop();
  }
});

function drifting(database: string, fixes: readonly FixBlock[]): DatabaseReport {
  return reports.database({ database, verdict: "drift", fixes });
}

/** Does what a person does: copies the role's block without the comment marks. */
function part(file: string, role: string): string {
  const lines = file.split("\n");
  const start = lines.indexOf(`-- -- To run as ${role}:`);
  const end = lines.indexOf("", start);
  expect(start).toBeGreaterThan(0);
  return lines
    .slice(start, end)
    .map((line) => line.replace(/^-- ?/, ""))
    .join("\n");
}

async function run(role: string, sql: string): Promise<void> {
  const client = await sandbox.signInAs("azuresu", "one");
  await client.query(`SET ROLE ${quoted(role)}`);
  await client.query(sql).finally(() => client.end());
}

async function selectable(tables: readonly string[], roles: readonly string[]): Promise<number> {
  const [row] = await sandbox.sql<{ n: number }>(
    "one",
    `SELECT count(*)::int AS n FROM unnest($1::text[]) AS r, pg_class c
     WHERE c.relname = ANY ($2) AND has_table_privilege(r, c.oid, 'SELECT')`,
    [roles, tables],
  );
  return row?.n ?? 0;
}

function psql(user: string, input: string): void {
  const { status, stderr } = runScript(sandbox.server, user, "postgres", input);
  expect(`${status} ${stderr}`).toBe("0 ");
}

function fits(name: string): string {
  return [...name].reduce((all, char) => (Buffer.byteLength(all + char) > 63 ? all : all + char), "");
}
