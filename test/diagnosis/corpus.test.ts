import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RULES } from "../../src/diagnosis/diagnose.ts";
import { CORPUS, written } from "./corpus.ts";
import { startSenders } from "./senders.ts";

let senders: Awaited<ReturnType<typeof startSenders>>;
beforeAll(async () => {
  senders = await startSenders();
});
afterAll(() => senders.close());

describe("each error that users have reported gets the right diagnosis", () => {
  test.each(CORPUS.map((each) => [each.from, each.text.slice(0, 120), each] as const))(
    "%s: %s",
    async (_from, _text, each) => {
      const failure = await senders.send(each);
      const answer = written(failure);
      expect(failure.code, answer).toBe(each.is);
      for (const said of each.says) expect(answer).toContain(said);
      for (const said of each.never ?? []) expect(answer).not.toContain(said);
      if (each.page !== false && each.from !== "az") expect(answer).toContain(each.text.slice(0, 40).trim());
    },
  );
});

test("the corpus tests every rule except those for our own errors and for errors without a fixed text", () => {
  const without = RULES.filter(({ code }) => !CORPUS.some(({ is }) => is === code));
  expect(without.map(({ code }) => code)).toEqual([
    "tls-checks-off",
    "authority-not-https",
    "token-not-asked-for",
    "query-timed-out",
    "protocol-violation",
    "token-refused",
  ]);
});

test("the corpus has at least 130 errors, each with its source", () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(130);
  expect(CORPUS.filter(({ source }) => !source)).toEqual([]);
});
