import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { ActionError } from "../../src/model/failure.ts";
import { reconcile } from "../../src/reconcile.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { between, changesPrivileges, DEFAULTS, difference, linesOf, quote, recorded, useWorld } from "./world.ts";

/** Every kind of name that needs quotes; 63 bytes is the maximum. */
const NAMES = [
  "plain",
  "select",
  "With Capitals and spaces ",
  'say "hi"',
  "it's; DROP TABLE t; --",
  "dot.ted",
  "back\\slash $$ %s :name",
  "line\nbreak\r\n\ttab",
  "Größe 名前 🐘",
  `${"ä".repeat(31)}x`,
];

/** One statement for each kind of object that GRANT … ON ALL TABLES and ALL SEQUENCES cover. */
const KINDS = {
  table: (name: string) => `CREATE TABLE ${name} (id serial, ident int GENERATED ALWAYS AS IDENTITY)`,
  "partitioned-table": (name: string) => `CREATE TABLE ${name} (id int) PARTITION BY RANGE (id)`,
  view: (name: string) => `CREATE VIEW ${name} AS SELECT 1 AS id`,
  "materialized-view": (name: string) => `CREATE MATERIALIZED VIEW ${name} AS SELECT 1 AS id`,
  "foreign-table": (name: string) =>
    `CREATE FOREIGN TABLE ${name} (id text) SERVER files OPTIONS (filename 'PG_VERSION')`,
  sequence: (name: string) => `CREATE SEQUENCE ${name}`,
};

