import type { ChildProcess } from "node:child_process";
import type { RequestListener } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  ANNOTATION,
  asked,
  expectNothingOpen,
  fast,
  fastWaits,
  firewallJob,
  type Given,
  IN_REAL_TIME,
} from "../e2e/firewall-job.ts";
import { type Request, type ResourceManager, SERVER_ID, startResourceManager } from "../sandbox/resource-manager.ts";
import type { Step } from "../sandbox/runner.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { HTTP_FAULTS, startFaultyHttp } from "./http.ts";
import {
  certificateOf,
  githubIsSilent,
  type Interruption,
  interruption,
  PROMPTLY,
  type Stage,
  type Stages,
  says,
  throwing,
  withSignals,
} from "./stages.ts";

let sandbox: Sandbox;
let azure: ResourceManager;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 17 });
});
afterAll(() => sandbox?.close());
beforeEach(async () => {
  azure = await startResourceManager(sandbox);
});
afterEach(() => azure?.close());

/** A job with a fast clock. */
const job = ({ inputs, env }: Given = {}) => firewallJob(sandbox, azure, { inputs, env: { ...fast(5), ...env } });

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

/** Where a job waits. */
const STUCK_STAGES: Stages = {
  "while GitHub does not answer": githubIsSilent,
  "while Azure drips its answer": () => dripping("GET server"),
  "while Azure drips its rules": () => dripping("GET rules"),
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
  "while the service for the address does not answer": async () => {
    await azure.close();
    azure = await startResourceManager(sandbox, { silent: true });
    const reached = Promise.withResolvers<void>();
    const service = await startFaultyHttp(() => reached.resolve(), certificateOf(sandbox));
    return {
      inputs: { "runner-ip": `https://localhost:${service.port}/` },
      // Only the wait for the server is fast.
      env: fast(30),
      reached: () => reached.promise,
      close: service.close,
    };
  },
};

