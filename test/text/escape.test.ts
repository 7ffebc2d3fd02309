import fc from "fast-check";
import { expect, test } from "vitest";
import { html, logLine, logLines, quoteName, visible, visibleSql } from "../../src/text/escape.ts";
import { rawTree } from "../render/github-html.ts";
import { hostileName } from "../render/hostile.ts";
import { commandsIn } from "../render/runner.ts";
import { elementsIn, textIn } from "../render/tree.ts";

const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0]/u;

test("the action writes names as PostgreSQL quotes them", () => {
  expect(quoteName("public", "orders")).toBe("public.orders");
  expect(quoteName("public", "Order Lines")).toBe('public."Order Lines"');
  expect(quoteName('say "hi"')).toBe('"say ""hi"""');
  expect(quoteName("größe")).toBe('"größe"');
  expect(quoteName("1st")).toBe('"1st"');
});

test("the action shows hidden characters of a name as PostgreSQL's escapes", () => {
  expect(quoteName("a\nb")).toBe('U&"a\\000Ab"');
  expect(quoteName("abc\u202etxt.exe")).toBe('U&"abc\\202Etxt.exe"');
  expect(quoteName('back\\slash"\u200b')).toBe('U&"back\\\\slash""\\200B"');
  expect(quoteName("\u{e0041}tag")).toBe('U&"\\+0E0041tag"');
});

test("a quoted name is the same name, without hidden characters", () => {
  fc.assert(
    fc.property(hostileName, (name) => {
      const written = quoteName(name);
      expect(unquoted(written)).toBe(name);
      expect(written).not.toMatch(HIDDEN);
    }),
  );
});

test("SQL with hidden characters in names has the same meaning, and shows them", () => {
  const sql = `SET LOCAL ROLE "a\u202eb"; -- "it's\nSELECT 'a "\u200b', "x""y", "\u200b""\\";`;
  expect(visibleSql(sql)).toBe(`SET LOCAL ROLE U&"a\\202Eb"; -- "it's\nSELECT 'a "\u200b', "x""y", U&"\\200B""\\\\";`);
  expect(visibleSql('GRANT SELECT ON "public"."orders"')).toBe('GRANT SELECT ON "public"."orders"');
});

test("no log line is a workflow command", () => {
  fc.assert(
    fc.property(hostileName, hostileName, (a, b) => {
      for (const line of [logLine(a), logLine(`  ${a}: ${b}`), ...logLines(`${a}${b}`)]) {
        expect(line).not.toMatch(/[\r\n]/);
        expect(commandsIn(line)).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

test("a log line keeps its text", () => {
  expect(logLine("table public.orders: INSERT")).toBe("table public.orders: INSERT");
  expect(logLine("  ::error::x")).toBe("  \\::error::x");
  expect(logLine("a\n##[error]x")).toBe("a<U+000A>##\\[error]x");
  expect(logLines("one\r\n::stop-commands::x")).toEqual(["one", "\\::stop-commands::x"]);
});

test("text in HTML stays text", () => {
  fc.assert(
    fc.property(hostileName, (name) => {
      const tree = rawTree(`<details><summary>${html(name)}</summary></details>`);
      expect(elementsIn(tree)).toEqual(["details", "summary"]);
      expect(textIn(tree)).toBe(visible(name));
    }),
  );
});

/** Reads a quoted name as PostgreSQL does. */
function unquoted(written: string): string {
  const [, unicode, body] = /^(U&)?"(.*)"$/su.exec(written) ?? [];
  if (body === undefined) return written;
  const name = body.replaceAll('""', '"');
  if (!unicode) return name;
  return name.replaceAll(/\\(?:\\|\+([0-9A-F]{6})|([0-9A-F]{4}))/g, (_, long, short) =>
    long || short ? String.fromCodePoint(Number.parseInt(long ?? short, 16)) : "\\",
  );
}
