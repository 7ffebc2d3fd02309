import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderJson } from "../../src/render/json.ts";
import { renderSql } from "../../src/render/sql-file.ts";
import { renderSummary } from "../../src/render/summary.ts";
import * as reports from "../render/reports.ts";
import { type Command, commandsIn } from "../render/runner.ts";
import { runStep, type Step } from "../sandbox/runner.ts";

let temp: string;
beforeAll(async () => {
  temp = await mkdtemp(join(tmpdir(), "output-"));
  // One file starts three times as fast as the sources.
  const child = join(import.meta.dirname, "output-child.ts");
  await build({ entryPoints: [child], outfile: join(temp, "child.cjs"), bundle: true, platform: "node" });
});
afterAll(() => rm(temp, { recursive: true }));

test.each(["inSync", "repaired", "drift", "plan", "error", "badInput", "many", "fleet", "ownerCannotLogIn"])(
  "the command stream of %s",
  async (name) => {
    const { exitCode, stdout, stderr } = await publish(name);
    expect(stderr).toBe("");
    expect(`${stdout}exit ${exitCode}\n`).toMatchSnapshot();
  },
);

test.each([
  ["inSync", 0],
  ["repaired", 0],
  ["plan", 0],
  ["drift", 1],
  ["error", 1],
  ["badInput", 1],
] as const)("%s exits with %i, and fails at most once", async (name, code) => {
  const { exitCode, commands } = await publish(name);
  expect(exitCode).toBe(code);
  const last = commands.filter(({ command }) => command === "error").at(-1);
  expect(last?.properties).toEqual(code === 0 ? undefined : {});
});

test("the action sets the outputs, and writes summary, report and SQL", async () => {
  const { outputs, summary } = await publish("drift");
  expect(outputs).toMatchObject({
    verdict: "drift",
    "missing-count": "4",
    "granted-count": "2",
    "extra-count": "0",
    "revoked-count": "0",
  });
  expect(await readFile(outputs.report ?? "", "utf8")).toBe(renderJson(reports.drift()));
  expect(await readFile(outputs.sql ?? "", "utf8")).toBe(renderSql(reports.drift()));
  expect(summary).toBe(renderSummary(reports.drift()));
});

test("two steps of a job write separate files, below RUNNER_TEMP", async () => {
  const [one, two] = [await publish("drift"), await publish("plan")];
  expect(one.outputs.report).not.toBe(two.outputs.report);
  expect(dirname(dirname(one.outputs.report ?? ""))).toBe(temp);
  expect((await readdir(dirname(one.outputs.report ?? ""))).sort()).toEqual(["fixes.sql", "report.json"]);
});

test("bad input still has outputs, summary and report", async () => {
  const { outputs, summary } = await publish("badInput");
  expect(outputs).toMatchObject({ verdict: "error", "missing-count": "0" });
  expect(await readFile(outputs.report ?? "", "utf8")).toBe(renderJson(reports.badInput()));
  expect(await readFile(outputs.sql ?? "", "utf8")).toBe("");
  expect(summary).toContain("Could not check anything.");
});

test("a file that cannot be written is a warning, and does not change the verdict", async () => {
  const nowhere = join(temp, "no", "where");
  const { exitCode, commands } = await publish("drift", {
    GITHUB_STEP_SUMMARY: nowhere,
    GITHUB_OUTPUT: nowhere,
    RUNNER_TEMP: nowhere,
  });
  expect(exitCode).toBe(1);
  const warnings = commands.filter(({ command }) => command === "warning").map(({ data }) => data);
  expect(warnings[0]).toMatch(/^Could not write the report: ENOENT.*This does not change the result of the step\.$/);
  expect(warnings[1]).toMatch(/^Could not set the outputs: Missing file/);
  expect(warnings[2]).toMatch(/^Could not write the job summary: ENOENT/);
  expect(commands.at(-1)).toMatchObject({ command: "error", data: expect.stringMatching(/^Drift: /) });
});

test("without a summary file there is a notice, and the step does not fail", async () => {
  const { exitCode, commands } = await publish("inSync", { GITHUB_STEP_SUMMARY: "" });
  expect(exitCode).toBe(0);
  expect(commands.filter(({ command }) => command === "notice")).toHaveLength(1);
});

test("without RUNNER_TEMP the files are in the system's temporary directory", async () => {
  const { outputs } = await publish("inSync", { RUNNER_TEMP: "" });
  expect(outputs.report).toContain(join(tmpdir(), "azure-postgres-grants-"));
  await rm(dirname(outputs.report ?? ""), { recursive: true });
});

test("hostile names cause no workflow commands", async () => {
  const { commands, stderr } = await publish("hostile");
  expect(stderr).toBe("");
  const names = new Set(commands.map(({ command }) => command));
  expect([...names].sort()).toEqual(["endgroup", "error", "group", "warning"]);
  expect(commands.filter(({ command }) => command === "group")).toHaveLength(2);
  expect(commands.filter(({ command }) => command === "endgroup")).toHaveLength(2);
  for (const { properties } of commands) expect(Object.keys(properties).join()).toMatch(/^(title)?$/);
});

test("twenty thousand findings are published within GitHub's limits", async () => {
  const { exitCode, stdout, summary, outputs, commands } = await publish("large");
  expect(exitCode).toBe(1);
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(outputs["missing-count"]).toBe("20000");
  expect(Buffer.byteLength(stdout)).toBeLessThan(1024 * 1024);
  expect(commands.filter(({ command }) => command === "error")).toHaveLength(4);
});

interface Published extends Step {
  readonly commands: readonly Command[];
}

const published = new Map<string, Promise<Published>>();

/** Publishes a report in a separate process, once for all tests that use the usual environment. */
function publish(name: string, env?: Readonly<Record<string, string>>): Promise<Published> {
  if (env !== undefined) return publishIn(name, env);
  const publishing = published.get(name) ?? publishIn(name, {});
  published.set(name, publishing);
  return publishing;
}

async function publishIn(name: string, env: Readonly<Record<string, string>>): Promise<Published> {
  const step = await runStep([join(temp, "child.cjs"), name], temp, env);
  return { ...step, commands: commandsIn(step.stdout) };
}
