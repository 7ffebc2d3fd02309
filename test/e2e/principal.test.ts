import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppRegistration } from "../sandbox/entra.ts";
import type { Listening } from "../sandbox/http.ts";
import { startLabelProxy } from "../sandbox/label-proxy.ts";
import { addToTenant, bind, labelOf } from "../sandbox/pgaadauth.ts";
import { ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";
import { runPrincipal } from "./principal-job.ts";
import { aclsOf } from "./truth.ts";

let sandbox: Sandbox;
let proxy: Listening;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  proxy = await startLabelProxy(sandbox);
  await sandbox.createDatabase("orders", { seed: ORDERS });
});
afterAll(async () => {
  await proxy?.close();
  await sandbox?.close();
});

const principal = (inputs: Record<string, string>) => runPrincipal(sandbox, proxy, inputs);

/** Creates an application in Entra, with a service principal that the server finds. */
async function createApp(role: string): Promise<AppRegistration & { secret: string }> {
  const app = { clientId: randomUUID(), objectId: randomUUID(), tenantId: TENANT_ID, roles: [role] };
  const secret = `secret of ${app.clientId}`;
  sandbox.entra.register({ ...app, secrets: [{ value: secret }] });
  await addToTenant(sandbox, { objectId: app.objectId, type: "service", displayName: role });
  return { ...app, secret };
}

/** The labels that a server keeps for an identity of this type, `pgaadauth` first. */
const labels = (objectId: string, type: string) => [
  `aadauth,oid=${objectId},type=${type}`,
  `type=${type},oid=${objectId},tenant_id=${TENANT_ID}`,
];

const labelsOf = (role: string) => Promise.all([labelOf(sandbox, role), labelOf(sandbox, role, "pgaadauth-int")]);

/** The result of a sign-in of the app with its own token: `signed in`, or the error. */
async function signInAs(app: AppRegistration & { secret: string }): Promise<string> {
  const { report } = await runJob(sandbox, {
    "client-id": app.clientId,
    "client-secret": app.secret,
    user: app.roles[0] ?? "",
    grantee: app.roles[0] ?? "",
    database: "orders",
    mode: "check",
  });
  return report.databases[0]?.error?.code ?? "signed in";
}

/** How the server ends its transactions: one that wrote has a transaction ID. */
async function nextTransaction(): Promise<string | undefined> {
  const [row] = await sandbox.sql<{ next: string }>(
    "postgres",
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next",
  );
  return row?.next;
}

describe("an identity without a role", () => {
  test("mode: check reports it and changes nothing; mode: apply creates the role, and the app signs in", async () => {
    const app = await createApp("aad_new");
    const inputs = { name: "aad_new", "object-id": app.objectId };

    const checked = await principal({ ...inputs, mode: "check" });
    expect([checked.exitCode, checked.outputs]).toEqual([1, { verdict: "drift" }]);
    expect(checked.summary).toContain("Role `aad_new` does not exist.");
    expect(checked.summary).toContain(
      `SELECT pg_catalog.pgaadauth_create_principal_with_oid('aad_new', '${app.objectId}', 'service', FALSE, FALSE);`,
    );
    expect(await sandbox.sql("postgres", "SELECT FROM pg_roles WHERE rolname = 'aad_new'")).toEqual([]);

    const created = await principal(inputs);
    expect([created.exitCode, created.outputs]).toEqual([0, { verdict: "repaired" }]);
    expect(await labelOf(sandbox, "aad_new")).toBe(`aadauth,oid=${app.objectId},type=service`);
    expect(
      await sandbox.sql(
        "postgres",
        "SELECT rolcreaterole OR rolcreatedb OR rolbypassrls OR pg_has_role(oid, 'azure_pg_admin', 'MEMBER') AS admin FROM pg_roles WHERE rolname = 'aad_new'",
      ),
    ).toEqual([{ admin: false }]);
    expect(await signInAs(app)).toBe("signed in");

    const before = await nextTransaction();
    const again = await principal({ ...inputs, "object-id": app.objectId.toUpperCase() });
    expect([again.exitCode, again.outputs]).toEqual([0, { verdict: "in-sync" }]);
    expect(await nextTransaction()).toBe(before);
  });

  test("any name is passed on unchanged", async () => {
    const role = `"aad' \\ öé; --"`;
    const app = await createApp(role);
    const created = await principal({ name: role, "object-id": app.objectId });
    expect(created.outputs).toEqual({ verdict: "repaired" });
    expect(await labelOf(sandbox, role)).toContain(app.objectId);
  });
});

