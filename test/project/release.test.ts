import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readText } from "./project.ts";

interface Job {
  readonly needs?: string | readonly string[];
  readonly steps: readonly { readonly run: string }[];
}
interface Workflow {
  readonly jobs: Readonly<Record<"ci" | "attest" | "draft" | "publish", Job>>;
}
const { jobs } = parse(readText(".github/workflows/release.yml")) as Workflow;

/** GitHub's state: each tag's commit, and the releases. */
interface GitHub {
  readonly tags: Readonly<Record<string, string>>;
  readonly releases: Readonly<Record<string, { draft: boolean; target: string }>>;
  readonly immutable?: boolean;
  /** The folder of workflows on main, if it is another than that of the commit. */
  readonly workflowsOnMain?: string;
}

/** A GitHub CLI whose state is a file, with only the commands that the workflow uses. */
const GH = `#!${process.execPath}
const fs = require("node:fs");
const github = JSON.parse(fs.readFileSync(process.env.GITHUB_FILE, "utf8"));
const [command, subcommand, ...rest] = process.argv.slice(2);
const option = (name) => rest[rest.indexOf(name) + 1];
const has = (name) => rest.includes(name);
const field = (name) => rest.find((each) => each.startsWith(name + "="))?.slice(name.length + 1);
const fail = (why) => { console.error(why); process.exit(1); };
const [tag] = rest;
if (command === "release" && subcommand === "view") {
  const release = github.releases[tag] ?? fail("release not found");
  console.log(release.draft + " " + release.target);
} else if (command === "release" && subcommand === "create" && has("--draft")) {
  github.releases[tag] = { draft: true, target: option("--target"), notes: option("--notes") };
} else if (command === "release" && subcommand === "edit" && has("--draft=false")) {
  github.releases[tag].draft = false;
  github.tags[tag] ??= github.releases[tag].target;
} else if (command === "api") {
  const path = [subcommand, ...rest].find((each) => each.startsWith("repos/contoso/azure-postgres-grants/")) ?? fail("path");
  const name = path.split("/").at(-1);
  const method = has("--method") ? option("--method") : "GET";
  if (method === "GET" && path.includes("/git/ref/tags/")) console.log(github.tags[name] ?? fail("HTTP 404"));
  else if (method === "GET" && path.includes("/releases/tags/")) console.log(github.immutable ?? true);
  else if (method === "GET" && path.endsWith("/contents/.github?ref=main")) console.log(github.workflowsOnMain ?? "same");
  else if (method === "GET" && path.endsWith("/contents/.github?ref=" + process.env.GITHUB_SHA)) console.log("same");
  else if (method === "PATCH" && path.includes("/git/refs/tags/") && field("force") === "true") {
    if (!(name in github.tags)) fail("HTTP 422");
    github.tags[name] = field("sha");
  } else if (method === "POST" && name === "refs") github.tags[field("ref").replace("refs/tags/", "")] = field("sha");
  else fail("unknown call");
} else fail("unknown command");
fs.writeFileSync(process.env.GITHUB_FILE, JSON.stringify(github));
`;

const SHA = "5".repeat(40);
const OTHER = "7".repeat(40);
const folder = mkdtempSync(join(tmpdir(), "release-"));
writeFileSync(join(folder, "gh"), GH, { mode: 0o755 });
afterAll(() => rmSync(folder, { recursive: true }));

test("a release is drafted only after all checks of its commit, and published only after an approval", () => {
  expect(jobs.ci).toMatchObject({ uses: "./.github/workflows/ci.yml" });
  expect(jobs.attest.needs).toEqual("ci");
  expect(jobs.draft.needs).toEqual(["version", "attest"]);
  expect(jobs.publish).toMatchObject({ needs: ["version", "draft"], environment: "release" });
});

describe("the draft", () => {
  test("has the tested commit and the notes", () => {
    const { status, github } = runJob("draft", { tags: {}, releases: {} });
    expect(status).toBe(0);
    expect(github).toEqual({
      tags: {},
      releases: { "v1.2.3": { draft: true, target: SHA, notes: "It's `new`." } },
    });
  });

  test("is kept when the workflow runs again", () => {
    const before = { tags: {}, releases: { "v1.2.3": { draft: true, target: SHA } } };
    expect(runJob("draft", before)).toMatchObject({ status: 0, github: before });
  });

  test.each([
    ["the tag exists", { tags: { "v1.2.3": OTHER }, releases: {} }, "never changes"],
    [
      "there is a draft of another commit",
      { tags: {}, releases: { "v1.2.3": { draft: true, target: OTHER } } },
      "Delete it",
    ],
  ])("is refused when %s", (_when, before, advice) => {
    const { status, stdout, github } = runJob("draft", before);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error /m);
    expect(stdout).toContain(advice);
    expect(github).toEqual(before);
  });
});

describe("publishing", () => {
  const releases = { "v1.2.3": { draft: true, target: SHA } };

  test("creates the version's tag, and the first tag of the major version", () => {
    const { status, github } = runJob("publish", { tags: {}, releases });
    expect(status).toBe(0);
    expect(github).toMatchObject({
      tags: { "v1.2.3": SHA, v1: SHA },
      releases: { "v1.2.3": { draft: false } },
    });
  });

  test("moves the tag of the major version, and no other", () => {
    const others = { v1: OTHER, "v12.3.3": OTHER, v123: OTHER };
    const draft = { "v12.3.4": { draft: true, target: SHA } };
    const { github } = runJob("publish", { tags: { ...others, v12: OTHER }, releases: draft }, "v12.3.4");
    expect(github.tags).toEqual({ ...others, "v12.3.4": SHA, v12: SHA });
  });

  test.each([
    ["the tag is on another commit", { tags: { "v1.2.3": OTHER, v1: OTHER }, releases }, OTHER],
    ["releases can be changed", { tags: { v1: OTHER }, releases, immutable: false }, "Enable release immutability"],
  ])("stops before the major version when %s", (_when, before, advice) => {
    const { status, stdout, github } = runJob("publish", before);
    expect(status).toBe(1);
    expect(stdout).toContain(advice);
    expect(github.tags.v1).toBe(OTHER);
  });
});

test("nothing is published where GitHub would refuse to move the tag of the major version", () => {
  const releases = { "v1.2.3": { draft: true, target: SHA } };
  const before = { tags: { v1: OTHER }, releases, workflowsOnMain: "changed" };
  const { status, stdout, github } = runJob("publish", before);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^::error title=main has moved::/m);
  expect(github).toEqual(before);
});

/** Runs the job's script as the runner does: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#defaultsrunshell */
function runJob(name: "draft" | "publish", before: GitHub, tag = "v1.2.3") {
  const file = join(folder, "github.json");
  writeFileSync(file, JSON.stringify(before));
  const [step] = jobs[name].steps;
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", step?.run ?? "exit 99"], {
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_FILE: file,
      GH_REPO: "contoso/azure-postgres-grants",
      GITHUB_SHA: SHA,
      TAG: tag,
      NOTES: "It's `new`.",
    },
    encoding: "utf8",
  });
  return { status, stdout, stderr, github: JSON.parse(readFileSync(file, "utf8")) as GitHub };
}
