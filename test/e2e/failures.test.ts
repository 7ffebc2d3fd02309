import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonReport } from "../json-report.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { OBJECTS, runJob } from "./orders-job.ts";
import { type Run, WITHOUT_WAITS } from "./run-action.ts";
import { aclsOf, use } from "./truth.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
});
afterAll(() => sandbox.close());

test("reports a wrong secret as an error, not as drift, and never shows the secret", async () => {
  const secret = "wrong~secret.of.migrator";
  const run = await unchanged({ "client-secret": secret });
  expect(failure(run)).toMatchObject({ code: "client-secret-wrong", hint: expect.stringMatching(/secret/i) });
  const masked = run.stdout.replaceAll(`::add-mask::${secret}`, "");
  expect(masked + run.stderr + run.summary + JSON.stringify(run.report)).not.toContain(secret);
});

test("shows the subject to copy into the federated credential when Entra does not know it", async () => {
  const { subject } = sandbox.github;
  sandbox.github.subject = "repo:contoso/orders:environment:production";
  const run = await unchanged({}, { ...sandbox.env, ...WITHOUT_WAITS });
  sandbox.github.subject = subject;
  expect(failure(run)).toMatchObject({ code: "federated-credential" });
  expect(run.summary).toContain("repo:contoso/orders:environment:production");
  // A new credential gets one more attempt, and a missing one does not delay the job for long.
  expect(run.stdout.match(/Trying again in .*/g)).toEqual(["Trying again in 5 s (attempt 2 of 2)."]);
});

test("names the permission that a job without an ID token lacks", async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL, ...env } = sandbox.env;
  const run = await runJob(sandbox, { database: "orders" }, env);
  expect(failure(run)).toMatchObject({ code: "oidc-not-permitted" });
  expect(run.summary).toContain("id-token: write");
});

test("says that the server refused an expired token", async () => {
  await sandbox.entra.reset();
  sandbox.entra.tokenLifetime = -1;
  const run = await unchanged({});
  sandbox.entra.tokenLifetime = 3600;
  await sandbox.entra.reset();
  expect(failure(run)).toMatchObject({ code: "password-refused" });
});

test("suggests the nearest name for a grantee that does not exist, and grants nothing to the others", async () => {
  const objectId = "0b1ec700-0004-4c5d-8e6f-7a8b9c0d1e04";
  const ids = { "grantee-object-id": `${objectId}\n0b1ec700-0003-4c5d-8e6f-7a8b9c0d1e03` };
  const run = await unchanged({ grantee: "aad_order\naad_orders", ...ids });
  const [unknown, known] = run.report.databases[0]?.grantees ?? [];
  expect(unknown?.error).toMatchObject({
    code: "grantee-not-found",
    steps: [
      { text: "Did you mean `aad_orders`? Then set `grantee` to that name." },
      { text: expect.stringMatching(/^If the name aad_order is right/), command: expect.stringContaining(objectId) },
    ],
  });
  expect(known).toMatchObject({ verdict: "drift", missing: { length: OBJECTS } });
});

test("suggests the nearest name for a schema that does not exist", async () => {
  const run = await unchanged({ schemas: "publik" });
  expect(failure(run)).toMatchObject({ code: "schema-not-found" });
  expect(failure(run)?.hint).toContain("Did you mean `public`?");
});

test("reports an empty schema as an error, unless `allow-empty` is true", async () => {
  await sandbox.createDatabase("empty");
  const run = await runJob(sandbox, { database: "empty" });
  expect(failure(run)).toMatchObject({ code: "nothing-to-check" });
  expect(run.exitCode).toBe(1);
  const allowed = await runJob(sandbox, { database: "empty", "allow-empty": "true" });
  expect(allowed.outputs.verdict).toBe("in-sync");
  expect(allowed.exitCode).toBe(0);
});

test("grants the rest when a table has another owner, and names the role that can grant it", async () => {
  await sandbox.createDatabase("mixed", { seed: ORDERS });
  await sandbox.sql(
    "mixed",
    "CREATE ROLE reporting LOGIN; CREATE TABLE reports (id int); ALTER TABLE reports OWNER TO reporting",
  );
  const run = await runJob(sandbox, { database: "mixed" });
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({
    verdict: "drift",
    "missing-count": "1",
    "granted-count": `${OBJECTS}`,
  });
  expect(run.report.databases[0]?.grantees[0]?.missing).toMatchObject([
    { kind: "table", schema: "public", name: "reports", owner: "reporting", reason: "not-owner" },
  ]);
  const { refused } = await use(sandbox, "aad_orders", "mixed");
  expect(new Set(refused.map((what) => what.split(" ")[1]))).toEqual(new Set(["public.reports"]));

  // All the SQL for the other role is in the file, commented out.
  expect(run.sql.split("\n").filter((line) => line !== "" && !line.startsWith("--"))).toEqual([]);
  const reporting = await sandbox.signInAs("reporting", "mixed");
  const theirs = run.sql.slice(run.sql.indexOf("-- -- To run as reporting"));
  await reporting.query(theirs.replaceAll(/^-- /gm, "")).finally(() => reporting.end());
  const green = await runJob(sandbox, { database: "mixed", mode: "check" });
  expect(green.outputs.verdict).toBe("in-sync");
});

test("reports the drift of one database when the other does not exist", async () => {
  const run = await runJob(sandbox, { database: "order\norders", mode: "check" });
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: "error", "missing-count": String(OBJECTS) });
  const [missing, drifted] = run.report.databases;
  expect(missing).toMatchObject({
    database: "order",
    verdict: "error",
    error: { code: "database-not-found" },
  });
  expect(drifted).toMatchObject({ database: "orders", verdict: "drift" });
  expect(run.summary).toMatch(/Could not check `order`.*missing privileges on 13 objects/);
});

test("does not send the password to a server whose certificate is not trusted", async () => {
  const trusting = { ...sandbox.env, NODE_EXTRA_CA_CERTS: "", PGSSLMODE: "no-verify" };
  await sandbox.sql("postgres", "ALTER ROLE migrator PASSWORD 'owner password' VALID UNTIL 'infinity'");
  const signIn = { password: "owner password", "client-id": "", "tenant-id": "" };
  const run = await runJob(sandbox, { database: "orders", mode: "check", ...signIn }, trusting);
  expect(failure(run)).toMatchObject({ code: "tls-unknown-authority" });
  const own = { "ssl-root-cert": sandbox.ca };
  const trusted = await runJob(sandbox, { database: "orders", mode: "check", ...signIn, ...own }, trusting);
  expect(trusted.outputs.verdict).toBe("drift");
  await sandbox.entra.reset();
});

/** Runs `apply` on the database `orders`, which has to fail and to leave every ACL as it was. */
async function unchanged(inputs: Record<string, string>, env = sandbox.env): Promise<Run> {
  const before = await aclsOf(sandbox, "orders");
  const run = await runJob(sandbox, { database: "orders", ...inputs }, env);
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ verdict: "error", "granted-count": "0" });
  expect(run.summary).not.toBe("");
  expect(await aclsOf(sandbox, "orders")).toEqual(before);
  return run;
}

function failure({ report }: Run): JsonReport["error"] {
  return report.error ?? report.databases[0]?.error;
}
