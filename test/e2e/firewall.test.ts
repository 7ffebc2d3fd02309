import type { ChildProcess } from "node:child_process";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HTTP_FAULTS, startFaultyHttp } from "../faults/http.ts";
import {
  certificateOf,
  type Interruption,
  interruption,
  SIGN_IN_STAGES,
  type Stage,
  type Stages,
  says,
  throwing,
} from "../faults/stages.ts";
import { close as closeServer, listen } from "../sandbox/http.ts";
import {
  type Request,
  type ResourceManager,
  SERVER_ID,
  startResourceManager,
} from "../sandbox/resource-manager.ts";
import type { Step } from "../sandbox/runner.ts";
import { IDENTITIES, ORDERS, type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { firewallJob, type Given } from "./firewall-job.ts";
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

/** A job in a hurry, unless the test is about how long something takes. */
const job = ({ inputs, env }: Given = {}) =>
  firewallJob(sandbox, azure, { inputs, env: { ...fast(5), ...env } });
const IN_REAL_TIME = { NODE_OPTIONS: "" };

/** The action's clock runs so many times as fast. */
function fast(speed: number) {
  return {
    CLOCK_SPEED: String(speed),
    NODE_OPTIONS: `--import=${join(import.meta.dirname, "fast-clock.ts")}`,
  };
}

const HERE = { startIpAddress: "127.0.0.1", endIpAddress: "127.0.0.1" };
const OLD = "azure-postgres-grants_17-1-deploy_20240102T0304Z_0123abcd";

/** Azure begins an answer of this kind, and never ends it. */
async function dripping(what: Request): Promise<Stage> {
  const reached = Promise.withResolvers<void>();
  const drip: RequestListener = (request, response) => {
    HTTP_FAULTS["drips its answer"](request, response);
    reached.resolve();
  };
  azure.spoiled = { [what]: drip };
  return {
    reached: () => reached.promise,
    close: async () => {
      azure.spoiled = {};
    },
  };
}

/** Where a job waits for something else than the sign-in. */
const STUCK_STAGES: Stages = {
  "while Azure drips its answer": () => dripping("GET server"),
  "while Azure drips its answer to PUT": () => dripping("PUT rule"),
  "while Azure does not answer PUT": async () => {
    const reached = Promise.withResolvers<void>();
    azure.accepts = new Promise(() => {});
    azure.onRequest = (what) => what === "PUT rule" && reached.resolve();
    return { reached: () => reached.promise, close: async () => {} };
  },
  "while the server does not answer": async () => {
    await azure.close();
    azure = await startResourceManager(sandbox, { silent: true });
    return {
      inputs: { port: String(azure.port) },
      env: azure.env,
      reached: (child) => says(child, /^Connecting/m),
      close: async () => {},
    };
  },
  "while the service for the address drips its answer": async () => {
    await azure.close();
    azure = await startResourceManager(sandbox, { silent: true });
    const reached = Promise.withResolvers<void>();
    const service = await startFaultyHttp((request, response) => {
      HTTP_FAULTS["drips its answer"](request, response);
      reached.resolve();
    }, certificateOf(sandbox));
    return {
      inputs: { "runner-ip": `https://localhost:${service.port}/` },
      // Only the wait for the server is fast.
      env: fast(30),
      reached: () => reached.promise,
      close: service.close,
    };
  },
};

/** Commands that the runner shows beside the job. */
const ANNOTATION = /^::(error|warning|notice)/m;

function asked(what: Request): number {
  return azure.requests.filter((request) => request.what === what).length;
}

async function nothingIsOpen(): Promise<void> {
  await azure.settled();
  expect([...azure.rules]).toEqual([]);
  expect(azure.isOpen()).toBe(false);
}

test("opens a closed server for the runner's one address, and the post step closes it", async () => {
  azure.delays.effect = 1_500;
  const { open, close } = job();
  const opened = await open();

  expect(opened.stdout).toMatch(/^Waiting for firewall rule \S+ to take effect: \d+ s of at most 360 s\.$/m);
  expect(opened).toMatchObject({ exitCode: 0, stderr: "" });
  const [[rule = "", range] = []] = azure.rules;
  expect(rule).toMatch(/^azure-postgres-grants_30433642-1-deploy_\d{8}T\d{4}Z_[0-9a-f]{8}$/);
  expect(range).toEqual(HERE);
  expect(opened.summary).toMatch(/^The firewall of `orders-db` is open for `127\.0\.0\.1`, .*\n$/);
  expect(opened.stdout).not.toMatch(ANNOTATION);

  const granted = await runJob(sandbox, { database: "orders" });
  expect(granted.report.verdict).toBe("repaired");

  const closed = await close(opened);
  expect(closed).toMatchObject({ exitCode: 0, stderr: "", summary: "" });
  expect(closed.stdout).not.toMatch(ANNOTATION);
  await nothingIsOpen();
});

test("prints no token, in debug mode either", async () => {
  const { open, close } = job({ env: { RUNNER_DEBUG: "1", AZURE_LOG_LEVEL: "verbose" } });
  const opened = await open();
  const closed = await close(opened);
  for (const { stdout, stderr, summary, state } of [opened, closed]) {
    const seen = stdout.replaceAll(/^::add-mask::.*$/gm, "") + stderr + summary + JSON.stringify(state);
    expect(seen).not.toMatch(/eyJ/);
  }
});

test("makes no rule where the server lets the runner in, and needs no more than to read the server", async () => {
  await azure.open("office", HERE);
  azure.permissions = new Set(["read"]);
  const { open, close } = job();

  const opened = await open();
  expect(opened).toMatchObject({ exitCode: 0, state: {} });
  expect(opened.summary).toBe("The firewall of `orders-db` lets this runner in already. No rule was made.\n");
  expect(opened.stdout).not.toMatch(ANNOTATION);

  const closed = await close(opened);
  expect(closed).toMatchObject({ exitCode: 0 });
  expect([...azure.rules.keys()]).toEqual(["office"]);
});

describe("a step that is stopped", () => {
  /** Where it is stopped: when it asks the resource manager for something, or when it says something. */
  const stages: readonly (Request | RegExp)[] = [
    "GET server",
    /^Connecting to/m,
    "GET rules",
    /^Making firewall rule/m,
    "PUT rule",
    "GET operation",
    /^Waiting for firewall rule/m,
    /is open for/,
  ];
  const signals = ["SIGINT", "SIGTERM", "SIGKILL"] as const;

  test.each(stages.flatMap((stage) => signals.map((signal) => ({ stage, signal }))))(
    "by $signal at $stage leaves nothing open after the post step",
    async ({ stage, signal }) => {
      azure.delays = { acceptance: 300, operation: 300, effect: 800 };
      const { open, close } = job();
      const stopping = interruption(signal);
      const opened = await open((child) => stopAt(stage, child, stopping));
      const ended = opened.summary.includes("is open for");
      if (signal !== "SIGKILL" && !ended) isCancelled(opened, stopping);
      const sawPut = asked("PUT rule") > 0 || azure.rules.size > 0;
      if (sawPut) expect(opened.state.rule).toContain(SERVER_ID);

      const closed = await close(opened, { env: fast(60) });
      expect(closed.exitCode).toBe(0);
      expect(closed.stdout).not.toMatch(ANNOTATION);
      await nothingIsOpen();
    },
  );

  test("in the middle of the request is looked after until the rule appears", async () => {
    // Azure takes the request up only after the post step has found no rule.
    let accept = () => {};
    azure.accepts = new Promise((resolve) => {
      accept = resolve;
    });
    const { open, close } = job();
    const opened = await open((child) => stopAt("PUT rule", child, interruption("SIGKILL")));
    azure.onRequest = (what) => {
      if (what === "GET rule") accept();
    };

    const closed = await close(opened, { env: fast(20) });
    expect(closed.stdout).toContain("has appeared. Removing it.");
    await nothingIsOpen();
  });

  test.each([...Object.entries(SIGN_IN_STAGES), ...Object.entries(STUCK_STAGES)])(
    "%s ends within 5 s, and leaves nothing open after the post step",
    async (name, start) => {
      const stage = await start(sandbox);
      const { open, close } = job({ ...stage, env: { ...IN_REAL_TIME, ...stage.env } });
      const stopping = interruption("SIGINT");
      const opened = await open(async (child) => {
        await stage.reached(child);
        stopping.send(child);
      });
      isCancelled(opened, stopping);
      if (name.includes("PUT"))
        expect(opened.state).toMatchObject({ rule: expect.stringContaining(SERVER_ID), settled: "false" });

      await stage.close();
      const closed = await close(opened, { env: { ...sandbox.env, ...fast(30) } });
      expect(closed.exitCode).toBe(0);
      expect(closed.stdout).not.toMatch(ANNOTATION);
      await nothingIsOpen();
    },
  );

  test.each(["exception", "rejection"])("by an %s that nobody catches says which", async (thrown) => {
    const stage = await SIGN_IN_STAGES["while GitHub does not answer"]?.(sandbox);
    const opened = await job({ env: { ...stage?.env, ...throwing(thrown) } }).open();
    await stage?.close();
    expect(opened).toMatchObject({ exitCode: 1, stderr: "" });
    expect(opened.stdout).toContain("Error code: unknown");
    expect(opened.summary).toContain("thrown where nobody catches it");
  });

  /** Ended in time, and says what the state says. */
  function isCancelled(step: Step, { signal, secondsAgo }: Interruption): void {
    expect(step).toMatchObject({ exitCode: 1, stderr: "" });
    expect(secondsAgo()).toBeLessThan(5);
    expect(step.stdout).toContain("Error code: cancelled");
    const start = `The firewall was not opened. The run was cancelled (\`${signal}\`). `;
    const rule = `\`${step.state.rule?.split("/").at(-1)}\` for \`127.0.0.1\``;
    const post = "The post step removes it when the job ends.";
    if (step.state.rule === undefined) expect(step.summary).toBe(`${start}No firewall rule was made.\n`);
    else if (step.state.settled === "true")
      expect(step.summary).toBe(`${start}Firewall rule ${rule} was made. ${post}\n`);
    else
      expect(step.summary).toBe(
        `${start}Azure was asked for firewall rule ${rule}, and has not confirmed it. ${post}\n`,
      );
  }

  function stopAt(stage: Request | RegExp, child: ChildProcess, stopping: Interruption): void {
    if (typeof stage !== "string") says(child, stage).then(() => stopping.send(child));
    else azure.onRequest = (what) => what === stage && stopping.send(child);
  }
});

describe("a post step", () => {
  /** Where it is stopped. */
  const stages: Stages = {
    ...SIGN_IN_STAGES,
    "while Azure drips its answer to DELETE": async () => ({
      ...(await dripping("DELETE rule")),
      env: IN_REAL_TIME,
    }),
    "while it looks for a rule that can still appear": async () => ({
      env: { STATE_settled: "false" },
      reached: (child) => says(child, /Looking for it/),
      close: async () => {},
    }),
  };

  test.each(Object.entries(stages))(
    "that is cancelled %s ends within 5 s, and names the rule",
    async (_, start) => {
      const { open, close } = job();
      const opened = await open();
      const [rule] = azure.rules.keys();
      const stage = await start(sandbox);
      const stopping = interruption("SIGINT");
      const closed = await close(opened, {
        env: { ...fast(4), ...stage.env },
        async onStart(child) {
          await stage.reached(child);
          stopping.send(child);
        },
      });
      await stage.close();

      expect(closed).toMatchObject({ exitCode: 1, stderr: "" });
      expect(stopping.secondsAgo()).toBeLessThan(5);
      expect(closed.stdout).toMatch(/^::error.*The run was cancelled \(`SIGINT`\)\./m);
      expect(closed.stdout).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
    },
  );

  test("that is cancelled while Azure removes the rule still removes it", async () => {
    const { open, close } = job();
    const opened = await open();
    const stopping = interruption("SIGINT");
    const closed = await close(opened, {
      env: IN_REAL_TIME,
      onStart(child) {
        azure.onRequest = (what) => what === "DELETE rule" && stopping.send(child);
      },
    });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).not.toMatch(ANNOTATION);
    await nothingIsOpen();
  });

  test("that is killed leaves the rule to the job of a later day", async () => {
    const { open, close } = job();
    const opened = await open();
    const killed = await close(opened, {
      onStart: (child) => says(child, /^Removing/m).then(() => child.kill("SIGKILL")),
    });
    expect(killed.exitCode).toBe(null);
    const [[rule = "", address] = []] = azure.rules;
    azure.rules.clear();
    azure.rules.set(rule.replace(/_\d{8}T/, "_20240102T"), address ?? HERE);

    const later = job();
    const found = await later.open();
    expect(found.stdout).toContain("left by an earlier job, is deleted.");
    await later.close(found);
    await nothingIsOpen();
  });

  test("ends in time where Azure drips its answers, and names the rule", async () => {
    const { open, close } = job();
    const opened = await open();
    azure.spoiled = { "DELETE rule": HTTP_FAULTS["drips its answer"] };
    const closed = await close(opened, { env: fast(60) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).toMatch(/^::warning .*: no answer within \d+ s/m);
    expect(asked("DELETE rule")).toBeGreaterThan(1);
  });
});

test("two jobs at once from one address: neither closes what the other needs", async () => {
  const one = job({ env: { GITHUB_JOB: "one", ...fast(10) } });
  const two = job({ env: { GITHUB_JOB: "two", ...fast(10) } });
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
  await nothingIsOpen();
});

test("a job that is let in by the rule of another job makes one of its own", async () => {
  const one = job({ env: { GITHUB_JOB: "one" } });
  const first = await one.open();
  const two = job({ env: { GITHUB_JOB: "two" } });
  const second = await two.open();
  expect(second.stdout).toMatch(/^Firewall rule \S+-one_\S+ of another job lets this runner in/m);

  await one.close(first);
  await azure.settled();
  expect(azure.isOpen()).toBe(true);
  await two.close(second);
  await nothingIsOpen();
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

  test("is opened for the address that the service answers with", async () => {
    answer = "127.0.0.1\n";
    const { open, close } = job({ inputs: { "runner-ip": url }, env: fast(10) });
    const opened = await open();
    expect(opened).toMatchObject({ exitCode: 0 });
    expect([...azure.rules.values()]).toEqual([HERE]);
    await close(opened);
    await nothingIsOpen();
  });

  test("is opened for the address that is given", async () => {
    const { open, close } = job({ inputs: { "runner-ip": "127.0.0.1" }, env: fast(10) });
    const opened = await open();
    expect(opened).toMatchObject({ exitCode: 0 });
    await close(opened);
    await nothingIsOpen();
  });

  test.each(["0.0.0.0", "10.0.0.4", "2001:db8::1", "127.0.0.1-127.0.0.9", "<html>", ""])(
    "is not opened when the service answers %j",
    async (text) => {
      answer = text;
      const opened = await job({ inputs: { "runner-ip": url }, env: fast(30) }).open();
      expect(opened).toMatchObject({ exitCode: 1, state: {} });
      expect(opened.stdout).toContain("did not answer with an IPv4 address of the internet");
      expect(asked("PUT rule")).toBe(0);
    },
  );

  test.each(["Starting", "Updating"])("is not opened while the server is %s", async (state) => {
    azure.properties.state = state;
    const opened = await job({ env: fast(30) }).open();
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain(`does not answer, and is \`${state}\``);
  });

  test("ends after six minutes when the rule has no effect", async () => {
    answer = "127.0.0.2";
    const { open, close } = job({ inputs: { "runner-ip": url }, env: fast(60) });
    const opened = await open();
    expect(opened.exitCode).toBe(1);
    expect(opened.stdout).toMatch(/Firewall rule .* for `127\.0\.0\.2` had no effect within 3[0-6]\d s/);
    await close(opened);
    await nothingIsOpen();
  });
});

test("gives the rule the address that the server sees, where the service's answer was another", async () => {
  // The first connection meets a network that drops packets; later the server answers.
  const { certificate: cert, key } = sandbox.certificates;
  const service = createServer({ cert, key }, (_request, response) => response.end("127.0.0.2"));
  const url = `https://localhost:${await listen(service)}/`;
  await azure.close();
  azure = await startResourceManager(sandbox, { silent: true, until: "PUT rule" });
  const { open, close } = job({ inputs: { "runner-ip": url }, env: fast(10) });
  const opened = await open();
  await closeServer(service);
  expect(opened.stdout).toContain(
    "The server sees the runner at 127.0.0.1. Changing the rule to this address.",
  );
  expect(opened.exitCode).toBe(0);
  expect([...azure.rules.values()]).toEqual([HERE]);
  await close(opened);
  await nothingIsOpen();
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
    expect(opened.summary).toMatch(/^The firewall was not opened\. .*\n$/);
    expect(asked("PUT rule")).toBe(0);
  });
});

