import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startEndpoint, TOKEN } from "../azure/managed-identity.ts";
import { ROOT } from "../project/project.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";

const EXAMPLE = join(ROOT, "examples/container-apps-job");

let sandbox: Sandbox;
let directory: string;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 16 });
});
afterAll(() => sandbox?.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "container-"));
  await writeFile(join(directory, "az"), `#!${process.execPath}\n${FAKE_AZ}`);
  await chmod(join(directory, "az"), 0o755);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/**
 * The Azure CLI, as far as start.mjs uses it: `job start` runs run.mjs as the container, in the background, and keeps
 * what it prints as the platform does, each line behind a time and a stream. It fails on any other command or option.
 */
const FAKE_AZ = `
const { spawn } = require("node:child_process");
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const at = (name) => require("node:path").join(__dirname, name);
const words = process.argv.slice(2);
const options = {};
const command = [];
for (let i = 0; i < words.length; i++) {
  if (words[i].startsWith("--")) options[words[i]] = words[++i];
  else command.push(words[i]);
}
appendFileSync(at("commands"), words.join(" ") + "\\n");
if (options["--resource-group"] !== "my-group" || options["--name"] !== "grants") throw new Error("no such job");
const execution = options["--job-execution-name"] ?? options["--execution"];
if (command.join(" ") !== "containerapp job start" && execution !== "grants-x1y2z3") throw new Error("no such execution");
switch (command.join(" ")) {
  case "containerapp job start": {
    const script = 'const { spawn } = require("node:child_process"); const fs = require("node:fs");' +
      'const { JOB_ENV, RUN, DIR } = process.env;' +
      'const child = spawn(process.execPath, [RUN], { env: { PATH: process.env.PATH, ...JSON.parse(JOB_ENV) }, stdio: ["ignore", "pipe", "inherit"] });' +
      'let n = 0; require("node:readline").createInterface({ input: child.stdout }).on("line", (line) => fs.appendFileSync(DIR + "/log", new Date(n++).toISOString() + " stdout F " + line + "\\\\n"));' +
      'child.on("close", (code) => fs.writeFileSync(DIR + "/ended", code === 0 ? "Succeeded" : "Failed"));';
    spawn(process.execPath, ["-e", script], { detached: true, stdio: "ignore" }).unref();
    console.log("grants-x1y2z3");
    break;
  }
  case "containerapp job execution show":
    console.log(existsSync(at("ended")) ? readFileSync(at("ended"), "utf8") : "Running");
    break;
  case "containerapp job logs show": {
    if (options["--container"] !== "grants" || process.env.NO_LOG) throw new Error("no replicas found");
    const log = existsSync(at("log")) ? readFileSync(at("log"), "utf8").trimEnd().split("\\n") : [];
    console.log(log.slice(-Number(options["--tail"])).join("\\n"));
    break;
  }
  case "containerapp job stop":
    writeFileSync(at("ended"), "Stopped");
    break;
  default:
    throw new Error("no such command: " + command.join(" "));
}
`;

