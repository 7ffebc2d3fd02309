import { expect, test } from "vitest";
import { count, grouped, series, some } from "../../src/text/count.ts";

test("a count has singular or plural, and thousands separators", () => {
  expect(count(1, "table")).toBe("1 table");
  expect(count(0, "table")).toBe("0 tables");
  expect(count(12_000, "index", "indices")).toBe("12,000 indices");
  expect(grouped(1_234_567)).toBe("1,234,567");
  expect(grouped(999)).toBe("999");
});

test('a series has "and" before its last item, and a single item has none', () => {
  expect(series([])).toBe("");
  expect(series(["a"])).toBe("a");
  expect(series(["a", "b"])).toBe("a and b");
  expect(series(["a", "b", "c"])).toBe("a, b and c");
});

test.each([
  [["a", "b", "c", "d", "e"], "a, b, c, d and e"],
  [["a", "b", "c", "d", "e", "f"], "a, b, c, d, e and 1 more"],
])("of %j, five names are shown and the rest are counted", (names, expected) => {
  expect(some(names, 5, (name) => name)).toBe(expected);
});