test("a runner-ip that the server does not see is an error, and no rule", async () => {
  const opened = await job({ inputs: { "runner-ip": "203.0.113.7" } }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain(
    "`runner-ip` is `203.0.113.7`, but the server sees the runner at `127.0.0.1`.",
  );
  expect(asked("PUT rule")).toBe(0);
});

test("a refusal that is not the firewall's makes no rule", async () => {
  await azure.open("office", HERE);
  const opened = await job({ inputs: { database: "nowhere" } }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain("Error code: database-not-found");
  expect(asked("PUT rule")).toBe(0);
});

describe("the resource manager", () => {
  test("that forbids a rule is answered with the permission that is missing, and the post step is quiet", async () => {
    azure.permissions.delete("firewallRules/write");
    const { open, close } = job();
    const opened = await open();
    expect(opened.exitCode).toBe(1);
    expect(opened.stdout).toContain("AuthorizationFailed (HTTP status 403)");
    expect(opened.stdout).toContain(
      "Create a role that has `Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write`",
    );
    expect(opened.stdout).toContain(`--assignee ${IDENTITIES.migrator.objectId} --scope ${SERVER_ID}`);

    const closed = await close(opened);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).not.toMatch(ANNOTATION);
    expect(asked("DELETE rule")).toBe(0);
  });

  test("that is asked too often is asked again when it says", async () => {
    azure.failNext("PUT rule", 2, 429, "TooManyRequests", { "retry-after": "2" });
    azure.failNext("GET server", 1, 503, "ServerUnavailable");
    const opened = await job({ env: IN_REAL_TIME }).open();
    expect(opened.exitCode).toBe(0);
    const puts = azure.requests.filter(({ what }) => what === "PUT rule");
    expect(puts.map(({ status }) => status)).toEqual([429, 429, 202]);
    for (const [n, { at }] of puts.slice(1).entries()) expect(at - (puts[n]?.at ?? 0)).toBeGreaterThan(1_900);
  });

  test("is polled no sooner than it asks for", async () => {
    azure.retryAfter = 2;
    azure.delays.operation = 100;
    const opened = await job({ env: IN_REAL_TIME }).open();
    expect(opened.exitCode).toBe(0);
    const put = azure.requests.find(({ what }) => what === "PUT rule");
    const polls = azure.requests.filter(({ what }) => what === "GET operation");
    expect(polls).toHaveLength(1);
    expect((polls[0]?.at ?? 0) - (put?.at ?? 0)).toBeGreaterThan(1_900);
  });

  test("that is busy with another operation is asked again", async () => {
    azure.failNext("PUT rule", 2, 409, "ServerBusy");
    const { open, close } = job({ env: fast(10) });
    const opened = await open();
    expect(opened.exitCode).toBe(0);
    expect(opened.stdout).toMatch(/ServerBusy \(HTTP status 409\).* Trying again in 5 s\.$/m);

    azure.failNext("DELETE rule", 2, 409, "ServerBusy");
    await close(opened);
    await nothingIsOpen();
  });

  test("that fails the post step for good leaves a warning with the command that removes the rule", async () => {
    const { open, close } = job();
    const opened = await open();
    const [rule] = azure.rules.keys();
    azure.permissions.delete("firewallRules/delete");
    const closed = await close(opened);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).toMatch(/^::warning title=/m);
    expect(closed.stdout).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
    expect(closed.stdout).toContain("firewallRules/delete");
  });

  test("that answers 404 to the post step has done its work", async () => {
    const { open, close } = job();
    const opened = await open();
    azure.failNext("DELETE rule", 1, 404, "ResourceNotFound");
    const closed = await close(opened);
    expect(closed).toMatchObject({ exitCode: 0 });
    expect(closed.stdout).not.toMatch(ANNOTATION);
  });

  test("that has a delete lock gets the rule for nobody instead", async () => {
    const { open, close } = job();
    const opened = await open();
    azure.lock = "CanNotDelete";
    const closed = await close(opened);
    expect(closed.exitCode).toBe(0);
    expect(closed.stdout).toMatch(/^::warning .*192\.0\.2\.1.*az resource delete --ids/m);
    await azure.settled();
    expect([...azure.rules.values()]).toEqual([{ startIpAddress: "192.0.2.1", endIpAddress: "192.0.2.1" }]);
    expect(azure.isOpen()).toBe(false);
  });

  test("that has a read-only lock makes no rule, and the lock is named", async () => {
    azure.lock = "ReadOnly";
    const opened = await job().open();
    expect(opened.exitCode).toBe(1);
    expect(opened.state.rule).toBe("");
    expect(opened.stdout).toContain("ScopeLocked");
    expect(opened.stdout).toContain("az lock list");
  });

  test("that sends the action elsewhere for an operation gets no token there, and the post step closes", async () => {
    const seen: (string | undefined)[] = [];
    const { certificate: cert, key } = sandbox.certificates;
    const elsewhere = createServer({ cert, key }, (request, response) => {
      seen.push(request.headers.authorization);
      response.end("{}");
    });
    azure.operationsAt = `https://localhost:${await listen(elsewhere)}`;
    const { open, close } = job();
    const opened = await open();
    await closeServer(elsewhere);
    expect(opened.exitCode).toBe(1);
    expect(seen).toEqual([]);

    azure.operationsAt = azure.env.AZURE_RESOURCE_MANAGER_URL;
    await close(opened, { env: fast(30) });
    await nothingIsOpen();
  });

  test("of another cloud is asked with that cloud's scope", async () => {
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
    // This one is the public cloud's.
    expect(opened).toMatchObject({ exitCode: 1, state: {} });
    expect(opened.stdout).toContain("Error code: azure-token-refused");
  });

  test("at an http address gets no token", async () => {
    sandbox.entra.requests.length = 0;
    const opened = await job({ env: { AZURE_RESOURCE_MANAGER_URL: "http://localhost:1" } }).open();
    expect(opened.exitCode).toBe(1);
    expect(opened.stdout).toContain("`AZURE_RESOURCE_MANAGER_URL` is not an `https://` address.");
    expect(sandbox.entra.requests.filter(({ scope }) => scope?.includes("management"))).toEqual([]);
  });
});

