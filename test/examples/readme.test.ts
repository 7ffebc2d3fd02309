import { expect, test } from "vitest";
import { parse } from "yaml";
import { type Run, runAction } from "../e2e/run-action.ts";
import { readText } from "../project/project.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { type ExampleStep, jobOf, resolved } from "./example.ts";

const README = readText("README.md");

/** The steps of the README's deployment, with the migration and the action. */
const [, YAML = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(README) ?? [];
const STEPS: readonly ExampleStep[] = parse(YAML).jobs.database.steps;
const DEPLOY = ourInputs(STEPS);
/** The daily check, which the README links to; it opens no issue here. */
const CHECK = { ...ourInputs(jobOf("check.yml", "check").steps), "drift-issue": "false" };

/**
 * What Service Connector runs for an app:
 * https://github.com/Azure/azure-cli-extensions/tree/main/src/serviceconnector-passwordless (_credential_free.py)
 */
const connect = (app: string) => `
  GRANT ALL PRIVILEGES ON DATABASE orders TO ${app};
  GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO ${app};
  GRANT ALL PRIVILEGES ON ALL SEQUENCES IN SCHEMA public TO ${app};
  GRANT CREATE ON SCHEMA public TO ${app};`;

test.each([14, 18] as const)(
  "the deployment and the daily check are clean on PostgreSQL %i, with two apps of Service Connector in one database",
  async (version) => {
    const sandbox = await startSandbox({ version });
    try {
      await sandbox.createDatabase("orders", { seed: ORDERS });
      const check = { ...IDENTITIES.migrator, clientId: "a1d2c3b4-0004-4c5d-8e6f-7a8b9c0d1e04" };
      sandbox.entra.register({ ...check, roles: ["grants_check"] });
      await sandbox.sql(
        "orders",
        `CREATE ROLE grants_check LOGIN; CREATE ROLE aad_billing LOGIN; ${connect("aad_orders")} ${connect("aad_billing")}`,
      );
      const run = (inputs: Record<string, unknown>, more = {}) => act(sandbox, check.clientId, inputs, more);

      expect(await run(DEPLOY, { mode: "plan" })).toMatchObject({ exitCode: 0 });
      const { report } = await run(DEPLOY, { "on-extra": "revoke" });
      expect(report.verdict).toBe("repaired");
      const migrator = await sandbox.signInAs("migrator", "orders");
      await migrator.query("CREATE TABLE next (id serial PRIMARY KEY)").finally(() => migrator.end());

      for (const clean of [await run(DEPLOY), await run(CHECK)]) {
        expect(clean).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync", "extra-count": "0" } });
        expect(clean.stdout).not.toMatch(/^::(warning|error|notice)/m);
      }
      const app = await sandbox.signInAs("aad_orders", "orders");
      await app.query("INSERT INTO next DEFAULT VALUES").finally(() => app.end());
    } finally {
      await sandbox.close();
    }
  },
);

test("the deployment is that of examples/deploy.yml, which a test runs with its migration", () => {
  const shown = ({ uses, run, env, with: inputs }: ExampleStep) => ({ uses, run, env, inputs });
  const [checkout, ...rest] = STEPS;
  const [theirCheckout, ...theirs] = jobOf("deploy.yml", "database").steps ?? [];
  expect(checkout?.uses).toBe(theirCheckout?.uses);
  expect(rest.map(shown)).toEqual(theirs.slice(0, rest.length).map(shown));
});

test("is short enough to be read", () => {
  expect(README.trimEnd().split("\n").length).toBeLessThan(200);
});

function ourInputs(steps: readonly ExampleStep[] = []): Readonly<Record<string, unknown>> {
  return steps.find(({ uses }) => uses?.startsWith("OWNER/azure-postgres-grants@"))?.with ?? {};
}

function act(
  { server, env }: Sandbox,
  checkId: string,
  inputs: Record<string, unknown>,
  more: Record<string, string>,
): Promise<Run> {
  const vars = {
    GRANTS_CLIENT_ID: IDENTITIES.migrator.clientId,
    GRANTS_CHECK_CLIENT_ID: checkId,
    AZURE_TENANT_ID: TENANT_ID,
  };
  const place = { host: server.host, port: String(server.port) };
  return runAction({ ...resolved(inputs, { vars }), ...place, ...more }, env);
}
