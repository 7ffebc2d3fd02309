import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startEndpoint, TOKEN } from "../azure/managed-identity.ts";
import { firewallJob } from "../e2e/firewall-job.ts";
import { type Run, runAction, WITHOUT_WAITS } from "../e2e/run-action.ts";
import { GITHUB_ISSUER } from "../sandbox/github.ts";
import { startGitHubApi } from "../sandbox/github-api.ts";
import { framed, startProxy } from "../sandbox/proxy.ts";
import { PSQL } from "../sandbox/psql.ts";
import { SERVER_ID, startResourceManager } from "../sandbox/resource-manager.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { CASES, HOST, json } from "../settings/service-connector.ts";
import { type Contexts, EXAMPLES, inputsOf, jobOf, resolved } from "./example.ts";

/** The subjects of https://docs.github.com/actions/reference/security/oidc#example-subject-claims. */
const SUBJECTS = {
  main: "repo:contoso/orders:ref:refs/heads/main",
  pullRequest: "repo:contoso/orders:pull_request",
  environment: (name: string) => `repo:contoso/orders:environment:${name}`,
};
const CHECK = { clientId: "a1d2c3b4-0004-4c5d-8e6f-7a8b9c0d1e04", role: "grants_check" };
const VARS = {
  GRANTS_CLIENT_ID: IDENTITIES.migrator.clientId,
  GRANTS_CHECK_CLIENT_ID: CHECK.clientId,
  AZURE_TENANT_ID: TENANT_ID,
};
/** The runner's shell for `run`, without the start-up files of the user. */
const BASH = ["--noprofile", "--norc", "-e", "-c"];

let sandbox: Sandbox;
let bin: string;
const ran = new Set<string>();

beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.sql(
    "postgres",
    `CREATE ROLE "${CHECK.role}" LOGIN; CREATE ROLE aad_worker LOGIN; CREATE ROLE aad_reports LOGIN`,
  );
  const { main, environment, pullRequest } = SUBJECTS;
  trust(IDENTITIES.migrator.clientId, "migrator", main, environment("staging"), environment("production"));
  trust(CHECK.clientId, CHECK.role, main, pullRequest);
  bin = await mkdtemp(join(tmpdir(), "bin-"));
});
afterAll(async () => {
  await rm(bin, { recursive: true });
  await sandbox.close();
});

test("deploy.yml: the migration signs in as its role with a token from az, and the app gets privileges on the new table", async () => {
  await orders();
  await azPrints("token-of-the-migration");
  await script(
    "migrate.sh",
    `exec '${PSQL}' --no-psqlrc --quiet --command "CREATE TABLE shipments (id serial PRIMARY KEY)"`,
  );
  const migrate = jobOf("deploy.yml", "database").steps?.find(({ run }) => run?.includes("./migrate.sh"));
  const env = resolved(migrate?.env ?? {}, {});
  expect(env).toMatchObject({ PGSSLMODE: "verify-full", PGSSLROOTCERT: "/etc/ssl/certs/ca-certificates.crt" });
  const { status, stdout, stderr } = spawnSync("bash", [...BASH, migrate?.run ?? ""], {
    cwd: bin,
    encoding: "utf8",
    env: {
      ...env,
      PATH: path(),
      PGHOST: sandbox.server.host,
      PGPORT: String(sandbox.server.port),
      PGSSLROOTCERT: sandbox.caFile,
    },
  });
  expect([status, stderr, stdout]).toEqual([0, "", "::add-mask::token-of-the-migration\n"]);

  const run = await act("deploy.yml", "database");

  expect(run.outputs.verdict).toBe("repaired");
  const app = await sandbox.signInAs("aad_orders", "orders");
  await app.query("INSERT INTO shipments DEFAULT VALUES").finally(() => app.end());
  expect(await act("deploy.yml", "database")).toMatchObject({ exitCode: 0, outputs: { verdict: "in-sync" } });
});

test("check.yml: a login without privileges opens an issue on drift, and is clean after deploy.yml", async () => {
  await orders();
  const github = await startGitHubApi();
  try {
    const contexts = { github: { token: github.token } };
    const env = { ...sandbox.env, ...github.env };
    const inputs = { "github-token": github.token };
    expect(await act("check.yml", "check", { contexts, env, inputs })).toMatchObject({
      exitCode: 1,
      outputs: { verdict: "drift" },
    });
    expect(github.issues.map(({ state }) => state)).toEqual(["open"]);
    await act("deploy.yml", "database");
    const { outputs, stdout, report } = await act("check.yml", "check", { contexts, env, inputs });
    expect(outputs.verdict).toBe("in-sync");
    expect(warningsOf(report)).toEqual([]);
    expect(stdout).not.toMatch(/^::(warning|error)/m);
    expect(github.issues.map(({ state }) => state)).toEqual(["closed"]);
  } finally {
    await github.close();
  }
});

