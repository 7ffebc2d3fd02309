import { afterAll, beforeAll, expect, test } from "vitest";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { OBJECTS, runJob } from "./orders-job.ts";
import type { Run } from "./run-action.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 14 }); // the last version in which every role can create objects in public
});
afterAll(() => sandbox.close());

test("ignores the PG* variables of the job", async () => {
  await sandbox.createDatabase("variables", { seed: ORDERS });
  const run = await runJob(
    sandbox,
    { database: "variables" },
    {
      ...sandbox.env,
      PGHOST: "127.0.0.2",
      PGHOSTADDR: "127.0.0.2",
      PGPORT: "1",
      PGUSER: "azuresu",
      PGPASSWORD: "of somebody else",
      PGDATABASE: "postgres",
      PGSSLMODE: "no-verify",
      PGSSLNEGOTIATION: "direct",
      PGOPTIONS: "-c default_transaction_read_only=on -c search_path=pg_temp",
      PGAPPNAME: "somebody else",
      PGCLIENTENCODING: "SQL_ASCII",
      PGCONNECT_TIMEOUT: "1",
      PGPASSFILE: "/dev/null",
      PGSERVICE: "elsewhere",
      NODE_PG_FORCE_NATIVE: "1",
    },
  );
  expect(run.outputs).toMatchObject({ verdict: "repaired", "granted-count": String(OBJECTS) });
  expect(run.report.databases[0]).toMatchObject({
    host: "localhost",
    database: "variables",
    user: "migrator",
  });
});

test("runs no planted function as the administrator, whatever the search_path", async () => {
  await sandbox.createDatabase("planted", { seed: ORDERS });
  await sandbox.sql("planted", PLANTED);
  await sandbox.sql(
    "postgres",
    `GRANT migrator TO "ci-admin";
     ALTER ROLE "ci-admin" SET search_path = public, pg_catalog;
     ALTER ROLE migrator SET search_path = public, pg_catalog`,
  );
  const admin = { database: "planted", user: "ci-admin", "client-id": IDENTITIES.admin.clientId };
  const modes = ["plan", "check", "apply", "check"];
  const verdicts: string[] = [];
  for (const mode of modes) verdicts.push((await runJob(sandbox, { ...admin, mode })).outputs.verdict ?? "");
  await sandbox.sql(
    "postgres",
    `ALTER ROLE "ci-admin" RESET search_path; ALTER ROLE migrator RESET search_path; REVOKE migrator FROM "ci-admin"`,
  );
  expect(verdicts).toEqual(["drift", "drift", "repaired", "in-sync"]);

  // The planted functions work, and their log lines come last: only these two calls reached them.
  for (const call of ["has_table_privilege(1::oid, 1::oid, 'SELECT')", "1::oid = 1::oid"]) {
    await sandbox.sql("planted", `SET search_path = public, pg_catalog; SELECT ${call}`);
  }
  const ran = () => [...sandbox.server.log().matchAll(/planted code ran as (\S+)/g)].map(([, role]) => role);
  await expect.poll(ran).toHaveLength(2);
  expect(ran()).toEqual(["azuresu", "azuresu"]);
});

test("a login with only CONNECT gets the same result as an administrator", async () => {
  await sandbox.createDatabase("watched", { seed: ORDERS });
  await sandbox.sql(
    "watched",
    `CREATE ROLE watcher LOGIN PASSWORD 'of the watcher';
     CREATE ROLE readers;
     GRANT readers TO aad_orders;
     REVOKE ALL ON DATABASE watched FROM PUBLIC;
     REVOKE ALL ON SCHEMA public FROM PUBLIC;
     GRANT CONNECT ON DATABASE watched TO watcher, "ci-admin";
     CREATE SCHEMA hidden AUTHORIZATION migrator;
     CREATE TABLE hidden.secrets (id serial, value text);
     GRANT SELECT ON customers TO aad_orders;
     GRANT SELECT ON products TO readers;
     GRANT INSERT (quantity) ON order_items TO aad_orders;
     GRANT ALL ON order_events TO aad_orders WITH GRANT OPTION;
     ALTER TABLE orders OWNER TO aad_orders`,
  );
  const check = { database: "watched", schemas: "public\nhidden", mode: "check" };
  const asWatcher = await runJob(sandbox, {
    ...check,
    user: "watcher",
    password: "of the watcher",
    "client-id": "",
    "tenant-id": "",
  });
  const asAdmin = await runJob(sandbox, {
    ...check,
    user: "ci-admin",
    "client-id": IDENTITIES.admin.clientId,
  });
  expect(asWatcher.outputs.verdict).toBe("drift");
  expect(found(asWatcher)).toEqual(found(asAdmin));
  expect(found(asWatcher)?.missing.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["watched", "public", "hidden", "secrets", "order_items"]),
  );
});

/** The findings, without the parts that depend on the login. */
function found({ report }: Run) {
  const [grantee] = report.databases[0]?.grantees ?? [];
  if (grantee === undefined) return undefined;
  const { verdict, objects, missing, extra, held } = grantee;
  const bare = (list: typeof missing) =>
    list.map(({ kind, schema, name, owner, privileges }) => ({ kind, schema, name, owner, privileges }));
  return { verdict, objects, missing: bare(missing), extra: bare(extra), held };
}

/** In public: namesakes of pg_catalog's functions and operators that a query about privileges may use. */
const PLANTED = `
CREATE FUNCTION public.tell() RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN RAISE LOG 'planted code ran as %', current_user; END $$;
DO $plant$
DECLARE
  one record;
  body text := 'BEGIN PERFORM public.tell(); RETURN NULL; END';
BEGIN
  FOR one IN
    SELECT proname AS name, pg_get_function_identity_arguments(oid) AS takes, prorettype::regtype::text AS gives
    FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset
      AND proname ~ '^(has_|pg_has_role|pg_get_|pg_is_in_recovery|pg_table_is|current_|set_config|acl|array_|json|format|quote_|left|length|starts_with|pg_try_adv|now|version|txid|pg_current|to_json|hashtext|name|string)'
      AND NOT pg_get_function_identity_arguments(oid) ~ '(internal|cstring|any|OUT |VARIADIC)'
      AND NOT prorettype::regtype::text ~ '(internal|cstring|any|void|trigger)'
  LOOP
    EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', one.name, one.takes, one.gives, body);
  END LOOP;
  FOR one IN
    SELECT oid, oprname AS name, oprleft::regtype::text AS l, oprright::regtype::text AS r, oprresult::regtype::text AS gives
    FROM pg_operator
    WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
      AND oprname IN ('=', '<>', '<', '>', '<=', '>=', '~', '!~', '||', '@>', '+', '-', '&')
      AND oprleft::regtype::text IN ('oid', 'name', 'text', '"char"', 'integer', 'smallint', 'boolean', 'bigint', 'aclitem[]')
      AND oprright::regtype::text IN ('oid', 'name', 'text', '"char"', 'integer', 'smallint', 'boolean', 'bigint', 'aclitem')
      AND oprresult::regtype::text !~ 'any'
  LOOP
    EXECUTE format('CREATE FUNCTION public.planted_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', one.oid, one.l, one.r, one.gives, body);
    EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.planted_%s)', one.name, one.l, one.r, one.oid);
  END LOOP;
END $plant$;
`;
