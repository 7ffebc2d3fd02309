import { expect, test } from "vitest";
import { notesOf, release, versionsIn } from "../../scripts/changelog.ts";
import { readText } from "./project.ts";

const URL = "https://github.com/contoso/azure-postgres-grants";
const FIRST = `# Changelog

## [Unreleased]

### Added

- Grants.

[Unreleased]: ${URL}/compare/main...HEAD
`;

test("dates the unreleased notes, and links to the comparison", () => {
  const first = release(FIRST, "1.0.0", "2026-11-24");
  expect(first).toBe(`# Changelog

## [Unreleased]

## [1.0.0] - 2026-11-24

### Added

- Grants.

[Unreleased]: ${URL}/compare/v1.0.0...HEAD
[1.0.0]: ${URL}/releases/tag/v1.0.0
`);
  const changed = first.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- A bug.\n");
  const second = release(changed, "1.0.1", "2026-12-01");
  expect(second).toContain("## [Unreleased]\n\n## [1.0.1] - 2026-12-01\n\n### Fixed\n\n- A bug.\n\n## [1.0.0]");
  expect(second).toContain(`\n[Unreleased]: ${URL}/compare/v1.0.1...HEAD\n[1.0.1]: ${URL}/compare/v1.0.0...v1.0.1\n`);
  expect(versionsIn(second)).toEqual(["1.0.1", "1.0.0"]);
  expect(notesOf(second, "1.0.1")).toBe("### Fixed\n\n- A bug.");
});

test("refuses a version without notes, and notes without a version", () => {
  const first = release(FIRST, "1.0.0", "2026-11-24");
  expect(() => release(first, "1.0.1", "2026-12-01")).toThrow('Nothing is under "Unreleased"');
  expect(() => notesOf(first, "1.0.1")).toThrow("The newest version in CHANGELOG.md is 1.0.0");
  const changed = first.replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n");
  expect(() => notesOf(changed, "1.0.0")).toThrow('Something is under "Unreleased"');
});

test("CHANGELOG.md can be released, or has been", () => {
  const changelog = readText("CHANGELOG.md");
  const { version } = JSON.parse(readText("package.json")) as { version: string };
  const [newest] = versionsIn(changelog);
  if (newest === version) expect(notesOf(changelog, version)).not.toBe("");
  else expect(versionsIn(release(changelog, "99.0.0", "2099-01-01"))[0]).toBe("99.0.0");
});
