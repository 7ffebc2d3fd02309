import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_RULES } from "../../scripts/troubleshooting.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
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

test("errors that pass are tried again; others at most once", () => {
  for (const { is, passes, text } of CORPUS) {
    const { retries = 0 } = ALL_RULES.find(({ code }) => code === is) ?? {};
    if (passes) expect(retries, text).toBeGreaterThan(0);
    if (passes === false) expect(retries, text).toBeLessThan(2);
  }
});

/** Errors without a fixed text: those that src/postgres gives a code, and words that no user has reported. */
const WITHOUT_CASE = {
  "token-not-asked-for": Object.assign(new Error("x"), { code: "HASH_REQUESTED" }),
  "query-timed-out": Object.assign(new Error("x"), { code: "QUERY_TIMEOUT" }),
  "protocol-violation": Object.assign(new Error("x"), { code: "PROTOCOL_VIOLATION" }),
};

test("each rule explains an error, most of them one of the corpus", () => {
  for (const [code, error] of Object.entries(WITHOUT_CASE)) expect(diagnose(error).code).toBe(code);
  const explained = [...CORPUS.map(({ is }) => is), ...Object.keys(WITHOUT_CASE)];
  expect(ALL_RULES.map(({ code }) => code).filter((code) => !explained.includes(code))).toEqual([]);
});

test("the corpus has at least 500 errors, each with its source", () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(500);
  expect(CORPUS.filter(({ source }) => !source)).toEqual([]);
});
