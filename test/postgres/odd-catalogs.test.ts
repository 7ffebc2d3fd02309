import { describe, expect, onTestFinished, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { readFix } from "../read.ts";
import { SOME_VERSIONS, signInAs } from "../sandbox/postgres.ts";
import { linesOf, type Place, quote, useOwnWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;
const REVOKE = { ...READ, onExtra: "revoke" } as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: damaged catalogs", (version) => {
  const world = useOwnWorld(version);

  test("checks the rest when an owner does not exist, and names its OID", async () => {
    const { owner, as, sql, run } = await world.open();
    await as(owner, "CREATE TABLE kept (id int); CREATE TABLE lost (id int)");
    await sql("UPDATE pg_class SET relowner = 99999 WHERE relname = 'lost'");

    const report = await run("apply", { ...READ, defaultPrivileges: true });

    expect(linesOf(report.granted)).toContain("table kept: SELECT");
    expect(linesOf(report.missing)).toEqual(["table lost: SELECT (role-gone)"]);
    expect(report.missing[0]?.owner).toBe("unknown (OID=99999)");
    expect(readFix(report.missing[0]?.fix)).toMatch(/ALTER … OWNER TO/);
    expect(report.fixes).toEqual([]);
    await sql(`ALTER TABLE lost OWNER TO ${owner}`);
    expect(await run("apply", READ)).toMatchObject({ verdict: "repaired" });
  });

  test("checks the rest when ACLs contain roles that do not exist", async () => {
    const { app, owner, as, sql, run } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (a int); CREATE TABLE u (a int); GRANT SELECT, DELETE ON t, u TO ${app}; GRANT UPDATE (a) ON t TO ${app}`,
    );
    await sql(`
      UPDATE pg_class SET relacl = relacl || makeaclitem(99999, relowner, 'SELECT', TRUE) WHERE relname IN ('t', 'u');
      UPDATE pg_class SET relacl = relacl || makeaclitem('${app}'::regrole, 99999, 'UPDATE', FALSE) WHERE relname = 'u';
      UPDATE pg_attribute SET attacl = attacl || makeaclitem(99999, 99998, 'UPDATE', FALSE)
      WHERE attrelid = 't'::regclass AND attname = 'a';
      UPDATE pg_namespace SET nspacl = nspacl || makeaclitem(99999, nspowner, 'CREATE', FALSE) WHERE nspname = 'public'`);

    const report = await run("apply", REVOKE);

    expect(linesOf(report.revoked)).toEqual(["table t: DELETE", "table u: DELETE"]);
    expect(linesOf(report.extra)).toEqual(["table t: UPDATE (column-privileges)", "table u: UPDATE (role-gone)"]);
  });

  test("checks the rest when the owner of a schema or of the database does not exist", async () => {
    const { database, owner, as, sql, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    await sql(`
      UPDATE pg_namespace SET nspowner = 99999, nspacl = NULL WHERE nspname = 'public';
      UPDATE pg_database SET datdba = 99998, datacl = NULL WHERE datname = current_database();
      REVOKE CONNECT ON DATABASE ${quote(database)} FROM PUBLIC; GRANT CONNECT ON DATABASE ${quote(database)} TO ${owner}`);

    const report = await run("apply", READ);

    expect(linesOf(report.missing)).toEqual([
      `database ${database}: CONNECT (role-gone)`,
      "schema public: USAGE (role-gone)",
      "table t: SELECT (owner-lacks-usage)",
    ]);
    for (const { fix } of report.missing) expect(readFix(fix)).toMatch(/^ *As a superuser, set an owner/);
  });

  /** A database that takes any bytes for a name, and sessions in it. */
  async function withoutEncoding({ database, sql }: Place) {
    const bytes = `${database}_bytes`;
    await sql(`CREATE DATABASE ${bytes} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`);
    return async (role: string) => {
      const client = await signInAs(world.address, role, bytes);
      onTestFinished(() => client.end());
      return client;
    };
  }

  /** Runs a statement with a name in Latin 1 ("café") in place of %I. */
  function latin(statement: string): string {
    return `DO $$ BEGIN EXECUTE format('${statement}', 'caf' || convert_from('\\xe9', 'SQL_ASCII')); END $$`;
  }

  test("ends in name-encoding when the name of an owner is not UTF-8", async () => {
    const place = await world.open();
    const { owner, as, sql, run } = place;
    const signIn = await withoutEncoding(place);
    await (await signIn("azuresu")).query(latin(`CREATE ROLE %I`));
    await as(owner, "CREATE TABLE kept (id int); CREATE TABLE theirs (id int)");
    await sql("UPDATE pg_class SET relowner = (SELECT max(oid) FROM pg_roles) WHERE relname = 'theirs'");

    const error = await run("apply", READ).catch((thrown: unknown) => thrown);

    expect(diagnose(error, { with: "postgres" }).code).toBe("name-encoding");
    await sql(`UPDATE pg_class SET relowner = '${owner}'::regrole WHERE relname = 'theirs'`);
    expect(await run("apply", READ)).toMatchObject({ verdict: "repaired" });
    await (await signIn("azuresu")).query(latin(`ALTER ROLE %I RENAME TO cafe_${version}`));
  });

  test("ends in name-encoding when the name of a table is not UTF-8", async () => {
    const place = await world.open();
    const { owner, run } = place;
    const signIn = await withoutEncoding(place);
    const superuser = await signIn("azuresu");
    await superuser.query(`ALTER SCHEMA public OWNER TO ${owner}`);
    const client = await signIn(owner);
    await client.query('CREATE TABLE "café" (id int)');
    await client.query(latin("CREATE TABLE %I (id int)"));

    const error = await run("apply", READ, { client }).catch((thrown: unknown) => thrown);

    expect(diagnose(error, { with: "postgres" }).code).toBe("name-encoding");
    await client.query("ROLLBACK");
    await client.query(latin("DROP TABLE %I"));
    const report = await run("apply", READ, { client });
    expect(linesOf(report.granted)).toContain("table café: SELECT");
    expect(report.verdict).toBe("repaired");
  });
});
