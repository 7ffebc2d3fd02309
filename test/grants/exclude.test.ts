import { describe, expect, test } from "vitest";
import { isExcluded, likePatternsOf } from "../../src/grants/exclude.ts";

describe("exclude", () => {
  test.each([
    ["audit_*", "public", "audit_log", true],
    ["audit_*", "public", "auditXlog", false],
    ["audit_*", "public", "my_audit_log", false],
    ["Audit", "public", "audit", false],
    ["*", "public", "any\nthing", true],
    ["a*z", "public", "az", true],
    ["100%", "public", "1000", false],
    ["a.b", "public", "a.b", true],
    ["a.b", "a", "b", true],
    ["a.b", "a", "xb", false],
    ["sales.*", "sales", "t", true],
    ["sales.*", "Sales", "t", false],
    ["sales", "sales", "t", false],
    ["[ab]", "public", "a", false],
    ["a+", "public", "aa", false],
    ["back\\slash", "public", "back\\slash", true],
    ["", "public", "t", false],
  ])("%j of %j.%j is %j", (pattern, schema, name, excluded) => {
    expect(isExcluded([pattern], schema, name)).toBe(excluded);
  });

  test("is any of the patterns", () => {
    expect(isExcluded(["a", "b"], "public", "b")).toBe(true);
    expect(isExcluded([], "public", "b")).toBe(false);
  });

  test("is for LIKE what it is here: only `*` stands for other characters", () => {
    expect(likePatternsOf("audit_*")).toEqual({ name: "audit\\_%", path: "" });
    expect(likePatternsOf("sales.100%\\*")).toEqual({ name: "sales.100\\%\\\\%", path: "sales.100\\%\\\\%" });
  });
});
