import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actionIn, ROOT } from "../project/project.ts";
import { inputVariables, runStep, type Step } from "../sandbox/runner.ts";
import { IDENTITIES, type Sandbox, TENANT_ID } from "../sandbox/sandbox.ts";

const action = actionIn("principal");

const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ""]));

/**
 * Runs the built action `principal` as the runner does, as the Entra administrator.
 * @param server what it connects to: the label proxy, say
 */
export async function runPrincipal(
  sandbox: Sandbox,
  server: { readonly port: number },
  inputs: Readonly<Record<string, string>>,
  { env, onStart }: { env?: Readonly<Record<string, string>>; onStart?: (child: ChildProcess) => void } = {},
): Promise<Step> {
  const temp = await mkdtemp(join(tmpdir(), "principal-"));
  try {
    const variables = inputVariables({
      ...defaults,
      "client-id": IDENTITIES.admin.clientId,
      "tenant-id": TENANT_ID,
      user: "ci-admin",
      host: sandbox.server.host,
      port: String(server.port),
      ...inputs,
    });
    const entry = join(ROOT, "principal", action.runs.main);
    return await runStep([entry], temp, { ...sandbox.env, ...env, ...variables }, onStart);
  } finally {
    await rm(temp, { recursive: true });
  }
}
