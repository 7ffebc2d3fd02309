import { describe, expect, onTestFinished, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { nothingDone } from "../../src/grants/outcome.ts";
import type { Mode } from "../../src/model/report.ts";
import { reconcile } from "../../src/reconcile.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { read } from "../read.ts";
import { signInAs } from "../sandbox/postgres.ts";
import { runScript } from "../sandbox/psql.ts";
import { DEFAULTS, linesOf, quote, reportOf, useOwnWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

describe.each([14, 18] as const)("PostgreSQL %i: a database in another encoding than UTF8", (version) => {
  // Databases share the names of roles, and here some cannot be read in all of them.
  const world = useOwnWorld(version);

  /** A database in an encoding, with a schema, tables and a role whose names are written in it. */
  async function encoded(encoding: string, word: string) {
    const place = await world.open();
    const { owner, sql } = place;
    const database = `${place.database}_${encoding.toLowerCase()}`;
    await sql(`CREATE DATABASE ${database} OWNER ${owner} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
    const signIn = async (role: string) => {
      const client = await signInAs(world.address, role, database);
      onTestFinished(() => client.end());
      return client;
    };
    const superuser = await signIn("azuresu");
    const grantee = `${word} ${place.app}`;
    await superuser.query(`
      ALTER SCHEMA public OWNER TO ${owner};
      CREATE ROLE ${quote(grantee)} LOGIN;
      CREATE SCHEMA ${quote(word)} AUTHORIZATION ${owner};
      CREATE TABLE ${quote(word)}.${quote(`${word} 1`)} ();
      CREATE TABLE ${quote(word)}.${quote(`${word} 2`)} ();
      CREATE TABLE ${quote(word)}.plain ();
      ALTER TABLE ${quote(word)}.${quote(`${word} 1`)} OWNER TO ${owner};
      ALTER TABLE ${quote(word)}.${quote(`${word} 2`)} OWNER TO ${owner};
      ALTER TABLE ${quote(word)}.plain OWNER TO ${owner}`);
    onTestFinished(async () => {
      await superuser.query(`DROP OWNED BY ${quote(grantee)}; DROP ROLE ${quote(grantee)}`);
    });
    const client = await signIn(owner);
    const run = async (mode: Mode, name = grantee) => {
      const demand = { ...DEFAULTS, ...READ, schemas: [word], exclude: [`${word}.${word.slice(0, 1)}* 2`] };
      const { grantees, statements, fixes } = await reconcile(client, { mode, grantees: [name], demand }, () => {}, {
        done: nothingDone(),
      });
      const [report] = grantees;
      if (report === undefined) throw new Error("no report");
      return { ...report, statements, fixes, said: [] };
    };
    const can = async (text: string) => {
      const { rows } = await superuser.query<{ can: boolean }>(`SELECT has_table_privilege($1, $2, 'SELECT') AS can`, [
        grantee,
        text,
      ]);
      return rows[0]?.can;
    };
    return { ...place, database, grantee, superuser, run, can };
  }

  test("gets a SQL file that psql reads as UTF-8", async () => {
    const { grantee, database, owner, run } = await encoded("LATIN1", "tür");
    const planned = await run("plan");
    const file = renderSql(reportOf(owner, [{ database, story: planned }]));
    expect(runScript(world.address, owner, database, file)).toEqual({ status: 0, stderr: "" });
    expect(await run("check")).toMatchObject({ verdict: "in-sync", grantee });
  });

  test.each([
    ["EUC_JP", "日本"],
    ["EUC_KR", "한국"],
    ["EUC_CN", "中国"],
    ["LATIN1", "café"],
  ])("is judged and granted by the names written in it: %s", async (encoding, word) => {
    const { grantee, run, can } = await encoded(encoding, word);

    const report = await run("apply");

    expect(report).toMatchObject({ grantee, verdict: "repaired", objects: { skipped: 1 } });
    expect(linesOf(report.granted)).toEqual([
      `schema ${word}: USAGE`,
      `table ${word}.${word} 1: SELECT`,
      `table ${word}.plain: SELECT`,
    ]);
    expect(await can(`${quote(word)}.${quote(`${word} 1`)}`)).toBe(true);
    expect(await can(`${quote(word)}.${quote(`${word} 2`)}`)).toBe(false);
    expect((await run("check")).verdict).toBe("in-sync");
  });

  test.each([
    ["EUC_JP", "日本", "22021"],
    ["EUC_KR", "한국", "22021"],
    ["EUC_JP", "plain", "22021"],
    ["WIN1252", "plain", "22P05"],
  ])("says which names cannot be read in it: %s", async (encoding, word, code) => {
    const { app, owner, sql, superuser, run } = await encoded(encoding, word);
    const elsewhere = `日本の ${app}`;
    await sql(`CREATE ROLE ${quote(elsewhere)}`);
    const [role] = await sql<{ oid: string }>("SELECT oid::text AS oid FROM pg_roles WHERE rolname = $1", [elsewhere]);
    await superuser.query(`UPDATE pg_class SET relowner = ${role?.oid} WHERE relname = 'plain'`);

    const error = await run("check").catch((thrown: unknown) => thrown);

    await superuser.query(`UPDATE pg_class SET relowner = '${owner}'::regrole WHERE relname = 'plain'`);
    await sql(`DROP ROLE ${quote(elsewhere)}`);
    expect(error).toMatchObject({ code });
    const failure = diagnose(error, { with: "postgres" });
    expect(failure.code).toBe("name-encoding");
    expect(read(failure.hint ?? [])).toContain("encoding of this database");
  });

  test("says that a grantee cannot be written in it", async () => {
    const { run } = await encoded("LATIN1", "café");
    const error = await run("apply", "日本").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "22P05" });
    expect(diagnose(error, { with: "postgres" }).code).toBe("name-encoding");
  });
});
