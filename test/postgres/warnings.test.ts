import { describe, expect, test } from "vitest";
import type { GranteeReport } from "../../src/model/report.ts";
import { series } from "../../src/text/count.ts";
import { read } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { useWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: warnings of a check that passes", (version) => {
  const world = useWorld(version);

  test("warns only of row-level security that hides every row from the grantee", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const [team, other] = [await role("team", "NOLOGIN"), await role("other", "NOLOGIN")];
    await sql(`GRANT ${team} TO ${app}`);
    const policies = {
      none: "",
      for_other: `CREATE POLICY p ON for_other TO ${other} USING (true)`,
      insert_only: `CREATE POLICY p ON insert_only FOR INSERT TO ${app} WITH CHECK (true)`,
      restrictive: `CREATE POLICY p ON restrictive AS RESTRICTIVE USING (true)`,
      for_app: `CREATE POLICY p ON for_app FOR SELECT TO ${app} USING (true)`,
      for_team: `CREATE POLICY p ON for_team TO ${team} USING (true)`,
      for_all: `CREATE POLICY p ON for_all USING (true)`,
    };
    for (const [table, policy] of Object.entries(policies))
      await as(
        owner,
        `CREATE TABLE ${table} (id int); INSERT INTO ${table} VALUES (1); ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; ${policy}`,
      );
    await as(owner, "CREATE TABLE off_again (id int); CREATE POLICY p ON off_again FOR INSERT WITH CHECK (true)");

    const report = await run("apply", READ);

    const blind = ["for_other", "insert_only", "none", "restrictive"];
    expect(report.verdict).toBe("repaired");
    expect(messages(report, "row-level-security")).toEqual([
      expect.stringContaining(series(blind.map((table) => `public.${table}`))),
    ]);
    for (const table of Object.keys(policies)) {
      const [row] = await as<{ rows: string }>(app, `SELECT count(*)::text AS rows FROM ${table}`);
      expect({ table, rows: row?.rows }).toEqual({ table, rows: blind.includes(table) ? "0" : "1" });
      expect(messages(report, "row-level-security").join().includes(`public.${table}`)).toBe(blind.includes(table));
    }
  });

  test("knows which roles bypass row-level security", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const bypass = await role("bypass", "LOGIN BYPASSRLS");
    await as(owner, "CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    expect(messages(await run("check", READ, { grantee: bypass }), "row-level-security")).toEqual([]);
    expect(messages(await run("check", READ), "row-level-security")).toHaveLength(1);
    // A member of the owner passes, until it is forced on the owner too.
    await sql(`GRANT ${owner} TO ${app}`);
    expect(messages(await run("check", READ), "row-level-security")).toEqual([]);
    await as(owner, "ALTER TABLE t FORCE ROW LEVEL SECURITY");
    expect(messages(await run("check", READ), "row-level-security")).toHaveLength(1);
  });

  test("warns of a view whose owner cannot read what it selects from, through other views too", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const analyst = await role("analyst");
    await sql(`GRANT CREATE ON SCHEMA public TO ${analyst}`);
    await as(owner, `CREATE TABLE base (id int); CREATE TABLE fine (id int); GRANT SELECT ON base, fine TO ${analyst}`);
    await as(
      analyst,
      "CREATE VIEW v AS SELECT * FROM base; CREATE VIEW v2 AS SELECT count(*) FROM v; CREATE VIEW good AS SELECT * FROM fine; CREATE MATERIALIZED VIEW stored AS SELECT * FROM base; CREATE VIEW on_stored AS SELECT * FROM stored",
    );
    await as(owner, `REVOKE SELECT ON base FROM ${analyst}`);
    await as(analyst, `GRANT SELECT ON v, v2, good, stored, on_stored TO ${app}`);

    const report = await run("apply", READ);

    expect(report.verdict).toBe("repaired");
    const [message, ...others] = messages(report, "view-cannot-read");
    expect(others).toEqual([]);
    expect(message).toContain("public.v and public.v2");
    expect(message).toContain(`${analyst} does not have SELECT on public.base`);
    for (const [view, works] of [
      ["v", false],
      ["v2", false],
      ["good", true],
      ["stored", true],
      ["on_stored", true],
    ] as const) {
      expect({ view, works: await can(app, `SELECT * FROM ${view}`) }).toEqual({ view, works });
      expect({ view, warned: new RegExp(`public\\.${view}\\b`).test(message ?? "") }).toEqual({
        view,
        warned: !works,
      });
    }
  });

  test("checks only the columns that a view reads", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const analyst = await role("analyst");
    await sql(`GRANT CREATE ON SCHEMA public TO ${analyst}`);
    await as(owner, `CREATE TABLE base (a int, b int, c int); GRANT SELECT ON base TO ${analyst}`);
    await as(
      analyst,
      `CREATE VIEW partly AS SELECT a FROM base WHERE b > 0; CREATE VIEW other AS SELECT c FROM base;
       CREATE VIEW counted AS SELECT count(*) FROM base; CREATE VIEW named AS SELECT 'base'::regclass AS base;
       GRANT SELECT ON partly, other, counted, named TO ${app}`,
    );
    const broken = async () => {
      const text = messages(await run("check", READ), "view-cannot-read").join("\n");
      const views = ["partly", "other", "counted", "named"];
      for (const view of views)
        expect({ view, works: await can(app, `SELECT * FROM ${view}`) }).toEqual({
          view,
          works: !new RegExp(`public\\.${view}\\b`).test(text),
        });
      return text;
    };

    await as(owner, `REVOKE SELECT ON base FROM ${analyst}`);
    expect(await broken()).toContain(`${analyst} does not have SELECT on public.base.`);
    await as(owner, `GRANT SELECT (c) ON base TO ${analyst}`);
    expect(await broken()).toContain(`${analyst} does not have SELECT on public.base.a and public.base.b.`);
    await as(owner, `GRANT SELECT (a, b) ON base TO ${analyst}`);
    expect(await broken()).toBe("");
  });

  test.each([
    ["a whole row", "SELECT row_to_json(base) FROM base", "SELECT (a)", "base.b"],
    ["a whole row, and a column that can be read", "SELECT a, base AS row FROM base", "SELECT (a)", "base.b"],
    ["the whole row of a join", "SELECT j::text FROM (base JOIN more USING (a)) AS j", "SELECT (a)", "base.b"],
    ["a table twice", "SELECT a FROM base WHERE EXISTS (SELECT FROM base AS b WHERE b.b > 0)", "SELECT (a)", "base.b"],
    ["a sequence", "SELECT last_value FROM numbers", "USAGE", "numbers"],
  ])("knows what a view needs: %s", async (_, query, privilege, source) => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const analyst = await role("analyst");
    await sql(`GRANT CREATE ON SCHEMA public TO ${analyst}; GRANT USAGE ON SCHEMA public TO ${app}`);
    const object = source === "numbers" ? "numbers" : "base";
    await as(
      owner,
      `CREATE TABLE base (a int, gone int, b int); ALTER TABLE base DROP COLUMN gone; CREATE TABLE more (a int);
       CREATE SEQUENCE numbers; GRANT SELECT ON more TO ${analyst}; GRANT ${privilege} ON ${object} TO ${analyst}`,
    );
    await as(analyst, `CREATE VIEW v AS ${query}; GRANT SELECT ON v TO ${app}`);

    expect(await can(app, "SELECT * FROM v")).toBe(false);
    const [message = "", ...others] = messages(await run("check", READ), "view-cannot-read");
    expect(others).toEqual([]);
    const [why, grant = ""] = message.split(` Run as ${owner}: `);
    expect(why).toBe(`Reading public.v fails, because ${analyst} does not have SELECT on public.${source}.`);
    await as(owner, grant);
    expect(await can(app, "SELECT * FROM v")).toBe(true);
    expect(messages(await run("check", READ), "view-cannot-read")).toEqual([]);
  });

  test("warns of a view on a catalog that its owner cannot read", async () => {
    const { app, owner, as, can, run } = await world.open();
    await as(
      owner,
      `CREATE VIEW v AS SELECT rolpassword FROM pg_authid; CREATE VIEW fine AS SELECT rolname FROM pg_roles;
       GRANT SELECT ON v, fine TO ${app}; GRANT USAGE ON SCHEMA public TO ${app}`,
    );
    expect([await can(app, "SELECT FROM v"), await can(app, "SELECT FROM fine")]).toEqual([false, true]);
    expect(messages(await run("check", READ), "view-cannot-read")).toEqual([
      `Reading public.v fails, because ${owner} does not have SELECT on pg_catalog.pg_authid.`,
    ]);
  });

  if (version >= 15)
    test("checks the grantee for a security_invoker view, however it is reached", async () => {
      const { app, owner, role, as, sql, can, run } = await world.open();
      const analyst = await role("analyst");
      await sql(`GRANT CREATE ON SCHEMA public TO ${analyst}`);
      await as(
        owner,
        `CREATE SCHEMA hidden; GRANT USAGE ON SCHEMA hidden TO PUBLIC; CREATE TABLE hidden.base (id int); GRANT SELECT ON hidden.base TO ${analyst}; CREATE TABLE t (id int)`,
      );
      await as(
        analyst,
        `CREATE VIEW invoker WITH (security_invoker = true) AS SELECT * FROM hidden.base;
         CREATE VIEW definer AS SELECT * FROM hidden.base;
         CREATE VIEW definer_on_invoker AS SELECT * FROM invoker;
         CREATE VIEW invoker_on_definer WITH (security_invoker) AS SELECT * FROM definer;
         GRANT SELECT ON invoker, definer, definer_on_invoker, invoker_on_definer TO ${app}`,
      );

      const report = await run("apply", READ);

      const text = messages(report, "view-cannot-read").join("\n");
      for (const view of ["invoker", "definer", "definer_on_invoker", "invoker_on_definer"])
        expect({ view, broken: new RegExp(`public\\.${view}\\b`).test(text) }).toEqual({
          view,
          broken: !(await can(app, `SELECT * FROM ${view}`)),
        });
      expect(text).toContain(`${app} does not have SELECT on hidden.base`);
      await as(owner, `GRANT SELECT ON hidden.base TO ${app}`);
      expect(messages(await run("check", READ), "view-cannot-read")).toEqual([]);
    });

  test("warns of a grantee that cannot log in, or whose password has expired", async () => {
    const { owner, role, as, run } = await world.open();
    const [team, late, soon] = [
      await role("team", "NOLOGIN"),
      await role("late", "LOGIN VALID UNTIL '2001-01-01'"),
      await role("soon", "LOGIN VALID UNTIL 'infinity'"),
    ];
    await as(owner, "CREATE TABLE t (id int)");

    expect(messages(await run("check", READ, { grantee: team }), "grantee-cannot-log-in")).toEqual([
      expect.stringContaining(`ALTER ROLE "${team}" LOGIN;`),
    ]);
    expect(messages(await run("check", READ, { grantee: late }), "grantee-expired")).toEqual([
      expect.stringContaining("VALID UNTIL"),
    ]);
    const { warnings } = await run("check", READ, { grantee: soon });
    expect(warnings.map(({ code }) => code)).toEqual(["default-privileges"]);
  });

  test("warns of a grantee that cannot connect, or whose sessions are read-only, with the SQL that helps", async () => {
    const place = await world.open();
    const { app, owner, as, sql, run, database, signIn } = place;
    await as(owner, "CREATE TABLE t (id int)");
    await run("apply");
    await sql(`ALTER ROLE ${app} CONNECTION LIMIT 0`);
    await expect(as(app, "SELECT")).rejects.toThrow(`too many connections for role "${app}"`);
    const [limit = ""] = messages(await run("check"), "grantee-cannot-connect");
    await sql(/ALTER .*;/.exec(limit)?.[0] ?? "");
    await as(app, "SELECT");
    expect(messages(await run("check"), "grantee-cannot-connect")).toEqual([]);

    const write = "INSERT INTO t VALUES (1)";
    const levels = [
      [`ALTER ROLE ${app} IN DATABASE ${database}`, "on", `role ${app} in database ${database}`, app],
      [`ALTER ROLE ${app}`, "true", `role ${app}`, app],
      [`ALTER DATABASE ${database}`, "on", `database ${database}`, owner],
    ] as const;
    for (const [alter, value] of levels) await sql(`${alter} SET default_transaction_read_only = ${value}`);
    for (const [alter, , where, who] of levels) {
      await expect(as(app, write)).rejects.toMatchObject({ code: "25006" });
      expect(messages(await run("check", READ), "grantee-read-only")).toEqual([]);
      const [warning = ""] = messages(await run("check"), "grantee-read-only");
      expect(warning).toContain(`\`default_transaction_read_only\` is on for ${where}. Run as`.replaceAll("`", ""));
      expect(warning).toContain(
        `${alter.replace(/ROLE (\S+)/, 'ROLE "$1"').replace(/DATABASE (\S+)/, 'DATABASE "$1"')} RESET`,
      );
      const client = await signIn(who);
      for (const statement of /: (SET .*)$/.exec(warning)?.[1]?.split(/(?<=;) /) ?? []) await client.query(statement);
    }
    await as(app, write);
    expect(messages(await run("check"), "grantee-read-only")).toEqual([]);
    // The more specific setting counts.
    await sql(
      `ALTER DATABASE ${database} SET default_transaction_read_only = on; ALTER ROLE ${app} SET default_transaction_read_only = off`,
    );
    await as(app, write);
    expect(messages(await run("check"), "grantee-read-only")).toEqual([]);
  });

  test("warns of a search_path that leads to no schema, with the SQL that helps", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, run, database, signIn } = place;
    const other = await role("other");
    await sql(
      `CREATE SCHEMA "Quo""te, x" AUTHORIZATION ${owner}; CREATE SCHEMA ${other} AUTHORIZATION ${owner}; CREATE SCHEMA closed`,
    );
    await as(owner, `CREATE TABLE t (id int); GRANT USAGE ON SCHEMA "Quo""te, x", ${other} TO PUBLIC`);
    await run("apply");
    const found = async () => messages(await run("check"), "search-path");
    const alter = `ALTER ROLE ${app} SET search_path =`;
    const paths = {
      public: true,
      gone: false,
      "closed, gone": false,
      'gone, "Quo""te, x"': true,
      "'Quo\"te, x'": true,
      "gone, PUBLIC": true,
      '"PUBLIC"': false,
      '"$user"': false,
      '"gone, public"': false,
      "gone, pg_catalog": false,
      information_schema: true,
      '"a`|<b>"': false,
      "E'a\\\\b'": false,
    };
    for (const [path, works] of Object.entries(paths)) {
      await sql(`${alter} ${path}`);
      const [row] = await as<{ schemas: string[] }>(app, "SELECT current_schemas(false)::text[] AS schemas");
      expect({ path, works: (row?.schemas ?? []).some((each) => each !== "pg_catalog") }).toEqual({ path, works });
      expect({ path, warned: (await found()).length > 0 }).toEqual({ path, warned: !works });
    }
    // Somebody who sets one of these qualifies all names.
    for (const path of ["''", "pg_catalog", "pg_temp, pg_catalog"]) {
      await sql(`${alter} ${path}`);
      expect({ path, found: await found() }).toEqual({ path, found: [] });
    }
    // $user is the role as which the sessions begin, and the settings are those of the role that signs in.
    await sql(
      `GRANT ${other} TO ${app}; GRANT SELECT ON t TO ${other}; ALTER ROLE ${app} SET role = ${other}; ${alter} "$user"; ALTER ROLE ${other} SET search_path = gone`,
    );
    expect((await as(app, "SELECT current_schemas(false)::text AS schemas"))[0]).toEqual({ schemas: `{${other}}` });
    expect(await found()).toEqual([]);
    await sql(`ALTER ROLE ${app} RESET role; ALTER ROLE ${app} RESET search_path`);

    const levels = [
      [`ROLE "${app}" IN DATABASE "${database}"`, `role ${app} in database ${database}`, app],
      [`ROLE "${app}"`, `role ${app}`, app],
      [`DATABASE "${database}"`, `database ${database}`, owner],
    ] as const;
    for (const [which] of levels) await sql(`ALTER ${which} SET search_path = gone`);
    for (const [which, where, who] of levels) {
      await expect(as(app, "SELECT FROM t")).rejects.toMatchObject({ code: "42P01" });
      await as(app, "SELECT FROM public.t");
      const by = who === owner ? "the owner of the database" : who;
      expect(await found()).toEqual([
        `Unqualified names fail as ${app}, because search_path is gone for ${where}, and it names no schema that exists and on which ${app} has USAGE. Unless the app qualifies all names or sets a path of its own, run as ${by}: ALTER ${which} SET search_path = "public";`,
      ]);
      const client = await signIn(who);
      await client.query(/: (ALTER .*)$/.exec((await found())[0] ?? "")?.[1] ?? "");
      await as(app, "SELECT FROM t");
      expect(await found()).toEqual([]);
      await sql(`ALTER ${which} RESET search_path`);
    }
    // A schema that is checked and lacks USAGE is drift already.
    await sql(`REVOKE ALL ON SCHEMA public FROM PUBLIC, ${app}; ${alter} public`);
    expect(await found()).toEqual([]);
  });

  test("warns once that TRIGGER and CREATE together can run code as another role", async () => {
    const { app, owner, as, run } = await world.open();
    await as(
      owner,
      `REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE SCHEMA second; CREATE TABLE second.a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int)`,
    );
    const demand = { schemas: ["public", "second"] };
    expect(messages(await run("check", demand), "trigger-and-create")).toEqual([]);
    await as(owner, `GRANT CREATE ON SCHEMA public, second TO ${app}`);
    expect(messages(await run("check", demand), "trigger-and-create")).toEqual([]); // it does not hold TRIGGER yet

    const report = await run("apply", demand);

    expect(messages(report, "trigger-and-create")).toEqual([expect.stringContaining("public and second")]);
    expect(messages(await run("check", { ...demand, ...READ }), "trigger-and-create")).toEqual([]);
    // The warning is right: the owner's INSERT runs the app's trigger.
    await as(
      app,
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''runs as %'', current_user; END';
       CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION f()`,
    );
    await expect(as(owner, "INSERT INTO b VALUES (1)")).rejects.toThrow(`runs as ${owner}`);
  });

  test("does not warn of excluded objects", async () => {
    const { owner, role, as, sql, run } = await world.open();
    const analyst = await role("analyst");
    await sql(`GRANT CREATE ON SCHEMA public TO ${analyst}`);
    await as(
      owner,
      `CREATE TABLE secret (id int); GRANT SELECT ON secret TO ${analyst}; ALTER TABLE secret ENABLE ROW LEVEL SECURITY; CREATE TABLE t (id int)`,
    );
    await as(analyst, "CREATE VIEW v AS SELECT * FROM secret");
    await as(owner, `REVOKE ALL ON secret FROM ${analyst}`);

    const { warnings } = await run("check", { ...READ, exclude: ["secret", "v"] });

    expect(warnings.map(({ code }) => code)).not.toContain("row-level-security");
    expect(warnings.map(({ code }) => code)).not.toContain("view-cannot-read");
  });
});

function messages({ warnings }: GranteeReport, code: string): readonly string[] {
  return warnings.filter((warning) => warning.code === code).map(({ message }) => read(message));
}
