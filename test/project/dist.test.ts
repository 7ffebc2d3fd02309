import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("dist is what src builds, byte for byte", () => {
  const build = spawnSync(process.execPath, ["scripts/build.ts", "--check"], {
    cwd: join(import.meta.dirname, "../.."),
    encoding: "utf8",
  });
  expect(build).toMatchObject({ status: 0, stderr: "" });
});
