import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { Profiler } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAction } from "../e2e/run-action.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox, TENANT_ID } from "../sandbox/sandbox.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
  await sandbox.sql("postgres", "ALTER ROLE migrator PASSWORD 'owner-password'");
});

afterAll(() => sandbox?.close());

const TARGET = { host: "localhost", database: "orders", grantee: "aad_orders", mode: "check" };

/**
 * The npm packages that a run of the built action evaluates: whatever of them has run, by V8's own count.
 * Each module is a function of the bundle's, which says in its name or in the comment above it where it comes from.
 */
async function packagesEvaluated(
  inputs: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<ReadonlySet<string>> {
  const directory = await mkdtemp(join(tmpdir(), "coverage-"));
  try {
    // V8 does not count precisely what comes from a cache.
    const env = { ...sandbox.env, ...variables, NODE_V8_COVERAGE: directory, NODE_DISABLE_COMPILE_CACHE: "1" };
    const { report } = await runAction({ ...TARGET, port: String(sandbox.server.port), ...inputs }, env);
    expect(report.verdict).toBe("drift"); // the run reached its end
    const packages = new Set<string>();
    for (const file of await readdir(directory)) {
      const coverage = JSON.parse(await readFile(join(directory, file), "utf8"));
      for (const script of (coverage as Profiler.TakePreciseCoverageReturnType).result) {
        if (!script.url.includes("/dist/")) continue;
        const source = await readFile(new URL(script.url), "utf8");
        for (const name of packagesRun(source, script.functions)) packages.add(name);
      }
    }
    return packages;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function packagesRun(source: string, functions: readonly Profiler.FunctionCoverage[]): readonly string[] {
  const sections = [...source.matchAll(/^\/\/ (?:\S*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/gm)];
  const named = (offset: number) => sections.findLast(({ index }) => index <= offset)?.[1];
  // A module in a wrapper has run when the wrapper has; one without has run with the bundle itself.
  const wrapped = functions
    .filter(({ functionName, ranges }) => functionName.includes("node_modules/") && ranges[0]?.count)
    .map(({ ranges }) => named(ranges[0]?.startOffset ?? 0));
  const unwrapped = sections
    .filter(({ index }) => !/__(commonJS|esm)\w*\(\{$/m.test(source.slice(index, source.indexOf("\n// ", index + 1))))
    .map(([, name]) => name);
  return [...wrapped, ...unwrapped].filter((name) => name !== undefined);
}

const AZURE = /^@azure\/|^@typespec\//;
const OCTOKIT = /^@octokit\/|^@actions\/github$/;

/** As large as all the rest, and only needed for Entra and GitHub. */
const HTTP_CLIENTS = /^undici$|^@actions\/http-client$/;

/** Azure's libraries need them for a certificate in place of a secret, and for a proxy. */
const SELDOM_USED = [/^jsonwebtoken$|^semver$/, /-proxy-agent$/];

test("a run with a password loads no Azure SDK, no Octokit, no HTTP client and no parser of YAML", async () => {
  const packages = await packagesEvaluated({ user: "migrator", password: "owner-password" });

  expect(packages).toContain("pg");
  const needless = [AZURE, OCTOKIT, HTTP_CLIENTS, /^yaml$/];
  expect([...packages].filter((name) => needless.some((pattern) => pattern.test(name)))).toEqual([]);
});

test("a run with OIDC loads the Azure SDK, but no Octokit without drift-issue, and nothing for certificates and proxies", async () => {
  const packages = await packagesEvaluated({
    user: "ci-admin",
    "client-id": IDENTITIES.admin.clientId,
    "tenant-id": TENANT_ID,
  });

  expect(packages).toContain("@azure/identity");
  expect(packages).toContain("@azure/msal-node");
  const needless = [OCTOKIT, ...SELDOM_USED];
  expect([...packages].filter((name) => needless.some((pattern) => pattern.test(name)))).toEqual([]);
});

test("a run with OIDC does not load the undici of Node.js", async () => {
  const atExit = "process.on('exit', () => console.log(process.moduleLoadList.join()))";
  const { stdout } = await runAction(
    {
      ...TARGET,
      port: String(sandbox.server.port),
      user: "ci-admin",
      "client-id": IDENTITIES.admin.clientId,
      "tenant-id": TENANT_ID,
    },
    { ...sandbox.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(atExit)}` },
  );
  expect(stdout).toContain("NativeModule tls");
  expect(stdout).not.toContain("NativeModule internal/deps/undici/undici");
});

test("a run with a file loads the parser of YAML", async () => {
  const workspace = await mkdtemp(join(tmpdir(), "workspace-"));
  await writeFile(join(workspace, "grants.yml"), "grants: [{ grantee: aad_orders }]");
  const inputs = { user: "migrator", password: "owner-password", grantee: "", "grants-file": "grants.yml" };
  expect(await packagesEvaluated(inputs, { GITHUB_WORKSPACE: workspace })).toContain("yaml");
  await rm(workspace, { recursive: true });
});
