import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TrackerOptions } from "../../src/github/drift-issue/tracker.ts";
import { keepDriftIssues } from "../../src/github/drift-issue.ts";
import type { GranteeReport, Report } from "../../src/model/report.ts";
import { issueBody, issueTitle, subjectsOf } from "../../src/render/issue.ts";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import * as reports from "../render/reports.ts";
import { type Command, commandsIn } from "../render/runner.ts";
import { type GitHubApi, startGitHubApi } from "../sandbox/github-api.ts";

const SECONDARY =
  "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.";

let github: GitHubApi;

beforeEach(async () => {
  github = await startGitHubApi();
  Object.assign(github.env, {
    GITHUB_ACTION_REPOSITORY: "contoso/azure-postgres-grants",
    GITHUB_ACTION_REF: "v1",
    GITHUB_STEP_SUMMARY: "/dev/null",
  });
});
afterEach(() => github.close());

test("the action opens one issue on drift, labelled, with what is missing and a link to the run", async () => {
  await keep(reports.drift());
  const [issue, ...others] = github.issues;
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: "open", labels: ["azure-postgres-grants"] });
  expect(issue?.title).toBe(
    "Drift of PostgreSQL privileges: `aad_orders` in `app` on `orders-prod.postgres.database.azure.com`",
  );
  expect(issue?.body).toMatch(
    /^<!-- azure-postgres-grants drift [0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{64}\n[^>]+\n-->\n\n### ❌ Drift: /,
  );
  expect(issue?.body).toContain("| table `public.order_lines` | INSERT, UPDATE |\n");
  expect(issue?.body).toContain(`[this run](${github.env.GITHUB_SERVER_URL}/contoso/orders/actions/runs/30433642)`);
  expect(github.labels).toContain("azure-postgres-grants");
  expect(github.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`)).toEqual([
    "GET issues",
    "POST issues",
  ]);
  expect(github.comments).toEqual([]);
});

test("the action sends nothing but the listing while the same is missing, whatever run, server version or count it is", async () => {
  await keep(reports.drift());
  const before = github.requests.length;
  const [database = reports.database()] = reports.drift().databases;
  const grantees = database.grantees.map((grantee) => ({ ...grantee, granted: [], warnings: [] }));
  const later = reports.report([{ ...database, serverVersion: "16.15", grantees }]);
  await keep(later, { env: { ...github.env, GITHUB_RUN_ID: "2" } });
  expect(github.requests.slice(before).map(({ method }) => method)).toEqual(["GET"]);
  expect(github.issues[0]?.body).toContain("/actions/runs/30433642)");
});

test("the action updates the text when privileges change, and comments only when the set of objects does", async () => {
  await keep(drifting(reports.missing({ name: "a" }), reports.missing({ name: "b" })));
  await keep(drifting(reports.missing({ name: "b" }), reports.missing({ name: "a", privileges: ["SELECT"] })));
  expect(github.issues[0]?.body).toContain("| table `public.a` | SELECT |\n");
  expect(github.comments).toEqual([]);
  await keep(drifting(reports.missing({ name: "b" }), reports.missing({ name: "c>" })));
  await keep(drifting(reports.missing({ name: "c>" }), reports.missing({ name: "b" })));
  expect(github.comments).toHaveLength(1);
  expect(github.comments[0]?.body).toMatch(
    /^The set of objects has changed; .* New: `table public."c›"`\. Gone: `table public.a`\. Drift: .* on 2 tables in `app`/,
  );
});

test("the action adds to the job summary what is new since the last run", async () => {
  const summary = async (report: Report) => {
    const file = join(await mkdtemp(join(tmpdir(), "summary-")), "summary.md");
    await keep(report, { env: { ...github.env, GITHUB_STEP_SUMMARY: file } });
    return await readFile(file, "utf8")
      .catch(() => "")
      .finally(() => rm(dirname(file), { recursive: true }));
  };
  const of = (database: string, ...names: string[]) => {
    const [drift = reports.database()] = drifting(...names.map((name) => reports.missing({ name }))).databases;
    return { ...drift, database };
  };
  const link = (n: number) => `[#${n}](${github.env.GITHUB_SERVER_URL}/contoso/orders/issues/${n})`;
  const where = (name: string) => `\`aad_orders\` in \`${name}\` on \`${reports.database().host}\``;
  expect(await summary(reports.inSync())).toBe("");
  expect(await summary(reports.report([of("a", "one"), of("b", "one", "two"), of("c", "one")]))).toContain(
    `- ${link(1)} opened: ${where("a")}.\n`,
  );
  expect(
    await summary(reports.report([of("a", "one"), of("b", "two", "three"), reports.database({ database: "c" })])),
  ).toBe(
    `**Drift issues, since the last run**

- ${link(2)} updated: ${where("b")}. New: \`table public.three\`. Gone: \`table public.one\`.
- ${link(3)} closed: ${where("c")}.
- Nothing is new in ${link(1)}.
`,
  );
});

test("the action closes the issue with a comment when the drift is gone, and then leaves it alone", async () => {
  await keep(reports.drift());
  await keep(reports.repaired());
  expect(github.issues).toMatchObject([{ state: "closed", state_reason: "completed" }]);
  expect(github.comments).toMatchObject([{ issue: 1, body: expect.stringMatching(/^The drift is gone. Repaired: /) }]);
  const before = github.requests.length;
  await keep(reports.inSync());
  expect(github.requests.slice(before).map(({ method }) => method)).toEqual(["GET"]);
});

test("the action reopens the same issue, with one comment, when the drift returns, be it another or the same", async () => {
  await keep(reports.drift());
  await keep(reports.inSync());
  await keep(drifting(reports.missing({ name: "new" })));
  expect(github.issues).toMatchObject([{ state: "open", state_reason: "reopened" }]);
  expect(github.issues[0]?.body).toContain("public.new");
  await keep(reports.inSync());
  await keep(drifting(reports.missing({ name: "new" })));
  expect(github.issues).toMatchObject([{ state: "open", state_reason: "reopened" }]);
  const gone = expect.stringContaining("The drift is gone.");
  const back = "There is drift, so this issue is open again";
  expect(github.comments.map(({ body }) => body.split(";")[0])).toEqual([gone, back, gone, back]);
});

test("the action keeps a title that a user has changed", async () => {
  await keep(reports.drift());
  for (const issue of github.issues) issue.title = "PG-7: grants of orders";
  await keep(reports.drift());
  expect(github.issues[0]?.title).toBe("PG-7: grants of orders");
});

test("the action maintains a separate issue for each host, port, database, grantee and schema list", async () => {
  const [database = reports.database()] = reports.drift().databases;
  const [grantee = reports.grantee()] = database.grantees;
  await keep(reports.report([{ ...database, grantees: [grantee, { ...grantee, grantee: "aad_b" }] }]));
  await keep(reports.report([{ ...database, host: "other" }]));
  await keep(reports.report([{ ...database, port: 6432 }]));
  await keep(reports.report([{ ...database, database: "other" }]));
  const of = (schemas: GranteeReport["schemas"]) =>
    reports.report([{ ...database, grantees: [{ ...grantee, schemas }] }]);
  await keep(of(["public", "sales"]));
  await keep(of("*"));
  await keep(of(["*"]));
  expect(github.issues).toHaveLength(8);
  await keep(reports.report([{ ...database, host: database.host.toUpperCase() }]));
  await keep(of(["sales", "public"]));
  expect(github.issues).toHaveLength(8);
});

test("the action does not change the issue of a grantee that could not be checked, and updates the others", async () => {
  await keep(drifts("a", "b", "c"));
  await keep(
    reports.report([
      reports.database({ database: "a", verdict: "error", grantees: [], error: reports.UNREACHABLE }),
      reports.database({ database: "b" }),
      reports.database({
        database: "c",
        verdict: "error",
        grantees: [reports.grantee({ verdict: "error", error: reports.UNREACHABLE })],
      }),
    ]),
  );
  expect(github.issues).toMatchObject([{ state: "open" }, { state: "closed" }, { state: "open" }]);
  expect(github.requests.filter(({ path }) => /\/issues\/[13]$/.test(path))).toEqual([]);
});

test("the action sends no request in a plan, or when nothing could be checked", async () => {
  await keep(reports.plan());
  await keep(reports.error());
  await keep(reports.badInput());
  expect(github.requests).toEqual([]);
});

test("the action finds its issue behind pages of other issues, and never changes a pull request", async () => {
  await keep(reports.drift());
  const [own] = github.issues;
  const pull = { ...own, number: 2, pull_request: true } as const;
  github.issues.push(pull as (typeof github.issues)[number]);
  for (let number = 3; number < 250; number += 1) {
    github.issues.push({ ...(own as NonNullable<typeof own>), number, body: `No. ${number}` });
  }
  await keep(reports.inSync());
  expect(github.issues.filter(({ state }) => state === "closed").map(({ number }) => number)).toEqual([1]);
  expect(github.issues).toHaveLength(249);
});

test("the action ignores issues without the label, because anyone can open one", async () => {
  await keep(reports.drift());
  for (const issue of github.issues) issue.labels = ["bug"];
  await keep(reports.drift());
  expect(github.issues).toHaveLength(2);
  expect(github.comments).toEqual([]);
});

test("when two runs open an issue at once, the next run closes the newer one", async () => {
  github.gatherLists(2);
  const run = () => keepDriftIssues(reports.drift(), options());
  await outputOf(async () => {
    await Promise.all([run(), run()]);
  });
  expect(github.issues.map(({ state }) => state)).toEqual(["open", "open"]);
  const output = await outputOf(run);
  expect(output).toContain("#2 closed as a duplicate of #1");
  expect(github.issues).toMatchObject([
    { number: 1, state: "open" },
    { number: 2, state: "closed", state_reason: "not_planned" },
  ]);
  expect(github.comments).toEqual([{ issue: 2, body: "Duplicate of #1: two runs opened an issue at the same time." }]);
  await keep(reports.inSync());
  expect(github.issues.map(({ state }) => state)).toEqual(["closed", "closed"]);
});

test("an issue that the listing has twice, because its pages moved, is not its own duplicate", async () => {
  await keep(reports.drift());
  github.issues.push(...github.issues);
  await keep(reports.drift());
  expect(github.issues[0]?.state).toBe("open");
});

test("one listing is all that a thousand targets with unchanged drift need", async () => {
  const names = Array.from({ length: 1_000 }, (_, i) => `tenant_${i}`);
  for (const subject of subjectsOf(drifts(...names))) {
    github.issues.push({
      number: github.issues.length + 1,
      title: issueTitle(subject),
      body: issueBody(subject, "a run"),
      state: "open",
      state_reason: null,
      labels: ["azure-postgres-grants"],
    });
  }
  expect(await keep(drifts(...names))).toEqual([]);
  expect(github.requests.map(({ method }) => method)).toEqual(Array.from({ length: 10 }, () => "GET"));
});

test("a run opens forty issues, says that there are more, and the next run continues", async () => {
  const names = Array.from({ length: 90 }, (_, i) => `tenant_${i}`);
  expect(await keep(drifts(...names))).toEqual([
    expect.stringContaining("40 of 90 drift issues were opened, updated or closed, because GitHub limits"),
  ]);
  expect(github.issues).toHaveLength(40);
  expect(await keep(drifts(...names))).toHaveLength(1);
  expect(await keep(drifts(...names))).toEqual([]);
  expect(new Set(github.issues.map(({ title }) => title)).size).toBe(90);
  expect(github.issues).toHaveLength(90);
  expect(github.comments).toEqual([]);
});

test("the action pauses between two requests that write, as GitHub asks", async () => {
  await keep(drifts("a", "b", "c"), {
    patience: { firstWait: 1, maxTime: 10_000, answerTime: 10_000, pause: 50 },
  });
  const writes = github.requests.filter(({ method }) => method !== "GET");
  expect(writes).toHaveLength(3);
  for (const [n, { at }] of writes.slice(1).entries()) {
    expect(at - (writes[n]?.at ?? 0)).toBeGreaterThanOrEqual(48);
  }
});

test("the action names the missing permission once when the token cannot write issues", async () => {
  github.permission = "read";
  const warnings = await keep(drifts("a", "b", "c"));
  expect(warnings).toEqual([
    `This does not change the verdict. The drift issues are not up to date. GitHub's API: Resource not accessible by integration - https://docs.github.com/rest/issues/issues
Likely cause: The job's token, or the GitHub App of \`github-token\`, cannot write issues. In a run for a pull request from a fork, the job's token can only read by default.
1. If \`github-token\` is not set, set these permissions on the job. A permission that is not listed there is not granted. If this is a reusable workflow, also set them on the job that calls it:
   permissions:
     id-token: write
     contents: read
     issues: write
2. If \`github-token\` is set, give its App the permission Issues: Read and write, and accept it where the App is installed.
Error code: issues-not-accessible (${github.env.GITHUB_SERVER_URL}/contoso/azure-postgres-grants/blob/v1/docs/troubleshooting.md#issues-not-accessible)`,
  ]);
  expect(github.requests.filter(({ path }) => path.endsWith("/issues")).length).toBeLessThan(4);
});

test("the action says that issues are disabled, and where to enable them", async () => {
  github.issuesEnabled = false;
  expect(await keep(drifts("a", "b"))).toEqual([
    expect.stringMatching(/Issues are disabled .* Features, or set `drift-issue: false`/s),
  ]);
});

test.each([
  [401, "Bad credentials", "does not accept `github-token`"],
  [404, "Not Found", "does not show the repository or its issues"],
  [410, "Issues are disabled for this repo", "Issues are disabled"],
  [403, "Resource protected by organization SAML enforcement.", "SAML enforcement"],
])("the action explains a %i (%s) in answer to the list of issues", async (status, message, expected) => {
  github.failNext(1, { status, message });
  expect(await keep(reports.drift())).toEqual([expect.stringContaining(expected)]);
});

test("the action sends no token while Node.js checks no certificates", async () => {
  const env = { ...github.env, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  expect(await keep(reports.drift(), { env })).toEqual([expect.stringContaining("NODE_TLS_REJECT_UNAUTHORIZED")]);
  expect(github.requests).toEqual([]);
});

test("the action explains a token with invalid characters without showing it", async () => {
  expect(await keep(reports.drift(), { token: "" })).toEqual([expect.stringContaining("is empty or contains")]);
  const [warning] = await keep(reports.drift(), { token: "ghs_secret\n" });
  expect(warning).toContain("is empty or contains");
  expect(warning).not.toContain("ghs_secret");
  expect(github.requests).toEqual([]);
});

test.each([
  "Unable to update a locked issue",
  "Unable to create comment because issue is locked.",
  "Validation Failed: body is too long (maximum is 65535 characters)",
])("the action updates the other issues when GitHub refuses one: %s", async (message) => {
  await keep(drifts("a", "b", "c"));
  github.failNext(1, { status: 403, message }, { path: /\/issues\/2$/ });
  const warnings = await keep(reports.report(["a", "b", "c"].map((database) => reports.database({ database }))));
  expect(warnings).toEqual([expect.stringContaining(message)]);
  expect(github.issues.map(({ state }) => state)).toEqual(["closed", "open", "closed"]);
});

test("the action updates the other issues when GitHub does not find one", async () => {
  await keep(drifts("a", "b", "c"));
  github.failNext(1, { status: 404, message: "Not Found" }, { path: /\/issues\/1$/ });
  const warnings = await keep(reports.report(["a", "b", "c"].map((database) => reports.database({ database }))));
  expect(warnings).toEqual([expect.stringContaining("Error code: issues-not-found")]);
  expect(github.issues.map(({ state }) => state)).toEqual(["open", "closed", "closed"]);
});

test("the action says when GitHub dropped the label of an issue", async () => {
  expect(await keep(reports.drift())).toEqual([]);
  github.permission = "no-labels";
  expect(await keep(drifts("other"))).toEqual([
    expect.stringContaining("dropped the label `azure-postgres-grants` of issue `#2`"),
  ]);
  expect(github.issues).toHaveLength(2);
});

test.each([
  ["two server errors", 2, { status: 502 }],
  ["a limit in the headers", 1, { status: 403, message: "Forbidden", headers: { "retry-after": 0 } }],
  ["a used-up limit", 1, { status: 429, headers: { "x-ratelimit-remaining": 0, "x-ratelimit-reset": 1 } }],
] as const)("retries each request after %s", async (_, times, failing) => {
  for (const method of ["GET", "POST", "PATCH"]) github.failNext(times, failing, { method });
  expect(await keep(reports.drift())).toEqual([]);
  expect(await keep(reports.inSync())).toEqual([]);
  expect(github.issues).toMatchObject([{ state: "closed" }]);
});

test("the action waits as long as Retry-After says, although its own first wait is longer", async () => {
  github.failNext(1, { status: 403, message: SECONDARY, headers: { "retry-after": 1 } });
  const start = Date.now();
  const output = await outputOf(() => keepDriftIssues(reports.drift(), patient(1_500)));
  expect(Date.now() - start).toBeGreaterThanOrEqual(990);
  expect(waitsIn(output)).toEqual(["1"]);
  expect(github.issues).toHaveLength(1);
});

test("the action waits until the time at which a used-up limit ends", async () => {
  const reset = Math.ceil((Date.now() + 2_000) / 1000);
  const headers = { "x-ratelimit-remaining": 0, "x-ratelimit-reset": reset };
  github.failNext(1, { status: 403, message: SECONDARY, headers });
  const output = await outputOf(() => keepDriftIssues(reports.drift(), patient(1)));
  expect(Date.now()).toBeGreaterThanOrEqual(reset * 1000 - 10);
  expect(waitsIn(output)).toEqual([expect.stringMatching(/^[123]$/)]);
  expect(github.issues).toHaveLength(1);
});

test("the action makes one further attempt after a limit, because GitHub asks for longer and longer waits", async () => {
  github.failNext(2, { status: 403, message: SECONDARY, headers: { "retry-after": 0 } });
  expect(await keep(reports.drift())).toEqual([expect.stringContaining("The rate limit of GitHub's API was reached.")]);
  expect(github.requests).toHaveLength(2);
});

test("the action waits as long as its first wait, and then twice as long", async () => {
  github.failNext(2, { status: 502 });
  const start = Date.now();
  const output = await outputOf(() => keepDriftIssues(reports.drift(), patient(100)));
  expect(Date.now() - start).toBeGreaterThanOrEqual(100 + 200);
  expect(waitsIn(output)).toEqual(["1", "1"]); // whole seconds, rounded up
  expect(github.issues).toHaveLength(1);
});

test.each([
  ["asks to wait too long", { status: 403, message: SECONDARY, headers: { "retry-after": 3600 } }],
  ["does not say how long", { status: 403, message: SECONDARY }],
])("the action gives up with one warning when GitHub %s", async (_, failing) => {
  github.failNext(1, failing);
  const warnings = await keep(drifts("a", "b"), {
    patience: { firstWait: 1, maxTime: 1_000, answerTime: 10_000, pause: 0 },
  });
  expect(warnings).toEqual([expect.stringContaining("The rate limit of GitHub's API was reached.")]);
  expect(github.requests).toHaveLength(1);
});

test("the waits of all requests have to fit into the action's time", async () => {
  const asking = (wait: number) => ({ status: 403, message: SECONDARY, headers: { "retry-after": wait } });
  github.failNext(1, asking(1), { method: "GET" });
  github.failNext(1, asking(10), { method: "POST", path: /\/issues$/ });
  const patience = { firstWait: 1, maxTime: 10_900, answerTime: 10_000, pause: 0 };
  expect(waitsIn(await outputOf(() => keepDriftIssues(drifts("a"), options({ patience }))))).toEqual(["1"]);
  expect(github.issues).toEqual([]);
});

test("the action gives up with one warning when GitHub keeps failing or cannot be reached", async () => {
  github.failNext(99, { status: 503, message: "Service Unavailable" });
  expect(await keep(drifts("a", "b"))).toEqual([
    expect.stringMatching(/GitHub's API: Service Unavailable.* has a fault or an outage/s),
  ]);
  expect(github.requests).toHaveLength(4);
  await github.close();
  expect(await keep(drifts("a", "b"))).toEqual([expect.stringContaining("#connection-refused")]);
});

test("the action gives up when GitHub does not answer", async () => {
  github.failNext(9, { status: 200, hang: true });
  expect(await keep(drifts("a"), { patience: { firstWait: 1, maxTime: 1_000, answerTime: 20, pause: 0 } })).toEqual([
    expect.stringContaining("could not be reached"),
  ]);
});

test.each(["sends without end", "compresses 2 GB into its answer"] as const)(
  "GitHub that %s is a warning",
  async (fault) => {
    const { port, close } = await startFaultyHttp(HTTP_FAULTS[fault]);
    const env = { ...github.env, GITHUB_API_URL: `http://127.0.0.1:${port}` };
    const patience = { firstWait: 60_000, maxTime: 50_000, answerTime: 50_000, pause: 0 }; // one attempt
    const warnings = await keep(reports.drift(), { env, patience }).finally(close);
    expect(warnings).toEqual([expect.stringContaining("an answer of more than 16 MiB")]);
  },
);

test("GitHub's answer is not a command in the log, and its control characters are left out", async () => {
  github.failNext(1, { status: 400, message: "no\n\u0007::error::pwned\n##[error]pwned" });
  const [warning, ...others] = commandsIn(await outputOf(() => keepDriftIssues(reports.drift(), options())));
  expect(warning?.data).toContain("GitHub's API: no ::error::pwned");
  expect(others).toEqual([]);
  github.env.GITHUB_SERVER_URL = "https://github.example\n::error::pwned";
  expect(await keep(reports.drift())).toEqual([]);
});

/** The stand-in counts characters as GitHub does, and refuses a body that is too long. */
test("GitHub accepts the body of ten thousand objects, and of the longest names", async () => {
  expect(await keep(reports.large(10_000))).toEqual([]);
  expect(await keep(drifting(...Array.from({ length: 3_000 }, (_, i) => hugeNames(i))))).toEqual([]);
  expect(await keep(reports.hostile(Array.from({ length: 24 }, () => "\u200b".repeat(21))))).toEqual([]);
  expect(github.issues.length).toBeGreaterThanOrEqual(2);
  for (const { body } of github.issues) {
    expect(body).toContain("azure-postgres-grants maintains this issue");
    expect(body.match(/<details/g)?.length).toBe(body.match(/<\/details>/g)?.length);
  }
});

function hugeNames(i: number) {
  return reports.missing({
    name: "\u{e0041}".repeat(14) + i,
    schema: "💥".repeat(15),
    owner: `${i % 40}${"\u0085".repeat(30)}`,
  });
}

function drifting(...missing: ReturnType<typeof reports.missing>[]): Report {
  const grantee = reports.grantee({ verdict: "drift", missing });
  return reports.report([reports.database({ verdict: "drift", grantees: [grantee] })]);
}

function drifts(...names: string[]): Report {
  const [database = reports.database()] = reports.drift().databases;
  return reports.report(names.map((name) => ({ ...database, database: name })));
}

function options(overrides: Partial<TrackerOptions> = {}): TrackerOptions {
  const { env, token } = github;
  return {
    token,
    env,
    patience: { firstWait: 1, maxTime: 10_000, answerTime: 10_000, pause: 0 },
    ...overrides,
  };
}

/** @param firstWait milliseconds */
function patient(firstWait: number): TrackerOptions {
  return options({ patience: { firstWait, maxTime: 10_000, answerTime: 10_000, pause: 0 } });
}

/** @returns the warnings, as the runner reads them; nothing else may be a command */
async function keep(report: Report, overrides: Partial<TrackerOptions> = {}): Promise<readonly string[]> {
  const commands = commandsIn(await outputOf(() => keepDriftIssues(report, options(overrides))));
  expect(commands.filter(({ command }) => command !== "warning")).toEqual([]);
  return commands.map(({ data }: Command) => data);
}

/** The seconds of each wait that the log names. */
function waitsIn(output: string): readonly string[] {
  return [...output.matchAll(/Trying again in (\d+) s \(attempt/g)].map(([, seconds = ""]) => seconds);
}

/** What a task writes to stdout, where the runner looks for commands. */
async function outputOf(task: () => Promise<void>): Promise<string> {
  let output = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += text;
    return true;
  });
  try {
    await task();
  } finally {
    write.mockRestore();
  }
  return output;
}
