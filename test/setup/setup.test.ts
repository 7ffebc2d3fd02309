import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runAction } from "../e2e/run-action.ts";
import { inputsOf } from "../examples/example.ts";
import { ROOT, readText } from "../project/project.ts";
import { startLabelProxy } from "../sandbox/label-proxy.ts";
import { addToTenant, bind, installPgaadauth, labelOf } from "../sandbox/pgaadauth.ts";
import { PSQL } from "../sandbox/psql.ts";
import { IDENTITIES, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { AZ, type AzState, startAz } from "./az.ts";
import { parseAz } from "./az-arguments.ts";

const SCRIPT = join(ROOT, "examples/setup/setup.sh");
const ADMIN = { id: "0b1ec700-0001-4c5d-8e6f-7a8b9c0d1e01", name: "ci-admin" };
/** A token by its form; the sandbox takes it as ci-admin's password. */
const TOKEN = ["e30", Buffer.from(JSON.stringify({ oid: ADMIN.id })).toString("base64url"), "signature"].join(".");

test.each([
  ...["setup", "firewall", "app-sign-in", "principal"].map((page) => `docs/${page}.md`),
  ...["deploy", "client-secret", "app-connection"].map((name) => `examples/${name}.yml`),
  ".github/workflows/azure.yml",
])("shows commands that az accepts: %s", (path) => {
  const text = readText(path)
    .replaceAll(/^# {3}/gm, "")
    .replaceAll(/<([a-z-]+)>/g, "$1");
  const blocks = [...text.matchAll(/^```(?:ba)?sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  const commands = (path.endsWith(".md") ? blocks.join("") : text)
    .replaceAll(/ \\\n\s*/g, " ")
    .split("\n")
    .flatMap((line) => [...line.matchAll(/(?:^\s*|\$\(|\| |if )(az (?:"(?:\\.|[^"\\])*"|'[^']*'|[^"');|])+)/g)])
    .map(([, command = ""]) => command.trim());
  expect(commands).not.toEqual([]);
  for (const command of commands) expect(() => parseAz(words(command).slice(1)), command).not.toThrow();
});

test("docs/private-network.md assigns roles by object ID, which works for an identity made a moment ago", () => {
  const page = readText("docs/private-network.md")
    .replaceAll(/ \\\n\s*/g, " ")
    .replaceAll(/<[^>]+>/g, "x");
  const assignments = page.match(/az role assignment create.*/g) ?? [];
  expect(assignments).toHaveLength(2);
  for (const command of assignments) expect(() => parseAz(words(command).slice(1)), command).not.toThrow();
});

test("docs/setup.md requires the same version of az as the script", () => {
  const required = /(?<=[Nn]eeds?\*{0,2} az \()2\.\d+ or newer/;
  const [version] = required.exec(readText("examples/setup/setup.sh")) ?? [];
  expect(version).toBeDefined();
  expect(readText("docs/setup.md")).toContain(`az (${version}`);
});

test("the stand-in for az refuses what the CLI refuses", () => {
  const refusals = [
    "postgres flexible-server ad-admin list --server-name a --resource-group b",
    "postgres flexible-server show --name a",
    "postgres flexible-server update --name a --resource-group b --microsoft-entra-auth on",
    "identity create --name a --resource-group b --id c",
    "identity federated-credential create --name a:b --identity-name c --resource-group d",
  ].map((command) => {
    try {
      return parseAz(command.split(" "));
    } catch (error) {
      return (error as Error).message.slice(0, 40);
    }
  });
  expect(refusals).toEqual([
    "'postgres flexible-server ad-admin list'",
    "the following arguments are required: --",
    "argument --microsoft-entra-auth: 'on' is",
    "unrecognized arguments: --id",
    "argument --name: 'a:b' does not match ^[",
  ]);
});

/** Memberships have options from 16 on, and only a role with ADMIN OPTION can grant them. */
const [OLD, NEW] = [14, 18] as const;

describe.each([OLD, NEW])("on PostgreSQL %i", (version) => {
  let sandbox: Sandbox;
  let bin: string;
  let azures = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ version });
    await installPgaadauth(sandbox);
    await bind(sandbox, ADMIN.name, `aadauth,oid=${ADMIN.id},type=user,admin`);
    await sandbox.sql("postgres", `ALTER ROLE "${ADMIN.name}" PASSWORD '${TOKEN}'`);
    bin = await mkdtemp(join(tmpdir(), "az-"));
    await writeFile(join(bin, "az"), AZ);
    // psql before 16 has no certificates of the system's, nor has the sandbox's authority signed any.
    await writeFile(
      join(bin, "psql"),
      `#!/bin/sh\n[ "$PGSSLROOTCERT" != system ] || export PGSSLROOTCERT='${sandbox.caFile}'\nexec '${PSQL}' "$@"\n`,
    );
    // Signed in to GitHub only where a test says what GitHub answers.
    await writeFile(
      join(bin, "gh"),
      '#!/bin/sh\nif [ "$1" = api ]; then [ "$GH_ANSWER" ] && echo "$GH_ANSWER"; else echo "gh $*"; fi\n',
    );
    for (const name of ["az", "psql", "gh"]) await chmod(join(bin, name), 0o755);
  });
  afterAll(async () => {
    await rm(bin, { recursive: true });
    await sandbox.close();
  });

  test("prepares everything that the action needs, is idempotent, and can undo it", async () => {
    const azure = await startAzure();
    const { database, migrator, check } = azure;
    const options = ["--branch", "main", "--environment", "production", "--tag", "v1", "--pull-request"];
    const before = { roles: await roles(), state: azure.state() };

    const first = await azure.setUp(...options);

    expect(first).toMatchObject({ status: 0, stderr: "" });
    const made = azure.state();
    expect(made.server.authConfig.activeDirectoryAuth).toBe("Enabled");
    expect(made.admins.map(({ objectId, principalType }) => [objectId, principalType])).toEqual([[ADMIN.id, "User"]]);
    const [ofMigrator, ofCheck] = [made.identities[`pg-${migrator}`], made.identities[`pg-${check}`]];
    const both = ["ref:refs/heads/main", "environment:production", "ref:refs/tags/v1"];
    expect(ofMigrator?.credentials.map(({ subject }) => subject)).toEqual(
      both.map((end) => `repo:contoso/orders:${end}`),
    );
    expect(ofCheck?.credentials.at(-1)?.subject).toBe("repo:contoso/orders:pull_request");
    expect(await labelOf(sandbox, migrator)).toBe(`aadauth,oid=${ofMigrator?.principalId},type=service`);
    expect(first.stdout).toContain(
      `gh variable set GRANTS_CLIENT_ID --repo contoso/orders --body ${ofMigrator?.clientId}\n`,
    );
    expect(first.stdout).toContain(
      `gh variable set GRANTS_CLIENT_ID --repo contoso/orders --env production --body ${ofMigrator?.clientId}\n`,
    );
    expect(first.stdout).toContain("for the input grantee: aad_orders\n");
    expect(first.stdout).not.toContain(TOKEN);

    // The roles are what the action needs, and the federated credentials what GitHub's tokens match.
    trust(migrator, ofMigrator);
    trust(check, ofCheck);
    const owner = await sandbox.signInAs(migrator, database);
    await owner.query("CREATE TABLE orders (id serial)").finally(() => owner.end());
    const job = {
      "tenant-id": TENANT_ID,
      host: sandbox.server.host,
      port: String(sandbox.server.port),
      database,
      grantee: "aad_orders",
    };
    const applied = await runAction({ ...job, user: migrator, "client-id": ofMigrator?.clientId ?? "" }, sandbox.env);
    expect(applied.outputs.verdict).toBe("repaired");
    const checked = await runAction(
      { ...job, mode: "check", user: check, "client-id": ofCheck?.clientId ?? "" },
      sandbox.env,
    );
    expect(checked.outputs.verdict).toBe("in-sync");

    const second = await azure.setUp(...options);
    expect(second).toMatchObject({
      status: 0,
      stderr: "",
      stdout: first.stdout.replaceAll(/^(?:Turning on|Making you).*\n/gm, ""),
    });
    expect({ ...azure.state(), asked: [] }).toEqual({ ...made, asked: [] });

    // Its objects are kept.
    const refused = await azure.setUp("--delete");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`REASSIGN OWNED BY "${migrator}"`);
    expect(azure.state().identities).toEqual(made.identities);

    const [advice = ""] = /^ {2}GRANT .*$/m.exec(refused.stderr) ?? [];
    const administrator = await sandbox.signInAs(ADMIN.name, database);
    for (const statement of advice.split("; ")) await administrator.query(statement);
    await administrator.end();
    expect(await azure.setUp("--delete")).toMatchObject({ status: 0, stderr: "" });
    expect(await roles()).toEqual(before.roles);
    expect(azure.state().identities).toEqual({});
  });

  test("names the owners that the migration role cannot act for, and grants membership without making it an administrator", async () => {
    const azure = await startAzure();
    const { database, migrator } = azure;
    const [owner, pgadmin] = [`old_${database}`, `pgadmin_${database}`];
    // From 16 on, only a role with ADMIN OPTION on a role can grant it to others.
    await sandbox.sql("postgres", `CREATE ROLE ${owner}; GRANT ${owner} TO "${ADMIN.name}" WITH ADMIN OPTION`);
    await sandbox.sql("postgres", `CREATE ROLE ${pgadmin} LOGIN CREATEROLE CREATEDB IN ROLE azure_pg_admin`);
    for (const name of [owner, pgadmin])
      await sandbox.sql(database, `CREATE TABLE of_${name} (); ALTER TABLE of_${name} OWNER TO ${name}`);

    const first = await azure.setUp();
    for (const name of [owner, pgadmin]) expect(first.stdout).toContain(`with this option: --existing-owner ${name}\n`);

    const { status, stdout, stderr } = await azure.setUp("--existing-owner", owner, "--existing-owner", pgadmin);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("gh variable set GRANTS_CLIENT_ID");
    expect(stdout).not.toContain("--existing-owner");
    expect(await hasRole(migrator, owner, "USAGE")).toBe(true);
    expect(await hasRole(migrator, pgadmin, "MEMBER")).toBe(false);

    // An administrator gives its tables away.
    const [, command = ""] = /^ {2}PGPASSWORD='' psql .* --command '(REASSIGN .*)'$/m.exec(stdout) ?? [];
    const client = await sandbox.signInAs(pgadmin, database);
    await client.query(command).finally(() => client.end());
    const missing = await azure.setUp("--existing-owner", "nobody");
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining("cannot make nobody") });
    const again = await azure.setUp();
    expect(again).toMatchObject({ status: 0, stdout: expect.not.stringContaining("LEFT TO DO") });
  });

  test("the commands of docs/setup.md lead to a deployment and a check that pass", async () => {
    const azure = await startAzure();
    const { database } = azure;
    // The names on the page are not in use here.
    await sandbox.sql("postgres", "ALTER ROLE migrator RENAME TO migrator_of_the_sandbox");
    await sandbox.sql(database, "REVOKE CREATE ON SCHEMA public FROM migrator_of_the_sandbox");
    sandbox.entra.register({ ...IDENTITIES.migrator, roles: [] });
    const page = readText("docs/setup.md");
    const commandsOf = (from: string, to: string) =>
      [...page.slice(page.indexOf(from), page.indexOf(to)).matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
        .map(([, block = ""]) => block)
        .join("")
        .replace("GROUP=my-group", "GROUP=group")
        .replace("SERVER=my-server", "SERVER=pg")
        .replace("DATABASE=orders", `DATABASE=${database}`);

    const { status, stdout, stderr } = await azure.type(commandsOf("## 1.", "## Undo"));

    expect([status, stderr]).toEqual([0, ""]);
    const { identities } = azure.state();
    const [migrator, check] = [identities["pg-migrator"], identities["pg-grants_check"]];
    expect(stdout).toContain(
      `gh variable set GRANTS_CHECK_CLIENT_ID --repo contoso/orders --body ${check?.clientId}\n`,
    );
    expect(stdout).toMatch(/^ aad_orders$/m);
    expect(stdout).toMatch(/^ t$/m);
    trust("migrator", migrator);
    trust("grants_check", check);
    const owner = await sandbox.signInAs("migrator", database);
    await owner.query("CREATE TABLE orders (id serial)").finally(() => owner.end());
    const vars = {
      AZURE_TENANT_ID: TENANT_ID,
      GRANTS_CLIENT_ID: migrator?.clientId ?? "",
      GRANTS_CHECK_CLIENT_ID: check?.clientId ?? "",
    };
    const act = (file: string, job: string, more: Record<string, string> = {}) => {
      const { host, port } = sandbox.server;
      const inputs = { ...inputsOf(file, job, { vars }), host, port: String(port), database, ...more };
      return runAction(inputs, sandbox.env);
    };
    expect((await act("deploy.yml", "database", { mode: "plan" })).exitCode).toBe(0);
    expect((await act("deploy.yml", "database")).outputs.verdict).toBe("repaired");
    expect((await act("check.yml", "check", { "drift-issue": "false" })).outputs.verdict).toBe("in-sync");

    // The same identity checks another server, which is the same one here.
    await sandbox.sql(database, "DROP OWNED BY grants_check; DROP ROLE grants_check");
    const [, fleet = ""] = /^## Many servers\n[\s\S]*?^```bash\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const signedIn = commandsOf("## 1.", "## 2.") + commandsOf("## 6.", "## 7.");
    const again = await azure.type(signedIn + fleet.replace("orders-eu orders-us", "pg"));
    expect(again).toMatchObject({ status: 0, stderr: "" });
    expect(await labelOf(sandbox, "grants_check")).toBe(`aadauth,oid=${check?.principalId},type=service`);
  });

  // The rest does not depend on the version.
  if (version === OLD) return;

  test("runs no function of the app's schema as the administrator", async () => {
    const azure = await startAzure();
    const { database } = azure;
    // Literals of unknown type fit them better than PostgreSQL's own functions, which take names.
    const planted = [
      ["has_schema_privilege(text, text, text)", "boolean"],
      ["has_database_privilege(text, name, text)", "boolean"],
      ["pg_has_role(oid, text, text)", "boolean"],
      ["format(text, name, name, text, name)", "text"],
    ].map(
      ([signature, type]) =>
        `CREATE FUNCTION public.${signature} RETURNS ${type} LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''planted''; END';`,
    );
    await sandbox.sql(database, `${planted.join("")} ALTER DATABASE ${database} SET search_path = public, pg_catalog`);
    const owner = `owner_${database}`;
    await sandbox.sql("postgres", `CREATE ROLE ${owner}; GRANT ${owner} TO "${ADMIN.name}" WITH ADMIN OPTION`);
    expect(await azure.setUp("--existing-owner", owner)).toMatchObject({ status: 0, stderr: "" });
    const page = readText("docs/setup.md");
    const step = (n: number) =>
      new RegExp(`^## ${n}\\.[\\s\\S]*?^\`\`\`sh\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page)?.[1] ?? "";
    const look = page
      .match(/^psql "\$DATABASE" --tuples-only .*has_schema_privilege.*$/m)?.[0]
      .replace("migrator", "aad_orders");
    const typed = await azure.type(
      `GROUP=group SERVER=pg ADMIN=${ADMIN.name} DATABASE=${database}\n${step(6)}\n${look}`,
    );
    expect(typed).toMatchObject({ status: 0, stderr: "" });
    expect(await azure.setUp("--delete")).toMatchObject({ status: 0, stderr: "" });
  });

  test("the commands of step 0 make a server with a Microsoft Entra administrator, and a database", async () => {
    const azure = await startAzure();
    const page = readText("docs/setup.md");
    const [, step0 = ""] = /^## 0\.[\s\S]*?^```bash\n([\s\S]*?)^```$/m.exec(page) ?? [];
    expect(await azure.type(step0)).toMatchObject({ status: 0, stderr: "" });
    const { server, admins, databases } = azure.state();
    expect([server.name, server.authConfig.activeDirectoryAuth]).toEqual(["my-server", "Enabled"]);
    expect(admins).toEqual([{ objectId: ADMIN.id, principalName: ADMIN.name, principalType: "User" }]);
    expect(Object.keys(databases)).toEqual(["orders"]);
  });

  test("the commands for a connection that was created again find the old object ID, and repair it", async () => {
    const [principal, setup] = ["docs/principal.md", "docs/setup.md"].map((path) => {
      const blocks = readText(path).matchAll(/^```bash\n(APP_ID=[\s\S]*?)^```$/gm);
      return [...blocks].map(([, block]) => block);
    });
    expect(principal).toHaveLength(1);
    expect(setup).toEqual(principal);
    const [identity = "", find = "", repair = ""] = principal?.[0]?.split("\n") ?? [];
    const azure = await startAzure();
    const [before, now] = [randomUUID(), randomUUID()];
    azure.change({
      identities: { "my-app": { clientId: randomUUID(), principalId: now, credentials: [] } },
    });
    const proxy = await startLabelProxy(sandbox);
    onTestFinished(() => proxy.close());
    const env = `export PGHOST=localhost PGPORT=${proxy.port} PGUSER=${ADMIN.name} PGPASSWORD=${TOKEN} PGSSLMODE=verify-full PGSSLROOTCERT=system`;
    const type = async (...lines: string[]) => {
      const { status, stdout, stderr } = await azure.type([env, identity, ...lines].join("\n"));
      expect([status, stderr]).toEqual([0, ""]);
      return stdout;
    };

    const role = "aad_orders";
    const label = await labelOf(sandbox, role);
    onTestFinished(() => bind(sandbox, role, label ?? ""));
    await bind(sandbox, role, `aadauth,oid=${before},type=service`);
    const found = await type(find);
    expect(found.match(new RegExp(before, "g"))).toHaveLength(2);
    await type(repair);
    expect((await type(find)).trim()).toBe("");
    for (const provider of ["pgaadauth", "pgaadauth-int"] as const)
      expect(await labelOf(sandbox, role, provider)).toContain(`oid=${now}`);
  });

  test("lets no branch sign in as the owner where an environment guards it", async () => {
    const azure = await startAzure();
    const { migrator, check } = azure;
    const { status, stdout, stderr } = await azure.setUp("--environment", "production");
    expect([status, stderr]).toEqual([0, ""]);
    const { identities } = azure.state();
    const subjectsOf = (role: string) =>
      identities[`pg-${role}`]?.credentials.map(({ subject }) => subject.replace("repo:contoso/orders:", ""));
    expect(subjectsOf(migrator)).toEqual(["environment:production"]);
    expect(subjectsOf(check)).toEqual(["ref:refs/heads/main", "environment:production"]);
    expect(stdout.match(/gh variable set GRANTS_CLIENT_ID .*/g)).toEqual([expect.stringContaining("--env production")]);
  });

  test("creates Entra applications on request, and binds roles to the service principal's object ID", async () => {
    const azure = await startAzure();
    const { migrator } = azure;
    const options = ["--application", "--branch", "main", "--branch", "release/1"];

    expect(await azure.setUp(...options)).toMatchObject({ status: 0, stderr: "" });
    const { applications } = azure.state();
    const app = applications[`pg-${migrator}`];
    expect(app?.credentials).toMatchObject([{ name: "github-branch-main" }, { name: "github-branch-release-1" }]);
    expect(await labelOf(sandbox, migrator)).toBe(`aadauth,oid=${app?.principalId},type=service`);
    expect(await azure.setUp(...options)).toMatchObject({ status: 0 });
    expect(azure.state().applications).toEqual(applications);

    expect(await azure.setUp(...options, "--delete")).toMatchObject({ status: 0, stderr: "" });
    expect(azure.state().applications).toEqual({});
  });

  test("signs in as identities that are there already, which it does not change or delete", async () => {
    const azure = await startAzure();
    const { migrator, check } = azure;
    const [deploy, auditor] = azure.state().objectIds.map((principalId) => ({
      clientId: randomUUID(),
      principalId,
      credentials: [],
    }));
    azure.change({ applications: { deploy }, identities: { auditor } } as Partial<AzState>);
    const before = azure.state();
    const ids = ["--migrator-client-id", deploy?.clientId ?? "", "--check-client-id", auditor?.clientId ?? ""];

    const { status, stdout, stderr } = await azure.setUp(...ids);

    expect([status, stderr]).toEqual([0, ""]);
    expect(await labelOf(sandbox, migrator)).toBe(`aadauth,oid=${deploy?.principalId},type=service`);
    expect(await labelOf(sandbox, check)).toBe(`aadauth,oid=${auditor?.principalId},type=service`);
    expect(stdout).toContain(`GRANTS_CLIENT_ID --repo contoso/orders --body ${deploy?.clientId}\n`);
    expect(stdout).toContain(`GRANTS_CHECK_CLIENT_ID --repo contoso/orders --body ${auditor?.clientId}\n`);
    expect(stdout).toContain(`NOT CHANGED: the identity ${deploy?.clientId}.`);
    expect(await azure.setUp(...ids, "--delete")).toMatchObject({ status: 0, stderr: "" });
    const { applications, identities } = azure.state();
    expect({ applications, identities }).toEqual({
      applications: before.applications,
      identities: before.identities,
    });
  });

  test("trusts the subjects that GitHub names, or says what it assumes, for the audience of the cloud", async () => {
    const azure = await startAzure();
    const trusted = (cloud: string, ...options: string[]) => {
      azure.change({ cloud });
      return azure.setUp(...options).then(({ stdout }) => {
        const { credentials } = azure.state().identities[`pg-${azure.check}`] ?? {};
        return { stdout, trusts: credentials?.flatMap(({ subject, audiences }) => [subject, ...audiences]) };
      });
    };
    const assumed = await trusted("AzureCloud");
    expect(assumed.stdout).toContain(
      "  gh api repos/contoso/orders/actions/oidc/customization/sub --jq .sub_claim_prefix\n",
    );
    expect(assumed.trusts).toEqual(["repo:contoso/orders:ref:refs/heads/main", "api://AzureADTokenExchange"]);

    azure.github = "repo:contoso@6844498/orders@1296269";
    const asked = await trusted("AzureUSGovernment");
    expect(asked.stdout).toContain(`begin with ${azure.github}.`);
    expect(asked.stdout).not.toContain("ASSUMED");
    expect(asked.trusts).toEqual([`${azure.github}:ref:refs/heads/main`, "api://AzureADTokenExchangeUSGov"]);

    const { trusts } = await trusted("AzureChinaCloud", "--subject-prefix", "repo:other/name");
    expect(trusts).toEqual(["repo:other/name:ref:refs/heads/main", "api://AzureADTokenExchangeChina"]);
  });

  test("creates the app's role when Service Connector did not, and waits until Entra knows the identity", async () => {
    const azure = await startAzure();
    const [grantee, objectId] = [`aad_${azure.database}`, randomUUID()];
    azure.listener = (said) => {
      if (said.includes("Not yet")) void addToTenant(sandbox, { objectId, type: "service", displayName: grantee });
    };
    const { status, stderr } = await azure.setUp("--grantee", grantee, "--grantee-object-id", objectId);
    expect([status, stderr]).toEqual([0, expect.stringContaining("not found in the tenant")]);
    expect(await labelOf(sandbox, grantee)).toBe(`aadauth,oid=${objectId},type=service`);
  });

  test("signs in as a service principal, which it identifies by its token", async () => {
    const azure = await startAzure({
      account: { user: { type: "servicePrincipal", name: ADMIN.name }, tenantId: TENANT_ID },
    });
    // The server's host name will do.
    const options = ["--server", "pg.postgres.database.azure.com"];
    expect(await azure.setUp(...options)).toMatchObject({ status: 0, stderr: "" });
    const { admins, asked } = azure.state();
    expect(admins).toEqual([{ objectId: ADMIN.id, principalName: ADMIN.name, principalType: "ServicePrincipal" }]);
    expect(asked.filter((command) => command.startsWith("ad "))).toEqual([]);
  });

  test("opens the firewall for one address while it runs, and closes it even when it fails", async () => {
    const azure = await startAzure();
    // With a privilege of its own but no right to grant it, the administrator gets a warning, not an error.
    await sandbox.sql(azure.database, `CREATE SCHEMA other; GRANT USAGE ON SCHEMA other TO "${ADMIN.name}"`);
    const { status, stderr } = await azure.setUp("--my-address", "203.0.113.7", "--schema", "other");
    expect([status, stderr]).toEqual([
      1,
      `setup.sh: ci-admin cannot grant that. The owners of the database ${azure.database} and of its schema other can.\n`,
    ]);
    const { rules, asked } = azure.state();
    expect(rules).toEqual({});
    expect(asked.filter((command) => command.startsWith("rest ")).map((command) => command.split(" ")[2])).toEqual([
      "put",
      "delete",
    ]);
    expect(asked.find((command) => command.startsWith("rest --method put"))).toContain(
      `"startIpAddress":"203.0.113.7","endIpAddress":"203.0.113.7"`,
    );
  });

  test("says what to do when it cannot continue, and changes nothing", async () => {
    const azure = await startAzure();
    const says = async (change: Partial<AzState>, ...options: string[]) => {
      azure.change(change);
      const { status, stderr } = await azure.setUp(...options);
      expect(status).toBe(1);
      const { identities } = azure.state();
      expect(identities).toEqual({});
      return stderr;
    };
    const { server } = azure.state();
    expect(await says({ isOld: true })).toContain("Run: az upgrade");
    expect(await says({ isOld: false, server: { ...server, state: "Stopped" } })).toContain(
      "Run: az postgres flexible-server start --resource-group group --name pg",
    );
    expect(await says({ server }, "--delete")).toContain("You are not an Entra administrator of pg");
    for (const repository of ["orders", "https://github.com/contoso/orders", "contoso/orders/"]) {
      expect(await says({}, "--repository", repository)).toContain(
        `--repository is OWNER/NAME, such as contoso/orders, not '${repository}'`,
      );
    }
    expect(await says({}, "--database", "nowhere")).toContain(
      'pg has no database nowhere. Correct --database, or create it as ci-admin: CREATE DATABASE "nowhere";',
    );
    expect(await says({}, "--grantee", "aad_x")).toContain("--grantee and --grantee-object-id go together");
    expect(await says({}, "--brnch", "main")).toContain("There is no option --brnch");
    expect(await says({}, "--tag")).toContain("--tag needs a value");
  });

  test("does not use a role that belongs to another identity", async () => {
    const azure = await startAzure();
    await sandbox.sql("postgres", `CREATE ROLE "${azure.migrator}" LOGIN`);
    await bind(sandbox, azure.migrator, "aadauth,oid=somebody-else,type=service");
    const { status, stderr } = await azure.setUp();
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`${azure.migrator} is bound to somebody-else, not to `),
    ]);
  });

  /** A new subscription, and a database on the shared server. */
  async function startAzure(change: Partial<AzState> = {}) {
    const id = ++azures;
    const [database, migrator, check] = [`orders_${id}`, `migrator-${id}`, `grants_check_${id}`];
    await sandbox.createDatabase(database);
    const objectIds = [randomUUID(), randomUUID()];
    for (const [at, objectId] of objectIds.entries()) {
      await addToTenant(sandbox, { objectId, type: "service", displayName: `${id}-${at}` });
    }
    const state: AzState = {
      isOld: false,
      cloud: "AzureCloud",
      account: { user: { type: "user", name: ADMIN.name }, tenantId: TENANT_ID },
      me: { id: ADMIN.id, userPrincipalName: ADMIN.name },
      token: TOKEN,
      server: {
        name: "pg",
        fullyQualifiedDomainName: sandbox.server.host,
        state: "Ready",
        authConfig: { activeDirectoryAuth: "Disabled" },
      },
      admins: [],
      identities: {},
      applications: {},
      rules: {},
      databases: {},
      objectIds,
      asked: [],
      ...change,
    };
    const az = await startAz(state);
    onTestFinished(az.close);
    const azure = {
      /** Reads the script's stderr while it runs. */
      listener: (_said: string): void => {},
      /** What GitHub answers to gh. */
      github: "",
      database,
      migrator,
      check,
      state: () => structuredClone(state),
      change: (more: Partial<AzState>) => Object.assign(state, more),
      setUp(...options: string[]) {
        const common = {
          "--resource-group": "group",
          "--server": "pg",
          "--database": database,
          "--repository": "contoso/orders",
          "--migrator": migrator,
          "--check": check,
        };
        return run(SCRIPT, [...Object.entries(common).flat(), ...options], { PGSSLROOTCERT: sandbox.caFile });
      },
      /** Runs what a reader copies into Bash. */
      type: (commands: string) => run("bash", ["--noprofile", "--norc", "-euc", commands], {}),
    };
    return azure;

    async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
      const child = spawn(command, args, {
        env: {
          PATH: `${bin}${delimiter}${process.env.PATH}`,
          AZ_PORT: String(az.port),
          PGPORT: String(sandbox.server.port),
          SETUP_WAIT: "0.3",
          GH_ANSWER: azure.github,
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stderr.setEncoding("utf8").on("data", (said: string) => azure.listener(said));
      const exited = new Promise<number | null>((done) => child.once("close", done));
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { status: await exited, stdout, stderr };
    }
  }

  /** Lets the sandbox's Entra know an identity as the script made it. */
  function trust(role: string, identity: AzState["identities"][string] | undefined): void {
    if (identity === undefined) throw new Error(`the script made no identity for ${role}`);
    const { clientId, principalId = "", credentials } = identity;
    const federatedCredentials = credentials.map(({ issuer, subject, audiences: [audience = ""] }) => ({
      issuer,
      subject,
      audience,
    }));
    sandbox.entra.register({
      clientId,
      tenantId: TENANT_ID,
      objectId: principalId,
      secrets: [],
      federatedCredentials,
      roles: [role],
    });
  }

  async function hasRole(name: string, role: string, how: "USAGE" | "MEMBER"): Promise<boolean | undefined> {
    const [row] = await sandbox.sql<{ has: boolean }>("postgres", "SELECT pg_has_role($1, $2, $3) AS has", [
      name,
      role,
      how,
    ]);
    return row?.has;
  }

  async function roles(): Promise<string[]> {
    const rows = await sandbox.sql<{ rolname: string }>("postgres", "SELECT rolname FROM pg_roles ORDER BY 1");
    return rows.map(({ rolname }) => rolname);
  }
});

/** The words of a command without expansions: quotes and backslashes in double quotes are the only syntax. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, "$1$2"),
  );
}
