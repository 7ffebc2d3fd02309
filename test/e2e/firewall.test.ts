import { createServer } from "node:https";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import { close as closeServer, listen } from "../sandbox/http.ts";
import { type ResourceManager, SERVER_ID, startResourceManager } from "../sandbox/resource-manager.ts";
import type { Step } from "../sandbox/runner.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import {
  ANNOTATION,
  asked,
  expectNothingOpen,
  fast,
  fastWaits,
  firewallJob,
  type Given,
  IN_REAL_TIME,
  stateOf,
} from "./firewall-job.ts";
import { runJob } from "./orders-job.ts";

let sandbox: Sandbox;
let azure: ResourceManager;

beforeAll(async () => {
  sandbox = await startSandbox({ version: 17 });
  await sandbox.createDatabase("orders", { seed: ORDERS });
});
afterAll(() => sandbox?.close());
beforeEach(async () => {
  azure = await startResourceManager(sandbox);
});
afterEach(() => azure?.close());

/** A job with a fast clock. */
const job = ({ inputs, env }: Given = {}) => firewallJob(sandbox, azure, { inputs, env: { ...fast(5), ...env } });

const HERE = { startIpAddress: "127.0.0.1", endIpAddress: "127.0.0.1" };
/** The names of the rules that the step has not made itself. */
const rulesBeside = ({ state }: Step) => [...azure.rules.keys()].filter((name) => !state.rule?.endsWith(`/${name}`));

const OLD = "azure-postgres-grants_17-1-deploy_20240102T0304Z_0123abcd";

test("a closed server is opened for the runner's one address, and the post step closes it", async () => {
  azure.delays.effect = 1_500;
  const { open, close } = job();
  const opened = await open();

  expect(opened.stdout).toMatch(/^Waiting for firewall rule \S+ to take effect: \d+ s of at most 360 s\.$/m);
  const [[rule = "", range] = []] = azure.rules;
  expect(opened).toMatchObject({ exitCode: 0, stderr: "", state: stateOf(rule) });
  expect(rule).toMatch(/^azure-postgres-grants_30433642-1-deploy_\d{8}T\d{4}Z_[0-9a-f]{8}$/);
  expect(range).toEqual(HERE);
  expect(opened.summary).toMatch(/^The firewall of `orders-db` is open for `127\.0\.0\.1`, .*\n$/);
  expect(opened.stdout).not.toMatch(ANNOTATION);

  const granted = await runJob(sandbox, { database: "orders" });
  expect(granted.report.verdict).toBe("repaired");

  const closed = await close(opened);
  expect(closed).toMatchObject({ exitCode: 0, stderr: "", summary: "" });
  expect(closed.stdout).not.toMatch(ANNOTATION);
  await expectNothingOpen(azure);
});

test("no token is printed, not even in debug mode", async () => {
  const { open, close } = job({ env: { RUNNER_DEBUG: "1", AZURE_LOG_LEVEL: "verbose" } });
  const opened = await open();
  const closed = await close(opened);
  for (const { stdout, stderr, summary, state } of [opened, closed]) {
    const seen = stdout.replaceAll(/^::add-mask::.*$/gm, "") + stderr + summary + JSON.stringify(state);
    expect(seen).not.toMatch(/eyJ/);
  }
});

test("no rule is created when the server already lets the runner in, and only the permission to read the server is needed", async () => {
  await azure.open("office", HERE);
  azure.forbidden = new Set(["GET rules", "GET rule", "PUT rule", "DELETE rule"]);
  const { open, close } = job();

  const opened = await open();
  expect(opened).toMatchObject({ exitCode: 0, state: {} });
  expect(opened.summary).toBe("The firewall of `orders-db` already lets this runner in. No rule was made.\n");
  expect(opened.stdout).toMatch(/^Could not list the rules of other jobs\. .*AuthorizationFailed/m);
  expect(opened.stdout).not.toMatch(ANNOTATION);

  const closed = await close(opened);
  expect(closed).toMatchObject({ exitCode: 0 });
  expect([...azure.rules.keys()]).toEqual(["office"]);
});

