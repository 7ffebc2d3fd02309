import { expect, test } from "vitest";
import { ALL_RULES, page } from "../../scripts/troubleshooting.ts";
import { modules } from "../project/modules.ts";
import { readText } from "../project/project.ts";
import { CORPUS } from "./corpus.ts";

const PAGE = page();

test("docs/troubleshooting.md is what `npm run docs` makes", () => {
  expect(readText("docs/troubleshooting.md"), "Run npm run docs, and commit the page.").toBe(PAGE);
});

/** The other codes of src/grants are those of warnings. */
const OF_WARNINGS = /^src\/grants\/(?!obstacles\.ts)/;

test("the page has one heading for the code of each failure, which its link leads to, and no other", () => {
  const headings = Array.from(PAGE.matchAll(/^### (.*)$/gm), ([, heading]) => heading);
  const found = modules("src/**/*.ts")
    .filter((path) => !OF_WARNINGS.test(path))
    .flatMap((path) => Array.from(readText(path).matchAll(/code: "([a-z-]+)",\s*message[:,]/g), ([, code]) => code));
  expect(found.length).toBeGreaterThan(20);
  const codes = new Set([...ALL_RULES.map(({ code }) => code), ...found, "unknown"]);
  expect(headings.toSorted()).toEqual([...codes].toSorted());
  for (const heading of headings) expect(heading).toMatch(/^[a-z-]+$/); // its anchor is the code itself
});

test("the list of sections names every section, and each link on the page leads to a heading", () => {
  const anchors = Array.from(PAGE.matchAll(/^##+ (.*)$/gm), ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  const links = Array.from(PAGE.matchAll(/\]\(#([^)]*)\)/g), ([, anchor]) => anchor);
  expect(links.filter((anchor) => !anchors.includes(`${anchor}`))).toEqual([]);
  expect(anchors.filter((anchor) => !links.includes(anchor) && anchor !== "troubleshooting")).toEqual([]);
});

test("a code in the list of codes leads to the likeliest sections that have the code", () => {
  const [head = ""] = PAGE.split(/^## /m);
  const [, lists = ""] = head.split("**Codes**");
  const listed = new Map(
    Array.from(lists.matchAll(/\[([^\]]{2,})\]\(#[^,\n]*/g), ([links, code = ""]) => [
      code.replace("\\*", "*"),
      Array.from(links.matchAll(/#([^)]*)/g), ([, section]) => section),
    ]),
  );
  expect(listed.size).toBeGreaterThan(150);
  for (const [code, sections] of listed) {
    const having = SECTIONS.filter(({ text }) => text.match(/^codes: .*$/m)?.[0].includes(`\`${code.toLowerCase()}\``));
    expect(
      having.map(({ heading }) => heading),
      code,
    ).toEqual(expect.arrayContaining(sections));
  }
  expect(listed.get("AADSTS70021")).toEqual(["federated-credential"]);
  expect(listed.get("28000")?.[0]).toBe("firewall");
  expect(listed.get("InvalidAuthenticationToken")?.[0]).toBe("azure-token-refused");
  expect(listed.get("2BP01")).toEqual(["dependent-privileges"]);
  expect(listed.get("42501")?.[0]).toBe("not-permitted");
  expect(listed.get("ETIMEDOUT")?.[0]).toBe("connection-timed-out");
  expect(listed.get("ScopeLocked")).toEqual(["resource-locked"]);
});

test("a block has the language of its commands", () => {
  const blocks = Array.from(PAGE.matchAll(/```(sh|sql|yaml)\n *(\S+)/g), ([, language, word = ""]) => ({
    language,
    word,
  }));
  expect(blocks.length).toBeGreaterThan(200);
  for (const { language, word } of blocks) {
    const expected = /^[A-Z]+$|^\\/.test(word) ? "sql" : /^[a-z-]+:$/.test(word) ? "yaml" : "sh";
    expect(language, word).toBe(expected);
  }
});

/** Redirections, pipes and variables of a POSIX shell, and its commands, which PowerShell does not have. */
const POSIX = /[|<>$]|^ *(date|df|env|grep|id|ls|sudo|which) /m;

test("a step with commands that PowerShell does not run names the shell or the system that runs them", () => {
  const steps = PAGE.split(/^\d\. /m).flatMap((step) => {
    const [, commands] = step.match(/```sh\n(.*?)```/s) ?? [];
    return commands === undefined ? [] : [{ text: step.split("\n")[0], commands }];
  });
  const posix = steps.filter(({ commands }) => POSIX.test(commands.replaceAll(/'[^']*'|<[a-z-]+>/g, "")));
  expect(posix.length).toBeGreaterThan(10);
  for (const { text, commands } of posix) expect(text, commands).toMatch(/`shell: bash`|on Linux/i);
});

test("a message is above its own cause", () => {
  const causeBelow = (section: string, text: string) =>
    SECTIONS.find(({ heading }) => heading === section)
      ?.text.split(text.toLowerCase())[1]
      ?.split("\n1. ")[0];
  expect(causeBelow("runner-limit", "Array buffer allocation failed")).toContain("has not enough memory");
  expect(causeBelow("runner-limit", "ENOSPC: no space left on device")).toContain("full disk");
  expect(causeBelow("connection-refused", "connect ECONNREFUSED 203.0.113.7:5432")).toContain("restarting or stopped");
  expect(causeBelow("consent-missing", "named 'Microsoft Azure CLI'")).not.toContain("administrator");
});

test("a search for five words of an error, or its number, finds the right section first in more than nine cases of ten", () => {
  const cases = CORPUS.filter(({ page: listed }) => listed !== false);
  const missed = cases.filter(({ text, is }) => sectionsWith(fragmentOf(text))[0] !== is);
  const found = cases.length - missed.length;
  expect(cases.length).toBeGreaterThanOrEqual(100);
  expect(found / cases.length, missed.map(({ text, is }) => `${is}: ${fragmentOf(text)}`).join("\n")).toBeGreaterThan(
    0.9,
  );
});

test.each([
  ["the first five words", (words: readonly string[]) => words.slice(0, 5)],
  ["the last five words", (words: readonly string[]) => words.slice(-5)],
])("a search for %s of an error finds the right section first in more than nine cases of ten", (_, cut) => {
  const cases = CORPUS.filter(({ page: listed }) => listed !== false);
  const missed = cases.flatMap(({ text, is }) => {
    const words = cut(fragmentOf(text).split(" ")).join(" ");
    const [first] = sectionsWith(words);
    return first === is ? [] : [`${is}: "${words}" leads to ${first}`];
  });
  expect(1 - missed.length / cases.length, missed.join("\n")).toBeGreaterThan(0.9);
});

test.each([
  ["permission denied for table", "not-permitted"],
  ["permission denied for schema", "not-permitted"],
  ["permission denied to grant role", "role-not-grantable"],
  ["no pg_hba.conf entry for host", "firewall"],
  ["Please run 'az login' to setup", "cli-not-signed-in"],
  ["certificate verify failed", "tls-unknown-authority"],
  ["API rate limit exceeded for", "issues-rate-limit"],
  ["Client network socket disconnected before", "connection-lost"],
])("a search for words that several errors share finds the likeliest section first: %s", (words, section) => {
  expect(sectionsWith(words)[0]).toBe(section);
});

test("a search for an error code finds its section", () => {
  expect(sectionsWith("SELF_SIGNED_CERT_IN_CHAIN")).toEqual(["tls-unknown-authority"]);
  expect(sectionsWith("ERR_TLS_CERT_ALTNAME_INVALID")).toEqual(["tls-wrong-host"]);
  expect(sectionsWith("self signed certificate")).toEqual(["tls-unknown-authority"]);
  expect(sectionsWith("self-signed certificate")).toEqual(["tls-unknown-authority"]);
  for (const { code, when } of ALL_RULES) {
    for (const number of when.flatMap(({ codes = "" }) => codes.match(/AADSTS\d+(?![\d*])/g) ?? [])) {
      expect(sectionsWith(`\`${number}\``)).toEqual([code]);
      // These begin numbers of earlier sections: 7000014, 700021 and 500131, for example.
      if (!/AADSTS(7000[02]|50013)$/.test(number)) expect(sectionsWith(number)[0]).toBe(code);
    }
  }
});

const SECTIONS = PAGE.split(/^### /m)
  .slice(1)
  .map((section) => ({ heading: section.split("\n")[0] ?? "", text: section.toLowerCase() }));

/** The headings of the sections that hold a text, as a browser finds it: in order, whatever the case. */
function sectionsWith(text: string): readonly string[] {
  const wanted = text.toLowerCase();
  return SECTIONS.filter((section) => section.text.includes(wanted)).map(({ heading }) => heading);
}

/** What a user searches for: the last number of an Entra error, else the longest five words without names and numbers. */
function fragmentOf(text: string): string {
  const number = text.match(/AADSTS\d+/g)?.at(-1);
  if (number !== undefined) return number;
  const parts = text.split(/"[^"]*"|'[^']*'|«[^»]*»|\[[^\]]*\]|[()\n]|\S*\d\S*|https?:\S+|[.:;,](?:\s|$)/);
  const fragments = parts.flatMap((part) => {
    const words = part.trim().split(/\s+/);
    return words.map((_, n) => words.slice(n, n + 5).join(" "));
  });
  return fragments.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
}