test("removes rules of this action that are older than a day, and touches no other", async () => {
  const others = ["office", `${OLD}x`, OLD.replace("2024", "2999"), `my-${OLD}`];
  for (const name of others)
    azure.rules.set(name, { startIpAddress: "203.0.113.9", endIpAddress: "203.0.113.9" });
  azure.rules.set(OLD, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
  const range = OLD.replace("0123abcd", "99999999");
  azure.rules.set(range, { startIpAddress: "203.0.113.0", endIpAddress: "203.0.113.255" });

  const { open, close } = job({ env: fast(10) });
  const opened = await open();
  expect(opened.stdout).toContain(
    `Firewall rule ${OLD} for 203.0.113.7, left by an earlier job, is deleted.`,
  );
  expect(opened.stdout).not.toMatch(ANNOTATION);
  await close(opened);
  expect([...azure.rules.keys()].sort()).toEqual([...others, range].sort());
});

test("all mistakes in the inputs at once, and nothing is asked", async () => {
  const inputs = { "server-resource-id": "orders-db", "runner-ip": "0.0.0.0", user: "", port: "x" };
  const opened = await job({ inputs }).open();
  expect(opened).toMatchObject({ exitCode: 1, state: {} });
  expect(opened.stdout).toContain("4 inputs are invalid. Nothing was changed.");
  expect(opened.summary).toBe("The firewall was not opened. 4 inputs are invalid. Nothing was changed.\n");
  expect(azure.requests).toEqual([]);
});
