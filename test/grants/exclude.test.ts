import { expect, test } from "vitest";
import { likePatternsOf } from "../../src/grants/exclude.ts";

test("only `*` is a wildcard, and a pattern with a dot also matches schema.name", () => {
  expect(likePatternsOf("audit_*")).toEqual({ name: "audit\\_%", path: "" });
  expect(likePatternsOf("sales.100%\\*")).toEqual({
    name: "sales.100\\%\\\\%",
    path: "sales.100\\%\\\\%",
  });
});
