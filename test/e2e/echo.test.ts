import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startFaultyHttp } from "../faults/http.ts";
import { formsOf, leaksIn } from "../leaks.ts";
import { type Decide, framed, startProxy } from "../sandbox/proxy.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";
import { type Run, WITHOUT_WAITS } from "./run-action.ts";

/** With all that is written differently in a URL, in a form, in JSON or in Base64. */
const SECRET = "p4ss & w0rd~of/the;owner's?Sch\u00fcssel=+\"42\\";

let sandbox: Sandbox;
let certificate: { cert: string; key: string };
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
  await sandbox.sql(
    "postgres",
    `ALTER ROLE migrator PASSWORD '${SECRET.replaceAll("'", "''")}' VALID UNTIL 'infinity'`,
  );
  const { directory } = sandbox.server;
  certificate = {
    cert: await readFile(join(directory, "server.crt"), "utf8"),
    key: await readFile(join(directory, "server.key"), "utf8"),
  };
});
afterAll(() => sandbox.close());

/** What a peer makes of a secret: in every form, again and again, so that whoever cuts it cuts within the secret. */
function echoOf(...secrets: readonly string[]): string {
  const forms = secrets.flatMap(formsOf);
  return forms.map((form, n) => `${".".repeat(n)} ${form} ${form.slice(0, -1)} ${form.slice(1)}`).join(" ");
}

/** How an endpoint repeats what it was sent. */
const ANSWERS = {
  "in an error": (echo: string, response: ServerResponse) => {
    const error = { code: echo, message: echo };
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: echo, error, error_description: echo, error_codes: [echo] }));
  },
  "in plain text": (echo: string, response: ServerResponse) => response.writeHead(403).end(echo),
  "in the title of a page": (echo: string, response: ServerResponse) =>
    response.writeHead(502, { "content-type": "text/html" }).end(`<html><title>${echo}</title></html>`),
  "in the claims of a token": (echo: string, response: ServerResponse) => {
    const claims = Buffer.from(JSON.stringify({ sub: echo, iss: echo, aud: echo })).toString("base64url");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ value: `eyJhbGciOiJub25lIn0.${claims}.c2ln` }));
  },
};
type Answer = keyof typeof ANSWERS;

/** Repeats the secrets of a request: what its headers and its body have. */
function echoing(answer: Answer): RequestListener {
  return async (request, response) => {
    const { authorization = "", "x-identity-header": header = "", host } = request.headers;
    if (request.url?.includes("openid-configuration")) {
      const url = `https://${host}/tenant`;
      const metadata = { issuer: url, authorization_endpoint: url, token_endpoint: url, jwks_uri: url };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
      return;
    }
    const sent = new URLSearchParams(await text(request));
    const secrets = [
      authorization.replace(/^\w+ /, ""),
      `${header}`,
      sent.get("client_secret"),
      sent.get("client_assertion"),
    ];
    ANSWERS[answer](echoOf(...secrets.filter((secret) => !!secret).map(String)), response);
  };
}

const NO_IDS = { "client-id": "", "tenant-id": "" };