test("two jobs at once from one address do not remove each other's rule", async () => {
  const one = job({ env: { GITHUB_JOB: "one", ...fastWaits(10) } });
  const two = job({ env: { GITHUB_JOB: "two", ...fastWaits(10) } });
  const [first, second] = await Promise.all([one.open(), two.open()]);
  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect([...azure.rules.keys()].map((name) => name.split("_")[1]).sort()).toEqual([
    "30433642-1-one",
    "30433642-1-two",
  ]);

  await one.close(first);
  await azure.settled();
  expect(azure.isOpen()).toBe(true);
  await two.close(second);
  await expectNothingOpen(azure);
});

test("a job that another job's rule lets in creates its own rule", async () => {
  await azure.open("azure-postgres-grants_30433642-1-one_29990102T0304Z_0123abcd", HERE);
  const second = await job({ env: { GITHUB_JOB: "two" } }).open();
  expect(second).toMatchObject({ exitCode: 0, stderr: "" });
  expect(second.stdout).toMatch(/^Firewall rule \S+-one_\S+ of another job lets this runner in/m);
  expect([...azure.rules.keys()].map((name) => name.split("_")[1])).toEqual(["30433642-1-one", "30433642-1-two"]);
});

describe("a firewall that drops packets", () => {
  let service: ReturnType<typeof createServer>;
  let answer: string;
  let url: string;
  beforeEach(async () => {
    await azure.close();
    azure = await startResourceManager(sandbox, { silent: true });
    const { certificate: cert, key } = sandbox.certificates;
    service = createServer({ cert, key }, (_request, response) => response.end(answer));
    url = `https://localhost:${await listen(service)}/`;
  });
  afterEach(() => closeServer(service));

  test("a silent firewall is opened for the address that the lookup service returns", async () => {
    answer = "127.0.0.1\n";
    const opened = await job({ inputs: { "runner-ip": url }, env: fast(10) }).open();
    expect(opened).toMatchObject({ exitCode: 0 });
    expect([...azure.rules.values()]).toEqual([HERE]);
  });

  test("a silent firewall is opened for the address in `runner-ip`", async () => {
    const opened = await job({ inputs: { "runner-ip": "127.0.0.1" }, env: fast(10) }).open();
    expect(opened).toMatchObject({ exitCode: 0 });
    expect([...azure.rules.values()]).toEqual([HERE]);
  });

  test("a silent firewall is not opened when the lookup service returns a private address", async () => {
    answer = "10.0.0.4";
    const opened = await job({ inputs: { "runner-ip": url }, env: fast(15) }).open();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain("did not answer with a public IPv4 address");
    expect(asked(azure, "PUT rule")).toBe(0);
  });

  test("a silent firewall is not opened when the service does not answer", async () => {
    const { certificate: cert, key } = sandbox.certificates;
    const mute = await startFaultyHttp(HTTP_FAULTS["never answers"], { cert, key });
    const inputs = { "runner-ip": `https://localhost:${mute.port}/` };
    const opened = await job({ inputs, env: fast(15) }).open();
    await mute.close();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain("public IPv4 address: no answer within 15 s");
  });

  test.each(["Starting", "Updating"])("a silent firewall is not opened while the server is %s", async (state) => {
    azure.properties.state = state;
    const opened = await job({ env: fast(15) }).open();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain(`The server \`orders-db\` is \`${state}\`.`);
    expect(opened.stdout).toContain("az postgres flexible-server show");
  });

  test("the step ends after six minutes when the rule has no effect", async () => {
    answer = "127.0.0.2";
    const { open, close } = job({ inputs: { "runner-ip": url }, env: fast(30) });
    const opened = await open();
    expect(opened.exitCode).toBe(1);
    expect(opened.stdout).toMatch(/Firewall rule .* for `127\.0\.0\.2` had no effect within [3-9]\d\d s/);
    await close(opened);
    await expectNothingOpen(azure);
  });
});

