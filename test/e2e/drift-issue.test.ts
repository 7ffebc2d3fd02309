import { afterAll, beforeAll, expect, test } from "vitest";
import { type GitHubApi, startGitHubApi } from "../sandbox/github-api.ts";
import { ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runJob } from "./orders-job.ts";

let sandbox: Sandbox;
let github: GitHubApi;

beforeAll(async () => {
  [sandbox, github] = await Promise.all([startSandbox({ version: 18 }), startGitHubApi()]);
});
afterAll(async () => {
  await github.close();
  await sandbox.close();
});

test("opens an issue on drift, leaves other issues alone, and closes it when apply repairs the drift", async () => {
  await sandbox.createDatabase("repaired", { seed: ORDERS });
  const run = (inputs: Record<string, string>) =>
    runJob(
      sandbox,
      { database: "repaired", "drift-issue": "true", "github-token": github.token, ...inputs },
      { ...sandbox.env, ...github.env },
    );

  expect((await run({ mode: "plan" })).exitCode).toBe(0);
  expect(github.issues).toEqual([]);
  expect(await run({ mode: "check" })).toMatchObject({ outputs: { verdict: "drift" }, stderr: "" });
  expect(github.issues.map(({ state, title }) => ({ state, title }))).toEqual([
    { state: "open", title: expect.stringContaining("`aad_orders` in `repaired`") },
  ]);
  const before = github.requests.length;
  const again = await run({ mode: "check" });
  expect(again.summary).toMatch(
    /\n\*\*Drift issues, since the last run\*\*\n\n- Nothing is new in \[#1\]\(http\S+\/contoso\/orders\/issues\/1\)\.\n$/,
  );
  expect(github.requests.slice(before).map(({ method }) => method)).toEqual(["GET"]);
  expect((await run({ mode: "check", grantee: "aad_order" })).outputs.verdict).toBe("error");
  expect(github.issues[0]?.state).toBe("open");
  expect((await run({ mode: "apply" })).outputs.verdict).toBe("repaired");
  expect(github.issues.map(({ state }) => state)).toEqual(["closed"]);
});

test("keeps its verdict and names the missing permission when the token cannot write issues", async () => {
  await sandbox.createDatabase("unwritten", { seed: ORDERS });
  github.permission = "read";
  const run = await runJob(
    sandbox,
    { database: "unwritten", mode: "check", "drift-issue": "true", "github-token": github.token },
    { ...sandbox.env, ...github.env },
  );
  expect(run.outputs.verdict).toBe("drift");
  expect(run.stdout).toMatch(/^::warning.*issues: write/m);
  expect(run.summary).toMatch(/\n\*\*Drift issues: an error, .*\n {3}```\n {3}permissions:\n.* issues: write\n/s);
});

test("a job without a summary says so once", async () => {
  await sandbox.createDatabase("unsummarized", { seed: ORDERS });
  github.permission = "read";
  const { stdout } = await runJob(
    sandbox,
    { database: "unsummarized", mode: "check", "drift-issue": "true", "github-token": github.token },
    { ...sandbox.env, ...github.env, GITHUB_STEP_SUMMARY: "" },
  );
  expect(stdout).toMatch(/^::warning title=Drift issue/m);
  expect(stdout.match(/^::notice::There is no job summary/gm)).toHaveLength(1);
});

test("does not use GitHub's API without `drift-issue: true`", async () => {
  await sandbox.createDatabase("unasked", { seed: ORDERS });
  const before = github.requests.length;
  const run = await runJob(
    sandbox,
    { database: "unasked", mode: "check", "github-token": github.token },
    { ...sandbox.env, ...github.env },
  );
  expect(run.outputs.verdict).toBe("drift");
  expect(github.requests).toHaveLength(before);
});
