import { expect, test } from "vitest";
import { likePatternsOf } from "../../src/postgres/exclude.sql.ts";

test("`exclude` has only `*` as a wildcard, and a pattern with a dot also matches schema.name", () => {
  expect(likePatternsOf(["audit_*", "sales.100%\\*"])).toEqual({
    names: ["audit\\_%", "sales.100\\%\\\\%"],
    paths: ["", "sales.100\\%\\\\%"],
  });
});
