import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // .ci/run counts in the second: a skipped test is no success.
    reporters: ["default", ["json", { outputFile: "node_modules/.cache/test-results.json" }]],
    // Real servers start and stop within them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
