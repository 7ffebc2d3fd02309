import { expect, test } from "vitest";
import { ActionError } from "../src/model/failure.ts";
import { EMPTY, inOurWords, quoted, sentence } from "../src/model/sentence.ts";
import { retryingFailures } from "../src/retry.ts";

const failed = (retries: number) =>
  new ActionError({ code: "failed", message: inOurWords("It failed."), hint: EMPTY, steps: [], retries });

/** Attempts that always fail: their starts, in milliseconds after the first, and the lines in the log. */
async function failing(retries: number, patience: { firstWait: number; maxTime: number }) {
  const starts: number[] = [];
  const lines: string[] = [];
  const attempt = async () => {
    starts.push(performance.now());
    throw failed(retries);
  };
  const error = await retryingFailures(attempt, (line) => lines.push(line), {
    ...patience,
    answerTime: 0,
  }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ActionError);
  return { starts: starts.map((start) => start - (starts[0] ?? 0)), lines };
}

test("each wait is twice as long as the one before, and has a line in the log", async () => {
  const { starts, lines } = await failing(3, { firstWait: 300, maxTime: 60_000 });
  expect(starts).toHaveLength(4);
  const waits = starts.slice(1).map((start, n) => start - (starts[n] ?? 0));
  for (const [n, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(300 * 2 ** n - 2);
  expect(lines).toEqual(
    [1, 1, 2].map((seconds, n) => `It failed. Trying again in ${seconds} s (attempt ${n + 2} of 4).`),
  );
});

test("a line in the log ends the words of a peer with one full stop", async () => {
  for (const end of ["", "."]) {
    const message = sentence`Entra: ${quoted(`it is away${end}`)}`;
    const lines: string[] = [];
    const attempt = () => Promise.reject(new ActionError({ code: "c", message, hint: EMPTY, steps: [], retries: 1 }));
    await retryingFailures(attempt, (line) => lines.push(line), { firstWait: 1, maxTime: 1_000, answerTime: 0 }).catch(
      () => {},
    );
    expect(lines).toEqual(["Entra: it is away. Trying again in 1 s (attempt 2 of 2)."]);
  }
});

test("no attempt starts after the time limit, and no line in the log announces one", async () => {
  const { starts, lines } = await failing(3, { firstWait: 300, maxTime: 2_050 });
  expect(starts).toHaveLength(3); // after 0, 300 and 900 ms; the next would start after 2,100 ms
  expect(lines).toHaveLength(2);
});

test("a failure that a rerun would not fix is not retried", async () => {
  const { starts, lines } = await failing(0, { firstWait: 40, maxTime: 10_000 });
  expect([starts.length, lines.length]).toEqual([1, 0]);
});

test.each([
  ["during an attempt", 0],
  ["during a wait", 1],
])("a signal %s ends the attempts with its reason", async (_, lines) => {
  const stop = new AbortController();
  const reason = new Error("stopped");
  let said = 0;
  const say = () => {
    said++;
    setImmediate(() => stop.abort(reason));
  };
  const attempt = async () => {
    if (lines === 0) stop.abort(reason);
    throw failed(1);
  };
  const patience = { firstWait: 300_000, maxTime: 600_000, answerTime: 0 };
  const retries = retryingFailures(attempt, say, patience, stop.signal);
  await expect(retries).rejects.toBe(reason);
  expect(said).toBe(lines);
});
