import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPrincipal } from "../e2e/principal-job.ts";
import { addToTenant, labelOf } from "../sandbox/pgaadauth.ts";
import { framed, startProxy, type Wire } from "../sandbox/proxy.ts";
import { preloading } from "../sandbox/runner.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { githubIsSilent, interruption, PROMPTLY, SERVER_STAGES, type Stage, throwing, withSignals } from "./stages.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ version: 18 });
});
afterAll(() => sandbox?.close());

let roles = 0;

/** A role that does not exist, and the object ID of an identity that the server finds. */
async function newRole(): Promise<{ name: string; "object-id": string }> {
  const objectId = randomUUID();
  const name = `aad_stopped_${++roles}`;
  await addToTenant(sandbox, { objectId, type: "service", displayName: name });
  return { name, "object-id": objectId };
}

const NOTHING = /was cancelled .* Nothing was changed\./;
const UNCONFIRMED =
  /was cancelled .* The server did not confirm this: Created role `aad_\S+`, bound to object ID `\S+`\./;

/** Where it stands, and what it then says that it did. */
const STAGES: Readonly<Record<string, { start: (sandbox: Sandbox) => Promise<Stage>; done: RegExp }>> = {
  ...Object.fromEntries(
    Object.entries({ "while GitHub does not answer": githubIsSilent, ...SERVER_STAGES }).map(([name, start]) => [
      name,
      { start, done: NOTHING },
    ]),
  ),
  "while the server creates the role": {
    done: NOTHING,
    start: async () => {
      const other = await sandbox.signInAs("azuresu", "postgres");
      await other.query("BEGIN; LOCK TABLE sandbox.tenant IN ACCESS EXCLUSIVE MODE");
      return {
        reached: async () => {
          const waiting = "SELECT FROM pg_locks WHERE relation = 'sandbox.tenant'::regclass AND NOT granted";
          while ((await sandbox.sql("postgres", waiting)).length === 0) await tick();
        },
        close: () => other.end(),
      };
    },
  },
  "while COMMIT is not answered": {
    done: UNCONFIRMED,
    start: () => atCommit((wire) => wire.mute()),
  },
};

test.each(withSignals(Object.entries(STAGES)))(
  "a run of principal that gets %s %s ends promptly and reports what it did",
  async (signal, _, { start, done }) => {
    const role = await newRole();
    const stage = await start(sandbox);
    const stopping = interruption(signal);
    const step = await runPrincipal(
      sandbox,
      sandbox.server,
      { ...role, ...stage.inputs },
      {
        ...(stage.env && { env: stage.env }),
        async onStart(child) {
          await stage.reached(child);
          stopping.send(child);
        },
      },
    );
    await stage.close();

    expect(step).toMatchObject({ exitCode: 1, stderr: "", outputs: { verdict: "error" } });
    expect(stopping.secondsAgo()).toBeLessThan(PROMPTLY);
    expect(step.stdout).toContain("Error code: cancelled");
    expect(step.summary).toContain("Error code `cancelled`");
    expect(step.summary).toContain(signal);
    expect(step.summary).toMatch(done);
    const exists = (await labelOf(sandbox, role.name)) !== undefined;
    expect(exists).toBe(done !== NOTHING);
  },
);

test("a run of principal that is cancelled during a slow COMMIT reports that the role was created", async () => {
  const role = await newRole();
  const stopping = interruption("SIGINT");
  let running: ChildProcess;
  let committed = false;
  const server = await startProxy(sandbox, ({ type, body }, wire) => {
    if (!committed) {
      committed = type === "C" && body.toString().startsWith("COMMIT");
      return true;
    }
    stopping.send(running);
    setTimeout(() => wire.send(framed(type, body)), 300);
    return false;
  });
  const step = await runPrincipal(sandbox, server, role, {
    onStart: (child) => {
      running = child;
    },
  });
  await server.close();
  expect(step).toMatchObject({ exitCode: 1, stderr: "", outputs: { verdict: "error" } });
  expect(step.stdout).toContain("Error code: cancelled");
  expect(step.summary).toMatch(/was cancelled \(`SIGINT`\)\. Created role `aad_\S+`/);
});

test.each(["exception", "rejection"])("principal reports an uncaught %s as its error", async (thrown) => {
  const stage = await githubIsSilent();
  const env = { ...stage.env, ...throwing(thrown) };
  const step = await runPrincipal(sandbox, sandbox.server, await newRole(), { env });
  await stage.close();
  expect(step).toMatchObject({ exitCode: 1, stderr: "", outputs: { verdict: "error" } });
  expect(step.stdout).toContain("Error code: unknown");
  expect(step.summary).toContain("thrown where nobody catches it");
});

describe("a COMMIT of principal without an answer", () => {
  test("a COMMIT without an answer is checked on a new connection, and the result says what it did", async () => {
    const role = await newRole();
    const stage = await atCommit((wire) => wire.cut(), 1);
    const step = await runPrincipal(sandbox, sandbox.server, { ...role, ...stage.inputs }, { env: fast() });
    await stage.close();
    expect(step).toMatchObject({ exitCode: 0, stderr: "", outputs: { verdict: "repaired" } });
    expect(step.summary).toContain("Created role");
  });

  test("a COMMIT without any later answer is an error that says what was created", async () => {
    const role = await newRole();
    const stage = await atCommit((wire) => wire.mute());
    const started = performance.now();
    const step = await runPrincipal(sandbox, sandbox.server, { ...role, ...stage.inputs }, { env: fast() });
    await stage.close();
    expect(step).toMatchObject({ exitCode: 1, stderr: "", outputs: { verdict: "error" } });
    expect(step.summary).toContain("Error code `query-timed-out`");
    expect(step.summary).toMatch(/ s`\. Created role `aad_\S+`, bound to object ID/);
    expect((performance.now() - started) / 1000).toBeLessThan(100 / SPEED + START);
  });
});

/** The server does this instead of answering a COMMIT, on each connection or only on the first ones. */
async function atCommit(spoil: (wire: Wire) => void, connections = Number.POSITIVE_INFINITY): Promise<Stage> {
  const reached = Promise.withResolvers<void>();
  const server = await startProxy(sandbox, ({ type, body, connection }, wire) => {
    if (connection > connections || type !== "C" || !body.toString().startsWith("COMMIT")) return true;
    spoil(wire);
    reached.resolve();
    return false;
  });
  return { inputs: { port: String(server.port) }, reached: () => reached.promise, close: server.close };
}

const SPEED = 20;
/** Seconds that a run without a fault may take, on a machine that is very busy. */
const START = 50;

/** The clocks run so many times as fast. */
function fast(): Record<string, string> {
  return {
    FASTER: String(SPEED),
    ...preloading(join(import.meta.dirname, "faster.ts")),
  };
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
