import { describe, expect, test } from "vitest";
import { EMPTY } from "../../src/model/sentence.ts";
import { markdown, plain } from "../../src/render/pen.ts";
import { read, readFix } from "../read.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { tablePrivilegesOn } from "../table-privileges.ts";
import { between, changesPrivileges, difference, linesOf, type Place, quote, recorded, useWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: who can grant", (version) => {
  const world = useWorld(version);

  /** Makes `member` a member of `role`, with inheritance or only by SET ROLE, as the version says it. */
  async function join({ sql }: Place, member: string, role: string, how: "inherit" | "set" | "inherit only") {
    if (version >= 16) {
      const options = {
        inherit: "INHERIT TRUE, SET TRUE",
        set: "INHERIT FALSE, SET TRUE",
        "inherit only": "INHERIT TRUE, SET FALSE",
      };
      await sql(`GRANT ${role} TO ${member} WITH ${options[how]}`);
    } else {
      await sql(`ALTER ROLE ${member} ${how === "set" ? "NOINHERIT" : "INHERIT"}; GRANT ${role} TO ${member}`);
    }
  }

  test("grants as the owner", async () => {
    const { app, owner, as, can, run, acls } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const before = await acls();

    const report = await run("apply", READ, { user: owner });

    expect(report.statements).toEqual([`GRANT SELECT ON TABLE "public"."t" TO "${app}";`]);
    expect(difference(before, await acls()).added).toEqual([`table public.t: ${app} SELECT by ${owner}`]);
    expect(await can(app, "SELECT * FROM t")).toBe(true);
  });

  test.each(["inherit", "inherit only", "set"] as const)("grants as a member of the owner (%s)", async (how) => {
    const place = await world.open();
    const { app, owner, role, as, can, run, acls, signIn } = place;
    const deployer = await role("deployer");
    await join(place, deployer, owner, how);
    await as(owner, "CREATE TABLE t (id int); CREATE SEQUENCE s");
    const before = await acls();
    const client = await signIn(deployer);
    const queries = recorded(client);

    const report = await run("apply", READ, { client });

    expect(report.verdict).toBe("repaired");
    // The owner is the grantor, whichever role acts for it.
    expect(difference(before, await acls()).added).toEqual([
      `sequence public.s: ${app} SELECT by ${owner}`,
      `table public.t: ${app} SELECT by ${owner}`,
    ]);
    const writes = queries.filter(changesPrivileges);
    expect(writes).toHaveLength(1);
    expect(writes[0]?.includes(`SET LOCAL ROLE "${owner}";`)).toBe(how === "set");
    expect(await can(app, "SELECT * FROM t")).toBe(true);
  });

  test("leaves the objects of an owner it cannot act for, names who can grant them, and grants the rest", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, can, run, acls } = place;
    const [deployer, stranger, creator] = [await role("deployer"), await role("stranger"), await role("creator")];
    await join(place, deployer, owner, "inherit");
    // As the role that created it: from 16 on, that one has the ADMIN OPTION.
    await sql(`GRANT CREATE ON SCHEMA public TO ${stranger}; GRANT ${stranger} TO ${creator} WITH ADMIN OPTION`);
    await as(owner, "CREATE TABLE ours (id int)");
    await as(stranger, "CREATE TABLE theirs (id int); CREATE SEQUENCE theirs_too");
    const before = await acls();

    const report = await run("apply", READ, { user: deployer });

    expect(report.verdict).toBe("drift");
    expect(linesOf(report.granted)).toEqual(["table ours: SELECT"]);
    expect(linesOf(report.missing)).toEqual([
      "table theirs: SELECT (not-owner)",
      "sequence theirs_too: SELECT (not-owner)",
    ]);
    expect(difference(before, await acls()).added).toEqual([`table public.ours: ${app} SELECT by ${owner}`]);
    expect(report.missing[0]?.owner).toBe(stranger);
    const [fix] = report.missing.map((missing) => missing.fix);
    const grant = `GRANT SELECT ON TABLE "public"."theirs" TO "${app}";`;
    const membership = `GRANT "${stranger}" TO "${deployer}"${version >= 16 ? " WITH INHERIT TRUE, SET TRUE" : ""};`;
    expect(readFix(fix)).toContain(`Run as ${stranger}: ${grant}`);
    expect(readFix(fix)).toContain(membership);

    // Either way fixes it.
    await as(stranger, grant);
    expect(await can(app, "SELECT * FROM theirs")).toBe(true);
    await sql(membership);
    expect(await run("apply", READ, { user: deployer })).toMatchObject({ verdict: "repaired", missing: [] });
  });

  test("advises a login that only checks to run as the owner, and no rights for itself", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [checker, admin] = [await role("checker"), await role("admin")];
    await sql(`GRANT ${owner} TO ${admin} WITH ADMIN OPTION`);
    await as(owner, "CREATE TABLE t (id int)");

    for (const mode of ["check", "plan"] as const) {
      const { missing } = await run(mode, READ, { user: checker });
      expect(missing.map(({ fix }) => read(fix.note))).toEqual([`Or run this action as ${owner} with mode: apply.`]);
    }
    expect(await run("apply", READ, { user: owner })).toMatchObject({ verdict: "repaired" });
    expect(await run("check", READ, { user: checker })).toMatchObject({ verdict: "in-sync" });
    expect(await can(app, "SELECT FROM t")).toBe(true);
  });

  test("names who can let a role act as an owner that cannot log in, and without a member", async () => {
    const { app, owner, role, as, sql, can, run } = await world.open();
    const [checker, creator] = [await role("checker"), await role("creator", "LOGIN CREATEROLE")];
    const maker = `maker_of_${creator}`;
    await as(creator, `CREATE ROLE ${maker}`); // from 16 on, it can grant the role and not set it
    await sql(`GRANT ALL ON SCHEMA public TO ${maker}; CREATE TABLE t (id int); ALTER TABLE t OWNER TO ${maker}`);
    const fixOf = async (mode: "check" | "apply") =>
      (await run(mode, READ, { user: mode === "check" ? checker : owner })).missing[0]?.fix;

    const [looked, applied] = [await fixOf("check"), await fixOf("apply")];

    const [, who = "", join = ""] = /act as \S+, "?(.+?)"? can let itself: (GRANT .*;)/.exec(read(looked?.note)) ?? [];
    const [, other = "", by] = /^Or let .*?: (GRANT .*;) "?(.+?)"? can run this\.$/.exec(read(applied?.note)) ?? [];
    expect(by).toBe(who);
    if (version >= 16) expect(who).toBe(creator); // before, each role with CREATEROLE can
    await as(who, `${join} ${looked?.sql}`);
    expect(await can(app, "SELECT FROM t")).toBe(true);
    await sql(`REVOKE SELECT ON t FROM ${app}`);
    await as(who, other);
    expect(await run("apply", READ, { user: owner })).toMatchObject({ verdict: "repaired" });
  });

  test("says who can let a role act as an owner without a member, and the SQL of that lets it", async () => {
    const { owner, role, sql, run } = await world.open();
    const group = await role("group", "NOLOGIN");
    await sql(`CREATE TABLE t (id int); ALTER TABLE t OWNER TO ${group}; GRANT ALL ON SCHEMA public TO ${group}`);

    const note = read((await run("apply", READ, { user: owner })).missing[0]?.fix.note);

    // Up to 15, a role with CREATEROLE can grant any membership.
    expect(note).toContain(version >= 16 ? "only a superuser can let one" : "can run this.");
    const [join = ""] = /GRANT .*?;/.exec(note) ?? [];
    await sql(join);
    expect(await run("apply", READ, { user: owner })).toMatchObject({ verdict: "repaired" });
  });

  test("says whether the login can grant itself membership in the owner", async () => {
    const { owner, role, as, sql, run } = await world.open();
    const [deployer, stranger] = [await role("deployer"), await role("stranger")];
    await sql(`GRANT CREATE ON SCHEMA public TO ${stranger}; GRANT ${stranger} TO ${deployer} WITH ADMIN OPTION`);
    await sql(
      version >= 16
        ? `GRANT ${stranger} TO ${deployer} WITH INHERIT FALSE, SET FALSE`
        : `ALTER ROLE ${deployer} NOINHERIT`,
    );
    await as(owner, "CREATE TABLE ours (id int)");
    await as(stranger, "CREATE TABLE theirs (id int)");

    const report = await run("apply", READ, { user: deployer });
    const theirs = report.missing.find(({ name }) => name === "theirs");

    if (version >= 16) {
      expect(readFix(theirs?.fix)).toContain(`${deployer} can run this.`);
      await as(deployer, `GRANT "${stranger}" TO "${deployer}" WITH INHERIT TRUE, SET TRUE;`);
      expect(linesOf((await run("apply", READ, { user: deployer })).granted)).toEqual(["table theirs: SELECT"]);
    } else {
      // Up to 15 a membership is enough for SET ROLE.
      expect(theirs).toBeUndefined();
    }
  });

  test("says that the owner lacks USAGE on the schema, and gives SQL that works", async () => {
    const place = await world.open();
    const { app, owner, role, as, sql, can, run, signIn } = place;
    const [builder, deployer] = [await role("builder"), await role("deployer")];
    await as(owner, "CREATE SCHEMA closed; CREATE TABLE closed.t (id int)");
    await sql(`ALTER TABLE closed.t OWNER TO ${builder}`);
    await join(place, deployer, builder, "set");
    await sql(`GRANT USAGE ON SCHEMA closed TO ${app}`);
    await expect(as(builder, `GRANT SELECT ON closed.t TO ${app}`)).rejects.toMatchObject({ code: "42501" });

    const demand = { ...READ, schemas: ["closed"] };
    const report = await run("apply", demand, { user: deployer });

    expect(linesOf(report.missing)).toEqual(["table closed.t: SELECT (owner-lacks-usage)"]);
    expect(readFix(report.missing[0]?.fix)).toContain(
      `Run as ${owner}: GRANT USAGE ON SCHEMA "closed" TO "${builder}";`,
    );
    // An inheriting member that has USAGE itself can do what the owner cannot.
    const other = await role("other");
    await join(place, other, builder, "inherit");
    await sql(`GRANT USAGE ON SCHEMA closed TO ${other}`);
    const client = await signIn(other);
    expect(await run("apply", demand, { client })).toMatchObject({ verdict: "repaired" });
    expect(await can(app, "SELECT * FROM closed.t")).toBe(true);
  });

  test("advises no membership in an owner that is a member of the login", async () => {
    const { owner, role, as, sql, run } = await world.open();
    const [old, deployer] = [await role("old"), await role("deployer")];
    await as(owner, "CREATE TABLE t (id int)");
    await sql(`ALTER TABLE t OWNER TO ${old}; GRANT ${deployer} TO ${old}`);

    const { missing, fixes } = await run("apply", READ, { user: deployer });

    await expect(sql(`GRANT ${old} TO ${deployer}`)).rejects.toMatchObject({ code: "0LP01" });
    expect(read(missing[0]?.fix.note)).toBe(`Or run this action as ${old} with mode: apply.`);
    await as(old, fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", READ, { user: deployer })).toMatchObject({ verdict: "in-sync" });
  });

  test("has in a note SQL that runs as it stands, whatever the name of the owner", async () => {
    const { owner, role, as, sql, run } = await world.open();
    const [old, deployer] = [await role("o\u200bl\nd"), await role("deployer")];
    await as(owner, "CREATE TABLE t (id int)");
    await sql(`ALTER TABLE t OWNER TO ${quote(old)}; GRANT ${quote(old)} TO ${owner} WITH ADMIN OPTION`);

    const { missing } = await run("apply", READ, { user: deployer });

    for (const pen of [plain, markdown]) {
      const note = pen.sentence(missing[0]?.fix.note ?? EMPTY);
      await sql(`BEGIN; ${/GRANT .*?;/.exec(note)?.[0]}; ROLLBACK`);
    }
  });

  test("first lets an owner connect that may not, and the schema's owner that has to let it in", async () => {
    const { app, database, owner, role, as, sql, can, run } = await world.open();
    const [old, host, deployer] = [await role("old"), await role("host"), await role("deployer")];
    await as(owner, `CREATE TABLE t (id int); GRANT CREATE ON DATABASE ${quote(database)} TO ${host}`);
    await as(host, `CREATE SCHEMA closed; CREATE TABLE closed.u (id int); GRANT USAGE ON SCHEMA closed TO ${app}`);
    await sql(`
      ALTER TABLE t OWNER TO ${old}; ALTER TABLE closed.u OWNER TO ${old};
      REVOKE ALL ON DATABASE ${quote(database)} FROM PUBLIC, ${host};
      GRANT CONNECT ON DATABASE ${quote(database)} TO ${app}, ${deployer}`);
    const connect = (who: string) => `GRANT CONNECT ON DATABASE ${quote(database)} TO ${quote(who)};`;
    const usage = `GRANT USAGE ON SCHEMA "closed" TO ${quote(old)};`;
    const demand = { ...READ, schemas: ["public", "closed"] };

    const { missing, fixes } = await run("plan", demand, { user: deployer });

    expect(missing.map(({ fix }) => fix.first?.map((step) => [step.as, step.sql]))).toEqual([
      [
        [owner, connect(old)],
        [owner, connect(host)],
        [host, usage],
      ],
      [[owner, connect(old)]],
    ]);
    expect(fixes.map((block) => block.as)).toEqual([owner, host, old]);
    await expect(as(old, "SELECT")).rejects.toMatchObject({ code: "42501" });
    for (const block of fixes) await as(block.as, block.statements.join("\n"));
    expect(await run("check", demand, { user: deployer })).toMatchObject({ verdict: "in-sync" });
    expect(await can(app, "SELECT FROM t; SELECT FROM closed.u")).toBe(true);
  });

  test.each(["NOLOGIN", "VALID UNTIL '2020-01-01'"])(
    "leaves it to a member to act for an owner that is %s",
    async (option) => {
      const place = await world.open();
      const { owner, role, as, sql, run } = place;
      const [old, member, deployer] = [await role("old"), await role("member"), await role("deployer")];
      await as(owner, "CREATE TABLE t (id int)");
      await sql(`ALTER TABLE t OWNER TO ${old}; ALTER ROLE ${old} ${option}`);
      await join(place, member, old, "set");

      const { missing, fixes } = await run("plan", READ, { user: deployer });

      expect(fixes.map(({ as: name, byMember }) => [name, byMember])).toEqual([[old, true]]);
      expect(missing[0]?.fix).toMatchObject({ as: old, byMember: true });
      await as(member, fixes[0]?.statements.join("\n") ?? "");
      expect(await run("check", READ, { user: deployer })).toMatchObject({ verdict: "in-sync" });
    },
  );

  if (version >= 16)
    test.each(["owner", "grant option"])(
      "grants through a role that it can SET ROLE to and that has the %s",
      async (what) => {
        const place = await world.open();
        const { app, owner, role, as, sql, can, run } = place;
        const [bridge, lender, deployer] = [
          await role("bridge", "NOLOGIN"),
          await role("lender"),
          await role("deployer"),
        ];
        const holder = what === "owner" ? owner : lender;
        await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${lender} WITH GRANT OPTION`);
        await join(place, bridge, holder, "inherit only");
        await join(place, deployer, bridge, "set");
        await sql(`GRANT USAGE ON SCHEMA public TO ${bridge}`);

        const checked = await run("check", READ, { user: deployer });
        expect(readFix(checked.missing[0]?.fix)).toContain(`Run as ${deployer}: SET ROLE "${bridge}"; GRANT SELECT`);
        expect(await run("apply", READ, { user: deployer })).toMatchObject({ verdict: "repaired" });
        expect(await can(app, "SELECT * FROM t")).toBe(true);
      },
    );

  test("uses grant options of two roles, with one statement for each privilege", async () => {
    const place = await world.open();
    const { app, owner, role, as, can, run, acls, signIn } = place;
    const [readers, writers, deployer] = [
      await role("readers", "NOLOGIN"),
      await role("writers", "NOLOGIN"),
      await role("deployer"),
    ];
    await join(place, deployer, readers, "inherit");
    await join(place, deployer, writers, "inherit");
    await as(
      owner,
      `CREATE TABLE t (id int);
       GRANT SELECT ON t TO ${readers} WITH GRANT OPTION; GRANT INSERT ON t TO ${writers} WITH GRANT OPTION`,
    );
    const before = await acls();
    const client = await signIn(deployer);

    const report = await run("apply", { tablePrivileges: ["SELECT", "INSERT"] }, { client });

    expect(report.statements).toEqual([
      `GRANT SELECT ON TABLE "public"."t" TO "${app}";`,
      `GRANT INSERT ON TABLE "public"."t" TO "${app}";`,
    ]);
    expect(difference(before, await acls()).added).toEqual([
      `table public.t: ${app} INSERT by ${writers}`,
      `table public.t: ${app} SELECT by ${readers}`,
    ]);
    expect(report.verdict).toBe("repaired");
    expect(await can(app, "INSERT INTO t SELECT * FROM t")).toBe(true);
  });

  test("sets the role that has the grant option when it does not inherit from that role", async () => {
    const place = await world.open();
    const { app, owner, role, as, run, acls } = place;
    const [readers, deployer] = [await role("readers", "NOLOGIN"), await role("deployer")];
    await join(place, deployer, readers, "set");
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${readers} WITH GRANT OPTION`);
    const before = await acls();

    expect(await run("apply", READ, { user: deployer })).toMatchObject({ verdict: "repaired" });

    expect(difference(before, await acls()).added).toEqual([`table public.t: ${app} SELECT by ${readers}`]);
  });

  test("acts as the session user, whatever role its sessions begin as", async () => {
    const { app, owner, role, as, sql, signIn, run, can } = await world.open();
    const nobody = await role("nobody", "NOLOGIN");
    await as(owner, "CREATE TABLE t (id int)");
    await sql(`GRANT ${nobody} TO ${owner}; ALTER ROLE ${owner} SET role = ${nobody}`);
    const client = await signIn(owner);
    expect((await client.query("SELECT current_user::text AS me")).rows).toEqual([{ me: nobody }]);

    const planned = await run("plan", READ, { client });
    expect(await run("apply", READ, { client })).toMatchObject({ verdict: "repaired" });

    expect(await can(app, "SELECT * FROM t")).toBe(true);
    // What the plan shows must not begin as that role either.
    await sql(`REVOKE ALL ON t FROM ${app}`);
    const other = await signIn(owner);
    await other.query(planned.fixes.flatMap(({ statements }) => statements).join("\n"));
    expect(await can(app, "SELECT * FROM t")).toBe(true);
  });

  test("does not count a GRANT that only warned as granted", async () => {
    const { owner, role, as, run, acls, signIn } = await world.open();
    const deployer = await role("deployer");
    // Any privilege, PUBLIC's too, turns the error into WARNING 01007 and the command tag GRANT.
    await as(owner, "CREATE TABLE t (id int); GRANT SELECT ON t TO PUBLIC");
    const client = await signIn(deployer);
    const warnings: (string | undefined)[] = [];
    client.on("notice", ({ code }) => warnings.push(code));
    const before = await acls();

    const report = await run("apply", { tablePrivileges: ["SELECT", "INSERT"] }, { client });

    expect(warnings).toContain("01007");
    expect(linesOf(report.missing)).toEqual(["table t: INSERT (not-owner)"]);
    expect(report).toMatchObject({ verdict: "drift", granted: [], statements: [] });
    expect(await acls()).toEqual(before);
  });

  test("does not count a part of ALL as ALL", async () => {
    const { app, owner, role, as, can, run } = await world.open();
    const deployer = await role("deployer");
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT, INSERT ON t TO ${deployer} WITH GRANT OPTION`);

    const report = await run("apply", {}, { user: deployer });

    expect(linesOf(report.granted)).toEqual(["table t: SELECT, INSERT"]);
    const rest = tablePrivilegesOn(version).slice(2).join(", ");
    expect(linesOf(report.missing)).toEqual([`table t: ${rest} (not-owner)`]);
    expect(report.verdict).toBe("drift");
    expect(await can(app, "INSERT INTO t SELECT * FROM t")).toBe(true);
    expect(await can(app, "DELETE FROM t")).toBe(false);
  });

  test("tries one object of an owner that it seems unable to act for, not each object", async () => {
    const { owner, role, as, signIn, run } = await world.open();
    const deployer = await role("deployer");
    await as(owner, Array.from({ length: 30 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    const client = await signIn(deployer);
    const queries = recorded(client);

    const report = await run("apply", READ, { client });

    expect(report.missing).toHaveLength(30);
    expect(report.said.join("\n")).toMatch(
      new RegExp(`trying one GRANT on an object of ${owner}: .*\nnot committed: permission denied`),
    );
    // As itself, then as the owner.
    expect(queries.filter(changesPrivileges)).toHaveLength(2);
  });

  /** Refuses every GRANT of SELECT on the tables whose names match. */
  async function refuse({ sql, app }: Place, pattern: string) {
    await sql(`
      CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM pg_class, aclexplode(relacl) AS x
                   WHERE relname ~ '${pattern}' AND x.grantee = '${app}'::regrole) THEN
          RAISE EXCEPTION 'not this one';
        END IF;
      END $$;
      CREATE EVENT TRIGGER refuse_${app} ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION refuse()`);
  }

  test("leaves out single refused objects, and gives up on the owner after many", async () => {
    const place = await world.open();
    const { owner, as, run } = place;
    await as(owner, Array.from({ length: 40 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    await refuse(place, "^t(0|1|17|39)$");

    const report = await run("apply", READ);

    expect(linesOf(report.missing)).toEqual(["0", "1", "17", "39"].map((n) => `table t${n}: SELECT (refused)`));
    expect(report.granted).toHaveLength(36);
    // The owner itself was refused: running the statement again as the owner does not help.
    expect(report.missing.map(({ fix }) => fix.sql)).toEqual([undefined, undefined, undefined, undefined]);

    const crowd = await world.open();
    await crowd.as(crowd.owner, Array.from({ length: 40 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    await refuse(crowd, "^t");
    const client = await crowd.signIn(crowd.owner);
    const queries = recorded(client);
    const refused = await crowd.run("apply", READ, { client });
    const reasons = refused.missing.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === "refused")).toHaveLength(8);
    expect(reasons.filter((reason) => reason === "not-tried")).toHaveLength(32);
    expect(queries.filter(changesPrivileges).length).toBeLessThan(30);
    const batches = queries.filter((text) => text.startsWith("SET LOCAL lock_timeout"));
    expect(batches.filter((text) => !changesPrivileges(text))).toEqual([]);
  });

  test("tries another object of such an owner when the first is refused for another reason", async () => {
    const place = await world.open();
    const { owner, role, as, sql, signIn, run } = place;
    const deployer = await role("deployer");
    await as(owner, Array.from({ length: 5 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    await refuse(place, "^t0$");
    const client = await signIn(deployer);
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql(`GRANT ${owner} TO ${deployer}`);
      return undefined;
    });

    const report = await run("apply", READ, { client });

    expect(linesOf(report.missing)).toEqual(["table t0: SELECT (refused)"]);
    expect(report.granted).toHaveLength(4);
  });

  test("grants on the owner's other objects when the trial succeeds", async () => {
    const { owner, role, as, sql, signIn, run } = await world.open();
    const deployer = await role("deployer");
    await as(owner, Array.from({ length: 30 }, (_, n) => `CREATE TABLE t${n} (id int)`).join("; "));
    const client = await signIn(deployer);
    // Stock servers do as they predict; a membership that is granted between the look and the grants comes closest.
    between(client, async (text) => {
      if (changesPrivileges(text)) await sql(`GRANT ${owner} TO ${deployer}`);
      return undefined;
    });

    const report = await run("apply", READ, { client });

    expect(report).toMatchObject({ verdict: "repaired", missing: [] });
    expect(report.granted).toHaveLength(30);
    expect(report.said.join("\n")).toContain(`The server lets this login act for ${owner}`);
  });

  test("names the database owner as the role that can grant CONNECT", async () => {
    const place = await world.open();
    const { database, app, owner, role, as, sql, run } = place;
    const [deployer, dba] = [await role("deployer"), await role("dba")];
    await sql(
      `ALTER DATABASE ${database} OWNER TO ${dba}; REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC; GRANT CONNECT ON DATABASE ${database} TO ${owner}, ${deployer}`,
    );
    await join(place, deployer, owner, "inherit");
    await as(owner, "CREATE TABLE t (id int)");

    const report = await run("apply", READ, { user: deployer });

    expect(linesOf(report.granted)).toEqual(["table t: SELECT"]);
    expect(linesOf(report.missing)).toEqual([`database ${database}: CONNECT (not-owner)`]);
    expect(readFix(report.missing[0]?.fix)).toContain(
      `Run as ${dba}: GRANT CONNECT ON DATABASE "${database}" TO "${app}";`,
    );
  });

  test("does not name the owner as the cause when this login cannot use the schema", async () => {
    const { app, owner, role, as, run } = await world.open();
    const deployer = await role("deployer");
    await as(
      owner,
      `CREATE SCHEMA closed; CREATE TABLE closed.t (id int); GRANT USAGE ON SCHEMA closed TO ${app};
       GRANT SELECT ON closed.t TO ${deployer} WITH GRANT OPTION`,
    );

    const report = await run("apply", { ...READ, schemas: ["closed"] }, { user: deployer });

    expect(linesOf(report.missing)).toEqual(["table closed.t: SELECT (not-owner)"]);
    expect(readFix(report.missing[0]?.fix)).not.toContain("GRANT USAGE");
  });

  test("directs the SQL for an owner that cannot log in to its members", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const [deployer, group, member] = [
      await role("deployer"),
      await role("group", "NOLOGIN"),
      await role("member", version >= 16 ? "LOGIN" : "LOGIN NOINHERIT"),
    ];
    await as(owner, "CREATE TABLE ours (id int)");
    await sql(`
      ALTER TABLE ours OWNER TO ${group}; GRANT USAGE ON SCHEMA public TO ${group};
      GRANT ${group} TO ${member} ${version >= 16 ? "WITH INHERIT FALSE, SET TRUE" : ""}`);

    const report = await run("plan", READ, { user: deployer });

    expect(readFix(report.missing[0]?.fix)).toContain(`member of ${group}`);
    await as(member, report.fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", READ, { grantee: app })).toMatchObject({ verdict: "in-sync" });
  });

  test("directs the SQL for pg_database_owner to the owner of the database", async () => {
    const { app, owner, role, as, sql, run } = await world.open();
    const deployer = await role("deployer");
    await sql(`
      CREATE TABLE t (id int); GRANT SELECT ON t TO ${app};
      ALTER SCHEMA public OWNER TO pg_database_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC`);

    const report = await run("plan", READ, { user: deployer });

    expect(linesOf(report.missing)).toEqual(["schema public: USAGE (not-owner)"]);
    expect(readFix(report.missing[0]?.fix)).toContain(`Run as ${owner}: GRANT USAGE ON SCHEMA "public" TO "${app}";`);
    expect(readFix(report.missing[0]?.fix)).not.toContain('GRANT "pg_database_owner"');
    await as(owner, report.fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", READ)).toMatchObject({ verdict: "in-sync" });
  });

  // Up to 15, a role without INHERIT has the privileges of pg_database_owner only after SET ROLE.
  if (version < 16)
    test.each(["by a deployer", "by the owner"])(
      "sets pg_database_owner where the owner of the database does not inherit it, %s",
      async (who) => {
        const { app, owner, role, as, sql, run } = await world.open();
        const user = who === "by the owner" ? owner : await role("deployer");
        await as(owner, "CREATE TABLE t (id int)");
        await sql(`
        ALTER ROLE ${owner} NOINHERIT;
        ALTER SCHEMA public OWNER TO pg_database_owner; REVOKE ALL ON SCHEMA public FROM PUBLIC`);

        const report = await run("apply", READ, { user });

        const text = report.missing.map(({ fix }) => readFix(fix)).join("\n");
        expect(text).toContain('Run as a member of pg_database_owner: SET ROLE "pg_database_owner"; GRANT USAGE');
        expect(text).not.toContain('GRANT "pg_database_owner"');
        for (const { as: runner, statements } of report.fixes)
          await as(runner === "pg_database_owner" ? owner : runner, statements.join("\n"));
        expect(await run("check", READ, { grantee: app })).toMatchObject({ verdict: "in-sync" });
      },
    );

  test("directs the SQL for schema public to its owner", async () => {
    const { app, owner, role, as, sql, run, can } = await world.open();
    const stranger = await role("stranger");
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}`);
    await sql(`ALTER SCHEMA public OWNER TO ${stranger}; REVOKE ALL ON SCHEMA public FROM PUBLIC, ${owner}`);

    const report = await run("apply", READ);

    expect(linesOf(report.missing)).toEqual(["schema public: USAGE (not-owner)"]);
    expect(report.missing[0]).toMatchObject({ owner: stranger, fix: { as: stranger } });
    expect(await can(app, "SELECT FROM public.t")).toBe(false);
    await as(stranger, report.fixes[0]?.statements.join("\n") ?? "");
    expect(await run("check", READ)).toMatchObject({ verdict: "in-sync" });
    expect(await can(app, "SELECT FROM public.t")).toBe(true);
  });

  test("directs the SQL for a superuser's object to a superuser", async () => {
    const { owner, sql, as, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    await sql("CREATE TABLE theirs (id int)");

    const report = await run("apply", READ);

    expect(linesOf(report.missing)).toEqual(["table theirs: SELECT (not-owner)"]);
    expect(readFix(report.missing[0]?.fix)).toMatch(/superuser/);
  });
});