describe("app-sign-in.yml", () => {
  const vars = { APP_CLIENT_ID: IDENTITIES.app.clientId };
  const subject = SUBJECTS.environment("app-identity");
  const federatedCredentials = [{ issuer: GITHUB_ISSUER, subject, audience: "api://AzureADTokenExchange" }];
  const signIn = (port?: number) =>
    act("app-sign-in.yml", "sign-in", {
      contexts: { vars },
      subject,
      inputs: port === undefined ? {} : { port: String(port) },
    });

  test("is green when the app can sign in and has its privileges, and red when one is missing", async () => {
    await orders();
    sandbox.entra.register({ ...IDENTITIES.app, federatedCredentials });
    expect((await signIn()).outputs.verdict).toBe("drift");
    await act("deploy.yml", "database");
    const run = await signIn();
    expect([run.exitCode, run.outputs.verdict, warningsOf(run.report)]).toEqual([0, "in-sync", []]);
    expect(run.report.databases[0]?.user).toBe("aad_orders");
    expect(run.summary).toContain(`\`${IDENTITIES.app.objectId}\``);
  });

  test("is red when the role is bound to an identity that was deleted, and says so", async () => {
    await orders();
    await act("deploy.yml", "database");
    sandbox.entra.remove(IDENTITIES.app);
    const again = { ...IDENTITIES.app, objectId: randomUUID(), federatedCredentials };
    sandbox.entra.register(again);
    await sandbox.sql("postgres", "ALTER ROLE aad_orders PASSWORD NULL");
    const run = await signIn();
    expect([run.exitCode, run.outputs.verdict]).toEqual([1, "error"]);
    expect(run.report.databases[0]?.error?.code).toBe("password-refused");
    expect(run.summary).toContain("not the role that is bound to the object ID of the identity that signed in");

    // The words of Azure's server, which checks the object ID itself.
    const azure = await startProxy(sandbox, ({ type, ready }, wire) => {
      if (type !== "E" || ready > 0) return true;
      const fields = ["SFATAL", "VFATAL", "C28000", `M${oidMismatch(again.objectId)}`, "", ""];
      wire.send(framed("E", Buffer.from(fields.join("\0"))));
      return false;
    });
    const refused = await signIn(azure.port).finally(() => azure.close());
    expect(refused.exitCode).toBe(1);
    expect(refused.report.databases[0]?.error?.code).toBe("token-identity-mismatch");
    expect(refused.summary).toContain("The role is bound to another object ID");
    expect(refused.summary).toContain(
      `SECURITY LABEL FOR "pgaadauth" ON ROLE "aad_orders" IS 'aadauth,oid=${again.objectId},type=service';`,
    );
    sandbox.entra.remove(again);
    sandbox.entra.register(IDENTITIES.app);
  });

  const oidMismatch = (objectId: string) =>
    `Service principal oid mismatch for role "The oid in the security label [${IDENTITIES.app.objectId}] does not match the appid [${IDENTITIES.app.clientId}] or oid [${objectId}] in the token."`;
});

test("firewall.yml: a closed server is open for the job, and closed after it", async () => {
  await orders();
  const azure = await startResourceManager(sandbox);
  try {
    const firewall = jobOf("firewall.yml", "database").steps?.find(({ uses }) => uses?.includes("/firewall@"));
    const vars = { ...VARS, POSTGRES_SERVER_ID: SERVER_ID };
    sandbox.github.subject = SUBJECTS.main;
    const job = firewallJob(sandbox, azure, { inputs: resolved(firewall?.with ?? {}, { vars }) });
    expect(await act("firewall.yml", "database")).toMatchObject({ exitCode: 1 });
    const opened = await job.open();
    expect(await act("firewall.yml", "database")).toMatchObject({ outputs: { verdict: "repaired" } });
    await job.close(opened);
    expect([...azure.rules]).toEqual([]);
  } finally {
    await azure.close();
  }
});

test("password.yml: the owner signs in with its password, without Entra", async () => {
  await orders();
  await password("of the owner");
  const run = await act("password.yml", "grants", {
    contexts: { secrets: { OWNER_PASSWORD: "of the owner" } },
    env: { NODE_EXTRA_CA_CERTS: sandbox.caFile, AZURE_AUTHORITY_HOST: "https://nowhere.invalid" },
  });
  expect(run.outputs.verdict).toBe("repaired");
});