describe("a stopped firewall step", () => {
  /** When the step is stopped: at a request to the resource manager, or at a line of its log. */
  const stages: readonly (Request | RegExp)[] = [
    "GET server",
    /^Connecting to/m,
    "GET rules",
    /^Making firewall rule/m,
    "PUT rule",
    "GET rule",
    /^Waiting for firewall rule/m,
    /is open for/,
  ];
  /**
   * Before a state is saved, between that and the answer, and at the end. The stages between leave the same to the post
   * step, and the first two are like the third.
   */
  const ends = process.env.ALL_VERSIONS ? stages.slice(2) : ["GET rules" as const, "PUT rule" as const, /is open for/];
  const killed = ends.map((stage) => ["SIGKILL", stage] as const);

  test.each([...withSignals(stages.map((stage) => [stage] as const)), ...killed])(
    "%s at %s leaves nothing open after the post step",
    async (signal, stage) => {
      azure.delays = { acceptance: 300, operation: 300, effect: 800 };
      const { open, close } = job();
      const stopping = interruption(signal);
      const opened = await open((child) => stopAt(stage, child, stopping));
      const ended = opened.summary.includes("is open for");
      if (signal !== "SIGKILL" && !ended) isCancelled(opened, stopping);
      const sawPut = asked(azure, "PUT rule") > 0 || azure.rules.size > 0;
      if (sawPut) expect(opened.state.rule).toContain(SERVER_ID);

      await expectClosedBy(close, opened, { env: fastWaits(60) });
    },
  );

  test("a step that is killed in the middle of the request is followed by a post step that waits for the rule", async () => {
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

    const closed = await close(opened, { env: fastWaits(20) });
    expect(closed.stdout).toContain("is removed.");
    await expectNothingOpen(azure);
  });

  test("a step that is killed in its second request is followed by a post step that removes the rule of each request", async () => {
    // Azure makes the rule of the first request, and takes up the second only after that rule is removed.
    let accept = () => {};
    azure.loseNext("PUT rule", "500");
    const { open, close } = job({ env: fastWaits(20) });
    const opened = await open((child) => {
      azure.onRequest = (what) => {
        if (what !== "PUT rule" || asked(azure, "PUT rule") === 0) return;
        azure.accepts = new Promise((resolve) => {
          accept = resolve;
        });
        child.kill("SIGKILL");
      };
    });
    await azure.settled();
    expect(azure.isOpen()).toBe(true);
    azure.onRequest = (what) => {
      if (what === "GET rule" && azure.rules.size === 0) accept();
    };

    const closed = await close(opened, { env: fastWaits(20) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked(azure, "DELETE rule")).toBe(2);
    await expectNothingOpen(azure);
  });

  test.each(Object.entries(STUCK_STAGES))(
    "a step stopped %s ends promptly, and leaves nothing open after the post step",
    async (name, start) => {
      const stage = await start(sandbox);
      const { open, close } = job({ ...stage, env: { ...IN_REAL_TIME, ...stage.env } });
      const stopping = interruption("SIGINT");
      const opened = await open(async (child) => {
        await stage.reached(child);
        stopping.send(child);
      });
      isCancelled(opened, stopping);
      // Whatever Azure was asked for is known to the post step.
      const state = { rule: expect.stringContaining(SERVER_ID), address: "127.0.0.1" };
      expect(opened.state).toEqual(name.includes("PUT") ? state : {});

      await stage.close();
      await expectClosedBy(close, opened, { env: { ...sandbox.env, ...fastWaits(30) } });
    },
  );

  test("a step that is stopped while it removes an older rule does not name that rule", async () => {
    await azure.open("office", { startIpAddress: "127.0.0.1", endIpAddress: "127.0.0.1" });
    const old = "azure-postgres-grants_17-1-deploy_20240102T0304Z_0123abcd";
    await azure.open(old, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
    const stage = await dripping("DELETE rule");
    const stopping = interruption("SIGTERM");
    const opened = await job({ env: IN_REAL_TIME }).open(async (child) => {
      await stage.reached(child);
      stopping.send(child);
    });
    isCancelled(opened, stopping);
    expect(opened.stdout).not.toContain(old);
  });

  test("a step that is stopped while it removes older rules names those that it could not remove", async () => {
    await azure.open("office", { startIpAddress: "127.0.0.1", endIpAddress: "127.0.0.1" });
    const [refused = "", removed = ""] = ["11111111", "22222222"].map(
      (n) => `azure-postgres-grants_17-1-deploy_20240102T0304Z_${n}`,
    );
    for (const old of [refused, removed])
      await azure.open(old, { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" });
    azure.failNext("DELETE rule", 1, 409, "ReadOnlyDisabledSubscription");
    const second = Promise.withResolvers<Stage>();
    azure.onRequest = (what) => what === "DELETE rule" && second.resolve(dripping(what));
    const stopping = interruption("SIGTERM");
    const opened = await job({ env: IN_REAL_TIME }).open(async (child) => {
      await (await second.promise).reached(child);
      stopping.send(child);
    });
    isCancelled(opened, stopping);
    expect(opened.summary).toContain(
      `Firewall rule \`${refused}\` of \`orders-db\` may still let \`203.0.113.7\` in. `,
    );
    expect(opened.stdout).not.toContain(removed);
  });

  test.each(["sends without end", "compresses 2 GB into its answer"] as const)(
    "an Azure that %s ends the step, which says so",
    async (fault) => {
      azure.spoiled = { "GET server": HTTP_FAULTS[fault] };
      const opened = await job({ env: IN_REAL_TIME }).open();
      expect(opened).toMatchObject({ exitCode: 1, stderr: "", state: {} });
      expect(opened.stdout).toContain("an answer of more than 16 MiB");
    },
  );

  test.each(["exception", "rejection"])("an uncaught %s ends the step, which names the error", async (thrown) => {
    const stage = await githubIsSilent();
    const opened = await job({ env: { ...stage.env, ...throwing(thrown) } }).open();
    await stage.close();
    expect(opened).toMatchObject({ exitCode: 1, stderr: "" });
    expect(opened.stdout).toContain("Error code: unknown");
    expect(opened.summary).toContain("thrown where nobody catches it");
  });

  /** After the post step. It has nothing to do after a step that ended and saved no state: test/e2e/firewall.test.ts. */
  async function expectClosedBy(close: ReturnType<typeof job>["close"], opened: Step, given: Given): Promise<void> {
    if (opened.exitCode === null || opened.state.rule !== undefined) {
      const closed = await close(opened, given);
      expect(closed.exitCode).toBe(0);
      expect(closed.stdout).not.toMatch(ANNOTATION);
    }
    await expectNothingOpen(azure);
  }

  /** Ended in time, and says what the state says. */
  function isCancelled(step: Step, { signal, secondsAgo }: Interruption): void {
    expect(step).toMatchObject({ exitCode: 1, stderr: "" });
    expect(secondsAgo()).toBeLessThan(PROMPTLY);
    expect(step.stdout).toContain("Error code: cancelled");
    const start = `**What happened:** The run was cancelled (\`${signal}\`). `;
    const rule = `\`${step.state.rule?.split("/").at(-1)}\` for \`127.0.0.1\``;
    const post = "If Azure has made it, the post step removes it when the job ends.";
    if (step.state.rule === undefined) expect(step.summary).toContain(`${start}No firewall rule was made.\n`);
    else expect(step.summary).toContain(`${start}Azure was asked for firewall rule ${rule}. ${post}\n`);
  }

  function stopAt(stage: Request | RegExp, child: ChildProcess, stopping: Interruption): void {
    if (typeof stage !== "string") says(child, stage).then(() => stopping.send(child));
    else azure.onRequest = (what) => what === stage && stopping.send(child);
  }
});

describe("a rule that Azure makes, though it does not say so,", () => {
  /** From the second request of a kind on. */
  const afterFirst = (what: Request, change: () => void) => {
    azure.onRequest = (each) => {
      if (each === what && asked(azure, what) === 1) change();
    };
  };
  const cases: readonly [string, () => void][] = [
    [
      "when PUT is answered 500, and then 403",
      () => {
        azure.loseNext("PUT rule", "500");
        afterFirst("PUT rule", () => azure.forbidden.add("PUT rule"));
      },
    ],
    [
      "when the connection breaks after PUT, and a lock refuses the next PUT",
      () => {
        azure.loseNext("PUT rule", "reset");
        afterFirst("PUT rule", () => {
          azure.lock = "ReadOnly";
        });
      },
    ],
  ];

  test.each(cases)("%s, opens the server, and the post step removes it", async (_, spoil) => {
    spoil();
    const { open, close } = job();
    const opened = await open();
    expect(opened.state.rule).toContain(SERVER_ID);
    expect(opened).toMatchObject({ exitCode: 0, stderr: "" });
    expect(opened.summary).toContain("is open for `127.0.0.1`");
    expect(azure.isOpen()).toBe(true);

    azure.lock = undefined;
    const closed = await close(opened, { env: fastWaits(30) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).not.toMatch(ANNOTATION);
    await expectNothingOpen(azure);
  });
});

test("a rule that cannot be read opens the server, and the post step deletes it and names it", async () => {
  azure.forbidden.add("GET rule");
  const { open, close } = job();
  const opened = await open();
  expect(opened.exitCode).toBe(0);
  const [rule] = azure.rules.keys();
  const closed = await close(opened);
  expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(closed.stdout).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
  await expectNothingOpen(azure);
});

test("a rule that Azure accepts and does not make is an error with the command that says why", async () => {
  azure.fails = true;
  const { open, close } = job({ env: fastWaits(60) });
  const opened = await open();
  expect(opened.exitCode).toBe(1);
  expect(opened.stdout).toContain("Error code: firewall-rule-without-effect");
  expect(opened.stdout).toMatch(/az monitor activity-log list --subscription \S+ --resource-group \S+ --offset 1d/);
  expect(opened.summary).toMatch(
    /Azure was asked for firewall rule \S+ for \S+\. If Azure has made it, the post step removes it/,
  );

  const closed = await close(opened, { env: fastWaits(60) });
  expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(closed.stdout).not.toMatch(ANNOTATION);
});

describe("a post step of the firewall action", () => {
  test("a removal that takes long is watched until the rule is gone", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.delays.operation = 2_000;
    const closed = await close(main, { env: fastWaits(20) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).not.toMatch(ANNOTATION);
    expect([...azure.rules]).toEqual([]);
  });

  test.each<[string, string, () => void]>([
    [
      "whose removal fails",
      "firewall-rule-not-confirmed",
      () => {
        azure.fails = true;
      },
    ],
    ["that gets a 404 of a proxy", "azure-request-unknown", () => azure.failNext("DELETE rule", 1, 404, "")],
    [
      "that gets a 404 of another subscription",
      "subscription-not-found",
      () => azure.failNext("DELETE rule", 1, 404, "SubscriptionNotFound"),
    ],
    [
      "whose removal is answered 500, and then 403",
      "azure-not-permitted",
      () => {
        azure.fails = true;
        azure.loseNext("DELETE rule", "500");
        azure.onRequest = (what) => {
          if (what === "DELETE rule" && asked(azure, what) === 1) azure.forbidden.add(what);
        };
      },
    ],
  ])("a post step %s names the rule, which is still there, and the error %s", async (_, code, spoil) => {
    const { opened, close } = job();
    const main = await opened();
    const [rule] = azure.rules.keys();
    spoil();
    const closed = await close(main, { env: fastWaits(60) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).toMatch(/^::warning /m);
    expect(closed.stdout).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
    expect(closed.stdout).toContain(`Error code: ${code}`);
    expect(closed.summary).toMatch(/^### .* firewall · The firewall may still be open\n/);
    expect(closed.summary).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
    expect(azure.isOpen()).toBe(true);
  });

  test("a locked rule is read until it has the unused address", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.lock = "CanNotDelete";
    azure.delays.operation = 1_000;
    const closed = await close(main, { env: fastWaits(20) });
    expect(closed.stdout).toMatch(/^::warning .*192\.0\.2\.1/m);
    await azure.settled();
    expect(azure.isOpen()).toBe(false);
  });

  test("no rule is created when a lock forbids the deletion of one that was never made", async () => {
    const { opened, close } = job();
    const main = await opened();
    azure.rules.clear();
    azure.lock = "CanNotDelete";
    const closed = await close(main, { env: fastWaits(60) });
    expect(closed.stdout).not.toMatch(ANNOTATION);
    expect([...azure.rules]).toEqual([]);
  });

  /** When the step is stopped. */
  const stages: Stages = {
    "while GitHub does not answer": async () => {
      const stage = await githubIsSilent();
      return { ...stage, env: { ...stage.env, ...IN_REAL_TIME } };
    },
    "while Azure drips its answer to DELETE": async () => ({
      ...(await dripping("DELETE rule")),
      env: IN_REAL_TIME,
    }),
    "while it looks for a rule that can still appear": async () => {
      azure.rules.clear();
      const looked = Promise.withResolvers<void>();
      azure.onRequest = (what) => what === "GET rule" && looked.resolve();
      return { env: fast(1.5), reached: () => looked.promise, close: async () => {} };
    },
  };

  test.each(Object.entries(stages))(
    "a post step that is cancelled %s ends promptly, and names the rule",
    async (_, start) => {
      const { opened, close } = job();
      const main = await opened();
      const [rule] = azure.rules.keys();
      const stage = await start(sandbox);
      const stopping = interruption("SIGINT");
      const closed = await close(main, {
        env: { ...fast(4), ...stage.env },
        async onStart(child) {
          await stage.reached(child);
          stopping.send(child);
        },
      });
      await stage.close();

      expect(closed).toMatchObject({ exitCode: 1, stderr: "" });
      expect(stopping.secondsAgo()).toBeLessThan(PROMPTLY);
      expect(closed.stdout).toMatch(/^::error.*The run was cancelled \(`SIGINT`\)\./m);
      expect(closed.stdout).toContain(`az resource delete --ids ${SERVER_ID}/firewallRules/${rule}`);
      expect(closed.stdout).not.toContain("Run the job again");
    },
  );

  test("a post step that is cancelled while Azure removes the rule still removes it", async () => {
    const { opened, close } = job();
    const main = await opened();
    const stopping = interruption("SIGINT");
    const closed = await close(main, {
      env: IN_REAL_TIME,
      onStart(child) {
        azure.onRequest = (what) => what === "DELETE rule" && stopping.send(child);
      },
    });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(closed.stdout).not.toMatch(ANNOTATION);
    await expectNothingOpen(azure);
  });

  test("a post step that is killed leaves the rule for a later job to remove", async () => {
    const { opened, close } = job();
    const main = await opened();
    const killed = await close(main, {
      onStart: (child) => says(child, /^Removing/m).then(() => child.kill("SIGKILL")),
    });
    expect(killed.exitCode).toBe(null);
    azure.rules = new Map([...azure.rules].map(([rule, range]) => [rule.replace(/_\d{8}T/, "_20240102T"), range]));

    const later = job();
    const found = await later.open();
    expect(found.stdout).toMatch(/Deleted firewall rule \S+ for \S+, which an earlier job left behind\./);
    await later.close(found);
    await expectNothingOpen(azure);
  });

  test.each<[string, RequestListener]>([
    ["an answer", HTTP_FAULTS["drips its answer"]],
    [
      "a compressed answer",
      (_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" });
        response.write(gzipSync("{}").subarray(0, 10));
      },
    ],
  ])("the post step ends in time when %s of Azure has no end, and names the rule", async (_, spoil) => {
    const { opened, close } = job();
    const main = await opened();
    const answering = new Set<unknown>();
    let atOnce = 0;
    azure.spoiled = {
      "DELETE rule": (request, response) => {
        atOnce = Math.max(atOnce, answering.add(response).size);
        response.on("close", () => answering.delete(response));
        spoil(request, response);
      },
    };
    const closed = await close(main, { env: fast(15) });
    expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(atOnce).toBe(1);
    expect(closed.stdout).toMatch(/^::warning .*: no answer within \d+ s/m);
    expect(asked(azure, "DELETE rule")).toBeGreaterThan(1);
  });
});
