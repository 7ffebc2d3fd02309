import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** The result of a step, as the runner reads it. */
export interface Step {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The state that it has saved for its post step. */
  readonly state: Readonly<Record<string, string>>;
}

/**
 * The variables that the runner makes of a step's inputs: `INPUT_TABLE-PRIVILEGES`.
 * https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs
 */
export function inputVariables<Value extends string | undefined>(
  inputs: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]),
  );
}

const COMPILED = join(import.meta.dirname, "../../node_modules/.cache/compiled");

/** For `env`: the module that Node.js loads before the action. */
export function preloading(module: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${module}` };
}

/**
 * Runs Node.js as the runner does for a step: a separate process with only the runner's variables and
 * `env`, which wins over them. Node.js is the version of the tests, which is the one that action.yml names, and keeps
 * what it compiles, which takes it longer than to start.
 * @param temp RUNNER_TEMP, which the caller removes
 * @param onStart is given the process, to stop it as a runner does when the job is cancelled
 */
export async function runStep(
  args: readonly string[],
  temp: string,
  env: Readonly<Record<string, string>>,
  onStart: (child: ChildProcess) => void = () => {},
): Promise<Step> {
  const directory = await mkdtemp(join(temp, "step-"));
  const files = {
    GITHUB_OUTPUT: join(directory, "output"),
    GITHUB_STEP_SUMMARY: join(directory, "summary.md"),
    GITHUB_STATE: join(directory, "state"),
  };
  for (const file of Object.values(files)) await writeFile(file, "");
  const child = spawn(process.execPath, args, {
    env: { NODE_COMPILE_CACHE: COMPILED, RUNNER_TEMP: temp, ...files, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart(child);
  const hang = killIfHung(child);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]).finally(hang.forget);
  if (hang.seen()) throw new Error(HUNG.source);
  const read = (file: keyof typeof files) => readFile(files[file], "utf8");
  return {
    exitCode,
    stdout,
    stderr,
    outputs: parseOutputs(await read("GITHUB_OUTPUT")),
    summary: await read("GITHUB_STEP_SUMMARY"),
    state: parseOutputs(await read("GITHUB_STATE")),
  };
}

/** vitest.config.ts runs a test that fails with this again. */
export const HUNG = /Node.js hung while it ended/;

/**
 * Kills a process whose main thread has waited for another thread for some time in which no thread did any work. The action
 * itself waits only for peers; Node.js waits like that when it hangs at its end: https://github.com/nodejs/node/issues/54918
 */
export function killIfHung({ pid }: ChildProcess, milliseconds = 20_000) {
  let last: string | undefined;
  let since = Date.now();
  let seen = false;
  const timer = setInterval(() => {
    const state = waitOf(pid);
    if (state === undefined || state !== last) since = Date.now();
    last = state;
    if (pid === undefined || Date.now() - since < milliseconds) return;
    seen = true;
    process.kill(pid, "SIGKILL");
  }, milliseconds / 10);
  return { forget: () => clearInterval(timer), seen: () => seen };
}

/** The process's CPU time, if its main thread waits for another thread: https://man7.org/linux/man-pages/man5/proc.5.html */
function waitOf(pid: number | undefined): string | undefined {
  try {
    if (!readFileSync(`/proc/${pid}/wchan`, "utf8").startsWith("futex")) return undefined;
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(" ").slice(13, 15).join(" ");
  } catch {
    return undefined; // it has ended, or this is not Linux
  }
}

/** The file's form: https://docs.github.com/actions/reference/workflow-commands-for-github-actions#multiline-strings */
export function parseOutputs(file: string): Record<string, string> {
  const entries = file.matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...entries].map(([, name, , value]) => [name, value]));
}
