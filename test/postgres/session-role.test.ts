import pg from "pg";
import { describe, expect, test } from "vitest";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { linesOf, type Place, quote, sourcesOn, useOwnWorld, useWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"] } as const;

describe.each(SOME_VERSIONS)("the role as which a session begins, on PostgreSQL %i", (version) => {
  const world = useWorld(version);

  /**
   * A place with a table; `acting` may use it, `app` is a member of `acting`, and `stranger` has nothing to do with it.
   */
  async function withRoles(): Promise<Place & { acting: string; stranger: string }> {
    const place = await world.open();
    const [acting, stranger] = [await place.role("acting", "NOLOGIN"), await place.role("stranger", "NOLOGIN")];
    await place.as(place.owner, `CREATE TABLE t (a int); GRANT SELECT ON t TO ${acting}`);
    await place.sql(`GRANT ${acting} TO ${place.app}`);
    return { ...place, acting, stranger };
  }

  /** The app's current_user after the sign-in. */
  async function currentUser(place: Place): Promise<string> {
    const [row] = await place.as<{ name: string }>(place.app, "SELECT current_user AS name");
    return row?.name ?? "";
  }

  type Settings = (names: Record<"app" | "acting" | "stranger" | "db", string>) => readonly string[];
  const cases: readonly [string, Settings, "app" | "acting"][] = [
    ["no setting", () => [], "app"],
    ["a setting of the role", ({ app, acting }) => [`ROLE ${app} SET role = ${acting}`], "acting"],
    [
      "a setting of the role in this database",
      ({ app, acting, db }) => [`ROLE ${app} IN DATABASE ${db} SET role = ${acting}`],
      "acting",
    ],
    ["a setting of all roles in this database", ({ acting, db }) => [`DATABASE ${db} SET role = ${acting}`], "acting"],
    [
      "a setting of all in this database, by ALTER ROLE ALL",
      ({ acting, db }) => [`ROLE ALL IN DATABASE ${db} SET role = ${acting}`],
      "acting",
    ],
    [
      "a setting in another database",
      ({ app, acting }) => [`ROLE ${app} IN DATABASE postgres SET role = ${acting}`],
      "app",
    ],
    [
      "no role in this database, another role elsewhere",
      ({ app, acting, db }) => [`ROLE ${app} IN DATABASE ${db} SET role = 'none'`, `ROLE ${app} SET role = ${acting}`],
      "app",
    ],
    ["itself", ({ app }) => [`ROLE ${app} SET role = ${app}`], "app"],
    ["a role that it cannot SET ROLE to", ({ app, stranger }) => [`ROLE ${app} SET role = ${stranger}`], "app"],
    ["a role that does not exist", ({ app }) => [`ROLE ${app} SET role = 'nobody knows'`], "app"],
    [
      "a refused setting before a valid one",
      ({ app, acting, stranger, db }) => [
        `ROLE ${app} IN DATABASE ${db} SET role = ${stranger}`,
        `ROLE ${app} SET role = ${acting}`,
      ],
      "acting",
    ],
    [
      "a refused setting after a valid one",
      ({ app, acting, stranger, db }) => [`ROLE ${app} SET role = ${acting}`, `DATABASE ${db} SET role = ${stranger}`],
      "acting",
    ],
  ];
  test.each(cases)("is the role that a sign-in shows: %s", async (_, settings, expected) => {
    const place = await withRoles();
    const names = {
      app: place.app,
      acting: place.acting,
      stranger: place.stranger,
      db: quote(place.database),
    };
    for (const setting of settings(names)) {
      try {
        await place.sql(`ALTER ${setting}`);
      } catch (error) {
        // ALTER ROLE rejects a role that does not exist, but the role can be dropped later.
        if (!(error instanceof pg.DatabaseError)) throw error;
        await place.sql(
          `CREATE ROLE "nobody knows"; GRANT "nobody knows" TO ${place.app}; ALTER ${setting}; DROP ROLE "nobody knows"`,
        );
      }
    }
    const report = await place.run("check", READ);
    expect(await currentUser(place)).toBe(place[expected]);
    expect(report.sessionRole).toBe(expected === "app" ? undefined : place.acting);
  });

  test("is the role whose privileges count, and the report names it", async () => {
    const place = await withRoles();
    await place.sql(`ALTER ROLE ${place.app} SET role = ${place.acting}; GRANT INSERT ON t TO ${place.app}`);
    const report = await place.run("check", READ);
    expect(report).toMatchObject({ verdict: "in-sync", sessionRole: place.acting, extra: [] });
    expect(sourcesOn("table", report)).toEqual([`role ${place.acting}: SELECT`]);
    expect(await place.can(place.app, "SELECT FROM t")).toBe(true);
    expect(await place.can(place.app, "INSERT INTO t VALUES (1)")).toBe(false);
  });

  test("has what it inherits from the grantee itself, which the report names as the source", async () => {
    const place = await withRoles();
    const { app, acting } = place;
    // Without a membership, only a superuser's sessions can begin as another role.
    await place.sql(`REVOKE ${acting} FROM ${app}; REVOKE SELECT ON t FROM ${acting}; ALTER ROLE ${app} SUPERUSER`);
    await place.sql(`GRANT ${app} TO ${acting}; GRANT SELECT ON t TO ${app}; ALTER ROLE ${app} SET role = ${acting}`);
    const report = await place.run("check", READ);
    expect(report).toMatchObject({ verdict: "in-sync", sessionRole: acting });
    expect(sourcesOn("table", report)).toEqual([`role ${app}: SELECT`]);
    expect(await place.can(app, "SELECT FROM t")).toBe(true);
    expect(await place.can(app, "INSERT INTO t VALUES (1)")).toBe(false);
  });

  test("is granted nothing, but the report has its GRANT, which lets the app in", async () => {
    const place = await withRoles();
    await place.sql(
      `ALTER ROLE ${place.app} SET role = ${place.acting}; REVOKE SELECT ON t FROM ${place.acting}; GRANT SELECT ON t TO ${place.app}`,
    );
    expect(await place.can(place.app, "SELECT FROM t")).toBe(false);

    const acls = await place.acls();
    const applied = await place.run("apply", READ);
    expect(await place.acls()).toEqual(acls);
    expect(applied).toMatchObject({ verdict: "drift", statements: [] });
    expect(linesOf(applied.missing)).toEqual(["table t: SELECT (session-role)"]);
    expect(applied.fixes).toMatchObject([{ as: place.owner, runnable: true, byHand: true }]);

    const { as = "", sql = "" } = applied.missing[0]?.fix ?? {};
    expect(as).toBe(place.owner);
    await place.as(as, sql);
    expect(await place.can(place.app, "SELECT FROM t")).toBe(true);
    expect((await place.run("check", READ)).verdict).toBe("in-sync");
  });

  test("is granted what it lacks when it is also a grantee", async () => {
    const place = await withRoles();
    await place.sql(`ALTER ROLE ${place.app} SET role = ${place.acting}; REVOKE SELECT ON t FROM ${place.acting}`);
    await place.run("apply", READ, { grantee: place.acting });
    expect((await place.run("check", READ)).verdict).toBe("in-sync");
    expect(await place.can(place.app, "SELECT FROM t")).toBe(true);
  });

  test("is the owner: the app has every privilege, which is a warning", async () => {
    const place = await withRoles();
    await place.sql(`ALTER TABLE t OWNER TO ${place.acting}; ALTER ROLE ${place.app} SET role = ${place.acting}`);
    const report = await place.run("check", READ);
    expect(report.verdict).toBe("in-sync");
    expect(linesOf(report.extra)).toEqual([`role ${place.acting}: SET (can-act-as-owner)`]);
    expect(report.warnings.map(({ code }) => code)).toContain("grantee-is-owner");
    expect(await place.can(place.app, "TRUNCATE t")).toBe(true);
  });

  test.each(["owner", "grantor"] as const)("does not keep the SQL from working for the %s", async (who) => {
    const place = await withRoles();
    const { app, owner, role, as, sql, run, stranger } = place;
    const [dba, deployer] = [await role("dba"), await role("deployer")];
    await as(owner, `GRANT SELECT, DELETE ON t TO ${dba} WITH GRANT OPTION`);
    if (who === "grantor") await as(dba, `GRANT SELECT, DELETE ON t TO ${app}`);
    const settled = who === "owner" ? owner : dba;
    await sql(`GRANT ${stranger} TO ${settled}; ALTER ROLE ${settled} SET role = '${stranger}'`);
    const tablePrivileges = who === "owner" ? (["SELECT", "INSERT"] as const) : READ.tablePrivileges;
    const demand = { tablePrivileges, onExtra: "revoke" } as const;

    const { missing, extra, fixes } = await run("plan", demand, { user: deployer });

    const found = [...missing, ...extra];
    expect(found.map(({ fix }) => fix.as)).toEqual([settled]);
    expect(found[0]?.fix.sql).toMatch(/^SET ROLE NONE; /);
    for (const block of fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", demand, { user: deployer })).toMatchObject({ verdict: "in-sync" });
  });

  test("does not count for CONNECT, because the app connects before the role is set", async () => {
    const place = await withRoles();
    await place.sql(`
      REVOKE CONNECT ON DATABASE ${quote(place.database)} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${quote(place.database)} TO ${place.acting}, ${place.owner};
      REVOKE ${place.acting} FROM ${place.app}; ALTER ROLE ${place.app} NOINHERIT;
      GRANT ${place.acting} TO ${place.app}; ALTER ROLE ${place.app} SET role = ${place.acting}`);
    await expect(place.as(place.app, "SELECT")).rejects.toThrow("permission denied for database");
    expect(linesOf((await place.run("check", READ)).missing)).toEqual([
      `database ${place.database}: CONNECT (not-granted)`,
    ]);
    expect((await place.run("apply", READ)).verdict).toBe("repaired");
    expect(await place.can(place.app, "SELECT FROM t")).toBe(true);
  });
});

describe.each(SOME_VERSIONS)("the role as which all sessions begin, on PostgreSQL %i", (version) => {
  // ALTER ROLE ALL is for every database of the server.
  const world = useOwnWorld(version);

  /** Runs with `ALTER ROLE ALL SET role`, and ends that setting. */
  async function withSetting<T>({ sql }: Place, role: string, work: () => Promise<T>): Promise<T> {
    await sql(`ALTER ROLE ALL SET role = ${role}`);
    try {
      return await work();
    } finally {
      await sql("ALTER ROLE ALL RESET role");
    }
  }

  async function whoIsIt(place: Place): Promise<string> {
    const [row] = await place.as<{ name: string }>(place.app, "SELECT current_user AS name");
    return row?.name ?? "";
  }

  /** `app` and `owner` are members of `acting`, and `app` of `other`; `stranger` is a role with no members. */
  async function withRoles() {
    const place = await world.open();
    const [acting, other, stranger] = [
      await place.role("acting", "NOLOGIN"),
      await place.role("other", "NOLOGIN"),
      await place.role("stranger", "NOLOGIN"),
    ];
    await place.as(place.owner, `CREATE TABLE t (a int); GRANT SELECT ON t TO ${acting}`);
    await place.sql(`GRANT ${acting}, ${other} TO ${place.app}; GRANT ${acting} TO ${place.owner}`);
    return { ...place, acting, other, stranger };
  }

  test("is what a sign-in shows, and the login acts as itself all the same", async () => {
    const place = await withRoles();
    const { acting, app, owner, can, run } = place;
    await withSetting(place, acting, async () => {
      expect(await whoIsIt(place)).toBe(acting);
      expect(await run("check", READ)).toMatchObject({ verdict: "in-sync", sessionRole: acting });

      // The login, whose sessions begin as that role too, owns the table and grants as itself.
      const demand = { tablePrivileges: ["SELECT", "INSERT"] } as const;
      expect(await can(owner, "TRUNCATE t")).toBe(false);
      const planned = await run("plan", demand, { grantee: acting });
      expect(planned.fixes[0]?.statements).toContain("SET LOCAL ROLE NONE;");
      expect(await run("apply", demand, { grantee: acting })).toMatchObject({ verdict: "repaired" });
      expect(await run("check", demand)).toMatchObject({ verdict: "in-sync", sessionRole: acting });
      expect(await can(app, "INSERT INTO t VALUES (1)")).toBe(true);
    });
  });

  test("comes after every other setting", async () => {
    const place = await withRoles();
    const { acting, other, app, database, sql, run } = place;
    await withSetting(place, acting, async () => {
      for (const setting of [
        `ROLE ${app} IN DATABASE ${quote(database)}`,
        `ROLE ${app}`,
        `ROLE ALL IN DATABASE ${quote(database)}`,
      ]) {
        await sql(`ALTER ${setting} SET role = ${other}`);
        expect(await whoIsIt(place)).toBe(other);
        expect((await run("check", READ)).sessionRole).toBe(other);
        await sql(`ALTER ${setting} RESET role`);
      }
      await sql(`ALTER ROLE ${app} SET role = 'none'`);
      expect(await whoIsIt(place)).toBe(app);
      expect((await run("check", READ)).sessionRole).toBeUndefined();
    });
  });

  test("is the grantee itself if it may not set the role", async () => {
    const place = await withRoles();
    const { stranger, app, run } = place;
    await withSetting(place, stranger, async () => {
      expect(await whoIsIt(place)).toBe(app);
      expect((await run("check", READ)).sessionRole).toBeUndefined();
    });
  });
});