describe.concurrent("a secret that is repeated in every form, and cut, is nowhere in the results: by", () => {
  test.each<Answer>(["in an error", "in the claims of a token"])("GitHub's OIDC endpoint, %s", async (answer) => {
    const server = await startFaultyHttp(echoing(answer));
    const token = SECRET.replaceAll(/[^\x21-\x7e]/g, "");
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${server.port}/?a=b`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
    };
    await expectNoLeak({}, env, [token]).finally(server.close);
  });

  test.each([
    ["in an error", "a client secret", SECRET],
    ["in an error", "an ID token", ""],
    ["in plain text", "a client secret", SECRET],
    ["in the title of a page", "an ID token", ""],
  ] as const)("Microsoft Entra, %s, %s", async (answer, _, secret) => {
    const server = await startFaultyHttp(echoing(answer), certificate);
    const env = { AZURE_AUTHORITY_HOST: `https://localhost:${server.port}` };
    await expectNoLeak({ "client-secret": secret }, env, [secret]).finally(server.close);
  });

  test.each<Answer>(["in an error", "in the title of a page"])(
    "the endpoint of a managed identity, %s",
    async (answer) => {
      const server = await startFaultyHttp(echoing(answer));
      const env = {
        IDENTITY_ENDPOINT: `http://127.0.0.1:${server.port}/token`,
        IDENTITY_HEADER: "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a",
      };
      const inputs = { ...NO_IDS, "auth-type": "managed-identity" };
      await expectNoLeak(inputs, env, [env.IDENTITY_HEADER]).finally(server.close);
    },
  );

  test("the Azure CLI", async () => {
    const directory = await mkdtemp(join(tmpdir(), "az-"));
    const token = "eyJhbGciOiJub25lIn0.eyJvaWQiOiJub2JvZHktYXQtYWxsIn0.c2lnbmF0dXJl";
    await writeFile(join(directory, "echo"), echoOf(token));
    await writeFile(join(directory, "az"), `#!/bin/sh\ncat ${directory}/echo >&2; exit 1\n`);
    await chmod(join(directory, "az"), 0o755);
    const env = { PATH: `${directory}${delimiter}${process.env.PATH}` };
    const run = await runJob(sandbox, { ...NO_IDS, "auth-type": "azure-cli" }, { ...sandbox.env, ...env });
    expect(run.outputs.verdict).toBe("error");
    expect(everythingIn(run)).not.toContain(token);
    await rm(directory, { recursive: true });
  });

  /** https://www.postgresql.org/docs/current/protocol-error-fields.html */
  const FIELDS = "SVCMDHPpqWstcdnFLR";
  const errorOf = (severity: string, echo: string) =>
    framed(
      "E",
      Buffer.from(`${[...FIELDS].map((field) => `${field}${field === "V" ? severity : echo}\0`).join("")}\0`),
    );

  const MOMENTS: Readonly<Record<string, () => Decide>> = {
    "at the sign-in":
      () =>
      ({ type, ready }, wire) => {
        if (type !== "R" || ready > 0) return true;
        wire.send(errorOf("FATAL", echoOf(SECRET)));
        return false;
      },
    "in the first look":
      () =>
      ({ type }, wire) => {
        if (type !== "T") return true;
        wire.send(errorOf("ERROR", echoOf(SECRET)));
        return false;
      },
    "when it ends the session":
      () =>
      ({ type }, wire) => {
        if (type !== "T") return true;
        wire.send(errorOf("FATAL", echoOf(SECRET)));
        setTimeout(wire.cut, 1_000); // a busy client has read the error by then
        return false;
      },
    "when it grants":
      () =>
      ({ type, body }, wire) => {
        if (type !== "C" || !body.toString().startsWith("GRANT")) return true;
        wire.send(errorOf("ERROR", echoOf(SECRET)));
        return false;
      },
  };

  test.each(Object.entries(MOMENTS))("PostgreSQL, %s", async (_, decide) => {
    const server = await startProxy(sandbox, decide());
    const inputs = { ...NO_IDS, password: SECRET, port: String(server.port) };
    await expectNoLeak(inputs, {}, [SECRET]).finally(server.close);
  });

  test("GitHub's API", async () => {
    const token = `ghs_${"0123456789abcdefghij".repeat(2)}`;
    const server = await startFaultyHttp(echoing("in an error"));
    const env = { GITHUB_API_URL: `http://127.0.0.1:${server.port}`, GITHUB_REPOSITORY: "contoso/orders" };
    // With the password, because a token of Entra would replace it while other tests use it.
    const inputs = { ...NO_IDS, password: SECRET, mode: "check", "drift-issue": "true", "github-token": token };
    await expectNoLeak(inputs, env, [token]).finally(server.close);
  });
});

async function expectNoLeak(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Promise<void> {
  const run = await runJob(sandbox, { database: "orders", ...inputs }, { ...sandbox.env, ...WITHOUT_WAITS, ...env });
  const everything = everythingIn(run);
  expect(everything).toContain("***");
  expect([...secrets, ...tokensIn(run)].flatMap((secret) => leaksIn(everything, secret))).toEqual([]);
}

/** The tokens that a run masked. */
function tokensIn({ stdout }: Run): readonly string[] {
  return [...stdout.matchAll(/^::add-mask::(eyJ.*)$/gm)].map(([, token = ""]) => token);
}

/** Everything that a run publishes; the log without its add-mask commands. */
function everythingIn({ stdout, stderr, summary, report, sql, outputs }: Run): string {
  const log = stdout.replaceAll(/^::add-mask::.*$/gm, "");
  return [log, stderr, summary, JSON.stringify(report), sql, JSON.stringify(outputs)].join("\n");
}