describe.each(SOME_VERSIONS)("PostgreSQL %i: objects", (version) => {
  const world = useWorld(version);

  test("grants on every kind of object, whatever its name", async () => {
    const place = await world.open({ database: `it's "a" database; ${version}` });
    const { sql, can, run } = place;
    const owner = await place.role('The "Owner"');
    const app = await place.role(`aad_${"ü".repeat(26)}`);
    const schemas = Object.keys(KINDS).map((kind) => `${kind} "'; --`);
    await sql(`
      CREATE EXTENSION file_fdw SCHEMA pg_catalog;
      CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
      GRANT USAGE ON FOREIGN SERVER files TO PUBLIC;
      GRANT pg_read_server_files, ${place.owner} TO ${quote(owner)};
      ${schemas.map((schema) => `CREATE SCHEMA ${quote(schema)} AUTHORIZATION ${quote(owner)};`).join("\n")}`);
    const objects = Object.entries(KINDS).flatMap(([kind, create], n) =>
      NAMES.map((name) => ({ kind, create, name, path: `${quote(schemas[n] ?? "")}.${quote(name)}` })),
    );
    await place.as(owner, objects.map(({ create, path }) => create(path)).join(";\n"));
    const parent = `${quote(schemas[1] ?? "")}.plain`;
    const leaf = `${quote(schemas[1] ?? "")}.${quote('leaf "1"')}`;
    await place.as(owner, `CREATE TABLE ${leaf} PARTITION OF ${parent} FOR VALUES FROM (1) TO (2)`);
    const use = ({ kind, path }: { kind: string; path: string }) =>
      kind === "sequence"
        ? `SELECT pg_catalog.nextval(${literal(path)}), pg_catalog.setval(${literal(path)}, 7)`
        : `SELECT * FROM ${path}`;
    for (const object of objects.filter(({ name }) => name === "plain"))
      expect(await can(app, use(object))).toBe(false);

    const report = await run("apply", { schemas }, { user: owner, grantee: app });

    expect(report).toMatchObject({
      verdict: "repaired",
      missing: [],
      // Each table has a serial's and an identity's sequence.
      objects: { tables: 5 * NAMES.length + 1, sequences: 3 * NAMES.length, skipped: 0 },
    });
    expect(new Set(report.granted.map(({ kind }) => kind))).toEqual(new Set(["schema", ...Object.keys(KINDS)]));
    expect(report.granted.filter(({ name }) => NAMES.includes(name))).toHaveLength(objects.length);
    expect(await can(app, objects.map(use).join(";\n"))).toBe(true);
    const writes = NAMES.map((name) => `INSERT INTO ${quote(schemas[0] ?? "")}.${quote(name)} DEFAULT VALUES`);
    expect(await can(app, [...writes, `SELECT * FROM ${leaf}`].join(";\n"))).toBe(true);
    expect(await run("apply", { schemas }, { user: owner, grantee: app })).toMatchObject({
      verdict: "in-sync",
      statements: [],
    });
  });

  test("grants on a partition that was created after its parent was granted", async () => {
    const { app, owner, as, can, run } = await world.open();
    await as(
      owner,
      `CREATE TABLE events (at int) PARTITION BY RANGE (at); GRANT ALL ON events TO ${app};
       CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (2)`,
    );
    expect(await can(app, "SELECT * FROM events")).toBe(true);
    expect(await can(app, "SELECT * FROM events_1")).toBe(false);

    const { granted } = await run("apply", { tablePrivileges: ["SELECT"] });

    expect(linesOf(granted)).toEqual(["table events_1: SELECT"]);
    expect(await can(app, "SELECT * FROM events_1")).toBe(true);
  });

  test("skips an extension's members, and counts them", async () => {
    const { app, owner, sql, as, run, acls } = await world.open();
    await sql(`
      CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_buffercache; CREATE EXTENSION hstore;
      CREATE TABLE adopted (id serial);
      ALTER EXTENSION hstore ADD TABLE adopted; ALTER EXTENSION hstore ADD SEQUENCE adopted_id_seq`);
    await as(owner, "CREATE TABLE t (id int)");
    const members = await sql<{ name: string }>(`
      SELECT c.relname AS name FROM pg_depend d JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
      WHERE d.deptype = 'e' AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'S')`);
    const before = await acls();

    const report = await run("apply", { tablePrivileges: ["SELECT"] });

    expect(members.length).toBeGreaterThanOrEqual(5);
    expect(report).toMatchObject({
      verdict: "repaired",
      objects: { tables: 1, sequences: 0, skipped: members.length },
    });
    expect(difference(before, await acls())).toEqual({
      added: [`table public.t: ${app} SELECT by ${owner}`],
      removed: [],
    });
  });

  test("expands `*` to every schema except system, temporary and extension schemas", async () => {
    const { app, owner, sql, as, signIn, run, acls } = await world.open();
    await sql(
      `CREATE SCHEMA kept AUTHORIZATION ${owner}; CREATE EXTENSION hstore; ALTER EXTENSION hstore ADD SCHEMA kept`,
    );
    await as(
      owner,
      `CREATE SCHEMA sales; CREATE SCHEMA "B b"; CREATE SCHEMA empty;
       CREATE TABLE sales.t (id int); CREATE TABLE "B b".t (id int); CREATE TABLE kept.t (id int); CREATE TABLE t (id int)`,
    );
    const other = await signIn(owner);
    await other.query("CREATE TEMPORARY TABLE scratch (id int)");
    const before = await acls();

    const report = await run("apply", { schemas: "*", tablePrivileges: ["SELECT"] });

    const line = (object: string, privilege: string) => `${object}: ${app} ${privilege} by ${owner}`;
    expect(difference(before, await acls())).toEqual({
      added: [
        line(`schema "B b"`, "USAGE"),
        line("schema empty", "USAGE"),
        line("schema sales", "USAGE"),
        line(`table "B b".t`, "SELECT"),
        line("table public.t", "SELECT"),
        line("table sales.t", "SELECT"),
      ].sort(byServer),
      removed: [],
    });
    expect(report).toMatchObject({ verdict: "repaired", objects: { tables: 3, sequences: 0, skipped: 0 } });
  });

  test("never checks a temporary table, not even one of the same name", async () => {
    const { owner, as, signIn, can, app, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const client = await signIn(owner);
    await client.query("CREATE TEMPORARY TABLE t (id int); SET search_path = pg_temp, public");

    expect(await run("apply", {}, { client })).toMatchObject({
      verdict: "repaired",
      objects: { tables: 1, sequences: 0, skipped: 0 },
    });

    expect(await can(app, "SELECT * FROM public.t")).toBe(true);
  });

  test("refuses a system schema", async () => {
    const { run } = await world.open();
    for (const schema of ["pg_catalog", "information_schema", "pg_toast"])
      expect(await failureOf(run("check", { schemas: [schema] }))).toMatchObject({ code: "schema-not-found" });
  });

  test("skips what `exclude` matches, and warns of a pattern that matches nothing", async () => {
    const { app, owner, as, run, acls } = await world.open();
    const tables = [
      "audit_log",
      "auditXlog",
      "Audit_log",
      "a%b",
      "aXb",
      "dot.ted",
      "line\nbreak_end",
      "kept",
      "tail\\",
    ];
    await as(
      owner,
      `${tables.map((name) => `CREATE TABLE ${quote(name)} (id serial)`).join("; ")};
       CREATE SCHEMA billing; CREATE TABLE billing.kept (); CREATE VIEW billing.v AS SELECT 1; CREATE SEQUENCE billing.s`,
    );
    const exclude = [
      "audit_*",
      "a%b*",
      "dot.ted",
      "line*end",
      "tail\\",
      "billing.*",
      "*_id_seq",
      "nothing_*",
      "Billing.*",
      ":patterns '$&",
    ];
    const before = await acls();

    const report = await run("apply", { schemas: "*", tablePrivileges: ["SELECT"], exclude });

    const left = ["Audit_log", "aXb", "auditXlog", "kept"];
    expect(linesOf(report.granted).filter((line) => line.startsWith("table"))).toEqual(
      expect.arrayContaining(left.map((name) => `table ${name}: SELECT`)),
    );
    expect(difference(before, await acls()).added.filter((line) => !line.startsWith("schema"))).toEqual(
      left
        .map((name) => `table public.${/[A-Z]/.test(name) ? quote(name) : name}: ${app} SELECT by ${owner}`)
        .sort(byServer),
    );
    expect(report.objects).toEqual({ tables: 4, sequences: 0, skipped: 5 + 3 + 9 });
    expect(report.warnings.filter(({ code }) => code === "exclude-matches-nothing")).toEqual([
      expect.objectContaining({ message: { parts: expect.arrayContaining([{ code: "nothing_*" }]) } }),
      expect.objectContaining({ message: { parts: expect.arrayContaining([{ code: "Billing.*" }]) } }),
      expect.objectContaining({ message: { parts: expect.arrayContaining([{ code: ":patterns '$&" }]) } }),
    ]);
  });

  test("reports an empty check as an error, unless `allow-empty` is true", async () => {
    const { app, owner, sql, as, run } = await world.open();
    await as(owner, "CREATE SCHEMA full_one; CREATE TABLE full_one.t (id int); CREATE TABLE lonely (id int)");
    await sql("CREATE EXTENSION pg_buffercache");
    const schemas = ["full_one", "public"];
    for (const mode of ["apply", "check", "plan"] as const) {
      const failure = await failureOf(run(mode, { schemas, exclude: ["lonely"] }));
      expect(failure).toMatchObject({
        code: "nothing-to-check",
        message: { parts: expect.arrayContaining([{ name: ["public"] }]) },
      });
    }
    expect(await failureOf(run("check", { schemas: "*", exclude: ["*"] }))).toMatchObject({
      code: "nothing-to-check",
    });

    expect(await run("apply", { schemas, exclude: ["lonely"], allowEmpty: true })).toMatchObject({
      verdict: "repaired",
    });
    expect(await run("apply", { schemas: "*", exclude: ["lonely"] }, { grantee: app })).toMatchObject({
      verdict: "in-sync",
    });
  });

  test("names a schema or role that does not exist, with the nearest name, and writes nothing", async () => {
    const { app, owner, as, run, signIn, acls } = await world.open();
    await as(owner, "CREATE SCHEMA orders; CREATE TABLE orders.t (id int); CREATE TABLE t (id int)");
    const before = await acls();
    const client = await signIn(owner);
    const queries = recorded(client);

    const schema = await failureOf(run("apply", { schemas: ["public", "Orders"] }, { client }));
    const nobody = await run("apply", { defaultPrivileges: true }, { client, grantee: app.toUpperCase() });
    const long = await run("apply", {}, { client, grantee: "x".repeat(70) });

    expect(schema).toMatchObject({
      code: "schema-not-found",
      hint: { parts: expect.arrayContaining([{ code: "orders" }]) },
    });
    expect(nobody).toMatchObject({
      verdict: "error",
      error: {
        code: "grantee-not-found",
        steps: expect.arrayContaining([
          expect.objectContaining({ text: { parts: expect.arrayContaining([{ code: app }]) } }),
        ]),
      },
    });
    expect(long).toMatchObject({ verdict: "error", error: { code: "grantee-not-found" } });
    expect(await acls()).toEqual(before);
    expect(queries.filter(changesPrivileges)).toEqual([]);
  });

  test("grants to several grantees, and to none when one of them does not exist", async () => {
    const { app, owner, role, as, can, signIn, acls } = await world.open();
    const other = await role("other");
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${other}`);
    const client = await signIn(owner);
    const demand = { ...DEFAULTS, tablePrivileges: ["SELECT", "DELETE"] } as const;
    const task = (grantees: readonly string[]) =>
      reconcile(client, { mode: "apply", grantees, demand }, () => {}, { done: nothingDone() });
    const before = await acls();

    const unknown = await task([app, "nobody", other]);
    expect(unknown.verdict).toBe("error");
    expect(unknown.grantees.map(({ verdict }) => verdict)).toEqual(["drift", "error", "drift"]);
    expect(await acls()).toEqual(before);

    const both = await task([app, other]);
    expect(both.verdict).toBe("repaired");
    expect(both.grantees.map(({ granted }) => linesOf(granted))).toEqual([
      ["table t: SELECT, DELETE"],
      ["table t: DELETE"],
    ]);
    for (const grantee of [app, other]) expect(await can(grantee, "SELECT * FROM t; DELETE FROM t")).toBe(true);
  });

  test("does not pass when the schema is dropped during the run", async () => {
    const { owner, sql, as, signIn, run } = await world.open();
    await as(owner, "CREATE SCHEMA orders; CREATE TABLE orders.t (id int); CREATE TABLE t (id int)");
    const client = await signIn(owner);
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql("DROP SCHEMA IF EXISTS orders CASCADE");
      return undefined;
    });

    expect(await failureOf(run("apply", { schemas: ["orders"] }, { client }))).toMatchObject({
      code: "schema-not-found",
    });
  });
});

async function failureOf(run: Promise<unknown>) {
  return run.then(
    () => "no failure",
    (error: ActionError) => error.failure ?? error,
  );
}

function literal(text: string): string {
  return text.includes("\\")
    ? ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}

/** The server's databases are of C.UTF-8. */
function byServer(a: string, b: string): number {
  return a < b ? -1 : 1;
}
