import { expect, test } from "vitest";

test("runs the tests on the version of Node.js that action.yml names, whatever the machine has", () => {
  expect(process.version).toMatch(/^v24\./);
});
