// Runs in the container: the action as a runner would run it, with the inputs in INPUTS (JSON, by their names in
// action.yml). Writes the job summary into the log, in numbered parts that start.mjs puts together.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/** Characters of a part: a longer line of a container's log is cut. */
const PART = 3_000;
/** The log of a replica can be read while the replica runs. Seconds. */
const LINGER = Number(process.env.LINGER ?? 20);

const action = process.env.ACTION ?? join(import.meta.dirname, "dist/index.cjs");
const temp = await mkdtemp(join(tmpdir(), "grants-"));
const files = { GITHUB_OUTPUT: join(temp, "output"), GITHUB_STEP_SUMMARY: join(temp, "summary.md") };
for (const file of Object.values(files)) await writeFile(file, "");

const inputs = Object.entries(JSON.parse(process.env.INPUTS ?? "{}"));
const variables = inputs.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, String(value)]);
const child = spawn(process.execPath, [action], {
  env: { ...process.env, RUNNER_TEMP: temp, ...files, ...Object.fromEntries(variables) },
  stdio: ["ignore", "pipe", "pipe"],
});
const ended = new Promise((resolve) => child.on("close", resolve));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));

/** A runner hides what the action asks it to hide. Here this process does. */
const secrets = new Set();
for (const stream of [child.stdout, child.stderr]) {
  createInterface({ input: stream }).on("line", (line) => {
    const [, secret] = /^::add-mask::(.*)$/.exec(line) ?? [];
    if (secret !== undefined) secrets.add(decodeURIComponent(secret));
    // A name in the database must not look like a part of the summary.
    else if (!line.startsWith("::debug::")) console.log(masked(line).replaceAll("summary:", "summary: "));
  });
}
const exitCode = await ended;

const summary = gzipSync(masked(await readFile(files.GITHUB_STEP_SUMMARY, "utf8"))).toString("base64");
const parts = summary.match(new RegExp(`.{1,${PART}}`, "g")) ?? [];
for (const [index, part] of parts.entries()) console.log(`summary:${index + 1}/${parts.length}:${part}:`);
await setTimeout(LINGER * 1000);
process.exitCode = exitCode ?? 1;

function masked(text) {
  return [...secrets].reduce((shown, secret) => (secret ? shown.replaceAll(secret, "***") : shown), text);
}
