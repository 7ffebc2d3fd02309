import { expect, test } from "vitest";
import { modules } from "../project/modules.ts";
import { readText } from "../project/project.ts";

const sources = [...modules("src/firewall/*.ts", "src/azure/*.ts"), "src/diagnosis/resource-manager.ts"];
const page = readText("docs/firewall.md");

test("docs/firewall.md has a heading for each error code of the firewall action", () => {
  const codes = sources.flatMap((path) =>
    Array.from(
      readText(path).matchAll(/code: "([a-z-]+)",\s*(?:page: "firewall"|when)/g),
      ([, code]) => code,
    ),
  );
  expect(codes.length).toBeGreaterThan(15);
  const headings = Array.from(page.matchAll(/^### ([a-z-]+)$/gm), ([, heading]) => heading);
  expect(headings.sort()).toEqual([...new Set(codes)].sort());
});
