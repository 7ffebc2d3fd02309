import { availableParallelism } from "node:os";
import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { HUNG } from "./test/sandbox/runner.ts";

/** The tests that start PostgreSQL; test/project/layers.test.ts holds this list. */
export const NEED_A_SERVER = [
  "test/{e2e,examples,faults,postgres,property,setup,speed}/**/*.test.ts",
  "test/sandbox/{entra,pgaadauth,postgres,psql,sandbox,start}.test.ts",
  "test/azure/credential.test.ts",
  "test/principal/ensure.test.ts",
  "test/render/sql-file.test.ts",
];

/** Tests of what is around the code: they take half the time of all that need no server. */
const PROJECT = ["test/project/{dist,licenses,release,shell,workflows}.test.ts"];

/** @azure/identity decides once per process where it asks for a managed identity, so these tests share no process. */
const NEED_ISOLATION = ["test/azure/{app-service,imds}.test.ts", "test/diagnosis/corpus.test.ts"];

/** Files that take the longest. vitest knows only how large a file is, and would start them last. */
const LONG =
  /\/(faults\/(faults|firewall|every-step)|e2e\/firewall|property|diagnosis\/corpus|settings\/linear-time|github\/drift-issue|sandbox\/runner)\b.*\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const [long = [], others = []] = [true, false].map((isLong) =>
      files.filter(({ moduleId }) => LONG.test(moduleId) === isLong),
    );
    return [...(await super.sort(long)), ...(await super.sort(others))];
  }
}

/** For the condition "development", micromark has a build that checks itself, which takes longer. */
const NO_DEVELOPMENT_BUILDS: Plugin = {
  name: "no-development-builds",
  configResolved({ ssr }) {
    ssr.resolve = { ...ssr.resolve, conditions: ["node"] };
  },
};

export default defineConfig({
  plugins: [NO_DEVELOPMENT_BUILDS],
  test: {
    // More than can compute, because tests with servers also wait.
    maxWorkers: availableParallelism() + 3,
    sequence: { sequencer: LongFirst },
    // .ci/run counts in the second: a skipped test is no success.
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/test-results.json" }]],
    // A snapshot that is missing is a mistake, except with --update.
    update: "none",
    // A fault of Node.js, not of the action: test/sandbox/runner.ts.
    retry: { count: 1, condition: HUNG },
    // Only what hangs reaches these limits, even on a machine that is busy with other work.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // vitest runs them in the order of their names.
    projects: [
      { extends: true, test: { name: "isolated", include: NEED_ISOLATION, pool: "threads" } },
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...NEED_A_SERVER, ...NEED_ISOLATION, ...PROJECT],
          // The files share the modules that they import.
          pool: "threads",
          isolate: false,
        },
      },
      { extends: true, test: { name: "project", include: PROJECT, pool: "threads" } },
      {
        extends: true,
        test: {
          name: "server",
          include: NEED_A_SERVER,
          isolate: false,
          globalSetup: "test/shared-servers.ts",
        },
      },
    ],
  },
});
