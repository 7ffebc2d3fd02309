import { readFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFaultyHttp } from "../faults/http.ts";
import { framed, startProxy } from "../sandbox/proxy.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";
import type { Run } from "./run-action.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
});
afterAll(() => sandbox.close());

/** Repeats the whole request in its answer, as a bad endpoint or proxy does. */
const echo: RequestListener = async (request, response) => {
  const message = `cannot take ${request.headers.authorization} ${decodeURIComponent(await text(request))}`;
  response.writeHead(400, { "content-type": "application/json" });
  response.end(JSON.stringify({ message, error: "invalid_client", error_description: message }));
};

test("an OIDC endpoint that repeats the request token does not bring it into the report", async () => {
  const server = await startFaultyHttp(echo);
  const token = "opaque-request-token-of-the-job";
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  };
  const run = await runJob(sandbox, { database: "orders" }, { ...sandbox.env, ...env }).finally(server.close);
  expect(run.report.databases[0]?.error?.message).toContain("cannot take Bearer ***");
  expect(everythingIn(run)).not.toContain(token);
});

test("an authority that repeats the client secret does not bring it into the report", async () => {
  const { directory } = sandbox.server;
  const certificate = {
    cert: await readFile(join(directory, "server.crt"), "utf8"),
    key: await readFile(join(directory, "server.key"), "utf8"),
  };
  const server = await startFaultyHttp(echo, certificate);
  const secret = "plain.secret.of.the.application";
  const env = { ...sandbox.env, AZURE_AUTHORITY_HOST: `https://localhost:${server.port}` };
  const run = await runJob(sandbox, { database: "orders", "client-secret": secret }, env).finally(
    server.close,
  );
  expect(run.outputs.verdict).toBe("error");
  expect(everythingIn(run)).not.toContain(secret);
});

test("a server that repeats the password does not bring it into the report", async () => {
  const password = "Spring-2026-owner";
  const server = await startProxy(sandbox, ({ type, ready }, wire) => {
    if (type !== "R" || ready > 0) return true;
    wire.send(framed("E", Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mno such password: ${password}\0\0`)));
    return false;
  });
  const inputs = {
    "client-id": "",
    "tenant-id": "",
    password,
    port: String(server.port),
    database: "orders",
  };
  const run = await runJob(sandbox, inputs).finally(server.close);
  expect(run.report.databases[0]?.error?.message).toContain("no such password: ***");
  expect(everythingIn(run)).not.toContain(password);
});

/** Everything that a run publishes; the log without its add-mask commands. */
function everythingIn({ stdout, stderr, summary, report, sql }: Run): string {
  return [stdout.replaceAll(/^::add-mask::.*$/gm, ""), stderr, summary, JSON.stringify(report), sql].join(
    "\n",
  );
}
