import { spawnSync } from "node:child_process";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type pg from "pg";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { runAction } from "../e2e/run-action.ts";
import { issueCertificates } from "../sandbox/certificates.ts";
import { CLIENTS, warnWithoutClients } from "../sandbox/pg-dump.ts";
import { type PostgresServer, SUPERUSER, signInAs, startServer, type Version } from "../sandbox/postgres.ts";
import { PSQL } from "../sandbox/psql.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { type Contexts, inputsOf, jobOf, resolved } from "./example.ts";

const EXAMPLE = "before-the-merge.yml";
const CONTEXTS: Contexts = { github: { token: "token-of-the-job" } };
/** Dumps of a flexible server, as far as they are known. */
const RECORDED = join(import.meta.dirname, "production");
const BASH = ["--noprofile", "--norc", "-e", "-c"];

let directory: string;
let container: PostgresServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "merge-"));
  await script("psql", `PGSSLMODE=disable exec '${PSQL}' --no-psqlrc "$@"`);
  const jq = join(import.meta.dirname, "jq-child.ts");
  await script("jq", `exec '${process.execPath}' '${jq}' "$@"`);
  // The newest run on a branch main is that of a fork's pull request.
  await writeFile(
    join(directory, "runs.json"),
    '[{"databaseId":3,"event":"pull_request"},{"databaseId":2,"event":"schedule"},{"databaseId":1,"event":"schedule"}]',
  );
  await script(
    "gh",
    `case "$*" in
       "run list "*) for last; do :; done; jq --raw-output "$last" runs.json ;;
       "run download 2 --name production --dir production") ;;
       *) exit 1 ;;
     esac`,
  );
});
afterEach(() => rm(directory, { recursive: true }));

test("a pull request is green if default privileges cover its table, and red if its table belongs to another role", async () => {
  await cp(RECORDED, join(directory, "production"), { recursive: true });
  await replay(18);

  await migrate("CREATE TABLE shipments (id serial PRIMARY KEY); INSERT INTO schema_migrations VALUES ('2')");
  expect(await check()).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync" } });

  await migrate("SET ROLE billing_owner; CREATE TABLE invoices (id serial PRIMARY KEY)");
  const red = await check();
  // The table, its sequence, and the next ones of this owner.
  expect(red).toMatchObject({ exitCode: 1, outputs: { verdict: "drift", "missing-count": "4" } });
  expect(red.summary).toContain("`public.invoices`");
  // What the deployment could do about it.
  expect(await check({ mode: "apply" })).toMatchObject({ exitCode: 0, outputs: { verdict: "repaired" } });
});

if (CLIENTS === undefined) {
  test("the job production needs pg_dump", () => warnWithoutClients("the job production"));
} else {
  const { bin, version } = CLIENTS;
  describe("the dumps of this machine's pg_dump", () => {
    let sandbox: Sandbox;
    beforeEach(async () => {
      sandbox = await startSandbox({ version });
    });
    afterEach(() => sandbox.close());

    test("the container has the same memberships, privileges, default privileges and history", async () => {
      await likeProduction();
      const before = await stateOf(sandbox.server);
      await dump();
      await replay(version);
      expect(await stateOf(container)).toEqual(before);
      expect(await check()).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync" } });
      await migrate("REVOKE INSERT ON orders FROM aad_orders");
      expect(await check()).toMatchObject({
        exitCode: 1,
        outputs: { verdict: "drift", "missing-count": "1" },
      });
    });

    /** A database after a deployment, and what only Azure's servers have. */
    async function likeProduction(): Promise<void> {
      await sandbox.createDatabase("orders");
      await sandbox.sql("orders", "CREATE EXTENSION citext; CREATE EXTENSION hstore");
      await asMigrator(
        `${ORDERS}; CREATE TABLE tags (name citext); CREATE TABLE schema_migrations (version text);
         INSERT INTO schema_migrations VALUES ('20260101000000')`,
      );
      const { server } = sandbox;
      const deploy = inputsOf("deploy.yml", "database", {
        vars: { GRANTS_CLIENT_ID: IDENTITIES.migrator.clientId, AZURE_TENANT_ID: TENANT_ID },
      });
      await runAction({ ...deploy, host: server.host, port: String(server.port) }, sandbox.env);
      await sandbox.sql(
        "orders",
        `CREATE ROLE replication LOGIN REPLICATION; CREATE ROLE reports NOLOGIN; GRANT reports TO migrator;
         GRANT pg_monitor TO azure_pg_admin WITH ADMIN OPTION;
         GRANT EXECUTE ON FUNCTION pg_stat_reset() TO azure_pg_admin;
         REVOKE CONNECT ON DATABASE orders FROM PUBLIC; GRANT CONNECT ON DATABASE orders TO migrator, aad_orders;
         ALTER ROLE azuresu SET search_path TO 'pg_catalog'`,
      );
    }

    async function asMigrator(sql: string): Promise<void> {
      const client = await sandbox.signInAs("migrator", "orders");
      await client.query(sql).finally(() => client.end());
    }

    /** Runs the job `production`, and keeps what it would upload. */
    async function dump(): Promise<void> {
      const { host, port } = sandbox.server;
      await sandbox.sql("postgres", "ALTER ROLE migrator PASSWORD 'token-of-az' VALID UNTIL 'infinity'");
      await script("az", "echo token-of-az");
      await script(
        "docker",
        `kept="PATH=$PATH PGPORT=$PGPORT"
         while [ "$1" != postgres:18 ]; do
           if [ "$1" = --env ]; then kept="$kept $2=$(printenv "$2")"; fi
           shift
         done
         shift
         exec env -i $kept "$@"`,
      );
      const { stdout } = await step("production", "az account", {
        PATH: `${directory}${delimiter}${bin}${delimiter}${process.env.PATH}`,
        PGHOST: host,
        PGPORT: String(port),
        PGSSLROOTCERT: sandbox.caFile,
      });
      expect(stdout).toBe("::add-mask::token-of-az\n");
      for (const name of ["roles.sql", "schema.sql"]) {
        expect(await readFile(join(directory, name), "utf8")).not.toMatch(/PASSWORD|LABEL|hstore|pg_stat_reset/);
        await cp(join(directory, name), join(directory, "production", name));
      }
    }
  });
}

