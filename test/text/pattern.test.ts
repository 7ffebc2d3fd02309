import fc from "fast-check";
import { expect, test } from "vitest";
import { fits, likeOf } from "../../src/text/pattern.ts";

test.each([
  ["*", "orders", true],
  ["*", "", true],
  ["orders", "orders", true],
  ["orders", "Orders", false],
  ["orders_*", "orders_", true],
  ["orders_*", "orders", false],
  ["*_eu", "orders_eu", true],
  ["*_eu", "orders_eu_old", false],
  ["a*a", "a", false],
  ["a*b*b", "ab", false],
  ["a*b*c", "a.b.b.c", true],
  ["a**b", "ab", true],
  ["a.c", "abc", false],
  ["a\\*", "a\\b", true],
])("pattern %j fits %j: %j", (pattern, name, expected) => {
  expect(fits(name, pattern)).toBe(expected);
});

test("a pattern fits what the regular expression with `.*` in place of `*` fits", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "\n", "*", "💥"), maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (pattern, name) => {
      const expression = new RegExp(`^${pattern.replaceAll(/[.\\]/g, "\\$&").replaceAll("*", "[^]*")}$`, "u");
      expect(fits(name, pattern)).toBe(expression.test(name));
    }),
  );
});

test("a pattern has only `*` as a wildcard in LIKE, too", () => {
  expect(likeOf("audit_*")).toBe("audit\\_%");
  expect(likeOf("sales.100%\\*")).toBe("sales.100\\%\\\\%");
});
