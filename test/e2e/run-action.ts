import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { Report } from "../../src/model/report.ts";

const ROOT = join(import.meta.dirname, "../..");
const ACTION = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as {
  inputs: Readonly<Record<string, { default?: string }>>;
  runs: { main: string };
};

/** What a run of the action left behind, as the runner would find it. */
export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly report: Report;
  readonly sql: string;
}

/**
 * Runs the built action as the runner does: a process of its own under Node 24 with INPUT_* and GITHUB_* and nothing
 * else but `env`. An input that is not given has its default in action.yml, or is empty.
 * @param inputs by their names in action.yml
 */
export async function runAction(inputs: Record<string, string>, env: Record<string, string>): Promise<Run> {
  const directory = await mkdtemp(join(tmpdir(), "run-"));
  try {
    const files = {
      GITHUB_OUTPUT: join(directory, "output"),
      GITHUB_STEP_SUMMARY: join(directory, "summary.md"),
    };
    for (const file of Object.values(files)) await writeFile(file, "");
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ""]);
    const asVariables = Object.entries({ ...Object.fromEntries(defaults), ...inputs }).map(
      ([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value],
    );
    const { exitCode, stdout, stderr } = await run({
      RUNNER_TEMP: directory,
      ...files,
      ...env,
      ...Object.fromEntries(asVariables),
    });
    const outputs = parseOutputs(await readFile(files.GITHUB_OUTPUT, "utf8"));
    return {
      exitCode,
      stdout,
      stderr,
      outputs,
      summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"),
      report: JSON.parse(await readFile(outputs.report ?? "", "utf8")) as Report,
      sql: await readFile(outputs.sql ?? "", "utf8"),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** This very Node.js: the tests run on the version that action.yml names. */
function run(env: Record<string, string>): Promise<Pick<Run, "exitCode" | "stdout" | "stderr">> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, ACTION.runs.main)], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode) =>
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/** The file's form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions#multiline-strings */
function parseOutputs(text: string): Record<string, string> {
  const entries = text.matchAll(/^([\w-]+)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...entries].map(([, name, , value]) => [name, value]));
}