test("an address of the lookup service that is not the one the server sees is an error, with the one to set", async () => {
  // The first connection gets no answer, because packets are dropped; later the server answers.
  const { certificate: cert, key } = sandbox.certificates;
  const service = createServer({ cert, key }, (_request, response) => response.end("127.0.0.2"));
  const url = `https://localhost:${await listen(service)}/`;
  await azure.close();
  azure = await startResourceManager(sandbox, { silent: true, until: "PUT rule" });
  const { open, close } = job({ inputs: { "runner-ip": url }, env: fast(10) });
  const opened = await open();
  await closeServer(service);
  expect(opened.exitCode).toBe(1);
  expect(opened.stdout).toContain("The server sees the runner at `127.0.0.1`, not at `127.0.0.2`.");
  expect(opened.stdout).toContain("runner-ip: 127.0.0.1");
  await close(opened);
  await expectNothingOpen(azure);
});

describe("a server that no rule can open", () => {
  test.each([
    ["Stopped", {}, "server-not-running", "az postgres flexible-server start"],
    ["Ready", { publicNetworkAccess: "Disabled" }, "server-is-private", "update .* --public-access Enabled"],
    ["Ready", { delegatedSubnetResourceId: "/subscriptions/…" }, "server-is-private", "private-network.md"],
  ])("%s, %j: %s", async (state, network, code, next) => {
    azure.properties = { ...azure.properties, state, network };
    const opened = await job().open();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain(`Error code: ${code}`);
    expect(opened.stdout).toMatch(new RegExp(next));
    expect(opened.summary).toMatch(
      /^### .*, firewall · Could not open the firewall and connect\n\n\*\*What happened:\*\* .*\n/,
    );
    expect(opened.summary).toMatch(new RegExp(next));
    expect(asked(azure, "PUT rule")).toBe(0);
  });
});

