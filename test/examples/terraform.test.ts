import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runJob } from "../e2e/orders-job.ts";
import { SOME_VERSIONS } from "../sandbox/postgres.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";

/**
 * What `terraform apply` sends for a `postgresql_grant` on all tables of a schema that differs from its state:
 * https://github.com/cyrilgdn/terraform-provider-postgresql/blob/ff936b9/postgresql/resource_postgresql_grant.go
 */
const apply = (privileges: string) => `BEGIN;
  REVOKE ALL PRIVILEGES ON ALL TABLES IN SCHEMA public FROM aad_orders;
  GRANT ${privileges} ON ALL TABLES IN SCHEMA public TO aad_orders;
  COMMIT;`;

/** docs/terraform-and-bicep.md says what these tests find. */
describe.each(SOME_VERSIONS)("beside Terraform on PostgreSQL %i", (version) => {
  let sandbox: Sandbox;
  const database = "orders";
  const run = (inputs: Record<string, string> = {}) =>
    runJob(sandbox, { database, "table-privileges": "SELECT, UPDATE", ...inputs });
  beforeAll(async () => {
    sandbox = await startSandbox({ version });
    await sandbox.createDatabase(database, { seed: ORDERS });
    await run();
  });
  afterAll(() => sandbox.close());

  async function terraform(privileges: string): Promise<void> {
    const client = await sandbox.signInAs("migrator", database);
    await client.query(apply(privileges)).finally(() => client.end());
  }

  test("a shorter list of Terraform takes privileges away, and the next run grants them again", async () => {
    await terraform("SELECT");
    const { report } = await run({ mode: "check" });
    const missing = report.databases[0]?.grantees[0]?.missing.map(({ privileges }) => privileges.join());
    expect(new Set(missing)).toEqual(new Set(["UPDATE"]));
    expect((await run()).outputs.verdict).toBe("repaired");
  });

  test("a run writes nothing where Terraform has granted the same list", async () => {
    await terraform("SELECT, UPDATE");
    expect((await run()).outputs).toMatchObject({
      verdict: "in-sync",
      "granted-count": "0",
      "extra-count": "0",
    });
  });

  test("a longer list of Terraform is extra, which on-extra: revoke revokes", async () => {
    await terraform("SELECT, UPDATE, DELETE");
    expect((await run({ "on-extra": "revoke" })).outputs.verdict).toBe("repaired");
    expect((await run()).outputs["extra-count"]).toBe("0");
  });

  test("Terraform's statement fails as a whole on a table of another owner, and the action grants the rest", async () => {
    await sandbox.sql(database, "CREATE TABLE of_azure (id int)");
    await expect(terraform("SELECT")).rejects.toThrow("permission denied for table of_azure");
    const { outputs } = await run({ "table-privileges": "SELECT, INSERT, UPDATE" });
    expect(outputs).toMatchObject({ verdict: "drift", "missing-count": "1" });
    expect(Number(outputs["granted-count"])).toBeGreaterThan(1);
  });
});
