import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { takeTurns } from "../src/postgres/turn.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("the turns of a run wait 10 s in all, however many there are", async () => {
  const turns = takeTurns(() => {});
  const limits: (string | undefined)[] = [];
  for (const seconds of [4, 5, 1, 0]) {
    limits.push(/lock_timeout = '(.*?)'/.exec(turns.next() ?? "")?.[1]);
    await Promise.all([
      turns.waitFor(new Promise((resolve) => setTimeout(resolve, seconds * 1000))),
      vi.advanceTimersByTimeAsync(seconds * 1000),
    ]);
  }
  expect(limits).toEqual(["10000ms", "6000ms", "1000ms", undefined]);
});
