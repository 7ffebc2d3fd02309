import { describe, expect, test } from "vitest";
import { nothingDone } from "../../src/grants/outcome.ts";
import { undeclaredIn } from "../../src/grants/undeclared.ts";
import { ActionError } from "../../src/model/failure.ts";
import { REASONS } from "../../src/model/reasons.ts";
import type { Mode } from "../../src/model/report.ts";
import { lookForUndeclared } from "../../src/postgres/catalog.ts";
import { withSession } from "../../src/postgres/session.ts";
import { BEGIN, BEGIN_READ_ONLY } from "../../src/postgres/transaction.ts";
import { reconcile } from "../../src/reconcile.ts";
import { readFailure } from "../read.ts";
import { SOME_VERSIONS, SUPERUSER } from "../sandbox/postgres.ts";
import { startStandby } from "../sandbox/standby.ts";
import { between, DEFAULTS, linesOf, type Place, useOwnWorld } from "./world.ts";

const READ = { tablePrivileges: ["SELECT"], sequencePrivileges: ["SELECT"] } as const;

describe.each([14, 18] as const)("PostgreSQL %i: a hot standby", (version) => {
  const world = useOwnWorld(version);

  test("can be checked and planned, and what is missing names the primary server; apply says that it is read-only", async () => {
    const { owner, app, as, sql, database } = await world.open();
    await as(
      owner,
      `CREATE TABLE t (id int); CREATE TABLE u (id int); GRANT SELECT ON u TO ${app}; GRANT INSERT ON t TO PUBLIC`,
    );
    await sql(`ALTER ROLE ${owner} PASSWORD 'secret'`);
    const standby = await startStandby(world.address);
    const tls = { mode: "verify-full", rootCertificates: world.ca() } as const;
    const target = { server: { host: "localhost", port: standby.port, tls }, database, user: owner };
    const run = (mode: Mode) =>
      withSession({ ...target, password: async () => "secret" }, (client) =>
        reconcile(client, { mode, grantees: [app], demand: { ...DEFAULTS, ...READ } }, () => {}, {
          done: nothingDone(),
        }),
      );
    try {
      const { grantees } = await run("check");
      expect(linesOf(grantees[0]?.missing ?? [])).toEqual(["table t: SELECT (read-only)"]);
      expect((await run("plan")).statements).toEqual([]);
      const undeclared = await withSession({ ...target, password: async () => "secret" }, async (client) =>
        undeclaredIn(await lookForUndeclared(client, [{ ...DEFAULTS, ...READ }], [app])),
      );
      expect(undeclared).toMatchObject({
        undeclared: [{ role: "PUBLIC", fix: { note: REASONS["read-only"].advice } }],
        undeclaredFixes: [],
      });
      await expect(run("apply")).rejects.toMatchObject({ failure: { code: "read-only" } });
      await as(owner, `GRANT SELECT ON t TO ${app}`);
      while ((await run("check")).verdict !== "in-sync");
    } finally {
      await standby.stop();
    }
  });
});

const LIMITS = {
  client_min_messages: "warning",
  idle_in_transaction_session_timeout: "80000",
  jit: "off",
  lock_timeout: "2000",
  search_path: "pg_catalog, pg_temp",
  statement_timeout: "60000",
  transaction_isolation: "read committed",
  transaction_read_only: "",
} as const;

