import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REFUSED, startEndpoint, TOKEN } from "../azure/managed-identity.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";
import { runAction } from "./run-action.ts";

const { clientId, secrets } = IDENTITIES.migrator;
const CLIENT_SECRET = secrets[0]?.value ?? "";
const OWNERS_PASSWORD = "p4ss & w0rd~of-the;owner's";
const APPS_PASSWORD = "Zx9!password-of%the=app";
/** Made up, in the form of Entra's. */
const CLI_TOKEN = ["eyJhbGciOiJub25lIn0", "eyJvaWQiOiJub2JvZHktYXQtYWxsIn0", "c2lnbmF0dXJlLW9mLW5vYm9keQ"].join(".");

let sandbox: Sandbox;
let directory: string;
let imds: Awaited<ReturnType<typeof startEndpoint>>;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 16 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
  directory = await mkdtemp(join(tmpdir(), "leaks-"));
  imds = await startEndpoint(TOKEN);
  const answer = { accessToken: CLI_TOKEN, expires_on: 4070908800, tokenType: "Bearer" };
  await writeFile(join(directory, "az"), `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`);
  await chmod(join(directory, "az"), 0o755);
});
afterAll(async () => {
  imds.close();
  await rm(directory, { recursive: true });
  await sandbox.close();
});

interface Way {
  readonly inputs: Record<string, string>;
  readonly secrets: readonly string[];
  readonly exitCode: number;
  readonly prepare?: () => unknown;
}

const ids = { "client-id": clientId, "tenant-id": TENANT_ID };
const password = (text: string) => async () => {
  await sandbox.entra.reset();
  await sandbox.sql("postgres", `ALTER ROLE migrator PASSWORD '${text.replaceAll("'", "''")}' VALID UNTIL 'infinity'`);
};

/** Every way to sign in, working and not. */
const WAYS: Readonly<Record<string, Way>> = {
  oidc: { inputs: ids, secrets: [], exitCode: 0 },
  "oidc with a wrong subject": {
    inputs: ids,
    secrets: [],
    exitCode: 1,
    prepare: () => {
      sandbox.github.subject = "repo:Contoso/orders:ref:refs/heads/main";
    },
  },
  "oidc as another identity's role": { inputs: { ...ids, user: "ci-admin" }, secrets: [], exitCode: 1 },
  "oidc with a token that has expired": {
    inputs: ids,
    secrets: [],
    exitCode: 1,
    prepare: () => {
      sandbox.entra.tokenLifetime = -1;
    },
  },
  "client-secret": {
    inputs: { ...ids, "client-secret": CLIENT_SECRET },
    secrets: [CLIENT_SECRET],
    exitCode: 0,
  },
  "client-secret, wrong": {
    inputs: { ...ids, "client-secret": `${CLIENT_SECRET}-of-last-year` },
    secrets: [`${CLIENT_SECRET}-of-last-year`],
    exitCode: 1,
  },
  password: {
    inputs: { password: OWNERS_PASSWORD },
    secrets: [OWNERS_PASSWORD],
    exitCode: 0,
    prepare: password(OWNERS_PASSWORD),
  },
  "password, wrong": { inputs: { password: OWNERS_PASSWORD }, secrets: [OWNERS_PASSWORD], exitCode: 1 },
  "managed-identity": {
    inputs: { "auth-type": "managed-identity" },
    secrets: ["the-token"],
    exitCode: 0,
    prepare: password("the-token"),
  },
  "managed-identity, refused": {
    inputs: { "auth-type": "managed-identity" },
    secrets: [],
    exitCode: 1,
    prepare: () => {
      imds.answer = REFUSED;
    },
  },
  "azure-cli": {
    inputs: { "auth-type": "azure-cli" },
    secrets: [CLI_TOKEN],
    exitCode: 0,
    prepare: password(CLI_TOKEN),
  },
  "azure-cli, refused by the server": {
    inputs: { "auth-type": "azure-cli" },
    secrets: [CLI_TOKEN],
    exitCode: 1,
  },
  "app-connection": {
    inputs: {
      ...ids,
      "app-connection": `Server=localhost;Database=orders;User Id=aad_orders;Password="${APPS_PASSWORD}"`,
    },
    secrets: [APPS_PASSWORD],
    exitCode: 0,
  },
  "app-connection that cannot be read": {
    inputs: { ...ids, database: "", "app-connection": `Server='localhost;Password=${APPS_PASSWORD}` },
    secrets: [APPS_PASSWORD],
    exitCode: 1,
  },
  "everything wrong at once": {
    inputs: {
      password: OWNERS_PASSWORD,
      "client-secret": CLIENT_SECRET,
      host: `postgres://u:${APPS_PASSWORD}@h`,
      mode: "no",
    },
    secrets: [OWNERS_PASSWORD, CLIENT_SECRET, APPS_PASSWORD],
    exitCode: 1,
  },
};

