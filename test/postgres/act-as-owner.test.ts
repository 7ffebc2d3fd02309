import { describe, expect, test } from "vitest";
import { read } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { between, linesOf, type Place, quote, recorded, useWorld } from "./world.ts";

const ON = { tablePrivileges: ["SELECT", "INSERT"], actAsOwner: true } as const;
const OFF = { ...ON, actAsOwner: false } as const;

describe.each(SOME_VERSIONS)("act-as-owner on PostgreSQL %i", (version) => {
  /**
   * Memberships have options, and ADMIN OPTION is needed, from 16 on. Earlier versions have no test, rather than a
   * skipped one.
   */
  const from16 = (name: string, body: () => Promise<void>) => {
    if (version >= 16) test(name, body);
  };

  const world = useWorld(version);

  /** A login that created the role `maker`, which owns a table: it only has ADMIN OPTION on that role. */
  async function withMaker(): Promise<Place & { login: string; maker: string }> {
    const place = await world.open();
    const login = await place.role("login", "LOGIN CREATEROLE");
    const maker = `maker_${login}`;
    await place.as(login, `CREATE ROLE ${maker} LOGIN`);
    await place.sql(`
      CREATE TABLE t (a int); ALTER TABLE t OWNER TO ${maker};
      GRANT USAGE ON SCHEMA public TO ${maker}, ${login}`);
    return { ...place, login, maker };
  }

  /** Every membership of the login, with its options and its grantor. */
  async function memberships(place: Place & { login: string }): Promise<string> {
    const [row] = await place.sql<{ all: string }>(
      `SELECT coalesce(json_agg(m ORDER BY roleid, member, grantor), '[]')::text AS all
       FROM pg_auth_members AS m WHERE member = '${place.login}'::regrole`,
    );
    return row?.all ?? "";
  }

  test("is off by default, and the fix says that it would help", async () => {
    const place = await withMaker();
    const { missing } = await place.run("check", OFF, { user: place.login });
    expect(linesOf(missing)).toEqual(["table t: SELECT, INSERT (not-owner)"]);
    expect(JSON.stringify(missing[0]?.fix.note)).toContain("act-as-owner: true");
    const applied = await place.run("apply", OFF, { user: place.login });
    expect(linesOf(applied.missing)).toEqual(["table t: SELECT, INSERT (not-owner)"]);
    expect(await place.can(place.app, "SELECT FROM t")).toBe(false);
  });

  test("grants as the owner, and leaves the memberships as they were", async () => {
    const place = await withMaker();
    const before = await memberships(place);
    const checked = await place.run("check", ON, { user: place.login });
    expect(linesOf(checked.missing)).toEqual(["table t: SELECT, INSERT (not-granted)"]);
    const applied = await place.run("apply", ON, { user: place.login });
    expect(applied).toMatchObject({ verdict: "repaired", missing: [] });
    expect(await memberships(place)).toBe(before);
    expect(await place.can(place.app, "INSERT INTO t SELECT 1 FROM t")).toBe(true);
    expect(await place.acls()).toContain(`table public.t: ${place.app} SELECT by ${place.maker}`);
  });

  test("revokes extra privileges and grants default privileges as the owner", async () => {
    const place = await withMaker();
    await place.as(place.maker, `GRANT ALL ON t TO ${place.app}`);
    const before = await memberships(place);
    const demand = { ...ON, onExtra: "revoke", defaultPrivileges: true } as const;
    const applied = await place.run("apply", demand, { user: place.login });
    expect(applied.missing.filter(({ owner }) => owner === place.maker)).toEqual([]);
    expect(applied.extra).toEqual([]);
    expect(linesOf(applied.granted)).toContain("default-privileges tables: SELECT, INSERT");
    expect(await memberships(place)).toBe(before);
    expect(await place.can(place.app, "DELETE FROM t")).toBe(false);
  });

  from16("takes one of several memberships that let it act", async () => {
    const place = await withMaker();
    const team = await place.role("team", "NOLOGIN");
    await place.sql(`
      GRANT ${place.maker} TO ${team} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
      GRANT ${team} TO ${place.login} WITH INHERIT TRUE, SET FALSE`);
    const before = await memberships(place);
    const applied = await place.run("apply", ON, { user: place.login });
    expect(applied).toMatchObject({ verdict: "repaired", missing: [] });
    expect(await memberships(place)).toBe(before);
  });

  test("acts for an owner whose name contains quotes and a backslash", async () => {
    const place = await withMaker();
    const name = `it's "\\'$do$${place.login}`;
    await place.as(place.login, `CREATE ROLE ${quote(name)} LOGIN`);
    await place.sql(`ALTER TABLE t OWNER TO ${quote(name)}; GRANT USAGE ON SCHEMA public TO ${quote(name)}`);
    expect(await place.run("apply", ON, { user: place.login })).toMatchObject({ verdict: "repaired" });
  });

  test("writes fixes and a SQL file that run unchanged", async () => {
    const place = await withMaker();
    const before = await memberships(place);
    const planned = await place.run("plan", ON, { user: place.login });
    expect(planned.fixes.map(({ runnable }) => runnable)).toEqual([true]);
    await place.as(place.login, planned.missing[0]?.fix.sql ?? "");
    expect((await place.run("check", ON, { user: place.login })).verdict).toBe("in-sync");
    await place.as(place.maker, `REVOKE ALL ON t FROM ${place.app}`);
    await place.as(place.login, planned.fixes[0]?.statements.join("\n") ?? "");
    expect((await place.run("check", ON, { user: place.login })).verdict).toBe("in-sync");
    expect(await memberships(place)).toBe(before);
  });

  test("leaves nothing behind when the server refuses a batch", async () => {
    const place = await withMaker();
    await place.sql(`CREATE TABLE u (a int); ALTER TABLE u OWNER TO ${place.maker}`);
    const client = await place.signIn(place.login);
    const before = await memberships(place);
    let dropped = false;
    between(client, async (text) => {
      if (!dropped && /^GRANT SELECT/m.test(text)) {
        dropped = true;
        await place.sql("DROP TABLE u");
      }
      return undefined;
    });
    expect(await place.run("apply", ON, { user: place.login, client })).toMatchObject({
      verdict: "repaired",
    });
    expect(dropped).toBe(true);
    expect(await memberships(place)).toBe(before);
  });

  test("leaves nothing behind at whichever statement of a batch the session is cut", async () => {
    const place = await withMaker();
    const before = await memberships(place);
    const client = await place.signIn(place.login);
    const sent = recorded(client);
    await place.run("apply", ON, { user: place.login, client });
    // A transaction begins in the message with BEGIN, which may be the one before.
    const last = sent.findIndex((text) => /^GRANT SELECT/m.test(text));
    const first = sent.slice(0, last + 1).findLastIndex((text) => text.startsWith("BEGIN"));
    const batch = sent.slice(first, last + 1).join("\n");
    await place.as(place.maker, `REVOKE ALL ON t FROM ${place.app}`);
    const lines = batch.split("\n");
    expect(lines.length).toBeGreaterThan(6);
    for (let cut = 1; cut < lines.length; cut++) {
      const cutOff = await place.signIn(place.login);
      await cutOff.query(lines.slice(0, cut).join("\n"));
      await cutOff.end();
      expect([cut, await memberships(place)].join()).toBe(`${cut},${before}`);
    }
    expect(await place.can(place.app, "SELECT FROM t")).toBe(false);
  });

  test("keeps a membership that is granted meanwhile", async () => {
    const place = await withMaker();
    const client = await place.signIn(place.login);
    let granted = "";
    between(client, async (text) => {
      if (granted === "" && /^GRANT SELECT/m.test(text)) {
        await place.sql(`GRANT ${place.maker} TO ${place.login}`);
        granted = await memberships(place);
      }
      return undefined;
    });
    expect(await place.run("apply", ON, { user: place.login, client })).toMatchObject({
      verdict: "repaired",
    });
    expect(granted).not.toBe("");
    expect(await memberships(place)).toBe(granted);
  });

  from16("keeps a membership that the login granted itself before, without SET", async () => {
    const place = await withMaker();
    await place.as(place.login, `GRANT ${place.maker} TO ${place.login} WITH INHERIT FALSE, SET FALSE`);
    const before = await memberships(place);
    expect(await place.run("apply", ON, { user: place.login })).toMatchObject({ verdict: "repaired" });
    expect(await memberships(place)).toBe(before);
    expect(await place.can(place.app, "SELECT FROM t")).toBe(true);
  });

  from16("uses the ADMIN OPTION of a role whose privileges the login has", async () => {
    const place = await withMaker();
    const admins = await place.role("admins", "NOLOGIN");
    const other = await place.role("other", "NOLOGIN");
    await place.sql(`
      GRANT ${admins} TO ${place.login}; GRANT ${other} TO ${admins} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;
      CREATE TABLE o (a int); ALTER TABLE o OWNER TO ${other}; GRANT USAGE ON SCHEMA public TO ${other}`);
    const before = await memberships(place);
    expect(await place.run("apply", ON, { user: place.login })).toMatchObject({
      verdict: "repaired",
      missing: [],
    });
    expect(await memberships(place)).toBe(before);
    expect(await place.can(place.app, "SELECT FROM o")).toBe(true);
  });

  from16("needs ADMIN OPTION: CREATEROLE alone does not do", async () => {
    const place = await withMaker();
    const other = await place.role("other", "NOLOGIN");
    await place.sql(`ALTER TABLE t OWNER TO ${other}; GRANT USAGE ON SCHEMA public TO ${other}`);
    const { missing } = await place.run("apply", ON, { user: place.login });
    expect(linesOf(missing)).toEqual(["table t: SELECT, INSERT (not-owner)"]);
    expect(read(missing[0]?.fix.note)).not.toContain("act-as-owner");
  });

  from16("uses the ADMIN OPTION only of a role whose privileges it has", async () => {
    const place = await withMaker();
    const { maker, sql, run, role, app } = place;
    const login = await role("guest");
    const [first, second] = [await role("first", "NOLOGIN"), await role("second", "NOLOGIN")];
    await sql(`
      GRANT USAGE ON SCHEMA public TO ${login};
      GRANT ${maker} TO ${first}, ${second} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
      GRANT ${first} TO ${login} WITH INHERIT FALSE, SET TRUE`);
    const before = await run("apply", ON, { user: login });
    expect(linesOf(before.missing)).toEqual(["table t: SELECT, INSERT (not-owner)"]);

    await sql(`GRANT ${second} TO ${login} WITH INHERIT TRUE, SET FALSE`);
    expect(await run("apply", ON, { user: login })).toMatchObject({ verdict: "repaired", missing: [] });
    expect(await place.can(app, "SELECT FROM t")).toBe(true);
  });

  test("never acts as a superuser", async () => {
    const place = await withMaker();
    await place.sql("ALTER TABLE t OWNER TO azuresu");
    const { missing } = await place.run("apply", ON, { user: place.login });
    expect(linesOf(missing)).toEqual(["table t: SELECT, INSERT (not-owner)"]);
  });

  test("grants itself memberships in a fixed order, so two runs in two databases do not deadlock", async () => {
    const place = await withMaker();
    const second = `other_${place.login}`;
    await place.as(place.login, `CREATE ROLE ${second} LOGIN`);
    await place.sql(`
      CREATE TABLE a (a int); ALTER TABLE a OWNER TO ${second};
      GRANT USAGE ON SCHEMA public TO ${second}`);
    const client = await place.signIn(place.login);
    const sent = recorded(client);
    const before = await memberships(place);
    expect(await place.run("apply", ON, { user: place.login, client })).toMatchObject({
      verdict: "repaired",
    });
    const [batch = ""] = sent.filter((text) => /^GRANT SELECT/m.test(text));
    const taken = [...batch.matchAll(/^GRANT "(\w+)" TO "\w+"/gm)].map(([, role]) => role);
    expect(taken).toEqual([place.maker, second]);
    expect(batch.indexOf(`GRANT ${quote(second)} TO`)).toBeLessThan(batch.indexOf("GRANT SELECT"));
    expect(await memberships(place)).toBe(before);
  });

  test("sends as many messages as a login that is a member of the owner", async () => {
    const place = await withMaker();
    const client = await place.signIn(place.login);
    const sent = recorded(client);
    await place.run("apply", ON, { user: place.login, client });
    const before = sent.length;
    await place.sql(`REVOKE ALL ON t FROM ${place.app}; GRANT ${place.maker} TO ${place.login}`);
    await place.run("apply", ON, { user: place.login, client });
    expect(before).toBe(sent.length - before);
  });

  test("two runs at once both succeed and leave nothing behind", async () => {
    const place = await withMaker();
    await place.sql(`
      DO $$ BEGIN FOR n IN 1..40 LOOP
        EXECUTE format('CREATE TABLE x%s (a int); ALTER TABLE x%s OWNER TO ${place.maker}', n, n);
      END LOOP; END $$`);
    const before = await memberships(place);
    const reports = await Promise.all([1, 2].map(() => place.run("apply", ON, { user: place.login })));
    expect(reports.map(({ missing }) => missing)).toEqual([[], []]);
    expect(await memberships(place)).toBe(before);
  });
});
