import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { actionIn, type FirewallAction, ROOT } from "../project/project.ts";
import { type Request, type ResourceManager, SERVER_ID } from "../sandbox/resource-manager.ts";
import { inputVariables, preloading, runStep, type Step } from "../sandbox/runner.ts";
import { IDENTITIES, type Sandbox, TENANT_ID } from "../sandbox/sandbox.ts";

const firewallAction = actionIn<FirewallAction>("firewall");

const defaults = Object.fromEntries(
  Object.entries(firewallAction.inputs).map(([name, input]) => [name, input.default ?? ""]),
);

/** For `env`: the action's clock runs so many times as fast; its time limits at most five times, for a busy machine. */
export function fast(speed: number): Readonly<Record<string, string>> {
  return {
    CLOCK_SPEED: String(speed),
    LIMIT_SPEED: String(Math.min(speed, 5)),
    ...preloading(join(import.meta.dirname, "fast-clock.ts")),
  };
}

/** For `env`: the action waits so many times as fast, and its time limits are as they are. */
export function fastWaits(speed: number): Readonly<Record<string, string>> {
  return { ...fast(speed), LIMIT_SPEED: "1" };
}

/** For `env`, where jobs are in a hurry and the test is about how long something takes. */
export const IN_REAL_TIME = { NODE_OPTIONS: "" };

/** Commands that the runner shows beside the job. */
export const ANNOTATION = /^::(error|warning|notice)/m;

/** How often the resource manager was asked for this. */
export function asked({ requests }: ResourceManager, what: Request): number {
  return requests.filter((request) => request.what === what).length;
}

export async function expectNothingOpen(azure: ResourceManager): Promise<void> {
  await azure.settled();
  expect([...azure.rules]).toEqual([]);
  expect(azure.isOpen()).toBe(false);
}

/** What a step of a job is given. */
export interface Given {
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onStart?: (child: ChildProcess) => void;
}

/** The state of a main step that Azure has answered, by the name of its rule. */
export function stateOf(rule: string): Step["state"] {
  return { rule: `${SERVER_ID}/firewallRules/${rule}`, address: "127.0.0.1", answered: "true" };
}

/** A job with the firewall step, as the runner runs it: `open` is the main step, `close` the post step. */
export function firewallJob(sandbox: Sandbox, azure: ResourceManager, { inputs, env }: Given = {}) {
  const variables = {
    ...sandbox.env,
    ...azure.env,
    GITHUB_RUN_ID: "30433642",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "deploy",
    ...env,
    ...inputVariables({
      ...defaults,
      "client-id": IDENTITIES.migrator.clientId,
      "tenant-id": TENANT_ID,
      user: "migrator",
      database: "postgres",
      "server-resource-id": SERVER_ID,
      port: String(azure.port),
      // No request leaves this machine.
      "runner-ip": "https://localhost:9/no-service",
      ...inputs,
    }),
  };
  return {
    open: (onStart?: Given["onStart"]) => run(firewallAction.runs.main, variables, onStart),
    /** What a main step leaves that opened the server, without the step: for tests of the post step. */
    async opened(): Promise<Pick<Step, "state">> {
      const rule = "azure-postgres-grants_30433642-1-deploy_29990102T0304Z_0123abcd";
      await azure.open(rule, { startIpAddress: "127.0.0.1", endIpAddress: "127.0.0.1" });
      return { state: stateOf(rule) };
    },
    /** @param main what the step left: its state is given to the post step, as the runner does */
    close: (main: Pick<Step, "state">, more: Given = {}) => {
      const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]);
      return run(firewallAction.runs.post, { ...variables, ...Object.fromEntries(state), ...more.env }, more.onStart);
    },
  };
}

async function run(entry: string, env: Record<string, string>, onStart?: Given["onStart"]): Promise<Step> {
  const temp = await mkdtemp(join(tmpdir(), "firewall-"));
  try {
    return await runStep([join(ROOT, "firewall", entry)], temp, env, onStart);
  } finally {
    await rm(temp, { recursive: true });
  }
}
