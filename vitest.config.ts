import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers start and stop within them.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
