import { describe, expect, onTestFinished, test } from "vitest";
import { SOME_VERSIONS, signInAs } from "../sandbox/postgres.ts";
import { linesOf, quote, useWorld } from "./world.ts";

/** What the owner of a database can set for all its sessions, and what changes how SQL is read, compared or planned. */
const SETTINGS = {
  array_nulls: "off",
  backslash_quote: "off",
  client_encoding: "SJIS",
  client_min_messages: "error",
  DateStyle: "German, DMY",
  default_transaction_deferrable: "on",
  default_transaction_isolation: "serializable",
  enable_hashagg: "off",
  enable_hashjoin: "off",
  enable_nestloop: "off",
  from_collapse_limit: "1",
  geqo_threshold: "2",
  idle_in_transaction_session_timeout: "1",
  join_collapse_limit: "1",
  lock_timeout: "1",
  plan_cache_mode: "force_generic_plan",
  quote_all_identifiers: "on",
  role: "none",
  row_security: "off",
  search_path: "public, pg_catalog",
  standard_conforming_strings: "off",
  statement_timeout: "3s",
  TimeZone: "Asia/Kathmandu",
  transform_null_equals: "on",
  work_mem: "64kB",
};

const DEMAND = {
  tablePrivileges: ["SELECT", "INSERT"],
  sequencePrivileges: ["USAGE"],
  routinePrivileges: ["EXECUTE"],
  defaultPrivileges: true,
  exclude: ["back\\slash", "a%*", "public.audit_*"],
  onExtra: "revoke",
} as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i", (version) => {
  const world = useWorld(version);

  test("the settings of a database change neither what is found nor what is granted", async () => {
    const { app, owner, as, sql, run, acls, database } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (id serial PRIMARY KEY, a text); CREATE TABLE "it's \\ ""x""" (id int REFERENCES t);
       CREATE TABLE "back\\slash" (); CREATE TABLE "a%b" (); CREATE TABLE ab (); CREATE TABLE audit_log ();
       CREATE VIEW v AS SELECT id, 'x;''\\' AS c FROM t; CREATE TABLE hidden (); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
       CREATE TYPE "text" AS ENUM ('a'); CREATE FUNCTION f("text", pg_catalog.text, "char"[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
       REVOKE EXECUTE ON FUNCTION f FROM PUBLIC; GRANT SELECT, DELETE ON t TO ${app}`,
    );
    const before = await run("check", DEMAND);
    const set = Object.entries(SETTINGS).map(
      ([name, value]) =>
        `ALTER DATABASE ${quote(database)} SET ${name} = ${name === "search_path" ? value : `'${value}'`};`,
    );
    await sql(set.join("\n"));
    const client = await signInAs(world.address, owner, database);
    onTestFinished(() => client.end());

    const under = await run("check", DEMAND, { client });

    const found = ({ missing, extra, warnings }: typeof under) => ({
      missing: linesOf(missing.filter(({ kind }) => kind !== "function")), // quote_all_identifiers quotes its types
      extra: linesOf(extra),
      warnings: warnings.map(({ code }) => code),
    });
    expect(found(under)).toEqual(found(before));
    expect(under.missing).toHaveLength(before.missing.length);
    expect(await run("apply", DEMAND, { client })).toMatchObject({ verdict: "repaired", missing: [], extra: [] });
    const granted = await acls();
    await sql(`ALTER DATABASE ${quote(database)} RESET ALL`);
    expect(await run("apply", DEMAND)).toMatchObject({ verdict: "in-sync", granted: [], revoked: [] });
    expect(await acls()).toEqual(granted);
    expect(granted.filter((line) => line.includes(`: ${app} `)).join()).not.toMatch(/back|a%b|audit_log/);
  });
});
