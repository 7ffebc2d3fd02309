/**
 * The main job on a local Azure: the app is refused, `check` finds why, `apply` repairs it, `check` is green, the app
 * writes. Exits non-zero at the first step that does not end as expected.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Run, runAction } from "../test/e2e/run-action.ts";
import { githubPage } from "../test/render/github-html.ts";
import { IDENTITIES, migratorInputs, ORDERS, startSandbox } from "../test/sandbox/sandbox.ts";

const { app } = IDENTITIES;
/** Output that looks like a mistake of the demo. */
const EXPECTED = " (expected)";
const started = performance.now();

console.log("A deployment to a local Azure: PostgreSQL, Entra and GitHub's OIDC endpoint, all on this machine.\n");
const sandbox = await step("Starting PostgreSQL 18, running the migrations", async () => {
  const running = await startSandbox({ version: 18 });
  await running.createDatabase("orders", { seed: ORDERS });
  return [running, "6 tables, 1 view and more, owned by migrator"];
});
try {
  await step("The app writes an order", () => runApp(1, /^permission denied for table/), EXPECTED);
  const check = await step("mode: check", () => act("check", 1, "drift"), EXPECTED);
  console.log(`${asLog(check.stdout)}
  15 objects: the 13 that exist, and the tables and the sequences that migrator will create (default-privileges).
`);
  const apply = await step("mode: apply", () => act("apply", 0, "repaired"));
  console.log(`${asLog(apply.stdout)}\n`);
  const again = await step("mode: check", () => act("check", 0, "in-sync"));
  console.log("  13 objects: future objects are not counted when nothing is missing.");
  await step("The app writes an order", () => runApp(0, /^wrote order \d+ as aad_orders$/));

  const summaries = [check, apply, again].map(({ summary }) => summary);
  const directory = await mkdtemp(join(tmpdir(), "azure-postgres-grants-"));
  for (const theme of ["light", "dark"] as const)
    await writeFile(join(directory, `${theme}.html`), githubPage(summaries.join("\n\n"), theme, 900));
  console.log(`\nThe job's summary, folded parts closed (▸):\n\n${summaries.map(asSeen).join("\n\n")}`);
  console.log(
    `\nAll as expected, after ${seconds(started)}. The summary as GitHub shows it: ${directory}/light.html, dark.html`,
  );
} finally {
  await sandbox.close();
}

/** Prints the title at once, and the outcome when the work is done, with a comment on it. */
async function step<T>(title: string, work: () => Promise<[result: T, outcome: string]>, word = ""): Promise<T> {
  const began = performance.now();
  process.stdout.write(`${title} … `);
  const [result, outcome] = await work();
  console.log(`${outcome}${word} (${seconds(began)})`);
  return result;
}

/** Runs the built action as a runner would, signing in by OIDC as the role that owns the tables. */
async function act(mode: string, exitCode: number, verdict: string): Promise<[run: Run, outcome: string]> {
  const run = await runAction(
    {
      ...migratorInputs(sandbox.server.port),
      mode,
      database: "orders",
      "table-privileges": "SELECT, INSERT, UPDATE, DELETE",
      "sequence-privileges": "USAGE, SELECT",
      "default-privileges": "true",
    },
    sandbox.env,
  );
  const outcome = `exit code ${run.exitCode}, verdict ${run.outputs.verdict}`;
  if (run.exitCode !== exitCode || run.outputs.verdict !== verdict) {
    throw new Error(`${outcome}, not ${exitCode} and ${verdict}\n${run.stdout}${run.stderr}`);
  }
  return [run, outcome];
}

/** Runs the app as a separate process, with its own token, over TLS. */
async function runApp(exitCode: number, expected: RegExp): Promise<[result: null, outcome: string]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "demo-app.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...sandbox.env,
      AZURE_POSTGRESQL_HOST: sandbox.server.host,
      AZURE_POSTGRESQL_PORT: String(sandbox.server.port),
      AZURE_POSTGRESQL_DATABASE: "orders",
      AZURE_POSTGRESQL_USER: "aad_orders",
      AZURE_POSTGRESQL_TENANTID: app.tenantId,
      AZURE_POSTGRESQL_CLIENTID: app.clientId,
      AZURE_POSTGRESQL_CLIENTSECRET: app.secrets[0]?.value,
    },
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== exitCode || !expected.test(output.trim())) {
    throw new Error(`The app ended with ${code}, not ${exitCode}.\n${output}`);
  }
  return [null, output.trim()];
}

/** The job log as GitHub shows it, groups unfolded: workflow commands are not text. */
function asLog(stdout: string): string {
  return stdout
    .split("\n")
    .filter((line) => line !== "" && !/^::(?:add-mask|debug|endgroup)::/.test(line))
    .map((line) => line.replace(/^::group::/, "▾ ").replace(/^::(error|warning|notice)[^:]*::/, levelOf))
    .map((line) => `  │ ${line.replaceAll("%0A", "\n  │ ").replaceAll("%25", "%")}`)
    .join("\n");
}

function levelOf(_command: string, level: string): string {
  return `${level[0]?.toUpperCase()}${level.slice(1)}: `;
}

/** Markdown with all collapsed sections closed. */
function asSeen(summary: string): string {
  return summary
    .replaceAll(/<details><summary>(.*?)<\/summary>[\s\S]*?<\/details>/g, "▸ $1")
    .replaceAll("<br>", "\n")
    .replaceAll(/<\/?(?:b|code)>/g, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
