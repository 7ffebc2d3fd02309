import { describe, expect, test } from "vitest";
import type { Demand } from "../../src/model/demand.ts";
import type { GranteeReport, Warning } from "../../src/model/report.ts";
import { look } from "../../src/postgres/catalog.ts";
import { read } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { DEFAULTS, type Place, quote, useWorld } from "./world.ts";

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
    expect(await can(app, "UPDATE ruled SET id = 2")).toBe(false);
    const found = warningsOf(await run("check"), "view-cannot-write");
    expect(found.map(read)).toEqual([
      `INSERT, UPDATE and DELETE through public.nested and public.simple fail, because ${analyst} does not have INSERT, UPDATE and DELETE on public.base. If the app writes through it, run as ${owner}: GRANT INSERT, UPDATE, DELETE ON TABLE "public"."base" TO "${analyst}";`,
      `UPDATE and DELETE through public.ruled fail, because ${analyst} does not have UPDATE and DELETE on public.base. If the app writes through it, run as ${owner}: GRANT UPDATE, DELETE ON TABLE "public"."base" TO "${analyst}";`,
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

  test("a function that a table or view calls without EXECUTE for the grantee is named, with the GRANT that helps", async () => {
    const place = await world.open();
    const { app, owner, as, can, run } = place;
    await as(
      owner,
      `CREATE SCHEMA hidden;
       CREATE FUNCTION hidden."a ""b"(int, VARIADIC text[]) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
       CREATE FUNCTION is_odd(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 2 = 1; END';
       CREATE FUNCTION open(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
       CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TABLE by_default (id int DEFAULT hidden."a ""b"(1, 'x'), note text);
       CREATE TABLE generated (id int, odd bool GENERATED ALWAYS AS (is_odd(id)) STORED);
       CREATE TABLE keyed (id int) PARTITION BY LIST (is_odd(id)); CREATE TABLE part PARTITION OF keyed DEFAULT;
       CREATE TABLE checked (id int CHECK (is_odd(id))); INSERT INTO checked VALUES (1);
       CREATE TABLE indexed (id int); CREATE INDEX ON indexed (is_odd(id));
       CREATE TABLE some_rows (id int); CREATE INDEX ON some_rows (id) WHERE is_odd(id);
       CREATE TABLE fine (id int CHECK (open(id)));
       CREATE RULE r AS ON DELETE TO fine DO ALSO SELECT is_odd(1); CREATE POLICY p ON fine USING (is_odd(id));
       CREATE TRIGGER t BEFORE INSERT ON fine FOR EACH ROW EXECUTE FUNCTION skip();
       CREATE VIEW odd AS SELECT * FROM fine WHERE is_odd(id); CREATE VIEW nested AS SELECT * FROM odd;
       CREATE MATERIALIZED VIEW kept AS SELECT is_odd(1) AS odd;
       REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public, hidden FROM PUBLIC; GRANT EXECUTE ON FUNCTION open(int) TO ${app};
       GRANT USAGE ON SCHEMA hidden TO ${app}`,
    );
    const failing = async () => {
      const found = [];
      for (const statement of [...FAILS, ...WORKS]) if (!(await can(app, statement))) found.push(statement);
      return found;
    };
    const FAILS = [
      "INSERT INTO by_default (note) VALUES ('')",
      "INSERT INTO generated VALUES (1)",
      "INSERT INTO keyed VALUES (1)",
      "INSERT INTO checked VALUES (1)",
      "UPDATE checked SET id = 3",
      "INSERT INTO indexed VALUES (1)",
      "INSERT INTO some_rows VALUES (1)",
      "SELECT FROM odd",
      "SELECT FROM nested",
    ];
    const WORKS = [
      "INSERT INTO by_default VALUES (1)",
      "INSERT INTO fine VALUES (1)",
      "SELECT FROM kept",
      "DELETE FROM checked",
    ];
    const found = warningsOf(await run("apply"), "function-fails");
    expect(await failing()).toEqual(FAILS);
    const on = `because ${app} does not have EXECUTE on`;
    const grant = (signature: string) => `GRANT EXECUTE ON FUNCTION ${signature} TO "${app}";`;
    expect(found.map(read)).toEqual([
      `INSERT on public.by_default, public.generated, public.indexed, public.keyed and public.some_rows fails where the server calls a function, ${on} hidden."a ""b" and public.is_odd. Run as ${owner}: ${grant(`"hidden"."a ""b"(integer, text[])`)} ${grant(`"public"."is_odd"(integer)`)}`,
      `INSERT and UPDATE on public.checked fail where the server calls a function, ${on} public.is_odd. Run as ${owner}: ${grant(`"public"."is_odd"(integer)`)}`,
      `SELECT on public.odd fails where the server calls a function, ${on} public.is_odd. Run as ${owner}: ${grant(`"public"."is_odd"(integer)`)}`,
    ]);
    await follow(place, found);
    expect(await failing()).toEqual([]);
    expect(codes(await run("check"))).not.toContain("function-fails");
  });

  test("a function that the server does not call is not named, and one of an extension without a GRANT", async () => {
    const { app, owner, as, can, sql, run } = await world.open();
    const isEnforced = version < 18;
    await sql(`
      CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER far TO ${owner};
      CREATE EXTENSION pgstattuple`);
    await as(
      owner,
      `CREATE FUNCTION is_odd(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 2 = 1; END';
       REVOKE EXECUTE ON FUNCTION is_odd FROM PUBLIC; CREATE FOREIGN TABLE afar (id int CHECK (is_odd(id))) SERVER far;
       CREATE TABLE maybe (id int CHECK (is_odd(id)) ${isEnforced ? "" : "NOT ENFORCED"});
       CREATE VIEW sizes AS SELECT * FROM pgstattuple('maybe')`,
    );
    const said = async (demand: Partial<Demand> = {}) =>
      warningsOf(await run("plan", demand), "function-fails").map(read);

    expect((await run("apply")).verdict).toBe("repaired");
    const ofExtension = `SELECT on public.sizes fails where the server calls a function, because ${app} does not have EXECUTE on public.pgstattuple.`;
    const ofMaybe = `INSERT and UPDATE on public.maybe fail where the server calls a function, because ${app} does not have EXECUTE on public.is_odd. Run as ${owner}: GRANT EXECUTE ON FUNCTION "public"."is_odd"(integer) TO "${app}";`;
    expect(await can(app, "INSERT INTO maybe VALUES (1)")).toBe(!isEnforced);
    expect(await said()).toEqual(isEnforced ? [ofMaybe, ofExtension] : [ofExtension]);
    expect(await said({ routinePrivileges: ["EXECUTE"] })).toEqual([ofExtension]);
  });

  test("tables are named for which no policy lets the grantee do what it may", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, run } = place;
    const [team, other] = [await role("team", "NOLOGIN"), await role("other")];
    await sql(`GRANT ${team} TO ${app}; GRANT USAGE ON SCHEMA public TO ${app}`);
    const policies: Readonly<Record<string, string>> = {
      none: "",
      read_only: "FOR SELECT USING (true)",
      for_all: "USING (true)",
      check_only: "WITH CHECK (true)",
      insert_only: `FOR INSERT TO ${team} WITH CHECK (true)`,
      insert_by_all: "WITH CHECK (true); CREATE POLICY q ON :t FOR SELECT USING (true)",
      update_check: "FOR UPDATE WITH CHECK (true)",
      update_using: "FOR UPDATE USING (true)",
      restrictive: "AS RESTRICTIVE USING (true) WITH CHECK (true)",
      restricted: "AS RESTRICTIVE USING (true); CREATE POLICY q ON :t TO PUBLIC USING (true)",
      by_owner: "TO CURRENT_USER USING (true)",
      by_other: `TO ${other}, ${owner} USING (true)`,
      delete_public: "FOR DELETE TO PUBLIC USING (true)",
      off: "FOR SELECT USING (true); ALTER TABLE :t DISABLE ROW LEVEL SECURITY",
      forced: `FOR SELECT USING (true); ALTER TABLE :t FORCE ROW LEVEL SECURITY`,
      'quo"te`|<b>': "FOR SELECT USING (true)",
      parent: "FOR SELECT USING (true)",
    };
    await as(
      owner,
      "CREATE TABLE parent (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parent DEFAULT",
    );
    await as(owner, "ALTER TABLE part ENABLE ROW LEVEL SECURITY");
    for (const [table, policy] of Object.entries(policies)) {
      const [t, create] = [quote(table), policy === "" ? "" : `CREATE POLICY p ON ${quote(table)} ${policy}`];
      await as(
        owner,
        `CREATE TABLE IF NOT EXISTS ${t} (id int); INSERT INTO ${t} VALUES (1);
         ALTER TABLE ${t} ENABLE ROW LEVEL SECURITY; ${create.replaceAll(":t", t)}`,
      );
    }
    const report = await run("apply");
    expect(report.missing).toEqual([]);

    const statements = {
      SELECT: (t: string) => `SELECT FROM ${t}`,
      INSERT: (t: string) => `INSERT INTO ${t} VALUES (2)`,
      UPDATE: (t: string) => `UPDATE ${t} SET id = 3`,
      DELETE: (t: string) => `DELETE FROM ${t}`,
    };
    const failing = async (who: string) => {
      const client = await place.signIn(who);
      const found = [];
      for (const table of Object.keys(policies))
        for (const [use, statement] of Object.entries(statements)) {
          await client.query("BEGIN");
          const { rowCount } = await client.query(statement(quote(table))).catch((error) => {
            expect(error.message).toContain("new row violates row-level security policy");
            return { rowCount: 0 };
          });
          await client.query("ROLLBACK");
          if (rowCount === 0) found.push(`${use} ${table}`);
        }
      return found.sort();
    };
    const named = (who: string) => failingUses(place, who);
    const failed = await failing(app);
    expect(failed).toContain("INSERT read_only");
    expect(failed).toContain("UPDATE check_only");
    expect(await named(app)).toEqual(failed);

    const read_only = warningsOf(report, "row-level-security")
      .map(read)
      .find((text) => text.includes("read_only"));
    expect(read_only).toContain(
      `has no policy for INSERT, UPDATE and DELETE that applies to ${app}. Without one, INSERT fails, and SELECT, UPDATE and DELETE find no row. If the app needs that, write policies, for example as ${owner}: CREATE POLICY "<name>" ON "public".`,
    );
    expect(read_only).toContain('public."quo""te`|<b>"'.replaceAll("`", ""));

    // Only what is demanded, and only for whom row-level security is there.
    const reading = await run("check", { tablePrivileges: ["SELECT"] });
    expect(warningsOf(reading, "row-level-security").map(read).join()).not.toContain("read_only");
    for (const [change, undo] of [
      [`GRANT ${owner} TO ${app}`, `REVOKE ${owner} FROM ${app}`],
      [`ALTER ROLE ${app} BYPASSRLS`, `ALTER ROLE ${app} NOBYPASSRLS`],
      [
        `GRANT ${other} TO ${app}; ALTER ROLE ${app} SET role = ${other}`,
        `ALTER ROLE ${app} RESET role; REVOKE ${other} FROM ${app}`,
      ],
    ] as const) {
      await sql(
        `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${other}; GRANT USAGE ON SCHEMA public TO ${other}; ${change}`,
      );
      expect({ change, named: await named(app) }).toEqual({ change, named: await failing(app) });
      await sql(undo);
    }
  });

  test("a check does not wait for a migration that locks a table with policies", async () => {
    const { owner, as, run, signIn } = await world.open();
    await as(owner, "CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    const migration = await signIn(owner);
    await migration.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    expect(codes(await run("check"))).toContain("row-level-security");
    await migration.query("ROLLBACK");
  });

  test("the policies beneath a view are those of the role that the server checks there", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, run } = place;
    const analyst = await role("analyst");
    await sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${analyst}; CREATE SCHEMA hidden AUTHORIZATION ${owner}`);
    await as(
      owner,
      `CREATE TABLE hidden.base (id int); INSERT INTO hidden.base VALUES (1); ALTER TABLE hidden.base ENABLE ROW LEVEL SECURITY;
       GRANT ALL ON hidden.base TO ${analyst}, ${app}; GRANT USAGE ON SCHEMA hidden TO ${analyst}, ${app};
       CREATE POLICY p ON hidden.base FOR SELECT TO ${app} USING (true); CREATE VIEW by_owner AS SELECT * FROM hidden.base`,
    );
    const invoker = version >= 15;
    await as(
      analyst,
      `CREATE VIEW definer AS SELECT * FROM hidden.base; CREATE VIEW nested AS SELECT * FROM definer;
       ${invoker ? `CREATE VIEW invoker WITH (security_invoker) AS SELECT * FROM hidden.base; GRANT ALL ON invoker TO ${app};` : ""}
       GRANT ALL ON definer, nested TO ${app}`,
    );
    await as(owner, `GRANT ALL ON by_owner TO ${app}`);
    const views = ["by_owner", "definer", "nested", ...(invoker ? ["invoker"] : [])];
    const works = async () => {
      const seen = [];
      const client = await place.signIn(app);
      for (const view of views) {
        const { rows } = await client.query(`SELECT FROM ${view}`);
        const inserted = await place.can(app, `INSERT INTO ${view} VALUES (2)`);
        seen.push(`${view}: ${rows.length}, ${inserted}`);
      }
      return seen;
    };
    const all = views.map((view) => `${view}: 1, true`);
    expect(await works()).toEqual([
      "by_owner: 1, true",
      "definer: 0, false",
      "nested: 0, false",
      ...(invoker ? ["invoker: 1, false"] : []),
    ]);
    const found = warningsOf(await run("check"), "row-level-security");
    expect(found.map(read).toSorted()).toEqual(
      [
        `Row-level security of hidden.base has no policy for SELECT, INSERT, UPDATE and DELETE that applies to ${analyst}, as which the server uses it for public.definer and public.nested. Without one, INSERT fails, and SELECT, UPDATE and DELETE find no row. If the app needs that, write policies, for example as ${owner}: CREATE POLICY "<name>" ON "hidden"."base" FOR ALL TO "${analyst}" USING (<condition>); Otherwise, leave SELECT, INSERT, UPDATE and DELETE out of table-privileges, unless the app needs that on other tables.`,
        ...(invoker
          ? [
              `Row-level security of hidden.base has no policy for INSERT, UPDATE and DELETE that applies to ${app}, as which the server uses it for public.invoker. Without one, INSERT fails, and SELECT, UPDATE and DELETE find no row. If the app needs that, write policies, for example as ${owner}: CREATE POLICY "<name>" ON "hidden"."base" FOR INSERT TO "${app}" WITH CHECK (<condition>); CREATE POLICY "<name>" ON "hidden"."base" FOR UPDATE TO "${app}" USING (<condition>); CREATE POLICY "<name>" ON "hidden"."base" FOR DELETE TO "${app}" USING (<condition>); Otherwise, leave INSERT, UPDATE and DELETE out of table-privileges, unless the app needs that on other tables.`,
            ]
          : []),
      ].toSorted(),
    );
    for (const [n, text] of found.map(read).entries()) {
      const policies = /CREATE POLICY .*\)(?=; Otherwise)/.exec(text)?.[0].split("; ") ?? [];
      for (const [m, policy] of policies.entries())
        await as(owner, policy.replace("<name>", `p${n}${m}`).replace("<condition>", "true"));
    }
    expect(await works()).toEqual(all);
    expect(codes(await run("check"))).not.toContain("row-level-security");
  });

  test("a rule whose action its owner may not carry out is named, with the GRANT that helps", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, can, run } = place;
    const old = await role("old");
    await sql(`GRANT USAGE, CREATE ON SCHEMA public TO ${old}; GRANT USAGE ON SCHEMA public TO ${app}`);
    await as(
      owner,
      `CREATE TABLE log (id int, note text, more text); CREATE TABLE seen (id int);
       GRANT INSERT (id, note), SELECT, UPDATE ON log TO ${old}; GRANT SELECT ON seen TO ${old}`,
    );
    await as(
      old,
      `CREATE TABLE also (id int, note text); CREATE RULE r AS ON INSERT TO also DO ALSO INSERT INTO log VALUES (NEW.id, NEW.note);
       CREATE TABLE instead (id int, gone bool); CREATE RULE "soft""; delete" AS ON DELETE TO instead DO INSTEAD UPDATE instead SET gone = true WHERE id = OLD.id;
       CREATE TABLE conditional (id int); CREATE RULE r AS ON UPDATE TO conditional WHERE false DO ALSO DELETE FROM log WHERE id IN (SELECT id FROM seen);
       CREATE VIEW v AS SELECT * FROM also; CREATE RULE r AS ON INSERT TO v DO INSTEAD INSERT INTO seen VALUES (NEW.id);
       CREATE TABLE off (id int); CREATE RULE r AS ON INSERT TO off DO ALSO INSERT INTO seen VALUES (NEW.id); ALTER TABLE off DISABLE RULE r;
       CREATE TABLE nothing (id int); CREATE RULE r AS ON INSERT TO nothing DO ALSO (NOTIFY channel; NOTIFY channel);
       CREATE TABLE through (id int); CREATE RULE r AS ON INSERT TO through DO ALSO SELECT * FROM v;
       CREATE TABLE chained (id int); CREATE RULE q AS ON INSERT TO chained DO INSTEAD INSERT INTO also VALUES (NEW.id, '');
       CREATE TABLE read_only (id int); CREATE RULE r AS ON INSERT TO read_only DO INSTEAD DELETE FROM seen;
       GRANT ALL ON also, instead, conditional, v, off, nothing, through, chained TO ${app}; GRANT SELECT ON read_only TO ${app}`,
    );
    const works = async () => {
      const statements = [
        "INSERT INTO also VALUES (1, '')",
        "UPDATE also SET id = 2",
        "DELETE FROM instead",
        "UPDATE conditional SET id = 2",
        "INSERT INTO conditional VALUES (1)",
        "INSERT INTO v VALUES (1)",
        "SELECT FROM v",
        "INSERT INTO off VALUES (1)",
        "INSERT INTO nothing VALUES (1)",
        "INSERT INTO through VALUES (1)",
        "INSERT INTO chained VALUES (1)",
      ];
      const named = await failingUses(place, app);
      const failing = [];
      for (const statement of statements) if (!(await can(app, statement))) failing.push(statement);
      const isNamed = (statement: string) =>
        named.includes(
          statement
            .replace(/ (INTO|FROM|SET)\b/, "")
            .split(" ", 2)
            .join(" "),
        );
      expect(failing).toEqual(statements.filter(isNamed));
      return failing;
    };
    expect(await works()).toEqual(["UPDATE conditional SET id = 2", "INSERT INTO v VALUES (1)"]);
    await as(owner, `REVOKE INSERT (note) ON log FROM ${old}`);
    await as(old, `REVOKE UPDATE ON instead FROM ${old}`);
    const found = warningsOf(await run("check"), "rule-fails");
    expect(found.map(read).toSorted()).toEqual([
      `DELETE on public.instead fails, because the server carries out rule "soft""; delete" as ${old}, and ${old} does not have UPDATE on public.instead. Run as ${old}: GRANT UPDATE ON TABLE "public"."instead" TO "${old}";`,
      `INSERT on public.also, public.chained and public.v fails, because the server carries out rule r as ${old}, and ${old} does not have INSERT on public.log.note and public.seen. Run as ${owner}: GRANT INSERT ("note") ON TABLE "public"."log" TO "${old}"; GRANT INSERT ON TABLE "public"."seen" TO "${old}";`,
      `UPDATE on public.conditional fails, because the server carries out rule r as ${old}, and ${old} does not have DELETE on public.log. Run as ${owner}: GRANT DELETE ON TABLE "public"."log" TO "${old}";`,
    ]);
    expect(await works()).toEqual([
      "INSERT INTO also VALUES (1, '')",
      "DELETE FROM instead",
      "UPDATE conditional SET id = 2",
      "INSERT INTO v VALUES (1)",
      "INSERT INTO chained VALUES (1)",
    ]);
    await follow(place, found);
    expect(await works()).toEqual([]);
    expect(codes(await run("check"))).not.toContain("rule-fails");
  });

  test("the policies of a table do not count where a rule does something else instead", async () => {
    const place = await world.open();
    const { app, owner, as, can, run } = place;
    await as(
      owner,
      `CREATE TABLE log (id int); CREATE TABLE old (id int, note text); ALTER TABLE old ENABLE ROW LEVEL SECURITY;
       CREATE POLICY p ON old FOR SELECT USING (true);
       CREATE RULE i AS ON INSERT TO old DO INSTEAD INSERT INTO log VALUES (NEW.id);
       CREATE RULE d AS ON DELETE TO old DO INSTEAD NOTHING;
       CREATE RULE u AS ON UPDATE TO old WHERE NEW.note = '' DO INSTEAD NOTHING;
       CREATE TABLE off (id int); ALTER TABLE off ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON off FOR SELECT USING (true);
       CREATE RULE i AS ON INSERT TO off DO INSTEAD NOTHING; ALTER TABLE off DISABLE RULE i`,
    );
    expect((await run("apply")).missing).toEqual([]);
    expect(await can(app, "INSERT INTO old VALUES (1)")).toBe(true);
    expect(await can(app, "INSERT INTO off VALUES (1)")).toBe(false);
    const found = warningsOf(await run("check"), "row-level-security")
      .map(read)
      .join(" ");
    expect(found).toContain(`Row-level security of public.old has no policy for UPDATE that applies to ${app}.`);
    expect(found).toContain(`Row-level security of public.off has no policy for INSERT, UPDATE and DELETE that`);
  });

  test("foreign tables without a user mapping are named, with the SQL that helps", async () => {
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
    const mapping = (server: string) =>
      `CREATE USER MAPPING FOR "${app}" SERVER "${server}" OPTIONS (user '…', password '…');`;
    expect(found.map(read)).toEqual([
      `Reading public.bills and public.orders fails, because neither ${app} nor PUBLIC has a user mapping for foreign server other and far. Run as ${owner}: ${mapping("other")} ${mapping("far")}`,
    ]);
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

/** What a role cannot do in schema public, as the warnings have it: `INSERT t`. */
async function failingUses(place: Place, grantee: string): Promise<readonly string[]> {
  const snapshot = await look(await place.signIn(place.owner), [grantee], DEFAULTS);
  const pitfalls = snapshot.grantees.get(grantee)?.pitfalls ?? [];
  return [...new Set(pitfalls.map(({ use, name }) => `${use} ${name}`))].sort();
}

/** Runs the SQL of warnings as the roles that they name. */
async function follow({ as }: Place, messages: readonly Warning["message"][]): Promise<void> {
  for (const message of messages) {
    const [, role = "", sql = ""] = /[Rr]un as (\S+): (.*)$/.exec(read(message)) ?? [];
    await as(role, sql);
  }
}