test("a runner-ip that the server does not see is an error and leaves no rule", async () => {
  const opened = await job({ inputs: { "runner-ip": "203.0.113.7" } }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain("The server sees the runner at `127.0.0.1`, not at `203.0.113.7`.");
  expect(asked(azure, "PUT rule")).toBe(0);
});

test("a refusal that does not come from the firewall creates no rule", async () => {
  await azure.open("office", HERE);
  const opened = await job({ inputs: { database: "nowhere" } }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain("Error code: database-not-found");
  expect(asked(azure, "PUT rule")).toBe(0);
});

describe("the resource manager", () => {
  test("a rule that Azure forbids is a failure that names the missing permission, and the post step prints nothing", async () => {
    azure.forbidden.add("PUT rule");
    const { open, close } = job();
    const opened = await open();
    expect(opened).toMatchObject({ exitCode: 1, state: { rule: "" } });
    expect(opened.stdout).toContain("AuthorizationFailed (HTTP status 403)");
    expect(opened.summary).not.toContain("Azure was asked for");
    expect(opened.stdout).toContain(
      "Create a role that has `Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write`",
    );
    expect(opened.stdout).toContain(`--assignee ${IDENTITIES.migrator.objectId} --scope ${SERVER_ID}`);

    const closed = await close(opened);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).not.toMatch(ANNOTATION);
    expect(asked(azure, "DELETE rule")).toBe(0);
  });

  test("an Azure that limits requests is asked again after the time it gives", async () => {
    azure.failNext("PUT rule", 2, 429, "TooManyRequests", { "retry-after": "2" });
    azure.failNext("GET server", 1, 503, "ServerUnavailable");
    const opened = await job({ env: IN_REAL_TIME }).open();
    expect(opened.exitCode).toBe(0);
    const puts = azure.requests.filter(({ what }) => what === "PUT rule");
    expect(puts.map(({ status }) => status)).toEqual([429, 429, 202]);
    for (const [n, { at }] of puts.slice(1).entries()) expect(at - (puts[n]?.at ?? 0)).toBeGreaterThan(1_900);
  });

  test.each([
    ["whose limit lasts longer than the step waits", 1, 429, "Please try again after '309' seconds."],
    ["that does not accept the next token either", 2, 401, "The access token expiry UTC time is earlier."],
  ])("an Azure %s made no rule, and leaves none to the post step", async (_, requests, status, words) => {
    azure.failNext("PUT rule", 9, status, "Words", {}, words);
    const opened = await job({ env: fastWaits(60) }).open();
    expect(opened).toMatchObject({ exitCode: 1, stderr: "", state: { rule: "" } });
    expect(asked(azure, "PUT rule")).toBe(requests);
    expect(opened.summary).toContain(words);
    expect(opened.summary).not.toContain("Azure was asked for");
  });

  test("an Azure that is busy with another operation is asked again", async () => {
    azure.failNext("PUT rule", 2, 409, "ServerBusy");
    const { open, close } = job({ env: fastWaits(10) });
    const opened = await open();
    expect(opened.exitCode).toBe(0);
    expect(opened.stdout).toMatch(/ServerBusy \(HTTP status 409\).* Trying again in 5 s \(attempt 2 of 6\)\.$/m);

    azure.failNext("DELETE rule", 2, 409, "ServerBusy");
    await close(opened);
    await expectNothingOpen(azure);
  });

  test("a rule that the post step cannot remove is a warning with the command that removes it", async () => {
    const { opened, close } = job();
    const main = await opened();
    const [rule] = azure.rules.keys();
    azure.forbidden.add("DELETE rule");
    const closed = await close(main);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).toMatch(/^::warning title=/m);
    expect(closed.summary).toContain(`Firewall rule \`${rule}\` of \`orders-db\` may still let \`127.0.0.1\` in. `);
    expect(closed.summary).not.toContain("Run the job again");

    const steps = closed.summary.slice(closed.summary.indexOf("1. Remove the rule, as someone who may:"));
    const [, id = ""] = /^ +az resource delete --ids (\S+)$/m.exec(steps) ?? [];
    azure.forbidden.clear();
    await close({ state: { rule: id } }); // deletes by the ID, as the command does
    await expectNothingOpen(azure);

    expect(steps).toMatch(/^2\. So that the next job can remove its rule, create a role .*firewallRules\/delete/m);
  });

  test("a rule that the post step may neither read nor delete is a warning with its address", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.forbidden = new Set(["GET rule", "DELETE rule"]);
    const { stdout } = await close(main);
    expect(stdout).toMatch(/^::warning .* of `orders-db` may still let `127\.0\.0\.1` in\. /m);
  });

  test("a rule that is already gone in the post step is not reported", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.rules.clear();
    const closed = await close(main, { env: fastWaits(60) });
    expect(closed).toMatchObject({ exitCode: 0 });
    expect(asked(azure, "DELETE rule")).toBe(0);
    expect(closed.stdout).not.toMatch(ANNOTATION);
  });

  test("a delete lock makes the post step change the rule to an address that no one has", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.lock = "CanNotDelete";
    const closed = await close(main);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).toMatch(/^::warning .*192\.0\.2\.1.*ScopeLocked.*az lock list.*az resource delete --ids/m);
    expect(closed.summary).toMatch(
      /^### .* firewall · A lock keeps a firewall rule, which is closed\n.*192\.0\.2\.1.*az lock list.*az resource delete/s,
    );
    await azure.settled();
    expect([...azure.rules.values()]).toEqual([{ startIpAddress: "192.0.2.1", endIpAddress: "192.0.2.1" }]);
    expect(azure.isOpen()).toBe(false);
  });

  test("a read-only lock prevents the rule, and the failure names the lock", async () => {
    azure.lock = "ReadOnly";
    const opened = await job().open();
    expect(opened.exitCode).toBe(1);
    expect(opened.state.rule).toBe("");
    expect(opened.stdout).toContain("ScopeLocked");
    expect(opened.stdout).toContain("az lock list");
  });

  test("an Azure that calls the token expired gets a new one", async () => {
    azure.failNext("GET server", 1, 401, "ExpiredAuthenticationToken");
    const asked = sandbox.entra.requests.length;
    const opened = await job({ env: fastWaits(10) }).open();
    expect(opened.exitCode).toBe(0);
    expect(sandbox.entra.requests.length).toBeGreaterThan(asked + 1);
  });

  test("the warning about a stopped server in the post step starts the server before it removes the rule", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.failNext("DELETE rule", 1, 409, "ServerStoppedError");
    const { stdout } = await close(main);
    expect(stdout).toMatch(/az postgres flexible-server start .*az resource delete --ids/);
  });

  test("a list that continues at another host gets no token there, and the server is opened", async () => {
    const seen: (string | undefined)[] = [];
    const { certificate: cert, key } = sandbox.certificates;
    const elsewhere = createServer({ cert, key }, (request, response) => {
      seen.push(request.headers.authorization);
      response.end("{}");
    });
    const nextLink = `https://localhost:${await listen(elsewhere)}/`;
    azure.spoiled["GET rules"] = (_request, response) => response.end(JSON.stringify({ value: [], nextLink }));
    const opened = await job().open();
    await closeServer(elsewhere);
    expect(opened.exitCode).toBe(0);
    expect(opened.stdout).toContain("Could not list the rules of other jobs.");
    expect(seen).toEqual([]);
    expect(azure.isOpen()).toBe(true);
  });

  test("a page of a proxy instead of Azure's answer is an error that says so", async () => {
    azure.spoiled["GET server"] = (_request, response) =>
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<html><title>Sign in to the network</title></html>");
    const opened = await job().open();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain('HTTP status 200 with an HTML page, "Sign in to the network"');
  });

  test("another cloud gets a token with that cloud's scope", async () => {
    sandbox.entra.requests.length = 0;
    const { clientId, secrets } = IDENTITIES.migrator;
    const inputs = {
      environment: "azureusgovernment",
      "client-id": clientId,
      "client-secret": secrets[0]?.value ?? "",
    };
    const opened = await job({ inputs }).open();
    expect(sandbox.entra.requests.map(({ scope }) => scope)).toContain(
      "https://management.core.usgovcloudapi.net/.default",
    );
    // This address belongs to the public cloud.
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain("Error code: azure-token-refused");
  });

  test("an http address gets no token", async () => {
    sandbox.entra.requests.length = 0;
    const opened = await job({ env: { AZURE_RESOURCE_MANAGER_URL: "http://localhost:1" } }).open();
    expect(opened.exitCode).toBe(1);
    expect(opened.stdout).toContain("`AZURE_RESOURCE_MANAGER_URL` is not an `https://` address.");
    expect(sandbox.entra.requests.filter(({ scope }) => scope?.includes("management"))).toEqual([]);
  });
});