/** What the roles of the database hold, except Azure's own, and which migrations have run. */
async function stateOf(server: PostgresServer): Promise<unknown[]> {
  const client = await signInAs(server, SUPERUSER, "orders");
  return (await client.query<pg.QueryResultRow>(STATE).finally(() => client.end())).rows;
}
const STATE = `
SELECT 'default privilege' AS what, format('%s %s', defaclrole::regrole, defaclobjtype) AS name, a::text AS held
FROM pg_default_acl, unnest(defaclacl) AS a
UNION ALL SELECT 'relation', relname, a::text FROM pg_class, unnest(relacl) AS a
WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'owner', relname, relowner::regrole::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 'schema', nspname, a::text FROM pg_namespace, unnest(nspacl) AS a WHERE nspname = 'public'
UNION ALL SELECT 'database', datname, a::text FROM pg_database, unnest(datacl) AS a WHERE datname = 'orders'
UNION ALL SELECT 'member', member::regrole::text, format('%s %s', roleid::regrole, admin_option) FROM pg_auth_members
WHERE member NOT IN ('azure_pg_admin'::regrole, 'pg_monitor'::regrole)
UNION ALL SELECT 'migration', version, '' FROM public.schema_migrations
ORDER BY 1, 2, 3`;

/** Starts the service container, and runs the step that fills it. */
async function replay(version: Version): Promise<void> {
  container = await startServer({ version, certificates: await issueCertificates() });
  onTestFinished(container.stop);
  await writeFile(
    join(container.directory, "pg_hba.conf"),
    `local all all trust\nhost all all 127.0.0.1/32 password\n`,
  );
  const client = await signInAs(container, SUPERUSER, "postgres");
  await client.query("ALTER ROLE azuresu PASSWORD 'postgres'; SELECT pg_reload_conf()").finally(() => client.end());
  await step("pull-request", "gh run download");
}

async function migrate(sql: string): Promise<void> {
  await script("migrate.sh", `psql --quiet --set ON_ERROR_STOP=1 <<'SQL'\n${sql}\nSQL`);
  await step("pull-request", "./migrate.sh");
}

/** Runs the step of a job whose script has these words. */
async function step(job: string, words: string, env: Record<string, string> = {}) {
  const found = jobOf(EXAMPLE, job).steps?.find(({ run }) => run?.includes(words));
  const { status, stdout, stderr } = spawnSync("bash", [...BASH, found?.run ?? ""], {
    cwd: directory,
    encoding: "utf8",
    env: {
      ...resolved(found?.env ?? {}, CONTEXTS),
      PATH: `${directory}${delimiter}${process.env.PATH}`,
      PGPORT: String(container?.port),
      ...env,
    },
  });
  expect([status, stderr]).toEqual([0, ""]);
  return { stdout };
}

function check(inputs: Record<string, string> = {}) {
  const shown = inputsOf(EXAMPLE, "pull-request", CONTEXTS);
  return runAction({ ...shown, port: String(container.port), ...inputs }, {});
}

async function script(name: string, text: string): Promise<void> {
  await writeFile(join(directory, name), `#!/bin/sh\n${text}\n`);
  await chmod(join(directory, name), 0o755);
}