test("client-secret.yml: the application signs in with its secret, without an ID token", async () => {
  await orders();
  const [secret] = IDENTITIES.migrator.secrets;
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...env } = sandbox.env;
  const contexts = { secrets: { GRANTS_CLIENT_SECRET: secret?.value ?? "" } };
  expect((await act("client-secret.yml", "grants", { contexts, env })).outputs.verdict).toBe("repaired");
});

test("azure-login.yml: the action gets its token from az", async () => {
  await orders();
  await azPrints("token-of-az");
  const env = { ...sandbox.env, PATH: path() };
  expect((await act("azure-login.yml", "grants", { env })).outputs.verdict).toBe("repaired");
});

test("app-connection.yml: the host, the database and the grantee come from Service Connector's settings", async () => {
  await orders();
  const settings = CASES.find(({ client, auth }) => client === "nodejs" && auth === "system identity")?.settings;
  const here = Object.entries(settings ?? {}).map(([name, value]) => [
    name,
    value.replace(HOST, sandbox.server.host).replace("5432", String(sandbox.server.port)),
  ]);
  const connection = json(Object.fromEntries(here) as Record<string, string>);
  const run = await act("app-connection.yml", "grants", {
    contexts: { secrets: { APP_CONNECTION: connection } },
  });
  expect(run.outputs.verdict).toBe("repaired");
  expect(run.report.databases).toMatchObject([{ database: "orders", grantees: [{ grantee: "aad_orders" }] }]);
});

test("grants-file.yml: a pull request sees what the file would grant, and after the merge each app has it", async () => {
  await orders();
  await sandbox.sql("postgres", "DROP DATABASE IF EXISTS billing WITH (FORCE)");
  await sandbox.createDatabase("billing", { seed: ORDERS });
  const workspace = await mkdtemp(join(tmpdir(), "workspace-"));
  await mkdir(join(workspace, "ops"));
  await copyFile(join(import.meta.dirname, "../../examples/grants-file/grants.yml"), join(workspace, "ops/grants.yml"));
  const env = { ...sandbox.env, GITHUB_WORKSPACE: workspace };
  const plan = await act("grants-file.yml", "plan", { env, subject: SUBJECTS.pullRequest });
  expect(plan).toMatchObject({ exitCode: 0, outputs: { verdict: "drift", "granted-count": "0" } });
  const apply = await act("grants-file.yml", "apply", { env });
  expect(apply).toMatchObject({ exitCode: 0, outputs: { verdict: "repaired" } });
  const grantees = apply.report.databases.map(({ database, grantees }) => [
    database,
    grantees.map(({ grantee }) => grantee),
  ]);
  expect(grantees).toEqual([
    ["orders", ["aad_orders", "aad_worker", "aad_reports"]],
    ["billing", ["aad_reports"]],
  ]);
  const held = await sandbox.sql<{ role: string; privileges: string }>(
    "orders",
    `SELECT grantee::regrole::text AS role, string_agg(privilege_type, ', ' ORDER BY privilege_type) AS privileges
     FROM pg_class, aclexplode(relacl) WHERE relname = 'orders' AND grantee <> relowner GROUP BY 1 ORDER BY 1`,
  );
  expect(held).toEqual([
    { role: "aad_orders", privileges: "DELETE, INSERT, SELECT, UPDATE" },
    { role: "aad_reports", privileges: "SELECT" },
    { role: "aad_worker", privileges: "SELECT, UPDATE" },
  ]);
  await rm(workspace, { recursive: true });
});

test("environments.yml: staging, then production, each with its own variables and subject", async () => {
  const { matrix, "max-parallel": parallel } = jobOf("environments.yml", "grants").strategy ?? { matrix: {} };
  expect([matrix.environment, parallel]).toEqual([["staging", "production"], 1]);
  for (const environment of ["staging", "production"]) {
    await sandbox.createDatabase(environment, { seed: ORDERS });
    const subject = SUBJECTS.environment(environment);
    const vars = {
      POSTGRES_HOST: "my-server",
      POSTGRES_DATABASE: environment,
      POSTGRES_GRANTEE: "aad_orders",
    };
    const run = await act("environments.yml", "grants", {
      contexts: { vars, matrix: { environment } },
      subject,
    });
    expect(run.outputs.verdict).toBe("repaired");
  }
});

