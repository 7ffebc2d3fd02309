import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaults, ROOT } from "../project/project.ts";
import { commentedParts } from "../property/follow.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { inputVariables, runStep } from "../sandbox/runner.ts";
import { IDENTITIES, migratorInputs, ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { OBJECTS, runJob } from "./orders-job.ts";
import type { Run } from "./run-action.ts";
import { aclsOf, type Truth, use } from "./truth.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.sql("postgres", "CREATE ROLE aad_billing LOGIN");
});
afterAll(() => sandbox.close());

test.each(SOME_VERSIONS)("lets the app use every object on PostgreSQL %s, and reports it", async (version) => {
  const own = version === sandbox.server.version ? sandbox : await startSandbox({ version });
  try {
    await own.createDatabase("versions", { seed: ORDERS });
    expect((await use(own, "aad_orders", "versions")).done).toEqual([]);

    const drift = await run({ mode: "check", database: "versions" }, own);
    expect(outcome(drift)).toEqual({ exitCode: 1, verdict: "drift", missing: OBJECTS, granted: 0 });
    expect((await use(own, "aad_orders", "versions")).done).toEqual([]);

    const repaired = await run({ database: "versions" }, own);
    expect(outcome(repaired)).toEqual({ exitCode: 0, verdict: "repaired", missing: 0, granted: OBJECTS });
    expect(await use(own, "aad_orders", "versions")).toEqual(EVERYTHING);

    const green = await run({ mode: "check", database: "versions" }, own);
    expect(outcome(green)).toEqual({ exitCode: 0, verdict: "in-sync", missing: 0, granted: 0 });
  } finally {
    if (own !== sandbox) await own.close();
  }
});

