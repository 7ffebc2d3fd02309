import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runPrincipal } from "../e2e/principal-job.ts";
import { type Run, runAction } from "../e2e/run-action.ts";
import { IDENTITIES, migratorInputs, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type CountingProxy, startCountingProxy } from "./counting-proxy.ts";

const OTHER = "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04";

let sandbox: Sandbox;
let proxy: CountingProxy;

beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
});

beforeEach(async () => {
  proxy = await startCountingProxy(sandbox);
  return () => proxy.close();
});

afterAll(() => sandbox?.close());

function run(databases: readonly string[], mode: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
  const inputs = { ...migratorInputs(proxy.port), database: databases.join("\n"), mode, ...more };
  return runAction(inputs, sandbox.env);
}

/** Tables and sequences, as many of each, by migrator. */
function relations(count: number): string {
  return `
DO $$ BEGIN
  FOR n IN 1..${count} LOOP
    EXECUTE format('CREATE TABLE t_%s (id int)', n);
    EXECUTE format('CREATE SEQUENCE s_%s', n);
  END LOOP;
END $$`;
}

const GRANTS =
  "GRANT ALL ON ALL TABLES IN SCHEMA public TO aad_orders; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO aad_orders";

test("a check takes at most four round trips", async () => {
  await sandbox.createDatabase("checked", { seed: relations(20) });

  const { report } = await run(["checked"], "check");

  expect(report.databases[0]?.grantees[0]?.missing).toHaveLength(40);
  expect(proxy.roundTrips()).toHaveLength(1);
  expect(proxy.roundTrips()[0]).toBeGreaterThan(0);
  expect(proxy.roundTrips()[0]).toBeLessThanOrEqual(4);
});

test("a check of the grantee's identity takes at most four round trips", async () => {
  await sandbox.createDatabase("identity", { seed: `${relations(20)}; ${GRANTS}` });

  const { report } = await run(["identity"], "check", { "grantee-object-id": OTHER });

  expect(report.databases[0]?.grantees[0]?.missing).toMatchObject([{ kind: "identity" }]);
  expect(proxy.roundTrips()).toHaveLength(1);
  expect(proxy.roundTrips()[0]).toBeLessThanOrEqual(4);
});

test("an apply with nothing missing takes at most four round trips", async () => {
  await sandbox.createDatabase("in_sync", { seed: `${relations(20)}; ${GRANTS}` });

  const { report } = await run(["in_sync"], "apply");

  expect(report.verdict).toBe("in-sync");
  expect(proxy.roundTrips()).toHaveLength(1);
  expect(proxy.roundTrips()[0]).toBeGreaterThan(0);
  expect(proxy.roundTrips()[0]).toBeLessThanOrEqual(4);
});

test("the principal action takes at most four round trips when there is nothing to do", async () => {
  const step = await runPrincipal(sandbox, proxy, {
    name: "aad_orders",
    "object-id": IDENTITIES.app.objectId,
  });

  expect(step.outputs.verdict).toBe("in-sync");
  expect(proxy.roundTrips()).toHaveLength(1);
  expect(proxy.roundTrips()[0]).toBeLessThanOrEqual(4);
});

test("an apply takes at most nine round trips, and one more for each 500 objects that it grants", async () => {
  await sandbox.createDatabase("repaired", { owner: "migrator", seed: relations(600) });
  // CONNECT and USAGE are missing too, so every kind of batch is needed.
  await sandbox.sql("repaired", "ALTER SCHEMA public OWNER TO migrator; REVOKE ALL ON SCHEMA public FROM PUBLIC");
  await sandbox.sql("repaired", "REVOKE ALL ON DATABASE repaired FROM PUBLIC");

  const { report } = await run(["repaired"], "apply");

  expect(report.verdict).toBe("repaired");
  const granted = report.databases[0]?.grantees[0]?.granted ?? [];
  expect(granted).toHaveLength(1_202);
  expect(proxy.roundTrips()).toHaveLength(1);
  expect(proxy.roundTrips()[0]).toBeLessThanOrEqual(9 + Math.ceil(granted.length / 500));
});

test("several databases share one token, which takes one assertion", async () => {
  const databases = ["first", "second", "third", "fourth", "fifth"];
  for (const database of databases) await sandbox.createDatabase(database, { seed: `${relations(2)}; ${GRANTS}` });
  sandbox.github.requests.splice(0);
  sandbox.entra.requests.splice(0);

  const { report } = await run(databases, "check");

  expect(report.databases.map(({ database, verdict }) => [database, verdict])).toEqual(
    databases.map((database) => [database, "in-sync"]),
  );
  expect(sandbox.github.requests).toEqual([{ audience: "api://AzureADTokenExchange", status: 200 }]);
  expect(sandbox.entra.requests).toHaveLength(1);
  expect(proxy.roundTrips()).toHaveLength(databases.length);
});
