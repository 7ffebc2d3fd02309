import { expect, test } from "vitest";
import { code, EMPTY, sentence } from "../../src/model/sentence.ts";
import { didYouMean, nearest } from "../../src/text/near.ts";

const NAMES = ["table-privileges", "user", "host", "mode"];

test.each([
  ["table-privilege", "table-privileges"],
  ["TABLE-PRIVILEGES", "table-privileges"],
  ["tabel-privileges", "table-privileges"],
  ["usr", "user"],
  ["moed", "mode"],
])("%s has the near name %s", (name, near) => {
  expect(nearest(name, NAMES)).toBe(near);
});

test.each(["path", "table-priv", "username", "", "hots-"])("%j has no near name", (name) => {
  expect(nearest(name, NAMES)).toBeUndefined();
});

test("of two near names, the nearer one wins", () => {
  expect(nearest("schema", ["schemata", "schemas"])).toBe("schemas");
});

test("the sentence shows the near name as code or as a name", () => {
  expect(didYouMean("usr", NAMES)).toEqual(sentence`Did you mean ${code("user")}?`);
  expect(didYouMean("path", NAMES)).toEqual(EMPTY);
});
