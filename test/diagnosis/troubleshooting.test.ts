import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RULES } from "../../src/diagnosis/diagnose.ts";
import { CORPUS } from "./corpus.ts";
import { page } from "./page.ts";

const ROOT = join(import.meta.dirname, "../..");

// `npx vitest run test/diagnosis --update` writes the page.
test("docs/troubleshooting.md says what the action says", async () => {
  await expect(page()).toMatchFileSnapshot("../../docs/troubleshooting.md");
});

test("each code has one heading, which its link leads to", () => {
  const headings = Array.from(page().matchAll(/^### (.*)$/gm), ([, heading]) => heading);
  expect(new Set(headings).size).toBe(headings.length);
  const others = [
    "src/grants/obstacles.ts",
    "src/model/failure.ts",
    "src/postgres/catalog.ts",
    "src/principal/obstacles.ts",
    "src/settings/reader.ts",
  ].flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), "utf8").matchAll(/code: "([a-z-]+)"/g), ([, code]) => code),
  );
  const codes = [...RULES.map(({ code }) => code), ...others, "unknown"];
  expect(codes.filter((code) => !headings.includes(code))).toEqual([]);
  for (const heading of headings) expect(heading).toMatch(/^[a-z-]+$/); // its anchor is the code itself
});

test("in more than nine cases of ten, a search for a pasted error finds the right section first", () => {
  const cases = CORPUS.filter(({ page: listed }) => listed !== false);
  const missed = cases.filter(({ text, is }) => sectionsWith(fragmentOf(text))[0] !== is);
  const found = cases.length - missed.length;
  expect(cases.length).toBeGreaterThanOrEqual(100);
  expect(
    found / cases.length,
    missed.map(({ text, is }) => `${is}: ${fragmentOf(text)}`).join("\n"),
  ).toBeGreaterThan(0.9);
});

test("a search for an error code finds its section", () => {
  expect(sectionsWith("SELF_SIGNED_CERT_IN_CHAIN")).toEqual(["tls-unknown-authority"]);
  expect(sectionsWith("ERR_TLS_CERT_ALTNAME_INVALID")).toEqual(["tls-wrong-host"]);
  expect(sectionsWith("self signed certificate")).toEqual(["tls-unknown-authority"]);
  expect(sectionsWith("self-signed certificate")).toEqual(["tls-unknown-authority"]);
  for (const { code, when } of RULES) {
    for (const number of when.flatMap(({ aadsts = [] }) => aadsts)) {
      expect(sectionsWith(`\`AADSTS${number}\``)).toEqual([code]);
    }
  }
});

const sections = page().split(/^### /m);

/** The headings of the sections that hold a text, as a browser finds it: in order, whatever the case. */
function sectionsWith(text: string): readonly string[] {
  const wanted = text.toLowerCase();
  return sections
    .filter((section) => section.toLowerCase().includes(wanted))
    .map((section) => section.split("\n")[0] ?? "");
}

/** The text that a user searches for: the number of an Entra error, else the longest part without names and numbers. */
function fragmentOf(text: string): string {
  const number = text.match(/AADSTS\d+/)?.[0];
  if (number !== undefined) return `${number}:`;
  const parts = text.split(/"[^"]*"|'[^']*'|\[[^\]]*\]|\(|\)|\S*\d\S*|https?:\S+/).map((part) => part.trim());
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}
