import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RULES } from "../../src/diagnosis/diagnose.ts";
import { CORPUS, written } from "./corpus.ts";
import { startSenders } from "./senders.ts";

let senders: Awaited<ReturnType<typeof startSenders>>;
beforeAll(async () => {
  senders = await startSenders();
});
afterAll(() => senders.close());

describe("an error that people met gets its answer", () => {
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

test("each rule is held against an error that people met, except where the error is our own or of any kind", () => {
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

test("the corpus is large, and names where each text was seen", () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(130);
  expect(CORPUS.filter(({ source }) => !source)).toEqual([]);
});
