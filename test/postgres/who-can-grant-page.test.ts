import { describe, expect, test } from "vitest";
import { readText } from "../project/project.ts";
import { read } from "../read.ts";
import { someOf } from "../sandbox/postgres.ts";
import { type Place, useWorld } from "./world.ts";

/** A row of docs/who-can-grant.md. */
interface Row {
  readonly task: string;
  readonly login: string;
  readonly upTo15: string;
  readonly from16: string;
}
const ROWS: readonly Row[] = readText("docs/who-can-grant.md")
  .split("\n")
  .filter((line) => /^\| (?!---|To do this)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, task = "", login = "", upTo15 = "", from16 = ""]) => ({ task, login, upTo15, from16 }));

const SELECT = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

/** What a row's login is to the owner of the table t, or to the place. */
type Login = (place: Place, login: string, version: number) => Promise<unknown>;

/** A membership as `GRANT … WITH` says it from 16 on, and as the member's attributes say it before. */
const member =
  (from16: string, upTo15 = "INHERIT", more = ""): Login =>
  ({ sql, owner }, login, version) =>
    sql(
      version >= 16
        ? `GRANT ${owner} TO ${login} WITH ${from16}`
        : `ALTER ROLE ${login} ${upTo15}; GRANT ${owner} TO ${login} ${more}`,
    );

const GRANT: Readonly<Record<string, Login>> = {
  "owns it": ({ sql }, login) => sql(`ALTER TABLE t OWNER TO ${login}`),
  "is a member of its owner and inherits from it": member("INHERIT TRUE, SET FALSE"),
  "is a member of its owner without inheriting, and can `SET ROLE` to it": member(
    "INHERIT FALSE, SET TRUE",
    "NOINHERIT",
  ),
  "is a member of its owner with `ADMIN OPTION` only": member(
    "ADMIN TRUE, INHERIT FALSE, SET FALSE",
    "NOINHERIT",
    "WITH ADMIN OPTION",
  ),
  "holds the privilege `WITH GRANT OPTION`": ({ as, owner }, login) =>
    as(owner, `GRANT SELECT ON t TO ${login} WITH GRANT OPTION`),
  "holds the privilege without grant option": ({ as, owner }, login) => as(owner, `GRANT SELECT ON t TO ${login}`),
  "owns the database and the schema, but not the table": ({ sql, database }, login) =>
    sql(`ALTER DATABASE ${database} OWNER TO ${login}; ALTER SCHEMA public OWNER TO ${login}`),
  "has `CREATEROLE`": ({ sql }, login) => sql(`ALTER ROLE ${login} CREATEROLE`),
  "is a member of `azure_pg_admin`": ({ sql }, login) => sql(`GRANT azure_pg_admin TO ${login}`),
  "is a member of `pg_read_all_data` and `pg_write_all_data`": ({ sql }, login) =>
    sql(`GRANT pg_read_all_data, pg_write_all_data TO ${login}`),
  "can only `SET ROLE` to its owner, which lacks `USAGE` on the schema": async (place, login, version) => {
    await member("INHERIT FALSE, SET TRUE", "NOINHERIT")(place, login, version);
    await place.sql(`ALTER SCHEMA public OWNER TO azuresu; REVOKE ALL ON SCHEMA public FROM ${place.owner}, PUBLIC`);
  },
};

/** For each task of the page, whether a login as the row has it can do it, by trying. */
const TASKS: Readonly<Record<string, (place: Place, row: Row, version: number) => Promise<boolean>>> = {
  "Grant on a table, view or sequence": async (place, { login: what }, version) => {
    const { app, owner, role, sql, as, can, run } = place;
    const login = await role("login");
    await as(owner, `CREATE TABLE t (id int); GRANT USAGE ON SCHEMA public TO ${app}, ${login}`);
    await known(GRANT, what)(place, login, version);
    await sql(`GRANT USAGE ON SCHEMA public TO ${app}`);
    await run("apply", SELECT, { user: login });
    return can(app, "SELECT * FROM t");
  },
  "Grant `USAGE` on a schema": async ({ app, owner, role, sql, can, run, database }, { login: what }) => {
    const login = await role("login");
    await sql(
      `CREATE SCHEMA closed AUTHORIZATION ${what === "owns the schema" ? login : owner};
       CREATE TABLE closed.t (id int); GRANT SELECT ON closed.t TO ${app}; GRANT CONNECT ON DATABASE ${database} TO ${app};
       ALTER DATABASE ${database} OWNER TO ${what === "owns the schema" ? owner : login}`,
    );
    await run("apply", { ...SELECT, schemas: ["closed"] }, { user: login });
    return can(app, "SELECT * FROM closed.t");
  },
  "Grant `CONNECT` on a database": async ({ app, owner, role, sql, run, database }, { login: what }) => {
    const login = await role("login");
    const [ofDatabase, ofTable] = what === "owns the database" ? [login, owner] : [owner, login];
    await sql(
      `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC; ALTER DATABASE ${database} OWNER TO ${ofDatabase};
       GRANT CONNECT ON DATABASE ${database} TO ${login}; CREATE TABLE t (id int); ALTER TABLE t OWNER TO ${ofTable};
       GRANT SELECT ON t TO ${app}; GRANT USAGE ON SCHEMA public TO ${app}`,
    );
    await run("apply", SELECT, { user: login });
    const [row] = await sql<{ can: boolean }>("SELECT has_database_privilege($1, $2, 'CONNECT') AS can", [
      app,
      database,
    ]);
    return row?.can === true;
  },
  "Set default privileges for what a role creates": async (place, { login: what }, version) => {
    const { app, owner, role, sql, as, can, run } = place;
    const login = what === "is that role" ? owner : await role("login");
    if (what === "is a member of that role") await member("INHERIT TRUE, SET TRUE")(place, login, version);
    if (what === "has `CREATEROLE`") await sql(`ALTER ROLE ${login} CREATEROLE`);
    await as(owner, `CREATE TABLE t (id int); GRANT SELECT ON t TO ${app}; GRANT USAGE ON SCHEMA public TO ${app}`);
    await run("apply", { ...SELECT, defaultPrivileges: true }, { user: login });
    await as(owner, "CREATE TABLE later (id int)");
    return can(app, "SELECT * FROM later");
  },
  "Make a role a member of another": async ({ app, owner, role, sql, as }, { login: what }) => {
    const login = await role("login");
    await sql(
      what === "has `CREATEROLE`" ? `ALTER ROLE ${login} CREATEROLE` : `GRANT ${owner} TO ${login} WITH ADMIN OPTION`,
    );
    return as(login, `GRANT ${owner} TO ${app}`).then(
      () => true,
      () => false,
    );
  },
  "See what is missing (`check`, `plan`)": async ({ owner, role, as, run }) => {
    const login = await role("login");
    await as(owner, "CREATE TABLE t (id int)");
    const reports = [await run("check", SELECT, { user: login }), await run("plan", SELECT, { user: login })];
    return reports.every(({ verdict, missing }) => verdict === "drift" && missing.some(({ name }) => name === "t"));
  },
};

