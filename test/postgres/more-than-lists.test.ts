import { describe, expect, test } from "vitest";
import type { Mode } from "../../src/model/report.ts";
import { readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { difference, linesOf, useWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;
const REVOKE = { ...READ, onExtra: "revoke" } as const;
const FAIL = { ...READ, onExtra: "fail" } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: more than the lists say", (version) => {
  const world = useWorld(version);

  test("a grant option is extra, and is revoked without the privilege", async () => {
    const { app, owner, as, can, run, acls, database } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE SEQUENCE s; GRANT SELECT ON t, s TO ${app} WITH GRANT OPTION; GRANT DELETE ON t TO ${app};
       GRANT USAGE ON SCHEMA public TO ${app} WITH GRANT OPTION; GRANT CONNECT ON DATABASE ${database} TO ${app} WITH GRANT OPTION`,
    );
    const before = await acls();
    const found = [
      `database ${database}: CONNECT WITH GRANT OPTION (not-revoked)`,
      "schema public: USAGE WITH GRANT OPTION (not-revoked)",
      "sequence s: SELECT WITH GRANT OPTION (not-revoked)",
      "table t: DELETE (not-revoked)",
      "table t: SELECT WITH GRANT OPTION (not-revoked)",
    ];
    expect(await can(app, "GRANT SELECT ON t TO PUBLIC")).toBe(true);

    for (const [onExtra, verdict] of [
      ["ignore", "in-sync"],
      ["warn", "in-sync"],
      ["fail", "drift"],
    ] as const) {
      const report = await run("apply", { ...READ, onExtra });
      expect({ onExtra, verdict: report.verdict, extra: [...linesOf(report.extra)].sort() }).toEqual({
        onExtra,
        verdict,
        extra: onExtra === "ignore" ? [] : found,
      });
    }
    const planned = await run("plan", REVOKE);
    expect(await acls()).toEqual(before);

    const report = await run("apply", REVOKE);

    expect(report).toMatchObject({ verdict: "repaired", extra: [] });
    expect(report.statements).toEqual(planned.statements);
    expect(report.statements).toContain(`REVOKE GRANT OPTION FOR SELECT ON TABLE "public"."t" FROM "${app}";`);
    expect([...linesOf(report.revoked)].sort()).toEqual([
      `database ${database}: CONNECT WITH GRANT OPTION`,
      "schema public: USAGE WITH GRANT OPTION",
      "sequence s: SELECT WITH GRANT OPTION",
      "table t: SELECT WITH GRANT OPTION, DELETE",
    ]);
    const { added, removed } = difference(before, await acls());
    expect(added).toEqual(removed.filter((line) => line.includes("*")).map((line) => line.replace("*", "")));
    expect(await can(app, "SELECT FROM t")).toBe(true);
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync", extra: [] });
  });

  test("the SQL for a grant option helps as it stands", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const [team, third] = [await role("team", "NOLOGIN"), await role("third")];
    await sql(`GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE TABLE v (id int); CREATE TABLE w (a int, b int);
       GRANT SELECT ON t, u TO ${app} WITH GRANT OPTION; GRANT SELECT ON v TO ${app}; GRANT SELECT ON v TO ${team} WITH GRANT OPTION;
       GRANT SELECT ON w TO ${app}; GRANT SELECT (a) ON w TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT SELECT ON u TO ${third}`);

    const report = await run("apply", FAIL);

    expect(linesOf(report.extra)).toEqual([
      "table t: SELECT WITH GRANT OPTION (not-revoked)",
      "table u: SELECT WITH GRANT OPTION (dependent-privileges)",
      "table v: SELECT WITH GRANT OPTION (not-direct)",
      "table w: SELECT WITH GRANT OPTION (column-privileges)",
    ]);
    expect(report.extra[2]?.sources).toEqual([{ source: "role", role: team }]);
    expect(readFix(report.extra[3]?.fix)).toContain(
      `Run as ${owner}: REVOKE GRANT OPTION FOR SELECT ("a") ON TABLE "public"."w" FROM "${app}";`,
    );
    expect(readFix(report.extra[1]?.fix)).toContain(`${app} granted the privilege to ${third}.`);
    for (const block of report.fixes) await as(block.as, block.statements.join("\n"));
    await expect(as(owner, report.extra[1]?.fix.sql ?? "")).rejects.toMatchObject({ code: "2BP01" });
    await as(app, `REVOKE SELECT ON u FROM ${third}`);
    await as(owner, report.extra[1]?.fix.sql ?? "");
    expect(linesOf((await run("check", FAIL)).extra)).toEqual(["table v: SELECT WITH GRANT OPTION (not-direct)"]);
    await as(owner, `REVOKE GRANT OPTION FOR SELECT ON v FROM ${team}`);
    expect(await run("check", FAIL)).toMatchObject({ verdict: "in-sync", extra: [], missing: [] });
  });

  test("the grant option of another grantor is named, and revoked as that role", async () => {
    const { app, owner, role, as, run } = await world.open();
    const dba = await role("dba");
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${dba} WITH GRANT OPTION`);
    await as(dba, `GRANT SELECT ON t TO ${app} WITH GRANT OPTION`);

    const report = await run("apply", REVOKE);

    expect(linesOf(report.extra)).toEqual(["table t: SELECT WITH GRANT OPTION (other-grantor)"]);
    for (const block of report.fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync", missing: [] });
  });

  test("an owner of the schema or the database can do more than the lists say", async () => {
    const { app, owner, role, as, sql, run, database } = await world.open();
    await as(owner, `CREATE TABLE t (id int)`);
    await run("apply", READ);
    await sql(`CREATE SCHEMA theirs AUTHORIZATION ${app}; ALTER DATABASE ${database} OWNER TO ${app}`);
    const both = { schemas: ["public", "theirs"], allowEmpty: true } as const;
    const found = [`database ${database}: OWNER (is-owner)`, "schema theirs: OWNER (is-owner)"];

    for (const [onExtra, verdict] of [
      ["warn", "in-sync"],
      ["fail", "drift"],
      ["revoke", "drift"],
    ] as const) {
      const report = await run(onExtra === "revoke" ? "apply" : "check", { ...READ, ...both, onExtra });
      expect({ onExtra, verdict: report.verdict, extra: linesOf(report.extra) }).toEqual({
        onExtra,
        verdict,
        extra: found,
      });
    }
    expect((await run("check", { ...READ, ...both, onExtra: "ignore" })).extra).toEqual([]);
    // An app that owns its schema and may do everything is nothing to warn of.
    expect((await run("check", { ...both, onExtra: "warn" })).extra).toEqual([]);

    const { extra } = await run("check", { ...FAIL, ...both });
    const [heir, admin] = [await role("heir"), await role("admin", "LOGIN CREATEDB")];
    await sql(`GRANT ${app}, ${heir} TO ${admin}; GRANT CREATE ON DATABASE ${database} TO ${heir}`);
    for (const { fix } of extra.toReversed()) {
      const text = readFix(fix);
      const [statement = ""] = /ALTER .*;/.exec(text) ?? [];
      expect(text).toContain("can act as both");
      await as(admin, statement.replace('"<new owner>"', heir));
    }
    await sql(`GRANT CONNECT ON DATABASE ${database} TO ${app}; GRANT USAGE ON SCHEMA theirs TO ${app}`);
    expect(await run("check", { ...FAIL, ...both })).toMatchObject({
      verdict: "in-sync",
      extra: [],
      missing: [],
    });
  });

  test("a role that may act as an owner, through other roles too, can do more than the lists say", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [team, admin] = [await role("team", "NOLOGIN"), await role("admin", "LOGIN CREATEROLE")];
    await as(owner, `CREATE TABLE t (id int)`);
    await run("apply", READ);
    const options = version >= 16 ? "WITH INHERIT FALSE, SET TRUE" : "";
    await sql(`ALTER ROLE ${app} NOINHERIT; GRANT ${owner} TO ${team}; GRANT ${team} TO ${admin} WITH ADMIN OPTION`);
    await as(admin, `GRANT ${team} TO ${app} ${options}`);
    expect(await can(app, `SET ROLE ${owner}; DROP TABLE t`)).toBe(true);

    for (const [mode, demand, verdict] of [
      ["check", { ...READ, onExtra: "warn" }, "in-sync"],
      ["check", FAIL, "drift"],
      ["apply", REVOKE, "drift"],
      ["check", { onExtra: "fail" }, "drift"],
    ] as const satisfies readonly (readonly [Mode, unknown, string])[]) {
      const report = await run(mode, demand);
      expect(report.verdict).toBe(verdict);
      expect(linesOf(report.extra)).toEqual([`role ${owner}: SET (can-act-as-owner)`]);
      expect(report.extra[0]?.sources).toEqual([{ source: "role", role: team }]);
    }
    const [finding] = (await run("check", FAIL)).extra;
    const by = version >= 16 ? ` GRANTED BY "${admin}"` : "";
    expect(readFix(finding?.fix)).toContain(`Run as ${admin}: REVOKE "${team}" FROM "${app}"${by};`);
    await as(admin, finding?.fix.sql ?? "");
    expect(await run("check", FAIL)).toMatchObject({ verdict: "in-sync", extra: [], missing: [] });
    expect(await can(app, `SET ROLE ${owner}`)).toBe(false);
  });

  test("a membership in an owner that a role without LOGIN granted is revoked by a member of that role", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [team, admins, admin] = [await role("team", "NOLOGIN"), await role("admins", "NOLOGIN"), await role("admin")];
    await as(owner, `CREATE TABLE t (id int)`);
    await run("apply", READ);
    await sql(`GRANT ${owner} TO ${team}; GRANT ${team} TO ${admins} WITH ADMIN OPTION; GRANT ${admins} TO ${admin}`);
    await as(admin, `SET ROLE ${admins}; GRANT ${team} TO ${app}`);

    const [finding] = (await run("check", FAIL)).extra;

    expect(finding?.fix).toMatchObject({ as: admins, byMember: true });
    await as(admin, finding?.fix.sql ?? "");
    expect(await run("check", FAIL)).toMatchObject({ verdict: "in-sync", extra: [] });
    expect(await can(app, `SET ROLE ${owner}`)).toBe(false);
  });

  test("a role that owns the tables does not act as itself through a superuser", async () => {
    const { app, role, as, sql, run } = await world.open();
    const root = await role("root", "SUPERUSER");
    await sql(`GRANT ${root} TO ${app}; GRANT CREATE ON SCHEMA public TO ${app}`);
    await as(app, "CREATE TABLE t (id int)");
    const lines = linesOf((await run("check", FAIL)).extra);
    expect(lines.filter((line) => line.startsWith("role "))).not.toEqual([]);
    expect(lines).not.toContain(`role ${app}: SET (can-act-as-owner)`);
  });

  test("a role that may act as no owner, and an app with all privileges, hold nothing extra", async () => {
    const { app, owner, role, as, sql, run, database } = await world.open();
    const [team, readers] = [await role("team", "NOLOGIN"), await role("readers", "NOLOGIN")];
    await sql(`GRANT CREATE ON SCHEMA public TO ${team}; GRANT CREATE ON DATABASE ${database} TO ${app}`);
    await as(owner, `CREATE TABLE t (id serial); GRANT SELECT ON t TO ${readers}`);
    await sql(`GRANT ${readers}, ${team} TO ${app}; GRANT ${app} TO ${owner}; GRANT pg_monitor TO ${app}`);
    expect(await run("apply", FAIL)).toMatchObject({ verdict: "repaired", extra: [] });
    expect(await run("apply", {})).toMatchObject({ verdict: "repaired", extra: [] });
    // Its tables are owned by a role that it is a member of: with ALL, it may use them anyway.
    await sql(`SET ROLE ${team}; CREATE TABLE shared (id int); RESET ROLE`);
    expect(await run("check", {})).toMatchObject({ verdict: "in-sync", extra: [] });
    expect(linesOf((await run("check", { onExtra: "fail" })).extra)).toEqual([`role ${team}: SET (can-act-as-owner)`]);
    if (version >= 16) {
      await sql(`REVOKE ${team} FROM ${app}; GRANT ${team} TO ${app} WITH INHERIT FALSE, SET FALSE`);
      await run("apply", {}, { user: "azuresu" });
      expect(await run("check", { onExtra: "fail" })).toMatchObject({ verdict: "in-sync", extra: [] });
    }
  });
});
