import { describe, expect, test } from "vitest";
import type { Demand } from "../../src/model/demand.ts";
import type { GranteeReport, Warning } from "../../src/model/report.ts";
import { read } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { type Place, useWorld } from "./world.ts";

const ALL_SCHEMAS = { schemas: ["public", "second"] } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: green, and the app fails", (version) => {
  const world = useWorld(version);

  test("a foreign key whose table has an owner without USAGE on the schema is named, with the GRANT that helps", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, can, run } = place;
    const old = await role("old");
    await sql(`
      CREATE SCHEMA second AUTHORIZATION ${owner}; GRANT USAGE, CREATE ON SCHEMA public, second TO ${old}`);
    await as(old, "CREATE TABLE second.parent (id int PRIMARY KEY); INSERT INTO second.parent VALUES (1), (2)");
    await as(
      old,
      `CREATE TABLE child (id int, parent int REFERENCES second.parent, note text);
       CREATE TABLE unrelated (id int); CREATE TABLE self (id int PRIMARY KEY, up int REFERENCES self)`,
    );
    expect(codes(await run("apply", ALL_SCHEMAS, { user: old }))).not.toContain("foreign-key-fails");
    await place.sql(`GRANT CREATE ON SCHEMA second TO ${app}`);
    expect((await run("apply", ALL_SCHEMAS, { user: "azuresu" })).missing).toEqual([]);

    const healthy = {
      "INSERT INTO child VALUES (1, 1)": true,
      "UPDATE child SET parent = 2": true,
      "DELETE FROM second.parent": true,
    };
    const works = async (expected: Readonly<Record<string, boolean>>) => {
      for (const [statement, possible] of Object.entries(expected))
        expect({ statement, possible: await can(app, statement) }).toEqual({ statement, possible });
    };
    await works(healthy);

    // As after REASSIGN OWNED: the tables have an owner that was never granted the schema.
    await sql(`REVOKE ALL ON SCHEMA second FROM ${old}`);
    await works({
      "INSERT INTO child VALUES (1, 1)": false,
      "INSERT INTO child VALUES (1, NULL)": true,
      "DELETE FROM second.parent": false,
      "INSERT INTO self VALUES (1, 1)": true,
    });
    const parent = warningsOf(await run("check", ALL_SCHEMAS), "foreign-key-fails");
    expect(parent.map(read)).toEqual([
      `INSERT and UPDATE on public.child fail, because the server checks foreign key child_parent_fkey as ${old}, and ${old} does not have USAGE on second. Run as ${owner}: GRANT USAGE ON SCHEMA "second" TO "${old}";`,
      `UPDATE and DELETE on second.parent fail, because the server checks foreign key child_parent_fkey as ${old}, and ${old} does not have USAGE on second. Run as ${owner}: GRANT USAGE ON SCHEMA "second" TO "${old}";`,
    ]);
    await follow(place, parent);
    await works(healthy);
    expect(codes(await run("check", ALL_SCHEMAS))).not.toContain("foreign-key-fails");

    await sql(`REVOKE ALL ON SCHEMA public FROM ${old}, PUBLIC; GRANT USAGE ON SCHEMA public TO ${app}`);
    await works({ "INSERT INTO child VALUES (1, 1)": true, "DELETE FROM second.parent": false });
    const child = warningsOf(await run("check", ALL_SCHEMAS), "foreign-key-fails");
    expect(child.map(read)).toEqual([
      `INSERT, UPDATE and DELETE on public.self fail, because the server checks foreign key self_up_fkey as ${old}, and ${old} does not have USAGE on public. Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${old}";`,
      `UPDATE and DELETE on second.parent fail, because the server checks foreign key child_parent_fkey as ${old}, and ${old} does not have USAGE on public. Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${old}";`,
    ]);
    await follow(place, child.slice(1));
    await works(healthy);
    expect(codes(await run("check", ALL_SCHEMAS))).not.toContain("foreign-key-fails");
  });

  test("foreign keys of tables that the grantee only reads are not named", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const old = await role("old");
    await sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${old}`);
    await as(old, "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent)");
    await as(old, `GRANT SELECT ON parent, child TO ${app}; GRANT UPDATE (id) ON parent TO ${owner}`);
    await sql(`REVOKE ALL ON SCHEMA public FROM ${old}, PUBLIC; GRANT USAGE ON SCHEMA public TO ${app}`);

    expect(codes(await run("check", { tablePrivileges: ["SELECT"] }))).not.toContain("foreign-key-fails");
    expect(codes(await run("check", { tablePrivileges: ["SELECT"] }, { grantee: owner }))).toContain(
      "foreign-key-fails",
    );
  });

  test("writing through a view whose owner may only read is named, with the GRANT that helps", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, can, run } = place;
    const analyst = await role("analyst");
    await sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${analyst}; GRANT USAGE ON SCHEMA public TO ${app}`);
    await as(
      owner,
      `CREATE TABLE base (id int, note text); CREATE TABLE other (id int);
       GRANT SELECT ON base, other TO ${analyst}`,
    );
    await as(
      analyst,
      `CREATE VIEW simple AS SELECT * FROM base WHERE id IN (SELECT id FROM other);
       CREATE VIEW nested AS SELECT id FROM simple;
       CREATE VIEW joined AS SELECT base.id FROM base JOIN other USING (id);
       CREATE VIEW grouped AS SELECT id FROM base GROUP BY id;
       CREATE VIEW ruled AS SELECT * FROM base; CREATE RULE r AS ON INSERT TO ruled DO INSTEAD NOTHING;
       CREATE VIEW instead AS SELECT * FROM base;
       CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER t INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION skip();
       CREATE VIEW catalog AS SELECT * FROM pg_catalog.pg_class;
       CREATE VIEW read_only AS SELECT * FROM base;
       GRANT ALL ON simple, nested, joined, grouped, ruled, instead, catalog TO ${app};
       GRANT SELECT ON read_only TO ${app}`,
    );

    expect(await can(app, "INSERT INTO simple VALUES (1)")).toBe(false);
    expect(await can(app, "INSERT INTO nested VALUES (1)")).toBe(false);
    expect(await can(app, "SELECT FROM simple FOR UPDATE")).toBe(false);
    expect(await can(app, "INSERT INTO ruled VALUES (1)")).toBe(true);
    expect(await can(app, "INSERT INTO instead VALUES (1)")).toBe(true);
    const found = warningsOf(await run("check"), "view-cannot-write");
    expect(found.map(read)).toEqual([
      `INSERT, UPDATE and DELETE through public.nested and public.simple fail, because ${analyst} does not have INSERT, UPDATE and DELETE on public.base. If the app writes through it, run as ${owner}: GRANT INSERT, UPDATE, DELETE ON TABLE "public"."base" TO "${analyst}";`,
    ]);
    await follow(place, found);
    expect(await can(app, "INSERT INTO nested VALUES (1); UPDATE simple SET id = 2; DELETE FROM nested")).toBe(true);
    expect(await can(app, "SELECT FROM simple FOR UPDATE")).toBe(true);
    expect(codes(await run("check"))).not.toContain("view-cannot-write");

    await as(owner, `REVOKE INSERT, UPDATE, DELETE ON base FROM ${analyst}; GRANT UPDATE (note) ON base TO ${analyst}`);
    const rest = warningsOf(await run("check"), "view-cannot-write");
    expect(rest.map(read).join()).toContain("INSERT and DELETE through public.nested and public.simple fail");
  });

  test("a default that takes a sequence which is not demanded is named", async () => {
    const place = await world.open();
    const { app, owner, as, can, run } = place;
    await as(
      owner,
      `CREATE SCHEMA second; CREATE SEQUENCE second.numbers; CREATE SEQUENCE second.read;
       CREATE TABLE t (id int DEFAULT nextval('second.numbers'), note text);
       CREATE TABLE fine (id serial, other int GENERATED ALWAYS AS IDENTITY, last bigint DEFAULT 'second.read'::regclass::oid::bigint);
       GRANT USAGE ON SCHEMA second TO ${app}`,
    );

    const found = warningsOf(await run("apply"), "default-fails");
    expect(await can(app, "INSERT INTO t (note) VALUES ('')")).toBe(false);
    expect(await can(app, "INSERT INTO t VALUES (1)")).toBe(true);
    expect(await can(app, "INSERT INTO fine DEFAULT VALUES")).toBe(true);
    expect(found.map(read)).toEqual([
      `INSERT into public.t fails where a column takes its default, because ${app} does not have USAGE on second.numbers. Run as ${owner}: GRANT USAGE ON SEQUENCE "second"."numbers" TO "${app}";`,
    ]);
    await follow(place, found);
    expect(await can(app, "INSERT INTO t (note) VALUES ('')")).toBe(true);
    expect(codes(await run("check"))).not.toContain("default-fails");

    const other = await place.role("other");
    const demand = { sequencePrivileges: ["SELECT"] } as const;
    const said = async (lists: Partial<Demand>) =>
      warningsOf(await run("apply", { ...lists, onExtra: "fail" }, { grantee: other }), "default-fails").map(read);
    const outside = `INSERT into public.t fails where a column takes its default, because ${other} does not have USAGE on second.numbers. Run as ${owner}: GRANT USAGE ON SEQUENCE "second"."numbers" TO "${other}";`;
    expect(await said(demand)).toEqual([
      `INSERT into public.fine fails where a column takes its default, because ${other} does not have USAGE on public.fine_id_seq. Add USAGE to sequence-privileges.`,
      outside,
    ]);
    expect(await can(other, "INSERT INTO fine DEFAULT VALUES")).toBe(false);
    expect((await said({ ...demand, exclude: ["fine_id_seq"] })).join()).toContain(
      `GRANT USAGE ON SEQUENCE "public"."fine_id_seq" TO "${other}"`,
    );
    expect(await said({ ...demand, tablePrivileges: ["SELECT", "UPDATE"] })).toEqual([]);
    expect(await said({ sequencePrivileges: ["SELECT", "USAGE"] })).toEqual([outside]);
    expect(await can(other, "INSERT INTO fine DEFAULT VALUES")).toBe(true);
    expect(codes(await run("check", { ...demand, exclude: ["fine", "t"] }, { grantee: other }))).not.toContain(
      "default-fails",
    );
  });

  test("foreign tables without a user mapping are named by server", async () => {
    const place = await world.open();
    const { app, owner, sql, run } = place;
    await sql(`
      CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw; ALTER SERVER far OWNER TO ${owner};
      CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw; ALTER SERVER other OWNER TO ${owner};
      CREATE SERVER near FOREIGN DATA WRAPPER file_fdw;
      CREATE FOREIGN TABLE orders (id int) SERVER far; CREATE FOREIGN TABLE bills (id int) SERVER other;
      CREATE FOREIGN TABLE lines (id text) SERVER near OPTIONS (filename '/dev/null');
      ALTER FOREIGN TABLE orders OWNER TO ${owner}; ALTER FOREIGN TABLE bills OWNER TO ${owner};
      ALTER FOREIGN TABLE lines OWNER TO ${owner}`);

    const found = warningsOf(await run("apply"), "no-user-mapping");
    const warning = (table: string, server: string) =>
      `Reading public.${table} fails, because neither ${app} nor PUBLIC has a user mapping for foreign server ${server}. Run as ${owner}: CREATE USER MAPPING FOR "${app}" SERVER "${server}" OPTIONS (user '…', password '…');`;
    expect(found.map(read).toSorted()).toEqual([warning("bills", "other"), warning("orders", "far")]);
    await expect(place.as(app, "SELECT FROM orders")).rejects.toThrow("user mapping not found");
    await place.as(app, "SELECT FROM lines");
    await follow(place, found);
    expect(codes(await run("check"))).not.toContain("no-user-mapping");
    await sql(`DROP USER MAPPING FOR ${app} SERVER far; CREATE USER MAPPING FOR PUBLIC SERVER far`);
    expect(codes(await run("check"))).not.toContain("no-user-mapping");
  });
});

function warningsOf({ warnings }: GranteeReport, code: string): readonly Warning["message"][] {
  return warnings.filter((warning) => warning.code === code).map(({ message }) => message);
}

function codes({ warnings }: GranteeReport): readonly string[] {
  return warnings.map(({ code }) => code);
}

/** Runs the SQL of warnings as the roles that they name. */
async function follow({ as }: Place, messages: readonly Warning["message"][]): Promise<void> {
  for (const message of messages) {
    const [, role = "", sql = ""] = /[Rr]un as (\S+): (.*)$/.exec(read(message)) ?? [];
    await as(role, sql);
  }
}
