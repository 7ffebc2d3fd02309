import fc from "fast-check";
import { expect, test } from "vitest";
import { visible } from "../../src/text/escape.ts";
import { codeBlock, codeSpan } from "../../src/text/markdown.ts";
import { rawTree } from "../render/github-html.ts";
import { hostileName } from "../render/hostile.ts";
import { elementsIn, textIn } from "../render/tree.ts";

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
