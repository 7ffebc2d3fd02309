import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { Mode } from "../../src/model/report.ts";
import { reconcile } from "../../src/reconcile.ts";
import { read, readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { changesPrivileges, DEFAULTS, difference, linesOf, recorded, useWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;
const REVOKE = { ...READ, onExtra: "revoke" } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: extra privileges", (version) => {
  const world = useWorld(version);

  /** A place in which several grantees are judged at once, by its owner unless another login is given. */
  async function severalGrantees() {
    const place = await world.open();
    const runFor = async (grantees: readonly string[], mode: Mode, user = place.owner) => {
      const task = { mode, grantees, demand: { ...DEFAULTS, ...REVOKE } };
      const reconciled = await reconcile(await place.signIn(user), task, () => {}, { done: nothingDone() });
      const extra = reconciled.grantees.flatMap((each) =>
        linesOf(each.extra).map((line) => `${each.grantee}: ${line}`),
      );
      return { ...reconciled, extra };
    };
    return { ...place, runFor };
  }

  test("finds extra privileges, and judges them by `on-extra`", async () => {
    const { app, owner, as, run, acls } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE SEQUENCE s; GRANT SELECT, DELETE ON t TO ${app}; GRANT ALL ON s TO ${app}`,
    );
    const before = await acls();
    const found = ["sequence s: USAGE, UPDATE (not-revoked)", "table t: DELETE (not-revoked)"];

    for (const mode of ["check", "plan", "apply"] as const) {
      expect(await run(mode, { ...READ, onExtra: "ignore" })).toMatchObject({
        verdict: "in-sync",
        extra: [],
      });
      for (const [onExtra, verdict] of [
        ["warn", "in-sync"],
        ["fail", "drift"],
      ] as const) {
        const report = await run(mode, { ...READ, onExtra });
        expect(report.verdict).toBe(verdict);
        expect(linesOf(report.extra)).toEqual(found);
        expect(report.extra.flatMap(({ sources }) => sources)).toEqual([{ source: "direct" }, { source: "direct" }]);
      }
    }
    for (const mode of ["check", "plan"] as const)
      expect(await run(mode, REVOKE)).toMatchObject({ verdict: "drift", revoked: [] });
    expect(await acls()).toEqual(before);
  });

  test("gives the SQL of a warning apart from that of the drift, for each role that has to run it", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const dba = await role("dba");
    await as(owner, `CREATE TABLE t (id int); CREATE TABLE theirs (id int); GRANT SELECT, DELETE ON t TO ${app}`);
    await sql(`ALTER TABLE theirs OWNER TO ${dba}; GRANT USAGE ON SCHEMA public TO ${dba}`);
    await as(dba, `GRANT DELETE ON theirs TO ${app}`);
    const before = await run("check", { ...READ, onExtra: "warn" });

    expect(before.fixes).toEqual([
      { as: dba, runnable: false, statements: [`GRANT SELECT ON TABLE "public"."theirs" TO "${app}";`] },
      {
        as: owner,
        runnable: true,
        byHand: true,
        statements: [`REVOKE DELETE ON TABLE "public"."t" FROM "${app}";`],
      },
      {
        as: dba,
        runnable: false,
        byHand: true,
        statements: [`REVOKE DELETE ON TABLE "public"."theirs" FROM "${app}";`],
      },
    ]);
    for (const block of before.fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", { ...READ, onExtra: "warn" })).toMatchObject({ missing: [], extra: [], fixes: [] });
  });

  test("revokes direct grants after it has granted; the verdict is repaired", async () => {
    const { app, owner, role, as, can, run, acls, signIn } = await world.open();
    const other = await role("other");
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE SEQUENCE s;
       GRANT DELETE, UPDATE ON t TO ${app}; GRANT SELECT ON u TO ${app}; GRANT ALL ON s TO ${app}; GRANT DELETE ON t TO ${other}`,
    );
    const before = await acls();
    const planned = await run("plan", REVOKE);
    const client = await signIn(owner);
    const queries = recorded(client);

    const report = await run("apply", REVOKE, { client });

    expect(report).toMatchObject({ verdict: "repaired", missing: [], extra: [] });
    expect(linesOf(report.granted)).toEqual(["table t: SELECT"]);
    expect([...linesOf(report.revoked)].sort()).toEqual(["sequence s: USAGE, UPDATE", "table t: UPDATE, DELETE"]);
    const verbs = report.statements.map((statement) => statement.split(" ")[0]);
    expect(verbs).toEqual(["GRANT", "REVOKE", "REVOKE"]);
    expect(report.statements).toEqual(planned.statements);
    expect(queries.join("\n")).not.toContain("CASCADE");
    expect(difference(before, await acls())).toEqual({
      added: [`table public.t: ${app} SELECT by ${owner}`],
      removed: [
        `sequence public.s: ${app} UPDATE by ${owner}`,
        `sequence public.s: ${app} USAGE by ${owner}`,
        `table public.t: ${app} DELETE by ${owner}`,
        `table public.t: ${app} UPDATE by ${owner}`,
      ],
    });
    expect(await can(app, "SELECT * FROM t")).toBe(true);
    expect(await can(app, "DELETE FROM t")).toBe(false);
    expect(await run("apply", REVOKE)).toMatchObject({ verdict: "in-sync", statements: [] });
  });

  test("reports repaired when it only revoked", async () => {
    const { app, owner, as, run } = await world.open();
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT, DELETE ON t TO ${app}`);

    expect(await run("apply", REVOKE)).toMatchObject({
      verdict: "repaired",
      granted: [],
      missing: [],
      extra: [],
    });
  });

  test("reports what a role or PUBLIC gives, names the role, and does not revoke it", async () => {
    const { app, owner, role, as, sql, can, run, acls } = await world.open();
    const team = await role("team", "NOLOGIN");
    await sql(`GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT SELECT, DELETE ON t TO ${app}; GRANT DELETE, UPDATE ON t TO ${team}; GRANT INSERT ON t TO PUBLIC`,
    );
    const before = await acls();

    const report = await run("apply", REVOKE);

    // DELETE has two sources: the direct grant is revoked, the role's grant stays.
    expect(difference(before, await acls())).toEqual({
      added: [],
      removed: [`table public.t: ${app} DELETE by ${owner}`],
    });
    expect(report.verdict).toBe("drift");
    expect(linesOf(report.extra)).toEqual(["table t: INSERT, UPDATE, DELETE (not-direct)"]);
    expect(report.extra[0]?.sources).toEqual([{ source: "public" }, { source: "role", role: team }]);
    expect(await can(app, "DELETE FROM t")).toBe(true);
  });

  test("reports both sources of a privilege", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const team = await role("team", "NOLOGIN");
    await sql(`GRANT ${team} TO ${app}`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT, DELETE ON t TO ${app}; GRANT DELETE ON t TO ${team}`);

    const { extra } = await run("check", { ...READ, onExtra: "fail" });

    expect(linesOf(extra)).toEqual(["table t: DELETE (not-direct)", "table t: DELETE (not-revoked)"]);
    expect(extra.map(({ sources }) => sources)).toEqual([[{ source: "role", role: team }], [{ source: "direct" }]]);
  });

  test("leaves what another role granted, and names the role that can revoke it", async () => {
    const { app, owner, role, as, can, run, acls } = await world.open();
    const dba = await role("dba");
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT SELECT, DELETE, UPDATE ON t TO ${dba} WITH GRANT OPTION; GRANT SELECT, DELETE ON t TO ${app}`,
    );
    await as(dba, `GRANT DELETE, UPDATE ON t TO ${app}`);
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(difference(before, await acls())).toEqual({
      added: [],
      removed: [`table public.t: ${app} DELETE by ${owner}`],
    });
    expect(linesOf(report.extra)).toEqual(["table t: UPDATE, DELETE (other-grantor)"]);
    expect(report.verdict).toBe("drift");
    expect(report.fixes.map(({ as: name, runnable }) => ({ name, runnable }))).toEqual([
      { name: dba, runnable: false },
    ]);
    await as(dba, report.fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync" });
    expect(await can(app, "DELETE FROM t")).toBe(false);
  });

  test("revokes as each grantor that it can act as", async () => {
    const { app, owner, role, as, sql, run, acls } = await world.open();
    const dba = await role("dba");
    await sql(`GRANT ${dba} TO ${owner}`);
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT DELETE ON t TO ${dba} WITH GRANT OPTION; GRANT SELECT, DELETE ON t TO ${app}`,
    );
    await as(dba, `GRANT DELETE ON t TO ${app}`);
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(report).toMatchObject({ verdict: "repaired", extra: [] });
    expect(linesOf(report.revoked)).toEqual(["table t: DELETE"]);
    expect(difference(before, await acls()).removed).toEqual([
      `table public.t: ${app} DELETE by ${dba}`,
      `table public.t: ${app} DELETE by ${owner}`,
    ]);
  });

  test("revokes what the owner granted when this login also holds the grant option", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const deployer = await role("deployer");
    // REVOKE acts as the first role with the grant option: this login itself, before the owner it is a member of.
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT DELETE ON t TO ${deployer} WITH GRANT OPTION; GRANT SELECT, DELETE ON t TO ${app}`,
    );
    await sql(`GRANT ${owner} TO ${deployer}`);

    const report = await run("apply", REVOKE, { user: deployer });

    expect(report).toMatchObject({ verdict: "repaired", extra: [] });
    expect(await can(app, "DELETE FROM t")).toBe(false);
  });

  test("revokes for an owner that it can only reach by SET ROLE", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const deployer = await role("deployer", version >= 16 ? "LOGIN" : "LOGIN NOINHERIT");
    await sql(`GRANT ${owner} TO ${deployer} ${version >= 16 ? "WITH INHERIT FALSE, SET TRUE" : ""}`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT, DELETE ON t TO ${app}`);

    expect(await run("apply", REVOKE, { user: deployer })).toMatchObject({ verdict: "repaired" });
  });

  test("leaves what the grantee has granted to others (2BP01), and revokes the rest", async () => {
    const { app, owner, role, as, can, run, acls } = await world.open();
    const third = await role("third");
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE TABLE v (id int);
       GRANT SELECT, DELETE ON t, u, v TO ${app}; GRANT DELETE ON u TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT DELETE ON u TO ${third}`);
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(difference(before, await acls()).removed).toEqual([
      `table public.t: ${app} DELETE by ${owner}`,
      `table public.v: ${app} DELETE by ${owner}`,
    ]);
    expect(linesOf(report.extra)).toEqual(["table u: DELETE (dependent-privileges)"]);
    expect(report.verdict).toBe("drift");
    expect(await can(third, "DELETE FROM u")).toBe(true);
  });

  test("finds dependent grants before it sends a REVOKE, and names their grantees", async () => {
    const { app, owner, role, as, run, signIn, acls } = await world.open();
    const third = await role("third");
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT SELECT, INSERT, DELETE, UPDATE ON t TO ${app};
       GRANT DELETE ON t TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT DELETE ON t TO ${third}`);
    const before = await acls();
    const found = ["table t: DELETE (dependent-privileges)", "table t: INSERT, UPDATE (not-revoked)"];

    const planned = await run("plan", REVOKE);
    const revoke = `REVOKE INSERT, UPDATE ON TABLE "public"."t" FROM "${app}";`;
    expect(linesOf(planned.extra)).toEqual(found);
    expect(readFix(planned.extra[0]?.fix)).toContain(`${app} granted the privilege to ${third}.`);
    expect(planned.statements).toEqual([revoke]);
    expect(planned.fixes.flatMap(({ statements }) => statements)).toEqual([revoke]);

    const client = await signIn(owner);
    const queries = recorded(client);
    const report = await run("apply", REVOKE, { client });
    expect(queries.filter(changesPrivileges)).toHaveLength(1);
    expect(linesOf(report.extra)).toEqual(found.slice(0, 1));
    expect(difference(before, await acls()).removed).toEqual([
      `table public.t: ${app} INSERT by ${owner}`,
      `table public.t: ${app} UPDATE by ${owner}`,
    ]);
  });

  test("leaves a table privilege where the grantee granted it on by a column grant of its own", async () => {
    const { app, owner, role, as, run } = await world.open();
    const third = await role("third");
    await as(
      owner,
      `CREATE TABLE t (a int, b int); GRANT SELECT, UPDATE ON t TO ${app};
       GRANT UPDATE (b) ON t TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT UPDATE (b) ON t TO ${third}`);

    const { extra, fixes } = await run("apply", REVOKE);

    // REVOKE UPDATE ON t would include UPDATE (b), and fail.
    await expect(as(owner, `REVOKE UPDATE ON t FROM ${app}`)).rejects.toMatchObject({ code: "2BP01" });
    expect(linesOf(extra)).toEqual([
      "table t: UPDATE (dependent-privileges)",
      "table t: UPDATE (dependent-privileges)",
    ]);
    expect(fixes).toEqual([]);
    expect(extra.map(({ fix }) => read(fix.note))).toEqual(
      extra.map(
        () =>
          `${app} granted the privilege to ${third}. Revoke those grants first, as ${app}. Run this action afterwards with mode: apply, because a grantee may hold the privilege only by them.`,
      ),
    );
    await as(app, `REVOKE UPDATE (b) ON t FROM ${third}`);
    for (const { fix } of extra) await as(owner, fix.sql ?? "");
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync" });
  });

  test("keeps the grant option with which one grantee granted columns to another, until those are revoked", async () => {
    const { app, owner, role, as, runFor } = await severalGrantees();
    const third = await role("third");
    await as(
      owner,
      `CREATE TABLE t (a int); GRANT SELECT, UPDATE ON t TO ${app}, ${third}; GRANT UPDATE ON t TO ${app} WITH GRANT OPTION;
       REVOKE UPDATE ON t FROM ${third}`,
    );
    await as(app, `GRANT UPDATE (a) ON t TO ${third}`);

    for (const grantees of [
      [app, third],
      [third, app],
    ]) {
      const { fixes, extra } = await runFor(grantees, "apply");
      expect(new Set(extra)).toEqual(
        new Set([`${app}: table t: UPDATE (dependent-privileges)`, `${third}: table t: UPDATE (column-privileges)`]),
      );
      expect(fixes.map(({ as: name, statements }) => [name, statements])).toEqual([
        [app, [`REVOKE UPDATE ("a") ON TABLE "public"."t" FROM "${third}";`]],
      ]);
    }
    await as(app, `REVOKE UPDATE (a) ON t FROM ${third}`);
    expect(await runFor([app, third], "apply")).toMatchObject({ verdict: "repaired", extra: [] });
  });

  test("revokes a chain of grants from its end, and gives the SQL for the rest if another role has to revoke the end", async () => {
    const { app, owner, role, as, sql, runFor } = await severalGrantees();
    const [third, fourth, deployer] = [await role("third"), await role("fourth"), await role("deployer")];
    await as(
      owner,
      `CREATE TABLE t (a int); CREATE TABLE u (a int); GRANT SELECT ON t, u TO ${app}, ${third}, ${fourth};
       GRANT DELETE ON t TO ${fourth}; GRANT DELETE ON u TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT DELETE ON u TO ${third} WITH GRANT OPTION`);
    await as(third, `GRANT DELETE ON u TO ${fourth}`);
    const revoke = (table: string, from: string) => `REVOKE DELETE ON TABLE "public"."${table}" FROM "${from}";`;

    for (const grantees of [
      [app, third, fourth],
      [fourth, third, app],
    ]) {
      const { fixes, extra } = await runFor(grantees, "plan", deployer);
      expect(new Set(fixes.map((block) => [block.as, ...block.statements].join()))).toEqual(
        new Set([`${owner},${revoke("t", fourth)}`, `${third},${revoke("u", fourth)}`]),
      );
      expect(extra).toContain(`${app}: table u: DELETE (dependent-privileges)`);
      expect(extra).toContain(`${third}: table u: DELETE (dependent-privileges)`);
    }
    await sql(`GRANT ${owner}, ${app}, ${third} TO ${deployer}`);
    expect(await runFor([app, third, fourth], "apply", deployer)).toMatchObject({
      verdict: "repaired",
      extra: [],
    });
  });

  test("leaves the grant option of a member of the owner that granted with it, until its grants are revoked", async () => {
    const { app, owner, role, as, sql, acls, runFor } = await severalGrantees();
    const third = await role("third");
    await sql(`GRANT ${owner} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE t (a int); GRANT SELECT ON t TO ${third}; GRANT DELETE ON t TO ${app} WITH GRANT OPTION`,
    );
    await as(app, `GRANT DELETE ON t TO ${third}`);
    const byOwner = { as: owner, sql: `REVOKE DELETE ON TABLE "public"."t" FROM "${app}";` };
    const byApp = { as: app, sql: `REVOKE DELETE ON TABLE "public"."t" FROM "${third}";` };

    const { grantees, fixes } = await runFor([app, third], "apply");

    // The server would revoke it without an error, and then no role could revoke what the member granted.
    const direct = grantees.flatMap(({ extra }) => extra.filter(({ sources }) => sources[0]?.source === "direct"));
    expect(direct.map(({ reason, fix }) => ({ reason, as: fix.as, sql: fix.sql }))).toEqual([
      { reason: "dependent-privileges", ...byOwner },
      { reason: "other-grantor", ...byApp },
    ]);
    expect(fixes.map(({ as: name, statements }) => [name, statements])).toEqual([[app, [byApp.sql]]]);
    for (const fix of [byApp, byOwner]) await as(fix.as, fix.sql);
    const granted = (await acls()).filter((line) => line.startsWith("table public.t:") && line.includes(" DELETE "));
    expect(granted).toEqual([`table public.t: ${owner} DELETE by ${owner}`]);
  });

  test("revokes a column privilege on a sequence", async () => {
    const { app, owner, as, run } = await world.open();
    await as(
      owner,
      `CREATE SEQUENCE s; CREATE SEQUENCE u; GRANT USAGE ON SEQUENCE s, u TO ${app}; GRANT SELECT (last_value) ON TABLE s, u TO ${app};
       GRANT SELECT ON SEQUENCE u TO ${app}`,
    );
    const usage = { sequencePrivileges: ["USAGE"], onExtra: "revoke" } as const;

    const { extra, fixes } = await run("apply", usage);

    expect(linesOf(extra)).toEqual([
      "sequence s: SELECT (column-privileges)",
      "sequence u: SELECT (column-privileges)",
      "sequence u: SELECT (column-privileges)",
    ]);
    for (const block of fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", usage)).toMatchObject({ verdict: "in-sync" });
  });

  test("revokes by inheritance what a role granted that it cannot SET ROLE to", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [dba, other, deployer] = [await role("dba"), await role("other"), await role("deployer")];
    const inherit = version >= 16 ? " WITH INHERIT TRUE, SET FALSE" : "";
    await sql(`GRANT ${dba} TO ${deployer}${inherit}`);
    await as(
      owner,
      `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}; GRANT DELETE ON t TO ${dba} WITH GRANT OPTION`,
    );
    await as(dba, `GRANT DELETE ON t TO ${app}`);
    expect(await run("plan", REVOKE, { user: deployer })).toMatchObject({
      extra: [{ reason: "not-revoked" }],
    });
    expect(await run("apply", REVOKE, { user: deployer })).toMatchObject({ verdict: "repaired" });

    // With the grant option of another role, the server chooses which of the two acts, so the action tries it.
    await as(owner, `GRANT DELETE ON t TO ${other} WITH GRANT OPTION`);
    await as(other, `GRANT DELETE ON t TO ${app}`);
    await as(dba, `GRANT DELETE ON t TO ${app}`);
    await sql(`GRANT ${other} TO ${deployer}${inherit}`);
    const report = await run("apply", REVOKE, { user: deployer });
    for (const { fix } of report.extra) await as(fix.as ?? "", fix.sql ?? "");
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync" });
    expect(await can(app, "DELETE FROM t")).toBe(false);
  });

  // Up to 15, a login that may set a role may set the roles of that role, too.
  if (version >= 16)
    test("tries each ACL where the server chooses a grantor for a role that it may set", async () => {
      const { app, owner, role, as, sql, run } = await world.open();
      const [first, dba, last] = [await role("first"), await role("dba"), await role("last")];
      const [road, deployer] = [await role("road"), await role("deployer")];
      await sql(`
      GRANT ${first}, ${dba}, ${last} TO ${road} WITH INHERIT TRUE, SET FALSE;
      GRANT ${road} TO ${deployer} WITH INHERIT FALSE, SET TRUE`);
      // The server looks at the roles in the order in which they were created.
      await as(
        owner,
        `CREATE TABLE t (a int); CREATE TABLE u (a int); GRANT SELECT ON t, u TO ${app};
       GRANT DELETE ON t, u TO ${dba} WITH GRANT OPTION; GRANT DELETE ON t TO ${first} WITH GRANT OPTION;
       GRANT DELETE ON u TO ${last} WITH GRANT OPTION`,
      );
      await as(dba, `GRANT DELETE ON t, u TO ${app}`);

      const report = await run("apply", REVOKE, { user: deployer });

      expect(linesOf(report.extra)).toEqual(["table t: DELETE (other-grantor)"]);
      expect(linesOf(report.revoked)).toEqual(["table u: DELETE"]);
    });

  test.each([
    ["nothing", ""],
    ["the privilege on the table", "GRANT UPDATE ON t TO dba"],
    ["the privilege on columns", "GRANT UPDATE (a, b) ON t TO dba"],
  ])("gives the steps for a grant whose grant option was revoked: of a grantor that holds %s", async (_, kept) => {
    const { app, owner, role, as, run, acls } = await world.open();
    const [dba, other] = [await role("dba"), await role("other")];
    // PostgreSQL looks for dependent privileges in the table's ACL, not in the columns'.
    await as(
      owner,
      `CREATE TABLE t (a int, b int); GRANT SELECT ON t TO ${app}; GRANT UPDATE ON t TO ${dba} WITH GRANT OPTION`,
    );
    await as(dba, `GRANT UPDATE (a) ON t TO ${app}, ${other}`);
    await as(owner, `REVOKE UPDATE ON t FROM ${dba}; ${kept.replace("dba", dba)}`);
    const before = await acls();

    const { extra, fixes } = await run("plan", REVOKE);

    expect(linesOf(extra)).toEqual(["table t: UPDATE (grantor-lacks-option)"]);
    expect(fixes).toEqual([]);
    // The server refuses it, or only warns, because the grantor holds some privilege on the table.
    await as(dba, `REVOKE UPDATE (a) ON t FROM ${app}`).catch(() => {});
    expect(await acls()).toEqual(before);
    const table = '"public"."t"';
    const note = `Run as the owner: GRANT UPDATE ON TABLE ${table} TO "${dba}" WITH GRANT OPTION; Then run as ${dba}: REVOKE UPDATE ("a") ON TABLE ${table} FROM "${app}"; Then, as the owner, revoke what ${dba} did not hold before.`;
    expect(read(extra[0]?.fix.note)).toBe(note);
    await as(owner, `GRANT UPDATE ON t TO ${dba} WITH GRANT OPTION`);
    await as(dba, `REVOKE UPDATE (a) ON t FROM ${app}`);
    await as(owner, `REVOKE UPDATE ON t FROM ${dba}; ${kept.replace("dba", dba)}`);
    expect(difference(before, await acls())).toEqual({
      added: [],
      removed: [`column a of t: ${app} UPDATE by ${dba}`],
    });
    expect((await run("check", REVOKE)).extra).toEqual([]);
  });

  test("first grants USAGE to a grantor that lost it", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const [dba, deployer] = [await role("dba"), await role("deployer")];
    await sql(`GRANT ${dba} TO ${deployer}`);
    await as(
      owner,
      `CREATE SCHEMA shut; CREATE TABLE shut.t (id int); GRANT USAGE ON SCHEMA shut TO ${app}, ${dba};
       GRANT SELECT ON shut.t TO ${app}; GRANT DELETE ON shut.t TO ${dba} WITH GRANT OPTION`,
    );
    await as(dba, `GRANT DELETE ON shut.t TO ${app}`);
    await as(owner, `REVOKE USAGE ON SCHEMA shut FROM ${dba}`);

    const report = await run("apply", { ...REVOKE, schemas: ["shut"] }, { user: deployer });

    expect(linesOf(report.extra)).toEqual(["table shut.t: DELETE (grantor-lacks-usage)"]);
    expect(report.fixes.map((block) => [block.as, block.prepares, block.statements])).toEqual([
      [owner, true, [`GRANT USAGE ON SCHEMA "shut" TO "${dba}";`]],
      [dba, undefined, [`REVOKE DELETE ON TABLE "shut"."t" FROM "${app}";`]],
    ]);
    for (const block of report.fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", { ...REVOKE, schemas: ["shut"] })).toMatchObject({ verdict: "in-sync" });
  });

  test("leaves column grants, also when the table privilege is extra", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (a int, b int); CREATE TABLE u (a int, b int);
       GRANT SELECT, INSERT ON t TO ${app}; GRANT UPDATE (a) ON t TO ${app};
       GRANT SELECT, UPDATE ON u TO ${app}; GRANT UPDATE (b) ON u TO ${app}`,
    );
    const before = await acls();

    const report = await run("apply", REVOKE);

    // REVOKE UPDATE ON u would take UPDATE (b) too.
    expect(difference(before, await acls())).toEqual({
      added: [],
      removed: [`table public.t: ${app} INSERT by ${owner}`],
    });
    expect(linesOf(report.extra)).toEqual([
      "table t: UPDATE (column-privileges)",
      "table u: UPDATE (column-privileges)",
      "table u: UPDATE (column-privileges)",
    ]);
    expect(report.extra.map(({ sources }) => sources)).toEqual([
      [{ source: "column" }],
      [{ source: "column" }],
      [{ source: "direct" }],
    ]);
    expect(report.verdict).toBe("drift");
    expect(await can(app, "UPDATE t SET a = 1")).toBe(true);
    expect(report.extra.map(({ fix }) => readFix(fix).trim())).toEqual([
      `Run as ${owner}: REVOKE UPDATE ("a") ON TABLE "public"."t" FROM "${app}";`,
      `Run as ${owner}: REVOKE UPDATE ("b") ON TABLE "public"."u" FROM "${app}";`,
      `Run as ${owner}: REVOKE UPDATE ON TABLE "public"."u" FROM "${app}";`,
    ]);
    for (const { fix } of report.extra) await as(owner, fix.sql ?? "");
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync", extra: [] });
  });

  test("revokes a table privilege when only a role or PUBLIC has the column grant", async () => {
    const { app, owner, role, as, sql, can, run, acls } = await world.open();
    const team = await role("team", "NOLOGIN");
    await sql(`GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE t (a int, b int); CREATE TABLE u (a int, b int); GRANT SELECT, UPDATE ON t, u TO ${app};
       GRANT UPDATE (a) ON t TO ${team}; GRANT UPDATE (a) ON u TO PUBLIC`,
    );
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(difference(before, await acls()).removed).toEqual([
      `table public.t: ${app} UPDATE by ${owner}`,
      `table public.u: ${app} UPDATE by ${owner}`,
    ]);
    expect(linesOf(report.extra)).toEqual(["table t: UPDATE (not-direct)", "table u: UPDATE (not-direct)"]);
    expect(report.extra.map(({ sources }) => sources)).toEqual([
      [{ source: "role", role: team }],
      [{ source: "public" }],
    ]);
    expect(await can(app, "UPDATE t SET b = 1")).toBe(false);
    expect(await can(app, "UPDATE t SET a = 1")).toBe(true);
  });

  test("finds column grants to a role or to PUBLIC too", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const team = await role("team", "NOLOGIN");
    await sql(`GRANT ${team} TO ${app}`);
    await as(
      owner,
      `CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE TABLE v (a int); GRANT SELECT ON t, u, v TO ${app};
       GRANT INSERT (a) ON t TO PUBLIC; GRANT UPDATE (a) ON u TO ${team}; GRANT UPDATE (a) ON v TO ${owner}`,
    );
    expect(await can(app, "INSERT INTO t (a) VALUES (1); UPDATE u SET a = 1")).toBe(true);

    expect(linesOf((await run("check", { ...READ, onExtra: "fail" })).extra)).toEqual([
      "table t: INSERT (not-direct)",
      "table u: UPDATE (not-direct)",
    ]);
  });

  test("does not report a requested privilege on columns as extra", async () => {
    const { app, owner, as, run, acls } = await world.open();
    await as(owner, `CREATE TABLE t (a int); GRANT SELECT ON t TO ${app}; GRANT SELECT (a) ON t TO ${app}`);
    const before = await acls();

    expect(await run("apply", REVOKE)).toMatchObject({ verdict: "in-sync", extra: [] });

    expect(await acls()).toEqual(before);
  });

  test("never reports ownership as extra, and warns of it", async () => {
    const { app, owner, as, sql, run, acls } = await world.open();
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}; GRANT CREATE ON SCHEMA public TO ${app}`);
    await as(app, "CREATE TABLE mine (id serial); GRANT SELECT ON mine TO PUBLIC");
    await sql(`GRANT ${app} TO ${owner}`);
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(report).toMatchObject({ verdict: "in-sync", extra: [], revoked: [] });
    expect(await acls()).toEqual(before);
    expect(report.warnings.map(({ code }) => code)).toContain("grantee-is-owner");
  });

  test("checks only tables and sequences in the listed schemas", async () => {
    const { database, app, owner, as, run, acls } = await world.open();
    await as(
      owner,
      `CREATE SCHEMA other; CREATE TABLE other.t (id int); CREATE TABLE t (id int); CREATE TABLE kept (id int);
       CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
       GRANT ALL ON ALL TABLES IN SCHEMA other TO ${app}; GRANT ALL ON SCHEMA public, other TO ${app};
       GRANT ALL ON DATABASE ${database} TO ${app}; GRANT EXECUTE ON FUNCTION f() TO ${app}; GRANT ALL ON kept TO ${app};
       GRANT SELECT ON t TO ${app}; GRANT UPDATE (id) ON kept TO ${app}`,
    );
    const before = await acls();

    expect(await run("apply", { ...REVOKE, exclude: ["kept"] })).toMatchObject({
      verdict: "in-sync",
      extra: [],
    });

    expect(await acls()).toEqual(before);
  });

  test("leaves the objects of an owner it cannot act for, and gives the statement for that owner", async () => {
    const { app, owner, role, as, sql, run, acls } = await world.open();
    const stranger = await role("stranger");
    await sql(`GRANT CREATE ON SCHEMA public TO ${stranger}`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}`);
    await as(stranger, `CREATE TABLE theirs (id int); GRANT SELECT, DELETE ON theirs TO ${app}`);
    const before = await acls();

    const report = await run("apply", REVOKE);

    expect(linesOf(report.extra)).toEqual(["table theirs: DELETE (not-owner)"]);
    expect(await acls()).toEqual(before);
    expect(readFix(report.extra[0]?.fix)).toContain(
      `Run as ${stranger}: REVOKE DELETE ON TABLE "public"."theirs" FROM "${app}";`,
    );
    await as(stranger, report.fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", REVOKE)).toMatchObject({ verdict: "in-sync" });
  });
});
