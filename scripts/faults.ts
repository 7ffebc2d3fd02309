/**
 * Runs the built action under every fault of test/faults, without faster clocks, and writes what it did and how
 * long it took to docs/reliability.md and bench/faults.md. Takes about ten minutes: `npm run faults`.
 */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import pLimit from "p-limit";
import { FAULTS } from "../test/faults/faults.ts";
import { prepareFaults, runFault } from "../test/faults/run-fault.ts";
import { startSandbox } from "../test/sandbox/sandbox.ts";

/** Most of them only wait. */
const AT_ONCE = 12;
const CROWD_ROUNDS = "10";
const PAGE = "docs/reliability.md";
const MEASURED = "bench/faults.md";
const START = "<!-- Made by `npm run faults`. -->";

const sandbox = await startSandbox({ version: 18 });
await prepareFaults(sandbox);
const inTurn = pLimit(AT_ONCE);
const faults = await inTurn
  .map(FAULTS, async (fault) => {
    const run = await runFault(sandbox, fault);
    const expected = fault.code ?? "repaired";
    const held = run.ending === expected && run.seconds < (fault.within ?? 100);
    console.log(`${held ? "held" : "FAILED"}  ${run.seconds.toFixed(1)} s  ${run.ending}  ${fault.peer} ${fault.name}`);
    return { ...fault, ...run, held };
  })
  .finally(() => sandbox.close());

const tests = await runTests();
const failed = [...faults.filter(({ held }) => !held), ...tests.filter(({ held }) => !held)];
const rows = faults.map(
  ({ peer, name, ending, seconds }) =>
    `| ${peer} ${name} | ${endingText(ending, "../docs/")} | ${seconds.toFixed(1)} |`,
);
const more = tests.map(({ name, seconds }) => `| ${name} | ${seconds.toFixed(1)} |`);
const worst = Math.max(...faults.map(({ seconds }) => seconds));
const measured = `# How long runs take under faults

Made by \`npm run faults\`.

${faults.length} faults of a peer, each in a run of the built action on Node.js ${process.versions.node} and PostgreSQL 18, ${AT_ONCE} at a time on
${cpus().length} cores. The longest took ${worst.toFixed(1)} s.

| What the peer does | How the run ends | Seconds |
| --- | --- | --: |
${rows.join("\n")}

The other tests of \`test/faults\`, the crowds with ${CROWD_ROUNDS} rounds of 20 runs:

| Test | Seconds |
| --- | --: |
${more.join("\n")}
`;
await writeFile(MEASURED, measured);
const page = await readFile(PAGE, "utf8");
await writeFile(PAGE, `${page.slice(0, page.indexOf(START))}${START}\n\n${endings(faults)}\n`);
for (const { name } of failed) console.error(`Failed: ${name}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The faults of each peer that end in the same way are one row. */
function endings(runs: readonly { peer: string; name: string; ending: string }[]): string {
  const rows = Object.entries(Object.groupBy(runs, ({ peer, ending }) => `${peer} | ${endingText(ending)}`));
  const lines = rows.map(([key, same = []]) => {
    const [peer, ending] = key.split(" | ");
    return `| ${peer} | ${same.map(({ name }) => name).join("; ")} | ${ending} |`;
  });
  return ["| Who | What it does | How the run ends |", "| --- | --- | --- |", ...lines].join("\n");
}

function endingText(ending: string, docs = ""): string {
  return ending === "repaired"
    ? "green: the run recovers"
    : `error [\`${ending}\`](${docs}troubleshooting.md#${ending})`;
}

interface Tested {
  readonly name: string;
  readonly seconds: number;
  readonly held: boolean;
}

/** The tests outside the table of faults. vitest.config.ts has the path of the results. */
async function runTests(): Promise<readonly Tested[]> {
  const names = ["cancelled", "log", "lost", "crowds", "pgbouncer", "principal", "firewall"];
  const files = names.map((name) => `test/faults/${name}.test.ts`);
  spawnSync("npx", ["vitest", "run", ...files, "--testTimeout=600000"], {
    stdio: "inherit",
    env: { ...process.env, CROWD_ROUNDS },
  });
  const { testResults } = JSON.parse(await readFile("node_modules/.cache/test-results.json", "utf8")) as Results;
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(({ ancestorTitles, title, duration = 0, status }) => ({
      name: [...ancestorTitles, title].join(": "),
      seconds: duration / 1000,
      held: status === "passed",
    }));
}

interface Results {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly duration?: number;
      readonly status: string;
    }[];
  }[];
}