test("managed-identity.yml: the runner's own identity signs in", async () => {
  await orders();
  await password("the-token");
  const endpoint = await startEndpoint(TOKEN);
  try {
    const env = {
      NODE_EXTRA_CA_CERTS: sandbox.caFile,
      AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${endpoint.port}`,
    };
    expect((await act("managed-identity.yml", "grants", { env })).outputs.verdict).toBe("repaired");
  } finally {
    endpoint.close();
  }
});

test("plan.yml: a pull request sees the SQL, and can change nothing", async () => {
  await orders();
  const run = await act("plan.yml", "plan", { subject: SUBJECTS.pullRequest });
  expect(run).toMatchObject({ exitCode: 0, outputs: { verdict: "drift" } });
  expect(run.summary).toContain("GRANT SELECT, INSERT, UPDATE, DELETE ON");
  const tables = await sandbox.sql(
    "orders",
    "SELECT FROM pg_class WHERE has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE') AND relnamespace = 'public'::regnamespace AND relkind = 'r'",
    [CHECK.role],
  );
  expect(tables).toEqual([]);
});

test("artifacts.yml: the report and the SQL file can be uploaded", async () => {
  await orders();
  await sandbox.sql("orders", `CREATE TABLE of_azure (id int)`);
  const run = await act("artifacts.yml", "grants");
  expect(run.outputs.verdict).toBe("drift");
  expect(run.sql).toContain(`-- GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "public"."of_azure"`);
  const upload = jobOf("artifacts.yml", "grants").steps?.at(-1);
  const { path: paths = "" } = resolved(
    { path: upload?.with?.path },
    { steps: prefixed("grants.outputs.", run.outputs) },
  );
  expect(paths.trim().split("\n")).toEqual([run.outputs.report, run.outputs.sql]);
});

test.each([
  ["deploy.yml", "database"],
  ["check.yml", "check"],
  ["plan.yml", "plan"],
  ["fleet.yml", "check"],
  ["fleet-lists.yml", "check"],
])("%s keeps the SQL file as an artifact", (file, job) => {
  const steps = jobOf(file, job).steps ?? [];
  expect(steps.at(-2)).toMatchObject({ id: "grants", uses: "OWNER/azure-postgres-grants@v1" });
  expect(steps.at(-1)?.uses).toMatch(/^actions\/upload-artifact@/);
  const outputs = { sql: "fixes.sql", report: "report.json" };
  const { path = "" } = resolved(
    { path: steps.at(-1)?.with?.path },
    { steps: prefixed("grants.outputs.", outputs), inputs: { server: "my-server" } },
  );
  expect(path.trim().split("\n")).toContain("fixes.sql");
});

describe("a fleet", () => {
  const here = "localhost\n127.0.0.1";
  const databases = ["orders", "orders_archive"];
  beforeAll(async () => {
    await orders();
    await sandbox.createDatabase("orders_archive", { template: "orders" });
  });

  test("fleet.yml: one job checks each database of each server", async () => {
    const { report, summary } = await act("fleet.yml", "check", { inputs: { host: here } });
    expect(report.databases.map(({ host, database, verdict }) => [host, database, verdict])).toEqual(
      here.split("\n").flatMap((host) => databases.map((database) => [host, database, "drift"])),
    );
    for (const host of here.split("\n")) expect(summary).toContain(host);
  });

  test("fleet-lists.yml: a job checks each list, and the last job has a row for each server that should be there", async () => {
    const directory = await mkdtemp(join(tmpdir(), "fleet-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    await script("jq", `exec '${process.execPath}' '${join(import.meta.dirname, "jq-child.ts")}' "$@"`);
    const shell = async (job: string, servers: string) => {
      const run = jobOf("fleet-lists.yml", job).steps?.find((step) => step.run)?.run ?? "";
      const file = join(directory, `${job}.txt`);
      await writeFile(file, "");
      const env = { PATH: path(), SERVERS: servers, GITHUB_OUTPUT: file, GITHUB_STEP_SUMMARY: file };
      const { status, stderr } = spawnSync("bash", [...BASH, run], { cwd: directory, encoding: "utf8", env });
      expect([status, stderr]).toEqual([0, ""]);
      return (await readFile(file, "utf8")).trim();
    };
    const many = Array.from({ length: 45 }, (_, at) => `server-${at}`);
    const lists = JSON.parse((await shell("lists", `${many.join("\n")}\n`)).replace("lists=", "")) as string[];
    expect(lists.map((list) => list.split("\n").length)).toEqual([20, 20, 5]);
    expect(lists.join("\n").split("\n")).toEqual(many);

    const checked = [here, "nowhere.invalid", ""];
    for (const [at, servers] of checked.entries()) {
      if (servers === "") continue; // this job died
      const run = await act("fleet-lists.yml", "check", {
        contexts: { matrix: { servers } },
        inputs: { host: servers },
        env: { ...sandbox.env, ...WITHOUT_WAITS },
      });
      await mkdir(join(directory, "reports", `report-${at}`), { recursive: true });
      await writeFile(join(directory, "reports", `report-${at}`, "a.json"), JSON.stringify(run.report));
    }
    const table = await shell("summary", `${here}\nnowhere.invalid\norders-asia\n`);
    expect(table.split("\n").slice(2)).toEqual([
      "| localhost | drift | 2 of 2 | 30 |",
      "| 127.0.0.1 | drift | 2 of 2 | 30 |",
      "| nowhere.invalid | error | 0 of 1 | ? |",
      "| orders-asia | no report | 0 of 0 | ? |",
    ]);
    // actions/download-artifact makes no directory for the artifact if there is only one.
    await rename(join(directory, "reports", "report-0"), join(directory, "single"));
    await rm(join(directory, "reports"), { recursive: true });
    await rename(join(directory, "single"), join(directory, "reports"));
    expect(await shell("summary", "localhost\n")).toContain("| localhost | drift | 2 of 2 | 30 |");
    await rm(join(directory, "reports"), { recursive: true });
    expect(await shell("summary", "orders-eu\n")).toContain("| orders-eu | no report | 0 of 0 | ? |");
  });
});

test("every example has run", () => {
  const elsewhere = ["before-the-merge.yml"]; // before-the-merge.test.ts
  expect([...ran, ...elsewhere].sort()).toEqual([...EXAMPLES].sort());
});

/** A new database orders, as its migrations leave it. */
async function orders(): Promise<void> {
  await sandbox.sql("postgres", "DROP DATABASE IF EXISTS orders WITH (FORCE)");
  await sandbox.createDatabase("orders", { seed: ORDERS });
}

/** Lets an application sign in as a role, with ID tokens of these subjects. */
function trust(clientId: string, role: string, ...subjects: string[]): void {
  sandbox.entra.register({
    ...IDENTITIES.migrator,
    clientId,
    objectId: clientId.replace("a1d2c3b4", "0b1ec700"),
    federatedCredentials: subjects.map((subject) => ({
      issuer: GITHUB_ISSUER,
      subject,
      audience: "api://AzureADTokenExchange",
    })),
    roles: [role],
  });
}

interface Circumstances {
  readonly contexts?: Contexts;
  readonly env?: Record<string, string>;
  readonly subject?: string;
  /** The differences from the example. */
  readonly inputs?: Record<string, string>;
}

/** Runs an example's step of the action against the sandbox, which is my-server here. */
async function act(file: string, job: string, circumstances: Circumstances = {}): Promise<Run> {
  const { contexts = {}, env = sandbox.env, subject = SUBJECTS.main, inputs: others = {} } = circumstances;
  const inputs = inputsOf(file, job, { ...contexts, vars: { ...VARS, ...contexts.vars } });
  const { host, port } = sandbox.server;
  const place = inputs.host === undefined ? {} : { host: inputs.host.replace("my-server", host), port: String(port) };
  sandbox.github.subject = subject;
  ran.add(file);
  return runAction({ ...inputs, ...place, ...others }, env);
}

/** Makes `az` print a token, and sets it as the migration role's password. */
async function azPrints(token: string): Promise<void> {
  await password(token);
  const answer = JSON.stringify({ accessToken: token, expires_on: 4070908800, tokenType: "Bearer" });
  await script("az", `case "$*" in *--output\\ tsv*) echo ${token} ;; *) echo '${answer}' ;; esac`);
}

/** Sets the password of the migration role and revokes its tokens; the other roles can still sign in. */
async function password(value: string): Promise<void> {
  await sandbox.entra.reset();
  await sandbox.sql(
    "postgres",
    `ALTER ROLE migrator PASSWORD '${value}' VALID UNTIL 'infinity'; ALTER ROLE aad_orders VALID UNTIL 'infinity'`,
  );
}

async function script(name: string, text: string): Promise<void> {
  await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
  await chmod(join(bin, name), 0o755);
}

function path(): string {
  return `${bin}${delimiter}${process.env.PATH}`;
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function warningsOf(report: Run["report"]): unknown[] {
  return report.databases.flatMap(({ grantees }) => grantees.flatMap(({ warnings }) => warnings));
}