describe.each(someOf(15, 16))("docs/who-can-grant.md is right about PostgreSQL %i", (version) => {
  const world = useWorld(version);

  test.each(ROWS)("$task: a login that $login", async (row) => {
    const can = await known(TASKS, row.task)(await world.open(), row, version);
    expect(can ? "yes" : "no").toBe(version >= 16 ? row.from16 : row.upTo15);
  });

  test("the tables of the server's administrator: its SQL gives them to the login, and the report asks for no more than a run as it", async () => {
    const { app, database, role, sql, as, can, run } = await world.open();
    const administrator = "LOGIN CREATEROLE CREATEDB IN ROLE azure_pg_admin";
    const [pgadmin, entra] = [await role("pgadmin", administrator), await role("entra", administrator)];
    const migrator = `migrator_of_${pgadmin}`;
    await as(entra, `CREATE ROLE ${migrator} LOGIN`);
    await sql(`ALTER DATABASE ${database} OWNER TO ${pgadmin}; ALTER SCHEMA public OWNER TO azure_pg_admin`);
    await sql(
      `GRANT USAGE, CREATE ON SCHEMA public TO ${pgadmin}, ${migrator}; GRANT USAGE ON SCHEMA public TO ${app}`,
    );
    await as(pgadmin, "CREATE TABLE t (id serial); CREATE VIEW v AS SELECT 1; CREATE TYPE mood AS ENUM ('ok')");

    const [block = ""] = /(?<=```sql\n)[^`]*REASSIGN[^`]*/.exec(readText("docs/who-can-grant.md")) ?? [];
    const steps = block
      .replaceAll(/\bmigrator\b/g, migrator)
      .replaceAll(/\bpgadmin\b/g, pgadmin)
      .split("\n");
    const [first, second] = steps.map((line) => line.replace(/ +--.*/, ""));
    const advised = async (mode: "check" | "apply") => {
      const { missing } = await run(mode, SELECT, { user: migrator });
      return read(missing.find(({ reason }) => reason === "not-owner")?.fix.note);
    };
    const asOwner = `Or run this action as ${pgadmin} with mode: apply.`;
    expect(await advised("check")).toBe(asOwner);
    if (version >= 16) expect(await advised("apply")).toBe(asOwner);
    else expect(await advised("apply")).toContain(`GRANT "${pgadmin}" TO "${migrator}";`);

    const membership = as(entra, `GRANT ${pgadmin} TO ${migrator}; REVOKE ${pgadmin} FROM ${migrator}`);
    if (version >= 16) await expect(membership).rejects.toThrow("permission denied to grant role");
    else await membership;
    // What the report advises works too.
    expect(await run("apply", SELECT, { user: pgadmin })).toMatchObject({ verdict: "repaired" });
    await as(pgadmin, `REVOKE ALL ON t FROM ${app}`);

    await as(entra, first ?? "");
    await as(pgadmin, second ?? "");

    expect(await run("apply", SELECT, { user: migrator })).toMatchObject({ verdict: "repaired" });
    expect(await can(app, "SELECT FROM t")).toBe(true);
    // The administrator can do what it could before.
    expect(await can(pgadmin, "INSERT INTO t DEFAULT VALUES; ALTER TABLE t ADD a mood; DROP VIEW v")).toBe(true);
    const [owner] = await sql("SELECT datdba::regrole::text AS is FROM pg_database WHERE datname = current_database()");
    expect(owner).toEqual({ is: migrator });
  });
});

test("the page lists every login that this test knows", () => {
  const logins = ROWS.filter(({ task }) => task.startsWith("Grant on a table")).map(({ login }) => login);
  expect(logins).toEqual(Object.keys(GRANT));
  expect(new Set(ROWS.map(({ task }) => task))).toEqual(new Set(Object.keys(TASKS)));
});

function known<Value>(from: Readonly<Record<string, Value>>, name: string): Value {
  const value = from[name];
  if (value === undefined) throw new Error(`no test knows: ${name}`);
  return value;
}
