import fc from "fast-check";
import { expect, test } from "vitest";
import {
  codeBlock,
  html,
  logLine,
  logLines,
  markdown,
  quoteName,
  visible,
  visibleSql,
} from "../../src/text/escape.ts";
import { rawTree } from "../render/github-html.ts";
import { hostileName } from "../render/hostile.ts";
import { commandsIn } from "../render/runner.ts";
import { elementsIn, LIVE, proseIn, textIn } from "../render/tree.ts";

const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0]/u;

test("writes names as PostgreSQL quotes them", () => {
  expect(quoteName("public", "orders")).toBe("public.orders");
  expect(quoteName("public", "Order Lines")).toBe('public."Order Lines"');
  expect(quoteName('say "hi"')).toBe('"say ""hi"""');
  expect(quoteName("größe")).toBe('"größe"');
  expect(quoteName("1st")).toBe('"1st"');
});

test("shows what hides in a name, in PostgreSQL's own escapes", () => {
  expect(quoteName("a\nb")).toBe('U&"a\\000Ab"');
  expect(quoteName("abc\u202etxt.exe")).toBe('U&"abc\\202Etxt.exe"');
  expect(quoteName('back\\slash"\u200b')).toBe('U&"back\\\\slash""\\200B"');
  expect(quoteName("\u{e0041}tag")).toBe('U&"\\+0E0041tag"');
});

test("a written name is still that name, and hides nothing", () => {
  fc.assert(
    fc.property(hostileName, (name) => {
      const written = quoteName(name);
      expect(unquoted(written)).toBe(name);
      expect(written).not.toMatch(HIDDEN);
    }),
  );
});

test("SQL with hidden characters in names reads the same, and shows them", () => {
  const sql = `SET LOCAL ROLE "a\u202eb"; -- "it's\nSELECT 'a "\u200b', "x""y", "\u200b""\\";`;
  expect(visibleSql(sql)).toBe(
    `SET LOCAL ROLE U&"a\\202Eb"; -- "it's\nSELECT 'a "\u200b', "x""y", U&"\\200B""\\\\";`,
  );
  expect(visibleSql('GRANT SELECT ON "public"."orders"')).toBe('GRANT SELECT ON "public"."orders"');
});

test("no log line is a command", () => {
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

test("a log line keeps what it says", () => {
  expect(logLine("table public.orders: INSERT")).toBe("table public.orders: INSERT");
  expect(logLine("  ::error::x")).toBe("  \\::error::x");
  expect(logLine("a\n##[error]x")).toBe("a<U+000A>##\\[error]x");
  expect(logLines("one\r\n::stop-commands::x")).toEqual(["one", "\\::stop-commands::x"]);
});

test("a name in Markdown is one code span, in a sentence and in a table's cell", () => {
  fc.assert(
    fc.property(hostileName, hostileName, (a, b) => {
      const written = quoteName(a, b);
      const sentence = rawTree(`on ${markdown.name(a, b)} here`);
      expect(elementsIn(sentence)).toEqual(["p", "code"]);
      expect(textIn(sentence)).toBe(`on ${written} here`);
      const table = rawTree(`| A | B |\n| --- | --- |\n| x ${markdown.name(a, b)} | y |\n`);
      expect(elementsIn(table)).toEqual("table thead tr th th tbody tr td code td".split(" "));
      expect(textIn(table).replaceAll("\n", "")).toBe(`ABx ${written}y`);
    }),
    { numRuns: 300 },
  );
});

test("a sentence in Markdown says the same and nothing of it is live", () => {
  fc.assert(
    fc.property(fc.array(hostileName, { maxLength: 4 }), (parts) => {
      const sentence = parts.join(" ");
      for (const before of ["**So:** ", "- "]) {
        const tree = rawTree(before + markdown.text(sentence));
        for (const element of elementsIn(tree))
          expect(["p", "strong", "code", "br", "ul", "li"]).toContain(element);
        expect(proseIn(tree)).not.toMatch(LIVE);
      }
      expect(letters(textIn(rawTree(`So: ${markdown.text(sentence)}`)))).toBe(
        letters(`So: ${visibleLines(sentence)}`),
      );
    }),
    { numRuns: 500 },
  );
});

test("a sentence keeps its words plain and its code as code", () => {
  expect(markdown.text("Run as `migrator`, then again (see below).")).toBe(
    "Run as `migrator`, then again (see below).",
  );
  expect(markdown.text("role aad_orders: @team, see #1")).toBe("role `aad_orders`: `@team`, see `#1`");
  expect(markdown.text("one\ntwo")).toBe("one<br>two");
  expect(markdown.text('TO "aad_orders", `GRANT\n  x;`')).toBe('TO `"aad_orders"`, `GRANT x;`');
  expect(markdown.text("a `lone tick")).toBe("a `` `lone `` tick");
});

test("a sentence in a list starts no other list, and no line across", () => {
  for (const sentence of ["- x", "1. x", "+ x", "---", "2)", "===", "``1. x"]) {
    const tree = rawTree(`- ${markdown.text(sentence)}`);
    expect(elementsIn(tree)).toEqual(["ul", "li", "code"]);
  }
});

test("a code block cannot be ended from inside", () => {
  for (const content of ["a\n```\nb", "a\n  ````\n`````\nb"]) {
    expect(textIn(rawTree(codeBlock("sql", content)))).toBe(`${content}\n`);
  }
  fc.assert(
    fc.property(fc.array(hostileName, { maxLength: 5 }), (lines) => {
      const content = lines.map((line) => line.replaceAll(/[\r\n\0]/g, "")).join("\n");
      const tree = rawTree(`before\n\n${codeBlock("sql", content)}\n\nafter`);
      expect(elementsIn(tree)).toEqual(["p", "pre", "code", "p"]);
      expect(textIn(tree)).toContain(content);
    }),
  );
});

test("text inside HTML is text", () => {
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

function visibleLines(text: string): string {
  return text
    .split(/[\r\n\t]/)
    .map(visible)
    .join("");
}

/** Without what Markdown may fold: space, and the backticks that set off code. */
function letters(text: string): string {
  return text.replaceAll(/[\s`]|<U\+000[9AD]>/g, "");
}