test("runs from a folder of any name, with any names of the runner's own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "Übungs ordner & co-"));
  try {
    await cp(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
    const database = await seeded("any_folder");
    const inputs = inputVariables({ ...defaults, ...migratorInputs(sandbox.server.port), database });
    const { outputs } = await runStep([join(folder, "dist/index.cjs")], folder, {
      ...sandbox.env,
      ...inputs,
    });
    expect(outputs.verdict).toBe("repaired");
    expect(JSON.parse(await readFile(outputs.report ?? "", "utf8")).verdict).toBe("repaired");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("grants exactly what the inputs request", async () => {
  const database = await seeded("lists");
  const lists = { "table-privileges": "SELECT, INSERT", "sequence-privileges": "USAGE" };
  const { outputs } = await run({ database, ...lists });
  expect(outputs.verdict).toBe("repaired");
  const { done } = await use(sandbox, "aad_orders", database);
  expect(new Set(done.map((what) => what.split(" ")[0]))).toEqual(new Set(["SELECT", "INSERT", "USAGE"]));
  expect(done).not.toContain("SELECT public.invoice_numbers");
  expect(done).toContain("INSERT public.order_events");
});

test("logs of each database how it ended, then folds what was found in it", async () => {
  const databases = [await seeded("log_one"), await seeded("log_two")];
  const { stdout } = await run({ database: [...databases, "log_none"].join("\n") });
  const lines = stdout.split("\n");
  for (const database of databases) {
    const mine = lines.filter((line) => line.startsWith(`${database}: `));
    expect(mine[0]).toMatch(/: connecting to localhost:\d+ as migrator$/);
    expect(mine).toContain(`${database}: committed: ${OBJECTS} objects`);
    expect(mine.at(-1)).toMatch(/^log_\w+: repaired \(\d of 3\)$/);
  }
  expect(lines.findLast((line) => line.startsWith("log_none: "))).toContain(
    "could not check: PostgreSQL at `localhost",
  );
  const folds = lines.filter((line) => line.startsWith("::group::"));
  expect(folds.map((line) => line.replace(/ on localhost:\d+/, ""))).toEqual([
    "::group::log_one: repaired",
    "::group::log_two: repaired",
    "::group::log_none: could not check",
  ]);
});

test("lets an administrator grant as the owner", async () => {
  const database = await seeded("as_owner");
  await sandbox.sql("postgres", 'GRANT migrator TO "ci-admin"');
  const { outputs } = await run({ database, user: "ci-admin", "client-id": IDENTITIES.admin.clientId });
  await sandbox.sql("postgres", 'REVOKE migrator FROM "ci-admin"');
  expect(outputs.verdict).toBe("repaired");
  expect(await use(sandbox, "aad_orders", database)).toEqual(EVERYTHING);
});

test("covers tables and sequences that are created later, with `default-privileges: true`", async () => {
  const database = await seeded("later");
  await run({ database, "default-privileges": "true" });
  const migrator = await sandbox.signInAs("migrator", database);
  await migrator.query("CREATE TABLE later (id serial)").finally(() => migrator.end());
  expect(await use(sandbox, "aad_orders", database)).toEqual(EVERYTHING);
  const { outputs } = await run({ database, mode: "check", "default-privileges": "true" });
  expect(outputs.verdict).toBe("in-sync");
});

test("revokes extra privileges with `on-extra: revoke`, and leaves excluded objects alone", async () => {
  const database = await seeded("less");
  await run({ database });
  const lists = { "table-privileges": "SELECT", "sequence-privileges": "USAGE, SELECT", exclude: "order_*" };
  const warned = await run({ database, ...lists });
  expect(warned.outputs).toMatchObject({ verdict: "in-sync", "revoked-count": "0" });
  expect(Number(warned.outputs["extra-count"])).toBeGreaterThan(0);

  const revoked = await run({ database, ...lists, "on-extra": "revoke" });
  expect(revoked.outputs).toMatchObject({ verdict: "repaired", "extra-count": "0" });
  const { done } = await use(sandbox, "aad_orders", database);
  const beyond = done.filter((what) => !/^(SELECT|USAGE) /.test(what));
  expect(beyond).toContain("DELETE public.order_items");
  expect(beyond.filter((what) => !what.includes(" public.order_"))).toEqual([]);
  expect(done).toContain("SELECT public.orders");
});

test("plans without writing, and without failing the job", async () => {
  const database = await seeded("plan");
  const before = await aclsOf(sandbox, database);
  const planned = await run({ database, mode: "plan" });
  expect(outcome(planned)).toEqual({ exitCode: 0, verdict: "drift", missing: OBJECTS, granted: 0 });
  expect(planned.sql).toContain('"public"."orders"');
  expect(planned.stdout).not.toMatch(/^::error/m);
  expect(await aclsOf(sandbox, database)).toEqual(before);
});

test("writes a SQL file that fixes the drift when the same user runs it", async () => {
  const database = await seeded("fixes");
  const drift = await run({ database, mode: "check", "default-privileges": "true" });
  const migrator = await sandbox.signInAs("migrator", database);
  await migrator.query(drift.sql).finally(() => migrator.end());
  const green = await run({ database, mode: "check", "default-privileges": "true" });
  expect(green.outputs.verdict).toBe("in-sync");
  expect(green.sql).toBe("");
  expect(await use(sandbox, "aad_orders", database)).toEqual(EVERYTHING);
});

test("checks every grantee in every database", async () => {
  const databases = [await seeded("many_a"), await seeded("many_b")];
  const inputs = { database: databases.join("\n"), grantee: "aad_orders\naad_billing" };
  const { outputs, report, summary } = await run(inputs);
  expect(outputs).toMatchObject({ verdict: "repaired", "granted-count": String(4 * OBJECTS) });
  expect(report.databases.map(({ database }) => database)).toEqual(databases);
  for (const database of databases) {
    expect(summary).toContain(database);
    for (const grantee of ["aad_orders", "aad_billing"]) {
      expect(await use(sandbox, grantee, database)).toEqual(EVERYTHING);
    }
  }
  const green = await run({ ...inputs, mode: "check" });
  expect(green.outputs.verdict).toBe("in-sync");
});

test("gives the same verdict in outputs, report, summary, log and exit code", async () => {
  const database = await seeded("telling");
  const { exitCode, outputs, report, summary, stdout } = await run({ database, mode: "check" });
  expect(exitCode).toBe(1);
  expect(outputs).toMatchObject({
    verdict: "drift",
    "missing-count": String(OBJECTS),
    "granted-count": "0",
    "extra-count": "0",
    "revoked-count": "0",
    report: expect.stringMatching(/report\.json$/),
    sql: expect.stringMatching(/\.sql$/),
  });
  const [checked] = report.databases;
  expect(report).toMatchObject({ version: 1, mode: "check", verdict: "drift" });
  expect(checked).toMatchObject({ host: "localhost", database, user: "migrator", verdict: "drift" });
  expect(checked?.grantees[0]).toMatchObject({
    grantee: "aad_orders",
    verdict: "drift",
    objects: { tables: 9, sequences: 4, skipped: 0 },
  });
  expect(checked?.grantees[0]?.missing).toHaveLength(OBJECTS);
  expect(summary.split("\n", 1)[0]).toMatch(/Drift: `aad_orders` is missing privileges on 13 objects/);
  expect(stdout).toMatch(/^::error::Drift: aad_orders is missing privileges on 13 objects/m);
});

test("writes no more annotations than GitHub shows for a step, however many findings there are", async () => {
  const database = await seeded("annotations");
  const owners = Array.from({ length: 12 }, (_, n) => `annotated_${n}`);
  const tables = owners.map(
    (owner) => `CREATE ROLE ${owner}; CREATE TABLE of_${owner} (); ALTER TABLE of_${owner} OWNER TO ${owner};`,
  );
  await sandbox.sql(database, tables.join("\n"));
  const { stdout, outputs } = await run({ database, mode: "check" });
  expect(Number(outputs["missing-count"])).toBe(OBJECTS + owners.length);
  const annotations = [...stdout.matchAll(/^::(error|warning|notice)[ :]/gm)].map(([, level]) => level);
  expect(annotations.filter((level) => level === "error")).toHaveLength(10);
  expect(annotations.filter((level) => level === "warning").length).toBeLessThanOrEqual(1);
});

const EVERYTHING: Truth = {
  refused: [],
  done: expect.arrayContaining(["INSERT public.orders", "USAGE public.orders_id_seq", "SELECT public.open_orders"]),
};

test("lists who else holds privileges, fails if it is told to, and revokes nothing", async () => {
  const database = await seeded("undeclared");
  await sandbox.sql(
    database,
    `CREATE ROLE "bi | *team*" LOGIN; GRANT SELECT ON orders TO "bi | *team*"; GRANT SELECT ON orders TO PUBLIC;
     GRANT SELECT ON orders TO aad_billing`,
  );
  const before = await aclsOf(sandbox, database);
  const ignored = await run({ database });
  expect(ignored.report?.databases[0]).not.toHaveProperty("undeclared");
  const granted = await aclsOf(sandbox, database);
  expect(granted).not.toEqual(before);

  const warned = await run({ database, undeclared: "warn" });
  expect([warned.exitCode, warned.outputs.verdict]).toEqual([0, "in-sync"]);
  const failed = await run({ database, undeclared: "fail" });
  expect([failed.exitCode, failed.outputs.verdict]).toEqual([1, "drift"]);
  for (const { report } of [warned, failed])
    expect(report?.databases[0]?.undeclared?.map(({ role, objects }) => [role, objects])).toEqual([
      ["PUBLIC", 1],
      ["aad_billing", 1],
      ["bi | *team*", 1],
    ]);
  expect(failed.report?.databases[0]?.grantees[0]?.verdict).toBe("in-sync");
  expect(failed.stdout).toContain("hold privileges that nobody declared in undeclared");
  expect(await aclsOf(sandbox, database)).toEqual(granted);

  // A role of another grant of this database is declared; the SQL file ends the rest.
  const declared = await run({ database, grantee: "aad_orders\naad_billing", undeclared: "fail" });
  expect(declared.report?.databases[0]?.undeclared?.map(({ role }) => role)).toEqual(["PUBLIC", "bi | *team*"]);
  const migrator = await sandbox.signInAs("migrator", database);
  for (const { sql } of commentedParts(declared.sql)) await migrator.query(sql);
  await migrator.end();
  const ended = await run({ database, grantee: "aad_orders\naad_billing", undeclared: "fail" });
  expect([ended.exitCode, ended.report?.databases[0]?.undeclared]).toEqual([0, []]);
  expect(await use(sandbox, "aad_orders", database)).toEqual(EVERYTHING);
});

test("says where the SQL is that ends what the app holds through a role or PUBLIC", async () => {
  const database = await seeded("not_direct");
  await sandbox.sql(
    database,
    `CREATE ROLE team_a; CREATE ROLE team_b; GRANT team_a, team_b TO aad_orders; GRANT TRIGGER ON orders TO team_a;
     GRANT TRUNCATE ON orders TO PUBLIC; GRANT REFERENCES ON orders TO team_b`,
  );
  const fail = { database, "table-privileges": "SELECT", "on-extra": "fail" };
  const failed = await run(fail);
  expect([failed.outputs["extra-count"], failed.sql]).toEqual(["1", ""]);
  expect(failed.summary).toContain("`REVOKE <role> FROM <grantee>;`");

  await sandbox.sql(database, "REVOKE team_b FROM aad_orders");
  const warned = await run({ ...fail, undeclared: "warn" });
  const migrator = await sandbox.signInAs("migrator", database);
  for (const { sql } of commentedParts(warned.sql)) await migrator.query(sql);
  await migrator.end();
  expect(await run(fail)).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync" } });
});

/** A new database, as the migrations leave it. */
async function seeded(name: string): Promise<string> {
  await sandbox.createDatabase(name, { seed: ORDERS });
  return name;
}

function run(inputs: Record<string, string>, on = sandbox): Promise<Run> {
  return runJob(on, inputs);
}

function outcome({ exitCode, outputs }: Run) {
  return {
    exitCode,
    verdict: outputs.verdict,
    missing: Number(outputs["missing-count"]),
    granted: Number(outputs["granted-count"]),
  };
}