describe.each(SOME_VERSIONS)("PostgreSQL %i: a special server", (version) => {
  const world = useOwnWorld(version);

  test("the action overrides a role's time-outs", async () => {
    const { owner, sql, signIn } = await world.open();
    const timeouts = ["statement_timeout", "lock_timeout", ...(version >= 17 ? ["transaction_timeout"] : [])];
    for (const name of timeouts) await sql(`ALTER ROLE ${owner} SET ${name} = '700ms'`);
    const client = await signIn(owner);
    await client.query(BEGIN);
    await client.query("SELECT pg_sleep(1)");
    expect((await client.query("COMMIT")).command).toBe("COMMIT");
  });

  test.each([
    ["that writes", BEGIN, "off"],
    ["that reads", BEGIN_READ_ONLY, "on"],
  ])("a transaction %s sets its own limits", async (_, begin, readOnly) => {
    const { owner, sql, signIn } = await world.open();
    await sql(`ALTER ROLE ${owner} SET jit = on; ALTER ROLE ${owner} SET client_min_messages = debug1`);
    const client = await signIn(owner);
    await client.query(begin);
    const { rows } = await client.query<{ name: string; setting: string }>(
      "SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name",
      [Object.keys(LIMITS)],
    );
    await client.query("ROLLBACK");
    const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    expect(settings).toEqual({ ...LIMITS, transaction_read_only: readOnly });
  });

  test("a login that is read-only by a setting names the setting, its level, and SQL that removes it", async () => {
    const { owner, app, as, sql, signIn, database } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const run = async (mode: "apply" | "check") => {
      const client = await signIn(owner);
      const task = { mode, grantees: [app], demand: { ...DEFAULTS, ...READ } };
      return reconcile(client, task, () => {}, { done: nothingDone() }).finally(() => client.end());
    };
    const setting = "default_transaction_read_only";
    for (const [level, where] of [
      [`ROLE ${owner}`, `role ${owner}`],
      [`DATABASE ${database}`, `database ${database}`],
      [`ROLE ${owner} IN DATABASE ${database}`, `role ${owner} in database ${database}`],
    ]) {
      await sql(`ALTER ${level} SET ${setting} = on`);
      expect((await run("check")).verdict).toBe("drift");
      const error = await run("apply").catch((error: unknown) => error);
      if (!(error instanceof ActionError)) throw error;
      const { code, message, steps } = readFailure(error.failure);
      expect([code, message]).toEqual([
        "read-only-setting",
        `\`${setting}\` is on for ${where}, so nothing can be granted.`,
      ]);
      expect(steps).toContain(setting);
      const client = await signIn(level === `DATABASE ${database}` ? SUPERUSER : owner);
      for (const each of error.failure.steps[0]?.command?.split("\n") ?? []) await client.query(each);
      await client.end();
    }
    expect((await run("apply")).verdict).toBe("repaired");
  });

  test("a server that does not understand the look because it is too old is named by its version", async () => {
    const { owner, app, signIn } = await world.open();
    const client = await signIn(owner);
    let looks = 0;
    between(client, async (text) => {
      if (text === "SHOW server_version") return "SELECT '13.22' AS server_version";
      if (!text.includes("'pg_database_owner'")) return undefined;
      looks++;
      return "SELECT pg_has_role('no_such_role', 'USAGE')";
    });
    const task = { mode: "check", grantees: [app], demand: DEFAULTS } as const;
    await expect(reconcile(client, task, () => {}, { done: nothingDone() })).rejects.toMatchObject({
      failure: { code: "server-too-old" },
    });
    expect(looks).toBe(1);
  });

  test("a look that recovery cancels is repeated", async () => {
    const { owner, as, signIn, run } = await world.open();
    await as(owner, "CREATE TABLE t (id int)");
    const client = await signIn(owner);
    let conflicts = 3;
    between(client, async (text) =>
      text.includes("relacl::pg_catalog.text AS relacl") && conflicts-- > 0
        ? "DO $$ BEGIN RAISE 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END $$"
        : undefined,
    );
    expect(linesOf((await run("check", READ, { client })).missing)).toEqual(["table t: SELECT (not-granted)"]);
    expect(conflicts).toBeLessThan(0);
  });

  test.each(["LATIN1", "SQL_ASCII"])("non-ASCII names work in a database with encoding %s", async (encoding) => {
    const place = await world.open();
    const { owner, sql, database } = place;
    const encoded = `${database}_${encoding.toLowerCase()}`;
    await sql(`CREATE DATABASE ${encoded} OWNER ${owner} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);

    const report = await inEncoding(place, encoded, async (client) => {
      await client.query("CREATE TABLE plain (id int)");
      await client.query('CREATE TABLE "caf\u00e9" (id int)');
    });

    expect(report.granted.map((object) => object.name).sort()).toEqual(["caf\u00e9", "plain"]);
    expect(report.missing).toEqual([]);
  });

  async function inEncoding(place: Place, database: string, prepare: Parameters<typeof withSession>[1]) {
    const { owner, app, sql } = place;
    await sql(`ALTER ROLE ${owner} PASSWORD 'secret'`);
    const { host, port } = world.address;
    const target = {
      server: { host, port, tls: { mode: "verify-full", rootCertificates: world.ca() } as const },
      database,
      user: owner,
    };
    return withSession({ ...target, password: async () => "secret" }, async (client) => {
      await prepare(client);
      const task = { mode: "apply", grantees: [app], demand: { ...DEFAULTS, ...READ } } as const;
      const [report] = (await reconcile(client, task, () => {}, { done: nothingDone() })).grantees;
      if (report === undefined) throw new Error("no report");
      return report;
    });
  }
});
