import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseEnv, promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** What https://github.com/github/local-action does with an entry point: it calls its `run` without arguments. */
const LOCAL_ACTION = 'const { run } = await import("./src/main.ts"); await run();';

test("prints a command that runs the action from its sources, and stops on Ctrl-C", async () => {
  const sandbox = spawn(process.execPath, [join(import.meta.dirname, "start.ts"), "16"]);
  const stopped = new Promise((resolve) => sandbox.on("exit", resolve));
  try {
    const { ca, envFile } = await commandOf(sandbox.stdout);
    const env = parseEnv(await readFile(envFile, "utf8"));
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", LOCAL_ACTION], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: ca, ...env },
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Drift: aad_orders is missing privileges on 13 objects in orders"),
    });
    expect(await readFile(env.GITHUB_STEP_SUMMARY ?? "", "utf8")).toContain("public.customers");
  } finally {
    sandbox.kill("SIGINT");
    await stopped;
  }
});

/** The last line that start.ts prints. */
async function commandOf(output: NodeJS.ReadableStream): Promise<{ ca: string; envFile: string }> {
  for await (const line of createInterface(output)) {
    const [, ca, envFile] = /NODE_EXTRA_CA_CERTS='(.+)' npx .* \. src\/main\.ts (\S+)$/.exec(line) ?? [];
    if (ca && envFile) return { ca, envFile };
  }
  throw new Error("The sandbox ended without its last line.");
}