describe("an identity that was deleted and created again", () => {
  test("a deleted identity is an error that shows both object IDs; rebind: true lets the app in again with the same privileges", async () => {
    const first = await createApp("aad_again");
    await principal({ name: "aad_again", "object-id": first.objectId });
    await runJob(sandbox, { grantee: "aad_again", database: "orders" });
    sandbox.entra.remove(first);
    const second = await createApp("aad_again");
    expect(await signInAs(second)).toBe("password-refused");
    const main = () =>
      runJob(sandbox, {
        grantee: "aad_again",
        "grantee-object-id": second.objectId,
        database: "orders",
        mode: "check",
      });
    const drift = await main();
    expect([drift.exitCode, drift.outputs.verdict, drift.outputs["missing-count"]]).toEqual([1, "drift", "1"]);
    expect(drift.summary).toContain("`aad_again` is not bound to the expected Microsoft Entra identity");
    const inputs = { name: "aad_again", "object-id": second.objectId };
    const label = await labelOf(sandbox, "aad_again");

    const refused = await principal(inputs);
    expect([refused.exitCode, refused.outputs]).toEqual([1, { verdict: "error" }]);
    expect(refused.summary).toContain("principal-bound-to-another");
    for (const id of [first.objectId, second.objectId]) expect(refused.summary).toContain(id);

    const checked = await principal({ ...inputs, mode: "check", rebind: "true" });
    expect([checked.exitCode, checked.outputs]).toEqual([1, { verdict: "drift" }]);
    expect(checked.summary).toContain(
      `SECURITY LABEL FOR "pgaadauth" ON ROLE "aad_again" IS 'aadauth,oid=${second.objectId},type=service';`,
    );
    expect(await labelOf(sandbox, "aad_again")).toBe(label);

    const acls = await aclsOf(sandbox, "orders");
    const rebound = await principal({ ...inputs, rebind: "true" });
    expect([rebound.exitCode, rebound.outputs]).toEqual([0, { verdict: "repaired" }]);
    expect(await labelOf(sandbox, "aad_again")).toBe(`aadauth,oid=${second.objectId},type=service`);
    expect(await aclsOf(sandbox, "orders")).toEqual(acls);
    expect(await signInAs(second)).toBe("signed in");
    expect((await main()).outputs.verdict).toBe("in-sync");
  });

  test("a deleted identity is fixed by the SQL of the main action, too, which an Entra administrator runs", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await sandbox.sql("postgres", "CREATE ROLE aad_fix LOGIN; CREATE ROLE aad_none LOGIN");
    await bind(sandbox, "aad_fix", `aadauth,oid=${first},type=group`);
    const main = (mode: string) =>
      runJob(sandbox, {
        grantee: "aad_fix\naad_none",
        "grantee-object-id": `${second}\n${second}`,
        database: "orders",
        mode,
      });
    const { exitCode, outputs, sql, report } = await main("apply");
    expect([exitCode, outputs.verdict, outputs["missing-count"]]).toEqual([1, "drift", "2"]);
    expect(sql).toContain("-- -- To run as a member of azure_pg_admin in database postgres:");

    const [rebind = ""] = sql.split("\n").filter((line) => line.startsWith("-- SECURITY LABEL"));
    const note = report.databases[0]?.grantees[1]?.missing[0]?.fix.note ?? "";
    const [, ofUser = ""] = /User: `(.*?)` Group:/.exec(note) ?? [];
    const administrator = await sandbox.signInAs("ci-admin", "postgres");
    for (const statement of [rebind.slice("-- ".length), ofUser])
      await administrator.query("SELECT sandbox.security_label($1)", [statement]);
    await administrator.end();

    expect(await labelsOf("aad_fix")).toEqual(labels(second, "group"));
    expect(await labelsOf("aad_none")).toEqual(labels(second, "user"));
    expect((await main("check")).outputs.verdict).toBe("in-sync");
  });

  test("a deleted identity is found and repaired for a role that was made by name", async () => {
    const first = await createApp("aad_by_name");
    const administrator = await sandbox.signInAs("ci-admin", "postgres");
    await administrator.query("SELECT pgaadauth_create_principal('aad_by_name', false, false)");
    await administrator.end();
    const verdictFor = async (id: string) =>
      (
        await runJob(sandbox, {
          grantee: "aad_by_name",
          "grantee-object-id": id,
          database: "orders",
        })
      ).outputs.verdict;
    expect(await labelOf(sandbox, "aad_by_name")).toBe("aadauth");
    expect(await verdictFor(first.objectId)).toBe("repaired");

    sandbox.entra.remove(first);
    const second = await createApp("aad_by_name");
    expect(await verdictFor(second.objectId)).toBe("drift");
    const inputs = { name: "aad_by_name", "object-id": second.objectId, rebind: "true" };
    expect((await principal(inputs)).outputs).toEqual({ verdict: "repaired" });
    expect(await labelsOf("aad_by_name")).toEqual(labels(second.objectId, "service"));
    expect(await verdictFor(second.objectId)).toBe("in-sync");
  });
});