/** Runs start.mjs as a step of a workflow. */
async function start(
  inputs: Record<string, string>,
  more: {
    env?: Record<string, string>;
    jobEnv?: Record<string, string>;
    onLine?: (said: string, stop: () => void) => void;
  } = {},
) {
  const summary = join(directory, "summary.md");
  await writeFile(summary, "");
  for (const name of ["log", "ended"]) await rm(join(directory, name), { force: true }); // of an earlier execution
  const jobEnv = {
    ...sandbox.env,
    INPUTS: JSON.stringify(inputs),
    ACTION: join(ROOT, "dist/index.cjs"),
    LINGER: "0",
    ...more.jobEnv,
  };
  const child = spawn(process.execPath, [join(EXAMPLE, "start.mjs"), "my-group", "grants"], {
    env: {
      PATH: `${directory}${delimiter}${process.env.PATH}`,
      GITHUB_STEP_SUMMARY: summary,
      EVERY: "0.2",
      RUN: join(EXAMPLE, "run.mjs"),
      DIR: directory,
      JOB_ENV: JSON.stringify(jobEnv),
      ...more.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
    more.onLine?.(said, () => child.kill("SIGTERM"));
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  const read = (name: string) => readFile(join(directory, name), "utf8").catch(() => "");
  return {
    exitCode,
    stdout,
    stderr,
    summary: await readFile(summary, "utf8"),
    log: await read("log"),
    commands: await read("commands"),
  };
}

function inputsFor(database: string) {
  return {
    "auth-type": "client-secret",
    "client-id": IDENTITIES.migrator.clientId,
    "client-secret": IDENTITIES.migrator.secrets[0]?.value ?? "",
    "tenant-id": TENANT_ID,
    user: "migrator",
    host: "localhost",
    port: String(sandbox.server.port),
    database,
    grantee: "aad_orders",
  };
}

describe("the Container Apps job", () => {
  test("grants, and the workflow shows its log and summary", async () => {
    await sandbox.createDatabase("orders", { seed: ORDERS });
    const run = await start(inputsFor("orders"));
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toContain("Execution grants-x1y2z3 has succeeded.");
    expect(run.stdout).toContain("orders: connecting to localhost");
    expect(run.summary).toContain("aad_orders");
    expect(run.summary).toMatch(/repaired/i);

    const app = await sandbox.signInAs("aad_orders", "orders");
    await app.query("SELECT * FROM orders");
    await app.end();
  });

  test("fails the workflow when privileges are missing, with the summary", async () => {
    await sandbox.createDatabase("drifted", { seed: ORDERS });
    const run = await start({ ...inputsFor("drifted"), mode: "check" });
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(
      "::error title=grants::Execution grants-x1y2z3 ended as Failed. Its log: az containerapp",
    );
    expect(run.summary).toContain("GRANT");
  });

  test("proves that the app can sign in, with the inputs of docs/app-sign-in.md", async () => {
    const page = await readFile(join(ROOT, "docs/app-sign-in.md"), "utf8");
    const [, inputs = ""] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const place = { host: "localhost", port: String(sandbox.server.port), database: "as_the_app" };
    await sandbox.createDatabase("as_the_app", { seed: ORDERS });
    await sandbox.sql("postgres", "ALTER ROLE aad_orders PASSWORD 'the-token' VALID UNTIL 'infinity'");
    const endpoint = await startEndpoint(TOKEN);
    const env = {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${endpoint.port}/msi/token`,
      IDENTITY_HEADER: "secret",
    };
    const asTheApp = () =>
      start({ ...JSON.parse(inputs), ...place, "client-id": IDENTITIES.app.clientId }, { jobEnv: env });
    try {
      expect(await asTheApp()).toMatchObject({ exitCode: 1, summary: expect.stringContaining("Drift") });
      await start(inputsFor("as_the_app"));
      const run = await asTheApp();
      expect(run).toMatchObject({ exitCode: 0, summary: expect.stringContaining("In sync") });
      expect(endpoint.asked.at(-1)?.url.searchParams.get("client_id")).toBe(IDENTITIES.app.clientId);
    } finally {
      endpoint.close();
    }
  });

  test("prints no secret or token in the container's log, which has no masking", async () => {
    await sandbox.createDatabase("secrets", { seed: ORDERS });
    const run = await start(inputsFor("secrets"));
    const everything = run.log + run.stdout + run.summary;
    expect(run.log).toContain("connecting to localhost");
    expect(everything).not.toContain(IDENTITIES.migrator.secrets[0]?.value);
    expect(everything).not.toMatch(/eyJ[\w-]+\.eyJ|add-mask|::debug/);
  });

  test("no line of its log is a workflow command", async () => {
    await sandbox.createDatabase("commands", { seed: ORDERS });
    const run = await start({ ...inputsFor("commands"), grantee: "nobody" });
    const [, token] = /^::stop-commands::(.*)$/m.exec(run.stdout) ?? [];
    const [before = "", after = ""] = run.stdout.split(`::${token}::\n`);
    expect(before).toContain("::error");
    expect(after).toMatch(/^::error title=grants::/);
  });

  test("no name in the database is a part of its summary", async () => {
    await sandbox.createDatabase("parts", { seed: ORDERS });
    await sandbox.sql(
      "parts",
      `CREATE TABLE "summary:99/1:AAAA:" (); ALTER TABLE "summary:99/1:AAAA:" OWNER TO migrator`,
    );
    const run = await start(inputsFor("parts"));
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('"summary: 99/1:AAAA:"');
    expect(run.summary).toMatch(/repaired/i);
  });

  test("reports an unreadable log, and does not succeed", async () => {
    await sandbox.createDatabase("silent", { seed: ORDERS });
    const run = await start(inputsFor("silent"), { env: { NO_LOG: "1" } });
    expect(run.exitCode).toBe(1);
    expect(run.summary).toContain("could not be read to the end");
    expect(run.summary).toContain(
      "az containerapp job logs show --resource-group my-group --name grants --execution grants-x1y2z3",
    );
  });

  test("stops when the workflow stops", async () => {
    await sandbox.createDatabase("stopped", { seed: ORDERS });
    const run = await start(inputsFor("stopped"), {
      onLine: (said, stop) => {
        if (said.includes("has started")) stop();
      },
    });
    expect(run.exitCode).toBe(1);
    expect(run.commands).toContain(
      "containerapp job stop --resource-group my-group --name grants --job-execution-name grants-x1y2z3",
    );
  });
});
