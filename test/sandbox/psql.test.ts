import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueCertificates } from "./certificates.ts";
import { MACHINES, PSQL, STAND_IN } from "./psql.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

const HOSTILE = `it's "x" \\ :name host=evil`;

let sandbox: Sandbox;
let directory: string;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders");
  await sandbox.createDatabase(HOSTILE);
  await sandbox.sql("postgres", "ALTER ROLE migrator PASSWORD 'secret'");
  directory = await mkdtemp(join(tmpdir(), "psql-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
  await sandbox.close();
});

test("tests run the machine's psql if it is installed", () => {
  expect(PSQL).toBe(MACHINES === "" ? STAND_IN : MACHINES);
});

const programs = [
  { name: "the stand-in", psql: STAND_IN },
  // The expected output is psql's.
  ...(MACHINES === "" ? [] : [{ name: "the machine's psql", psql: MACHINES }]),
];

describe.each(programs)("$name", ({ psql }) => {
  /** Runs it as migrator in the database orders, through the socket. */
  function run(args: readonly string[], input = "", env: Readonly<Record<string, string>> = {}) {
    const { status, stdout, stderr } = spawnSync(psql, ["--no-psqlrc", ...args], {
      input,
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        PGHOST: sandbox.server.directory,
        PGPORT: String(sandbox.server.port),
        PGUSER: "migrator",
        PGDATABASE: "orders",
        ...env,
      },
    });
    return { status, stdout, stderr };
  }
  const succeeds = (stdout: string) => ({ status: 0, stdout, stderr: "" });
  const ROWS = `SELECT 1 AS id, 'a' AS "first name", NULL AS c UNION ALL SELECT 22, 'bcd', true ORDER BY 1;`;

  test("takes settings from PGOPTIONS", () => {
    const env = { PGOPTIONS: "--client-min-messages=error --search-path=pg_catalog" };
    const args = ["--tuples-only", "--no-align"];
    expect(run(args, "SHOW search_path; SHOW client_min_messages;", env)).toEqual(succeeds("pg_catalog\nerror\n"));
  });

  test("prints a table", () => {
    expect(run([], `${ROWS} SELECT 7 AS number; SELECT 'x' AS a_long_name; SELECT 1 AS n WHERE false;`)).toEqual(
      succeeds(
        [
          " id | first name | c ",
          "----+------------+---",
          "  1 | a          | ",
          " 22 | bcd        | t",
          "(2 rows)\n",
          " number ",
          "--------",
          "      7",
          "(1 row)\n",
          " a_long_name ",
          "-------------",
          " x",
          "(1 row)\n",
          " n ",
          "---",
          "(0 rows)\n\n",
        ].join("\n"),
      ),
    );
  });

  test("prints only rows, aligned or unaligned", () => {
    expect(run(["--tuples-only", "--command", ROWS])).toEqual(
      succeeds("  1 | a          | \n 22 | bcd        | t\n\n"),
    );
    expect(run(["-t", "-A", "-c", ROWS])).toEqual(succeeds("1|a|\n22|bcd|t\n"));
    expect(run(["--no-align", "--command", ROWS])).toEqual(succeeds("id|first name|c\n1|a|\n22|bcd|t\n(2 rows)\n"));
  });

  test("prints command tags, except with -q", () => {
    const script =
      "BEGIN; CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); DO $$ BEGIN PERFORM 1; END $$; ROLLBACK";
    expect(run([], script)).toEqual(succeeds("BEGIN\nCREATE TABLE\nINSERT 0 2\nDO\nROLLBACK\n"));
    expect(run(["--quiet"], script)).toEqual(succeeds(""));
  });

  test("interpolates variables with the requested quoting, and nothing else", () => {
    const script = `SELECT :'v', :"v" FROM (SELECT 1 AS :"v") AS t; -- :'v'; SELECT 2
      SELECT ':v', E'\\':v', $$:v;$$, $a$ $$:v $a$, (SELECT 1::text), :n;
      \\set n 8
      SELECT :n, "?column?" FROM (SELECT 1) AS t
    `;
    expect(run(["-tA", "--set", `v=${HOSTILE}`, "-v", "n=7"], script)).toEqual(
      succeeds(`${HOSTILE}|1\n:v|':v|:v;| $$:v |1|7\n8|1\n`),
    );
  });

  test("sends an unset variable to the server unchanged", () => {
    const { status, stderr } = run(["--set", "ON_ERROR_STOP=1"], "SELECT :'nothing';");
    expect([status, stderr]).toEqual([3, expect.stringContaining('syntax error at or near ":"')]);
  });

  test("runs the statements that a query returns", () => {
    const script = `SELECT 'SELECT 1; SELECT 2', NULL UNION ALL SELECT 'SELECT 3', 'SELECT 4' ORDER BY 1 \\gexec
      SELECT 5;`;
    expect(run(["--tuples-only", "--no-align"], script)).toEqual(succeeds("1\n2\n3\n4\n5\n"));
    const failing = "SELECT 'SELECT 1/0', 'SELECT 1' \\gexec";
    expect(run(["-tA"], failing)).toMatchObject({ status: 0, stdout: "1\n" });
    expect(run(["-tA", "--set=ON_ERROR_STOP=1"], failing)).toMatchObject({ status: 3, stdout: "" });
    expect(run(["-tA", "--set=ON_ERROR_STOP=1"], "SELECT 1/0 \\gexec")).toMatchObject({
      status: 3,
      stdout: "",
    });
  });

  const DROP = `DROP TABLE IF EXISTS nothing;\n\nGRANT USAGE ON SCHEMA
    nothing TO migrator;\nSELECT 1;`;
  const NOTICE = 'NOTICE:  table "nothing" does not exist, skipping\n';
  const ERROR = 'ERROR:  schema "nothing" does not exist\n';

  test("continues after an error in a script, or stops with ON_ERROR_STOP", async () => {
    expect(run(["-tAq"], DROP)).toEqual({ status: 0, stdout: "1\n", stderr: NOTICE + ERROR });
    const stopped = { status: 3, stdout: "", stderr: NOTICE + ERROR };
    expect(run(["-tAq", "-v", "ON_ERROR_STOP=1"], DROP)).toEqual(stopped);
    expect(run(["-tAq"], `\\set ON_ERROR_STOP on\n${DROP}`)).toEqual(stopped);
    expect(run(["-tAqc", DROP])).toEqual({ ...stopped, status: 1 });
    const file = join(directory, "drop.sql");
    await writeFile(file, DROP);
    const placed = `psql:${file}:1: ${NOTICE}psql:${file}:4: ${ERROR}`;
    expect(run(["-tAqf", file])).toEqual({ status: 0, stdout: "1\n", stderr: placed });
  });

  test("prints an error as verbosely as requested", () => {
    const failing = `DO $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = 'a', HINT = 'b', ERRCODE = '42501'; END $$;`;
    const rest = "DETAIL:  a\nHINT:  b\nCONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n";
    expect(run(["-c", failing]).stderr).toBe(`ERROR:  no\n${rest}`);
    expect(run([], `\\set VERBOSITY verbose\n${failing}`).stderr).toMatch(
      new RegExp(`^ERROR:  42501: no\n${rest}LOCATION:  exec_stmt_raise, pl_exec.c:[0-9]+\n$`),
    );
  });

  test("connects to another database, whatever its name, and reads a file", async () => {
    const conninfo = `dbname='${HOSTILE.replaceAll(/['\\]/g, "\\$&").replaceAll('"', '""')}'`;
    const file = join(directory, "script.sql");
    const current = "SELECT current_database();\n";
    await writeFile(
      file,
      `\\pset pager off
\\echo 'it''s here'
\\connect postgres
${current}\\connect -reuse-previous=on "${conninfo}"
${current}\\connect nowhere
${current}`,
    );
    const { status, stdout, stderr } = run(["-tA", "-f", file, "-v", "ON_ERROR_STOP=1"]);
    expect([status, stderr]).toEqual([3, expect.stringContaining('database "nowhere" does not exist')]);
    const connected = (name: string) => `You are now connected to database "${name}" as user "migrator".\n${name}\n`;
    expect(stdout).toBe(`${"Pager usage is off.\nit's here\n"}${connected("postgres")}${connected(HOSTILE)}`);
    expect(stderr).toContain(`psql:${file}:7: error: \\connect: `);
  });

  test("reads the connection from options and the environment, and options win", () => {
    const current = ["-tAc", "SELECT current_user, current_database()"];
    const { directory: host, port } = sandbox.server;
    const nowhere = { PGHOST: "/nowhere", PGPORT: "1", PGUSER: "nobody", PGDATABASE: "nowhere" };
    const options = [`--host=${host}`, `--port=${port}`, "--username=azuresu"];
    expect(run([...options, "--dbname=postgres", ...current], "", nowhere)).toEqual(succeeds("azuresu|postgres\n"));
    expect(run(["-h", host, "-p", `${port}`, "-U", "azuresu", "postgres", ...current], "", nowhere)).toEqual(
      succeeds("azuresu|postgres\n"),
    );
    expect(run(current)).toEqual(succeeds("migrator|orders\n"));
  });

  test("checks the server's certificate before it sends a password", async () => {
    const tls = {
      PGHOST: "localhost",
      PGSSLMODE: "verify-full",
      PGPASSWORD: "secret",
      PGCONNECT_TIMEOUT: "10",
    };
    const secure = ["-tAc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"];
    const ours = { ...tls, PGSSLROOTCERT: sandbox.caFile };
    expect(run(secure, "", ours)).toEqual(succeeds("t\n"));
    expect(run(secure, "", { ...ours, PGPASSWORD: "wrong" })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('password authentication failed for user "migrator"'),
    });
    const other = join(directory, "other.pem");
    await writeFile(other, (await issueCertificates()).ca);
    expect(run(secure, "", { ...ours, PGSSLROOTCERT: other })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^psql: error: (?!.*password)/),
    });
  });
});

