import fc from "fast-check";
import { expect, test } from "vitest";
import { visible } from "../../src/text/escape.ts";
import { codeBlock, codeSpan, markdownOf } from "../../src/text/markdown.ts";
import { rawTree } from "../render/github-html.ts";
import { hostileName } from "../render/hostile.ts";
import { elementsIn, LIVE, proseIn, textIn } from "../render/tree.ts";

test("a code span shows any text, whatever backticks it contains", () => {
  fc.assert(
    fc.property(hostileName, (text) => {
      const tree = rawTree(`on ${codeSpan(text)} here`);
      expect(elementsIn(tree)).toEqual(["p", "code"]);
      expect(textIn(tree)).toBe(`on ${visible(text)} here`);
    }),
    { numRuns: 300 },
  );
});

test("a quotation keeps its text, and never becomes markup, a link or a mention", () => {
  fc.assert(
    fc.property(fc.array(hostileName, { maxLength: 4 }), (parts) => {
      const words = parts.join(" ");
      for (const before of ["**So:** ", "- "]) {
        const tree = rawTree(before + written(words));
        for (const element of elementsIn(tree)) expect(["p", "strong", "code", "br", "ul", "li"]).toContain(element);
        expect(proseIn(tree)).not.toMatch(LIVE);
      }
      expect(letters(textIn(rawTree(`So: ${written(words)}`)))).toBe(letters(`So: ${visibleWords(words)}`));
    }),
    { numRuns: 200 },
  );
});

test("only words with special characters become code", () => {
  expect(written("permission denied for table orders (42501), again.")).toBe(
    "permission denied for table orders (42501), again.",
  );
  expect(written("role aad_orders: @team, see #1")).toBe("role `aad_orders`: `@team`, see `#1`");
  expect(written("one\ntwo")).toBe("one<br>two");
  expect(written("a `lone tick")).toBe("a `` `lone `` tick");
});

test("a quotation in a list does not start another list or a horizontal rule", () => {
  for (const words of ["- x", "1. x", "+ x", "---", "2)", "===", "``1. x"]) {
    const tree = rawTree(`- ${written(words)}`);
    expect(elementsIn(tree)).toEqual(["ul", "li", "code"]);
  }
});

test("no content ends its code block", () => {
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

function visibleWords(text: string): string {
  return text
    .split(/[\r\n\t]/)
    .map(visible)
    .join("");
}

/** Without white space and backticks, which Markdown can remove. */
function letters(text: string): string {
  return text.replaceAll(/[\s`]|<U\+000[9AD]>/g, "");
}

function written(text: string): string {
  return markdownOf([{ code: false, text }]);
}
