import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OBJECTS } from "../e2e/orders-job.ts";
import { runAction } from "../e2e/run-action.ts";
import { use } from "../e2e/truth.ts";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "../sandbox/pgbouncer.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

const PASSWORD = "owner-password";

if (!hasPgBouncer()) {
  // Not skipped: an untested PgBouncer is not a failure, but it has to be visible.
  test("PgBouncer is not installed, so nothing was tested: apt-get install pgbouncer", () => {
    console.warn("PgBouncer is not installed: test/faults/pgbouncer.test.ts tested nothing.");
  });
} else {
  describe("through PgBouncer in transaction mode", () => {
    let sandbox: Sandbox;
    let pooler: PgBouncer;
    beforeAll(async () => {
      sandbox = await startSandbox({ version: 17 });
      await sandbox.sql("postgres", `ALTER ROLE migrator PASSWORD '${PASSWORD}' VALID UNTIL 'infinity'`);
      pooler = await startPgBouncer(sandbox.server, { migrator: PASSWORD });
    });
    afterAll(async () => {
      await pooler.stop();
      await sandbox.close();
    });

    const run = (database: string, mode: string) =>
      runAction(
        {
          user: "migrator",
          password: PASSWORD,
          grantee: "aad_orders",
          host: "localhost",
          port: String(pooler.port),
          database,
          mode,
        },
        sandbox.env,
      );

    test("check, plan and apply give the same results as without it", async () => {
      await sandbox.createDatabase("pooled", { seed: ORDERS });
      expect((await run("pooled", "check")).outputs).toMatchObject({
        verdict: "drift",
        "missing-count": String(OBJECTS),
      });
      expect((await run("pooled", "plan")).exitCode).toBe(0);
      expect((await run("pooled", "apply")).outputs).toMatchObject({
        verdict: "repaired",
        "granted-count": String(OBJECTS),
      });
      expect((await use(sandbox, "aad_orders", "pooled")).refused).toEqual([]);
      expect((await run("pooled", "check")).outputs.verdict).toBe("in-sync");
    });

    test("ten runs at once succeed with a pool of five sessions", async () => {
      await sandbox.createDatabase("crowded", { seed: ORDERS });
      const runs = await Promise.all(Array.from({ length: 10 }, () => run("crowded", "apply")));
      for (const { outputs, exitCode } of runs) {
        expect(["repaired", "in-sync"]).toContain(outputs.verdict);
        expect(exitCode).toBe(0);
      }
      expect((await run("crowded", "check")).outputs.verdict).toBe("in-sync");
    });
  });
}