describe("no log contains a secret, with every kind of debug logging on", () => {
  test.each(Object.entries(WAYS))("%s", async (_name, { inputs, secrets, exitCode, prepare }) => {
    await sandbox.entra.reset();
    sandbox.github.subject = "repo:contoso/orders:ref:refs/heads/main";
    sandbox.entra.tokenLifetime = 3599;
    imds.answer = TOKEN;
    await prepare?.();
    const state = join(directory, "state");
    await writeFile(state, "");
    const run = await runAction(
      {
        user: "migrator",
        host: sandbox.server.host,
        port: String(sandbox.server.port),
        database: "orders",
        grantee: "aad_orders",
        ...inputs,
      },
      {
        ...sandbox.env,
        PATH: `${directory}${delimiter}${process.env.PATH}`,
        AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${imds.port}`,
        GITHUB_STATE: state,
        RUNNER_DEBUG: "1",
        ACTIONS_STEP_DEBUG: "true",
        AZURE_LOG_LEVEL: "verbose",
      },
    );
    expect(run.exitCode).toBe(exitCode);

    // setSecret prints each secret by design; no other line is left out.
    const { masks, rest } = split(run.stdout);
    for (const secret of secrets.filter((each) => each !== APPS_PASSWORD || inputs["app-connection"])) {
      expect(masks).toContain(secret);
    }
    expect(masks.filter((mask) => mask === clientId || mask === TENANT_ID)).toEqual([]);
    const everything = [
      rest,
      run.stderr,
      run.summary,
      run.sql,
      JSON.stringify(run.outputs),
      JSON.stringify(run.report),
      await readFile(state, "utf8"),
    ].join("\n");
    const tokens = masks.filter((mask) => mask.startsWith("eyJ"));
    for (const secret of [...secrets, ...tokens]) {
      for (const part of partsOf(secret)) expect(everything).not.toContain(part);
    }
  });

  test("a run with OIDC masks the assertion and the token before it uses them", async () => {
    await sandbox.entra.reset();
    const { stdout } = await runAction(
      {
        ...ids,
        user: "migrator",
        host: "localhost",
        port: String(sandbox.server.port),
        database: "orders",
        grantee: "aad_orders",
      },
      sandbox.env,
    );
    const issuers = split(stdout)
      .masks.filter((mask) => mask.startsWith("eyJ"))
      .map((token) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).iss);
    expect(issuers).toEqual(["https://token.actions.githubusercontent.com", `https://sts.windows.net/${TENANT_ID}/`]);
  });
});

/** The masks that a run set, as the runner reads them, and the rest of its output. */
function split(stdout: string): { masks: string[]; rest: string } {
  const printed = stdout.split("\n");
  const isMask = (line: string) => line.startsWith("::add-mask::");
  const masks = printed
    .filter(isMask)
    .map((line) =>
      line.slice("::add-mask::".length).replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%"),
    );
  return { masks, rest: printed.filter((line) => !isMask(line)).join("\n") };
}

/** A secret as a whole and in part, verbatim and encoded for a URL, JSON or Base64. */
function partsOf(secret: string): string[] {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString("base64"),
  ];
  return forms.flatMap((form) => {
    const length = Math.min(form.length, 12);
    const windows = Math.ceil((form.length - length) / 4) + 1;
    return Array.from({ length: windows }, (_, i) => form.slice(4 * i, 4 * i + length)).filter(
      (part) => part.length === length,
    );
  });
}
