// Runs on a GitHub-hosted runner: starts the Container Apps job, shows its log, and publishes its summary.
//   node start.mjs <resource group> <job>
// Exits with 1 unless the job has succeeded. The Azure CLI is signed in before, by azure/login.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

/** Seconds between two looks, and how many. The job's own replica-timeout ends it earlier. */
const EVERY = Number(process.env.EVERY ?? 5);
const MOST_LOOKS = 360;
/** How often the log is read after the end, where it is not complete. */
const LAST_LOOKS = 6;
/** https://learn.microsoft.com/rest/api/containerapps/jobs-executions/list#jobexecutionrunningstate */
const ENDED = ["Succeeded", "Failed", "Stopped", "Degraded"];

const [group, job] = process.argv.slice(2);
if (!group || !job) throw new Error("Usage: node start.mjs <resource group> <job>");

const execution = await az("start", "--query", "name");
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
console.log(`Execution ${execution} of ${job} has started.`);

const seen = new Set();
const parts = new Map();
let total = Number.POSITIVE_INFINITY;
let status = "Unknown";

const noCommands = randomUUID();
console.log(`::stop-commands::${noCommands}`);
for (let look = 0; look < MOST_LOOKS && !ENDED.includes(status); look++) {
  await setTimeout(EVERY * 1000);
  status = await az("execution show", "--job-execution-name", execution, "--query", "properties.status");
  await readLog();
}
for (let look = 0; look < LAST_LOOKS && parts.size < total; look++) {
  await setTimeout(EVERY * 1000);
  await readLog();
}
console.log(`::${noCommands}::`);

const complete = parts.size === total;
if (process.env.GITHUB_STEP_SUMMARY) await appendFile(process.env.GITHUB_STEP_SUMMARY, summary());
if (complete && status === "Succeeded") console.log(`Execution ${execution} has succeeded.`);
else {
  const problem = complete ? "" : " Its log could not be read to the end.";
  console.log(`::error title=${job}::Execution ${execution} ended as ${status}.${problem} Its log: ${logCommand()}`);
  process.exitCode = 1;
}

/** Prints the lines of the log that are new, and keeps the parts of the summary. */
async function readLog() {
  const log = await az(
    "logs show",
    "--execution",
    execution,
    "--container",
    job,
    "--tail",
    "300",
    "--format",
    "text",
  ).catch(
    () => "", // there is none before the container starts
  );
  for (const line of log.split("\n")) {
    if (line === "" || seen.has(line)) continue;
    seen.add(line);
    const [, number, of, part] = /summary:(\d+)\/(\d+):([A-Za-z0-9+/=]+):/.exec(line) ?? [];
    if (part === undefined) console.log(line);
    else {
      parts.set(Number(number), part);
      total = Number(of);
    }
  }
}

function summary() {
  if (!complete)
    return `The log of execution \`${execution}\` could not be read to the end.\n\n\`\`\`sh\n${logCommand()}\n\`\`\`\n`;
  const inOrder = Array.from({ length: total }, (_, index) => parts.get(index + 1)).join("");
  return gunzipSync(Buffer.from(inOrder, "base64"), { maxOutputLength: 1024 * 1024 }).toString();
}

function logCommand() {
  return `az containerapp job logs show --resource-group ${group} --name ${job} --execution ${execution} --container ${job} --tail 300`;
}

async function stop() {
  await az("stop", "--job-execution-name", execution).catch(() => {});
  process.exit(1);
}

/** A command of the Azure CLI on the job. */
async function az(command, ...options) {
  const words = ["containerapp", "job", ...command.split(" "), "--resource-group", group, "--name", job, ...options];
  const tsv = options.includes("--format") ? [] : ["--output", "tsv"];
  const { stdout } = await promisify(execFile)("az", [...words, ...tsv], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.trim();
}
