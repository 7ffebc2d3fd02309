import { expect, it } from "vitest";

it("runs the tests on the version of Node.js that action.yml names, whatever the machine has", () => {
  expect(process.version).toMatch(/^v24\./);
});