test("an object ID that is not in the tenant is an error that is explained", async () => {
  const step = await principal({ name: "aad_refused", "object-id": randomUUID() });
  expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
  expect(step.summary).toContain("Error code `entra-principal-not-found`");
  expect(await sandbox.sql("postgres", "SELECT FROM pg_roles WHERE rolname = 'aad_refused'")).toEqual([]);
});

test("a role that is bound as another type is a warning", async () => {
  await sandbox.sql("postgres", "CREATE ROLE aad_group LOGIN");
  const id = randomUUID();
  await bind(sandbox, "aad_group", `aadauth,oid=${id},type=group`);
  const step = await principal({ name: "aad_group", "object-id": id });
  expect([step.exitCode, step.outputs]).toEqual([0, { verdict: "in-sync" }]);
  expect(step.stdout).toContain("::warning::aad_group is bound as `group`, not as `service`");
  expect(step.summary).toContain("**Warning:**");
});

test("every invalid input is reported at once, and nothing is connected to", async () => {
  const before = sandbox.entra.requests.length;
  const step = await principal({
    name: "x".repeat(64),
    "object-id": "aad_orders",
    type: "robot",
    rebind: "yes",
    mode: "",
    user: "",
  });
  expect([step.exitCode, step.outputs]).toEqual([1, { verdict: "error" }]);
  for (const text of [
    "`user` is missing",
    "longer than 63 bytes",
    "`object-id`: the value (10 characters) is not a GUID",
    "Use `service`, `user` or `group`",
    '`rebind`: "yes" is not valid',
    "`mode` is empty",
  ]) {
    expect(step.stdout.replaceAll("%0A", "\n")).toContain(text);
  }
  expect(sandbox.entra.requests).toHaveLength(before);
});

test("no secret or token is printed", async () => {
  const { objectId } = await createApp("aad_secret");
  const step = await principal({
    name: "aad_secret",
    "object-id": objectId,
    "client-secret": "sandbox~secret.of.ci-admin",
  });
  expect(step.outputs).toEqual({ verdict: "repaired" });
  const [, ...lines] = step.stdout.split("\n");
  expect(step.stdout.startsWith("::add-mask::sandbox~secret.of.ci-admin\n")).toBe(true);
  expect(lines.filter((line) => !line.startsWith("::add-mask::")).join("\n")).not.toMatch(/sandbox~|eyJ/);
  expect(step.summary).not.toMatch(/sandbox~|eyJ/);
});