test.each([
  { what: "the option --html", args: ["--html"], says: "'--html'" },
  { what: "a connection string", args: ["host=localhost"], says: "the connection string host=localhost" },
  { what: "a second argument", args: ["orders", "migrator"], says: "the argument migrator" },
  { what: "a variable of libpq", env: { PGAPPNAME: "x" }, says: "the variable PGAPPNAME" },
  {
    what: "TLS without a check",
    env: { PGHOST: "localhost", PGSSLMODE: "require" },
    says: "PGSSLMODE=require",
  },
  { what: "a variable of psql", args: ["--set", "AUTOCOMMIT=off"], says: "the variable AUTOCOMMIT" },
  {
    what: "the command \\dt",
    input: "SELECT 1;\n\\dt",
    says: "the stand-in for psql does not know \\dt",
  },
  { what: "a command within a statement", input: "SELECT 1 \\gset", says: "\\gset within a statement" },
  { what: "a command for --command", args: ["--command", "\\du"], says: "\\du" },
  { what: "an open quote", input: "SELECT 'a", says: "' without its end" },
  {
    what: "RETURNING",
    args: ["-c", "CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1) RETURNING a"],
    says: "INSERT 0 1",
  },
  { what: "COPY", args: ["-c", "CREATE TEMP TABLE t (a int); COPY t FROM STDIN"], says: "COPY" },
  { what: "the width of ü", args: ["-c", "SELECT 'ü'"], says: "ü" },
])("the stand-in rejects what it does not support: $what", ({ args = [], env = {}, input = "", says }) => {
  const { status, stderr } = spawnSync(STAND_IN, args, {
    input,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      PGHOST: sandbox.server.directory,
      PGPORT: String(sandbox.server.port),
      PGUSER: "migrator",
      PGDATABASE: "orders",
      ...env,
    },
  });
  expect([status, stderr]).toEqual([64, expect.stringContaining(says)]);
});