test("this action's rules that are older than a day are removed, and no others", async () => {
  const others = ["office", `${OLD}x`, OLD.replace("2024", "2999"), `my-${OLD}`];
  for (const name of others) azure.rules.set(name, { startIpAddress: "203.0.113.9", endIpAddress: "203.0.113.9" });
  azure.rules.set(OLD, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
  const range = OLD.replace("0123abcd", "99999999");
  azure.rules.set(range, { startIpAddress: "203.0.113.0", endIpAddress: "203.0.113.255" });

  const opened = await job({ env: fastWaits(10) }).open();
  expect(opened.stdout).toContain(`Deleted firewall rule ${OLD} for 203.0.113.7, which an earlier job left behind.`);
  expect(opened.stdout).not.toMatch(ANNOTATION);
  expect(rulesBeside(opened).sort()).toEqual([...others, range].sort());
});

test("old rules that cannot be removed are one warning, with all commands, for each reason, in the job summary too", async () => {
  const old = ["11111111", "22222222", "33333333"].map((random) => OLD.replace("0123abcd", random));
  for (const [n, name] of [OLD, ...old].entries()) {
    const address = `203.0.113.${n === 0 ? 7 : 8 + (n % 2)}`;
    azure.rules.set(name, { startIpAddress: address, endIpAddress: address });
  }
  azure.failNext("DELETE rule", 1, 409, "ReadOnlyDisabledSubscription");
  azure.forbidden.add("DELETE rule");
  const opened = await job({ env: fastWaits(10) }).open();
  expect(opened.exitCode).toBe(0);
  expect(opened.stdout.match(/^::warning /gm)).toHaveLength(2);
  expect(opened.summary.match(/^### .*$/gm)).toHaveLength(2);
  expect(opened.summary).toContain(`Firewall rule \`${OLD}\` of \`orders-db\` may still let \`203.0.113.7\` in. `);
  const [one, two, three] = old.map((name) => `\`${name}\``);
  expect(opened.summary).toContain(
    `Firewall rules ${one}, ${two} and ${three} of \`orders-db\` may still let \`203.0.113.9\` and \`203.0.113.8\` in. `,
  );
  const command = (name: string) => `   az resource delete --ids ${SERVER_ID}/firewallRules/${name}\n`;
  expect(opened.summary).toContain(`   \`\`\`\n${old.map(command).join("")}   \`\`\`\n`);
});

test("old rules of this action on the second page of the list are removed", async () => {
  azure.pageSize = 2;
  for (const name of ["a", "b", "c", OLD])
    azure.rules.set(name, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
  const opened = await job({ env: fastWaits(10) }).open();
  expect(opened.stdout).toContain(`Deleted firewall rule ${OLD} for 203.0.113.7`);
  expect(rulesBeside(opened)).toEqual(["a", "b", "c"]);
});

test("old rules are left to the next jobs when their removal takes long", async () => {
  await azure.open("office", HERE);
  const old = [OLD, OLD.replace("0123abcd", "11111111")];
  for (const name of old) azure.rules.set(name, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
  azure.delays.operation = 1_500;
  const opened = await job({ env: fastWaits(60) }).open();
  expect(opened).toMatchObject({ exitCode: 0, stderr: "" });
  expect(opened.stdout).toContain("More rules of earlier jobs are left. The next jobs remove them.");
  expect([...azure.rules.keys()]).toEqual(["office", old[1]]);
});

test("a list of rules without end is not read to its end", async () => {
  const nextLink = `${azure.env.AZURE_RESOURCE_MANAGER_URL}${SERVER_ID}/firewallRules?$skiptoken=1`;
  azure.spoiled["GET rules"] = (_request, response) => {
    setTimeout(() => response.end(JSON.stringify({ value: [], nextLink })), 50);
  };
  const opened = await job({ env: fastWaits(20) }).open();
  expect(opened.stdout).toMatch(/^Azure's list of rules goes on after 0 of them\. The rest is not read\.$/m);
  expect(opened.exitCode).toBe(0);
  expect(azure.isOpen()).toBe(true);
});

test("every invalid input is reported at once, and no request is sent", async () => {
  const inputs = { "server-resource-id": "orders-db", "runner-ip": "0.0.0.0", user: "", port: "x" };
  const opened = await job({ inputs }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain("4 inputs are invalid. Nothing was changed.");
  expect(opened.summary).toMatch(/4 inputs are invalid\. Nothing was changed\.\n\n(- .*\n){4}/);
  expect(azure.requests).toEqual([]);
});
