import { expect, test } from "vitest";
import { nearest } from "../../src/text/near.ts";

const NAMES = ["table-privileges", "user", "host", "mode"];

test.each([
  ["table-privilege", "table-privileges"],
  ["TABLE-PRIVILEGES", "table-privileges"],
  ["tabel-privileges", "table-privileges"],
  ["usr", "user"],
  ["moed", "mode"],
])("%s is near to %s", (name, near) => {
  expect(nearest(name, NAMES)).toBe(near);
});

test.each(["path", "table-priv", "username", "", "hots-"])("%j is near to none", (name) => {
  expect(nearest(name, NAMES)).toBeUndefined();
});

test("of two, the nearer one is told", () => {
  expect(nearest("schema", ["schemata", "schemas"])).toBe("schemas");
});
