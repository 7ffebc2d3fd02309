import { describe, expect, test } from "vitest";
import type { GranteeReport } from "../../src/model/report.ts";
import { read, readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { difference, linesOf, useWorld } from "./world.ts";

const WRITE = { tablePrivileges: ["SELECT", "INSERT"], sequencePrivileges: ["USAGE"] } as const;
const DEMAND = { ...WRITE, defaultPrivileges: true } as const;

/** What an app does with a table: its serial needs the sequence. */
const USE = (table: string) => `INSERT INTO ${table} DEFAULT VALUES; SELECT * FROM ${table}`;

describe.each(SOME_VERSIONS)("PostgreSQL %i: future tables", (version) => {
  const world = useWorld(version);

  test("covers the tables that the owner creates next", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(owner, "CREATE TABLE today (id serial)");
    const before = await acls();

    const seen = await run("check", DEMAND);
    expect(linesOf(seen.missing)).toEqual([
      "table today: SELECT, INSERT (not-granted)",
      "sequence today_id_seq: USAGE (not-granted)",
      "default-privileges sequences: USAGE (not-granted)",
      "default-privileges tables: SELECT, INSERT (not-granted)",
    ]);
    expect(await run("apply", DEMAND)).toMatchObject({ verdict: "repaired", warnings: [] });

    expect(difference(before, await acls()).added.filter((line) => line.startsWith("default"))).toHaveLength(3);
    await as(owner, "CREATE TABLE future (id serial)");
    expect(await can(app, USE("future"))).toBe(true);
    expect(await can(app, "DELETE FROM future")).toBe(false);
    expect(await run("apply", DEMAND)).toMatchObject({ verdict: "in-sync", statements: [] });
  });

  test("acts for every creating role that it can act for, and reports the statement for the others", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [member, setter, stranger] = [await role("member"), await role("setter"), await role("stranger")];
    await sql(`GRANT CREATE ON SCHEMA public TO ${member}, ${setter}, ${stranger}`);
    const deployer = await role("deployer", version >= 16 ? "LOGIN" : "LOGIN NOINHERIT");
    if (version >= 16)
      await sql(
        `GRANT ${owner}, ${member} TO ${deployer}; GRANT ${setter} TO ${deployer} WITH INHERIT FALSE, SET TRUE`,
      );
    else await sql(`GRANT ${owner}, ${member}, ${setter} TO ${deployer}`);
    for (const creator of [owner, member, setter, stranger])
      await as(
        creator,
        `CREATE TABLE by_${creator} (id serial);
         GRANT ALL ON TABLE by_${creator} TO ${app}; GRANT ALL ON SEQUENCE by_${creator}_id_seq TO ${app}`,
      );

    const report = await run("apply", { ...DEMAND, onExtra: "ignore" }, { user: deployer });

    expect(new Set(report.granted.map((granted) => granted.owner))).toEqual(new Set([owner, member, setter]));
    expect(report.verdict).toBe("drift");
    expect(linesOf(report.missing)).toEqual([
      "default-privileges sequences: USAGE (not-owner)",
      "default-privileges tables: SELECT, INSERT (not-owner)",
    ]);
    const lines = [
      `ALTER DEFAULT PRIVILEGES FOR ROLE "${stranger}" IN SCHEMA "public" GRANT USAGE ON SEQUENCES TO "${app}";`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE "${stranger}" IN SCHEMA "public" GRANT SELECT, INSERT ON TABLES TO "${app}";`,
    ];
    expect(report.missing.map(({ fix }, n) => readFix(fix).includes(`Run as ${stranger}: ${lines[n]}`))).toEqual([
      true,
      true,
    ]);

    await as(stranger, lines.join("\n"));
    for (const creator of [owner, member, setter, stranger]) {
      await as(creator, `CREATE TABLE next_${creator} (id serial)`);
      expect(await can(app, USE(`next_${creator}`))).toBe(true);
    }
    expect(await run("check", { ...DEMAND, onExtra: "ignore" }, { user: deployer })).toMatchObject({
      verdict: "in-sync",
    });
  });

  test("counts global default privileges, and those of a role or PUBLIC, but not those of another schema", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const team = await role("team", "NOLOGIN");
    await sql(`GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO ${app}; CREATE TABLE t (id int); CREATE TABLE other.t (id int);
       GRANT SELECT, INSERT ON t, other.t TO ${app};
       ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
       ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO ${team};
       ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO ${app}`,
    );

    const report = await run("check", { ...DEMAND, schemas: ["public", "other"] });

    expect(linesOf(report.missing)).toEqual(["default-privileges other.tables: INSERT (not-granted)"]);
    await as(owner, "CREATE TABLE next (id serial); CREATE TABLE other.next (id serial)");
    expect(await can(app, USE("next"))).toBe(true);
    expect(await can(app, "SELECT * FROM other.next")).toBe(true);
    expect(await can(app, "INSERT INTO other.next VALUES (1)")).toBe(false);
  });

  test("counts predefined roles for future tables, as for existing ones", async () => {
    const { app, owner, as, sql, can, run } = await world.open();
    await sql(`GRANT pg_read_all_data TO ${app}`);
    await as(owner, "CREATE TABLE t (id int)");

    const report = await run("check", {
      tablePrivileges: ["SELECT"],
      sequencePrivileges: ["SELECT"],
      defaultPrivileges: true,
    });

    expect(report).toMatchObject({ verdict: "in-sync" });
    await as(owner, "CREATE TABLE next (id serial)");
    expect(await can(app, "SELECT * FROM next; SELECT last_value FROM next_id_seq")).toBe(true);
  });

  test("takes for creators who owns something here, and logins that hold CREATE by name", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const [entitled, group, grouped] = [await role("entitled"), await role("group", "NOLOGIN"), await role("grouped")];
    const [gone, extension] = [await role("gone", "NOLOGIN"), await role("extension")];
    const [archive, both] = [await role("archive"), await role("both")];
    await as(owner, `CREATE TABLE t (id int); GRANT CREATE ON SCHEMA public TO PUBLIC, ${entitled}, ${group}, ${app}`);
    await sql(`
      GRANT ${group} TO ${grouped};
      CREATE VIEW roots AS SELECT 1;
      CREATE TABLE once (id int); ALTER TABLE once OWNER TO ${gone};
      CREATE EXTENSION hstore; CREATE TABLE adopted (id int); ALTER EXTENSION hstore ADD TABLE adopted;
      ALTER TABLE adopted OWNER TO ${extension};
      CREATE TABLE audit_1 (id int); ALTER TABLE audit_1 OWNER TO ${archive};
      CREATE TABLE audit_2 (id int); ALTER TABLE audit_2 OWNER TO ${both};
      CREATE TABLE kept (id int); ALTER TABLE kept OWNER TO ${both}`);
    await as(app, "CREATE TABLE own (id int)");

    const report = await run("check", {
      tablePrivileges: ["SELECT"],
      defaultPrivileges: true,
      exclude: ["audit_*"],
    });

    const creators = report.missing.filter(({ kind }) => kind === "default-privileges").map((missing) => missing.owner);
    // An owner that cannot log in creates by SET ROLE. Not: superuser, group, its member, the owner of
    // what is skipped only, PUBLIC, app.
    expect(new Set(creators)).toEqual(new Set([owner, entitled, gone, both]));
  });

  test("takes another app of Service Connector for a creator only if it owns something here, or signs in", async () => {
    const { owner, role, as, run } = await world.open();
    const other = await role("aad_other");
    await as(owner, `CREATE TABLE t (id int); GRANT CREATE ON SCHEMA public TO ${other}`);
    const creators = async (user?: string) => {
      const { missing } = await run("check", { defaultPrivileges: true }, user === undefined ? {} : { user });
      return new Set(missing.filter(({ kind }) => kind === "default-privileges").map((each) => each.owner));
    };

    expect(await creators()).toEqual(new Set([owner]));
    expect(await creators(other)).toEqual(new Set([owner, other]));
    await as(other, "CREATE TABLE own (id int)");
    expect(await creators()).toEqual(new Set([owner, other]));
  });

  test("without `default-privileges`, warns of the role whose next migration breaks the app", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(owner, "CREATE TABLE today (id serial)");
    const before = await acls();

    const report = await run("apply", WRITE);

    expect(report.verdict).toBe("repaired");
    const warnings = report.warnings.filter(({ code }) => code === "default-privileges");
    expect(warnings).toHaveLength(1);
    expect(read(warnings[0]?.message)).toContain(`that ${owner} creates in public`);
    expect(difference(before, await acls()).added.filter((line) => line.startsWith("default"))).toEqual([]);
    await as(owner, "CREATE TABLE future (id serial)");
    expect(await can(app, "SELECT * FROM future")).toBe(false);

    // The SQL in the warning fixes it.
    await as(owner, sqlFor(owner, warnings));
    await as(owner, "CREATE TABLE after (id serial)");
    expect(await can(app, USE("after"))).toBe(true);
    expect(codesOf(await run("apply", WRITE))).not.toContain("default-privileges");
  });

  test("has in its warning the SQL for every schema, and names only what will lack privileges", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const narrow = await role("narrow");
    await sql(`GRANT CREATE ON SCHEMA public TO ${narrow}`);
    await as(
      owner,
      `CREATE SCHEMA two; CREATE SCHEMA "Three"; CREATE TABLE two.t (id int);
       ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO ${app}`,
    );
    await as(
      narrow,
      `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO ${app};
       ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO ${app};
       ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC`,
    );
    const demand = {
      ...WRITE,
      allowEmpty: true,
      schemas: ["public", "two", "Three"],
      routinePrivileges: ["EXECUTE"],
    } as const;

    const { warnings } = await run("apply", demand);

    expect(warnings.map(({ message }) => read(message).split(" creates in ")[0])).toEqual([
      `${app} will be missing privileges on the next table that ${owner}`,
      `${app} will be missing privileges on the next routine that ${narrow}`,
    ]);
    for (const creator of [owner, narrow]) await as(creator, sqlFor(creator, warnings));
    for (const schema of ["public", "two", '"Three"']) {
      await as(owner, `CREATE TABLE ${schema}.after (id serial)`);
      expect(await can(app, USE(`${schema}.after`))).toBe(true);
    }
    await as(narrow, "CREATE FUNCTION after() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    expect(await can(app, "SELECT after()")).toBe(true);
    expect((await run("check", demand)).warnings).toEqual([]);
  });

  test("adds to default privileges that a creator has narrowed, and does not change them", async () => {
    const { app, owner, as, can, run } = await world.open();
    // A global entry that is less than the built-in default: nothing for app in it, all the same.
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT ALL ON t TO ${app};
       ALTER DEFAULT PRIVILEGES REVOKE INSERT ON TABLES FROM ${owner}`,
    );

    const report = await run("apply", {
      tablePrivileges: ["SELECT"],
      defaultPrivileges: true,
      onExtra: "ignore",
    });

    expect(report.verdict).toBe("repaired");
    await as(owner, "CREATE TABLE next (id int)");
    expect(await can(app, "SELECT * FROM next")).toBe(true);
    expect(await can(owner, "INSERT INTO next VALUES (1)")).toBe(false);
  });

  describe("default privileges beyond the lists", () => {
    const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;
    const DEMAND = { ...READ, defaultPrivileges: true } as const;

    test("are judged as `on-extra` says, and `revoke` revokes exactly what is extra", async () => {
      const { app, owner, role, as, can, run, acls } = await world.open();
      const other = await role("other");
      await as(
        owner,
        `CREATE TABLE t (id serial);
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, DELETE ON TABLES TO ${app}, ${other};
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO ${app} WITH GRANT OPTION`,
      );
      await run("apply", { ...DEMAND, onExtra: "ignore" });
      const found = [
        "default-privileges sequences: SELECT WITH GRANT OPTION (not-revoked)",
        "default-privileges tables: INSERT, DELETE (not-revoked)",
      ];
      for (const [onExtra, verdict] of [
        ["ignore", "in-sync"],
        ["warn", "in-sync"],
        ["fail", "drift"],
      ] as const) {
        const report = await run("apply", { ...DEMAND, onExtra });
        expect([onExtra, report.verdict, linesOf(report.extra)]).toEqual([
          onExtra,
          verdict,
          onExtra === "ignore" ? [] : found,
        ]);
      }
      const before = await acls();
      const planned = await run("plan", { ...DEMAND, onExtra: "revoke" });

      const report = await run("apply", { ...DEMAND, onExtra: "revoke" });

      expect(report).toMatchObject({ verdict: "repaired", extra: [], statements: planned.statements });
      expect(linesOf(report.revoked)).toHaveLength(2);
      expect(difference(before, await acls())).toEqual({
        added: [expect.stringMatching(/^default S .*: app\S* SELECT by /)],
        removed: [
          expect.stringMatching(/^default S .*: app\S* SELECT\* by /),
          expect.stringMatching(/^default r .*: app\S* DELETE by /),
          expect.stringMatching(/^default r .*: app\S* INSERT by /),
        ],
      });
      await as(owner, "CREATE TABLE future (id serial)");
      expect(await can(app, "SELECT * FROM future; SELECT last_value FROM future_id_seq")).toBe(true);
      expect(await can(app, "DELETE FROM future")).toBe(false);
      expect(await can(other, "DELETE FROM future")).toBe(true);
      expect(await run("check", { ...DEMAND, onExtra: "revoke" })).toMatchObject({
        verdict: "in-sync",
        extra: [],
      });
    });

    test("of all schemas are not revoked but named with their SQL, which works", async () => {
      const { app, owner, as, can, run } = await world.open();
      await as(
        owner,
        `CREATE SCHEMA other; CREATE TABLE t (id int); CREATE TABLE other.t (id int);
         ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO ${app};
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO ${app}`,
      );

      const report = await run("apply", { ...DEMAND, onExtra: "revoke", schemas: ["public", "other"] });

      expect(report.verdict).toBe("drift");
      expect(linesOf(report.revoked)).toEqual(["default-privileges tables: INSERT, UPDATE"]);
      expect(linesOf(report.extra)).toEqual(["default-privileges tables: INSERT (for-all-schemas)"]);
      expect(report.extra[0]).not.toHaveProperty("schema");
      const sql = `ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" REVOKE INSERT ON TABLES FROM "${app}";`;
      expect(readFix(report.extra[0]?.fix)).toContain(`Run as ${owner}: ${sql}`);
      expect(report.fixes).toEqual([{ as: owner, runnable: true, byHand: true, statements: [sql] }]);
      await as(owner, "CREATE TABLE future (id int)");
      expect(await can(app, "INSERT INTO future VALUES (1)")).toBe(true);

      await as(owner, sql);
      await as(owner, "CREATE TABLE next (id int); CREATE TABLE other.next (id int)");
      expect(await can(app, "SELECT * FROM next")).toBe(true);
      expect(await can(app, "INSERT INTO next VALUES (1)")).toBe(false);
      const next = await run("apply", { ...DEMAND, onExtra: "revoke" });
      expect([next.verdict, linesOf(next.extra)]).toEqual(["repaired", []]);
    });

    test("that come through a role or PUBLIC are extra, and stay", async () => {
      const { app, owner, role, as, sql, run, acls } = await world.open();
      const [team, stranger] = [await role("team", "NOLOGIN"), await role("stranger", "NOLOGIN")];
      await sql(`GRANT ${team} TO ${app}`);
      await as(
        owner,
        `CREATE TABLE t (id int);
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO ${team}, ${stranger};
         ALTER DEFAULT PRIVILEGES GRANT UPDATE ON SEQUENCES TO PUBLIC;
         ALTER DEFAULT PRIVILEGES REVOKE DELETE ON TABLES FROM ${owner}`,
      );
      await run("apply", { ...DEMAND, onExtra: "ignore" });
      const before = await acls();

      const report = await run("apply", { ...DEMAND, onExtra: "revoke" });

      expect(report).toMatchObject({ verdict: "drift", statements: [] });
      expect(linesOf(report.extra)).toEqual([
        "default-privileges sequences: UPDATE (not-direct)",
        "default-privileges tables: INSERT (not-direct)",
      ]);
      expect(report.extra.map(({ sources }) => sources)).toEqual([
        [{ source: "public" }],
        [{ source: "role", role: team }],
      ]);
      expect(await acls()).toEqual(before);
    });

    test("of a role that this login cannot act as are left, with the statement for that role", async () => {
      const { app, owner, role, as, sql, can, run } = await world.open();
      const stranger = await role("stranger");
      await sql(`GRANT CREATE ON SCHEMA public TO ${stranger}`);
      await as(
        stranger,
        `CREATE TABLE theirs (id int); GRANT SELECT ON theirs TO ${app};
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO ${app}`,
      );

      const report = await run("apply", { ...DEMAND, onExtra: "revoke" }, { user: await role("nobody") });

      const [extra] = report.extra.filter(({ kind }) => kind === "default-privileges");
      expect(extra).toMatchObject({ reason: "not-owner", owner: stranger });
      expect(extra?.fix.as).toBe(stranger);
      await as(stranger, extra?.fix.sql ?? "");
      await as(stranger, "CREATE TABLE next (id int)");
      expect(await can(app, "SELECT * FROM next")).toBe(true);
      expect(await can(app, "INSERT INTO next VALUES (1)")).toBe(false);
      expect(await run("check", { ...DEMAND, onExtra: "fail" }, { user: owner })).not.toContain(extra);
    });

    test("are named as the cause of what is extra, with SQL that ends it, without `default-privileges`", async () => {
      const { app, owner, role, as, sql, can, run } = await world.open();
      const team = await role("team", "NOLOGIN");
      await sql(`GRANT ${team} TO ${app}`);
      await as(
        owner,
        `CREATE TABLE old (id int);
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO ${app};
         ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO ${team};
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO ${app}`,
      );
      const causes = ({ warnings }: GranteeReport) =>
        warnings.filter(({ code }) => code === "extra-default-privileges").map(({ message }) => read(message));
      expect(causes(await run("apply", { ...READ, onExtra: "revoke" }))).toEqual([]);
      await as(owner, "CREATE TABLE migrated (id int)");

      const named = [
        `Default privileges of ${owner} give ${team} UPDATE on each new table in all schemas, so what is extra comes back. Run as ${owner}: ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" REVOKE UPDATE ON TABLES FROM "${team}";`,
        `Default privileges of ${owner} give ${app} INSERT on each new table in public, so what is extra comes back. Set default-privileges: true and on-extra: revoke, or run as ${owner}: ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" IN SCHEMA "public" REVOKE INSERT ON TABLES FROM "${app}";`,
      ];
      const warned = await run("check", { ...READ, onExtra: "warn" });
      expect([warned.verdict, causes(warned)]).toEqual(["in-sync", named]);
      expect(causes(await run("check", { ...READ, onExtra: "ignore" }))).toEqual([]);
      const revoked = await run("apply", { ...READ, onExtra: "revoke" });
      expect(linesOf(revoked.revoked)).toEqual(["table migrated: INSERT"]);
      expect(causes(revoked)).toEqual(named);
      for (const message of named) await as(owner, message.split(`as ${owner}: `)[1] ?? "");
      await as(owner, "CREATE TABLE next (id int)");
      expect(await can(app, "SELECT * FROM next")).toBe(true);
      expect(await can(app, "INSERT INTO next VALUES (1)")).toBe(false);
      expect(await can(app, "UPDATE next SET id = 1")).toBe(false);
      expect(causes(await run("check", { ...READ, onExtra: "warn" }))).toEqual([]);
    });
  });
});

/** The SQL that a warning has for a creating role. */
function sqlFor(creator: string, warnings: GranteeReport["warnings"]): string {
  const [sql] = warnings.flatMap(({ message }) => read(message).split(`run as ${creator}: `)[1] ?? []);
  return sql ?? "";
}

function codesOf({ warnings }: GranteeReport) {
  return warnings.map(({ code }) => code);
}
