import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { killIfHung } from "./runner.ts";

async function killed(script: string): Promise<boolean> {
  const child = spawn(process.execPath, ["--eval", script], { stdio: "ignore" });
  const hang = killIfHung(child, 1_000);
  await once(child, "close");
  hang.forget();
  return hang.seen();
}

describe.runIf(process.platform === "linux")("a process of the action", () => {
  test("is killed if its main thread waits for a thread that does nothing", async () => {
    expect(await killed("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)")).toBe(true);
  });

  test("is not killed while it waits for a timer", async () => {
    expect(await killed("setTimeout(() => {}, 2_500)")).toBe(false);
  });

  test("is not killed while it works", async () => {
    expect(await killed("const end = Date.now() + 2_500; while (Date.now() < end);")).toBe(false);
  });
});
