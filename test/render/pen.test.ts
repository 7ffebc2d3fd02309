import fc from "fast-check";
import { expect, test } from "vitest";
import {
  code,
  EMPTY,
  inOurWords,
  listOf,
  name,
  paragraph,
  quoted,
  type Sentence,
  sentence,
  someNames,
} from "../../src/model/sentence.ts";
import { markdown, markup, type Pen, plain } from "../../src/render/pen.ts";
import { logLines, quoteName } from "../../src/text/escape.ts";
import { rawTree, sanitized } from "./github-html.ts";
import { hostileName } from "./hostile.ts";
import { commandsIn } from "./runner.ts";
import { elementsIn, LIVE, proseIn, textIn } from "./tree.ts";

const SENTENCE = sentence`Run as ${name("public", "Order Lines")}: ${code("GRANT x;")} The server said ${quoted("no *way*")}, ${2} times. Set \`mode: check\`.`;

test.each<[string, Pen, string]>([
  [
    "plain text",
    plain,
    'Run as public."Order Lines": `GRANT x;` The server said no *way*, 2 times. Set `mode: check`.',
  ],
  [
    "Markdown",
    markdown,
    'Run as `public."Order Lines"`: `GRANT x;` The server said `no *way*`, 2 times. Set `mode: check`.',
  ],
  [
    "HTML",
    markup,
    'Run as <code>public."Order Lines"</code>: <code>GRANT x;</code> The server said no *way*, 2 times. Set <code>mode: check</code>.',
  ],
])("a sentence in %s", (_, pen, expected) => {
  expect(pen.sentence(SENTENCE)).toBe(expected);
});

test("code with backticks stays unchanged", () => {
  expect(plain.sentence(code("a`b"))).toBe("a`b");
  expect(textIn(rawTree(markdown.sentence(sentence`Run ${code("a`b")} now.`)))).toBe("Run a`b now.");
});

test("code of several lines is one code span in Markdown", () => {
  expect(markdown.sentence(code("GRANT\n  x;"))).toBe("`GRANT x;`");
});

test("code and quotations side by side are one code span in Markdown", () => {
  expect(markdown.sentence(sentence`${code("a`b")}${quoted("see GH-")}${quoted("12")}: ${quoted("one\n  two")}`)).toBe(
    "``a`bsee GH-12``: `one two`",
  );
});

test("sentences become a paragraph, and items a list of words", () => {
  const items = ["a", "b", "c", "d", "e", "f"].map((letter) => name(letter));
  const paths = ["a", "b", "c", "d", "e", "f", "a"].map((letter) => [letter]);
  expect(plain.sentence(paragraph(inOurWords("One."), EMPTY, inOurWords("Two.")))).toBe("One. Two.");
  expect(plain.sentence(listOf(items.slice(0, 1)))).toBe("a");
  expect(plain.sentence(listOf(items.slice(0, 2)))).toBe("a and b");
  expect(plain.sentence(someNames(paths.slice(0, 5)))).toBe("a, b, c, d and e");
  expect(plain.sentence(someNames(paths))).toBe("a, b, c, d, e and 1 more");
});

test("a name in Markdown is one code span, whatever it contains", () => {
  fc.assert(
    fc.property(hostileName, hostileName, (a, b) => {
      const written = quoteName(a, b);
      const tree = rawTree(`on ${markdown.name(a, b)} here`);
      expect(elementsIn(tree)).toEqual(["p", "code"]);
      expect(textIn(tree)).toBe(`on ${written} here`);
    }),
  );
});

const part = fc.oneof(
  fc.tuple(hostileName, hostileName).map((names) => name(...names)),
  hostileName.map((text) => code(text)),
  hostileName.map((text) => quoted(text)),
  fc.constantFrom(" ", "Run as ", ". ", ": ", "(", ")").map(inOurWords),
);
const anySentence: fc.Arbitrary<Sentence> = fc
  .array(part, { maxLength: 6 })
  .map((sentences) => ({ parts: sentences.flatMap(({ parts }) => parts) }));

test("nothing in a sentence becomes markup, a link or a mention, at any place in Markdown or HTML", () => {
  fc.assert(
    fc.property(anySentence, (text) => {
      for (const before of ["", "**So:** ", "- ", "1. "]) {
        const tree = rawTree(before + markdown.sentence(text));
        for (const element of elementsIn(tree))
          expect(["p", "strong", "code", "br", "ul", "ol", "li"]).toContain(element);
        expect(elementsIn(tree).filter((element) => /^[uo]l$/.test(element)).length).toBeLessThan(2);
        expect(proseIn(tree)).not.toMatch(LIVE);
        expect(elementsIn(sanitized(tree))).toEqual(elementsIn(tree));
      }
      const summary = rawTree(`<details><summary>${markup.sentence(text)}</summary></details>`);
      expect(elementsIn(summary).filter((element) => element !== "code")).toEqual(["details", "summary"]);
    }),
  );
});

test("no sentence becomes a workflow command in the log", () => {
  fc.assert(
    fc.property(anySentence, (text) => {
      expect(commandsIn(logLines(plain.sentence(text)).join("\n"))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("foreign text in a sentence is a compile error, unless it is marked as such", () => {
  const foreign: string = "x";
  const wrong = [
    // @ts-expect-error: a text
    () => sentence`The role ${foreign} is gone.`,
    // @ts-expect-error: a list of texts
    () => sentence`The role ${[foreign]} is gone.`,
    // @ts-expect-error: a text that looks like our own words, which only `sentence` and `inOurWords` make
    (): Sentence => ({ parts: [{ own: foreign }] }),
  ];
  expect(wrong).toHaveLength(3);
  expect(plain.sentence(sentence`The role ${name(foreign)} is gone.`)).toBe("The role x is gone.");
});
