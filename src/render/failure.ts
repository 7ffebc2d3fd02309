import type { Failure, Step } from "../model/failure.ts";
import { isEmpty } from "../model/sentence.ts";
import { linesOf, visible } from "../text/escape.ts";
import { codeBlock } from "../text/markdown.ts";
import { markdown, plain } from "./pen.ts";

/**
 * The link to the failure's heading.
 * @param docs the URL of the documentation of this version; undefined for a local action, which has no link
 */
export function docsLink({ code }: Failure, docs: string | undefined): string | undefined {
  return docs === undefined ? undefined : `${docs}/troubleshooting.md#${code}`;
}

/** The same for failures that differ only in names, addresses and commands, so that one explanation serves all of them. */
export function failureKey(failure: Failure): string {
  const words = JSON.stringify(failure, (key, value) => {
    if (key === "quoted") return value.split(/\s+/).filter((word: string) => !/[\d."]/.test(word));
    return ["name", "code", "command"].includes(key) ? undefined : value;
  });
  return failure.code + words;
}

/**
 * A failure for the log and annotations, line by line: what happened, the likeliest cause, numbered steps with their
 * commands, the code and where it is explained.
 * @param docs as for `docsLink`
 */
export function failureLines(failure: Failure, docs?: string): readonly string[] {
  const { code, message, problems = [], hint, steps } = failure;
  const link = docsLink(failure, docs);
  return [
    plain.sentence(message),
    ...problems.map((problem) => `- ${plain.sentence(problem)}`),
    isEmpty(hint) ? "" : `Likely cause: ${plain.sentence(hint)}`,
    ...stepLines(steps),
    `Error code: ${code}${link === undefined ? "" : ` (${link})`}`,
  ].filter((line) => line !== "");
}

/** The same as blocks of Markdown. */
export function failureBlocks(failure: Failure, docs?: string): readonly string[] {
  const { code, message, problems = [], hint, steps } = failure;
  const link = docsLink(failure, docs);
  return [
    `**What happened:** ${markdown.sentence(message)}`,
    problems.map((problem) => `- ${markdown.sentence(problem)}`).join("\n"),
    isEmpty(hint) ? "" : `**Likely cause:** ${markdown.sentence(hint)}`,
    steps.length === 0 ? "" : "**What to do:**",
    stepList(steps),
    `Error code \`${code}\`${link === undefined ? "" : ` · [Troubleshooting](${link})`}`,
  ].filter((block) => block !== "");
}

/** Numbered steps with their commands, line by line. */
export function stepLines(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ text, command }, index) => [
    `${index + 1}. ${plain.sentence(text)}`,
    ...commandLines(command).map((line) => `   ${line}`),
  ]);
}

/** The same as a list in Markdown. */
export function stepList(steps: readonly Step[]): string {
  const items = steps.map(({ text, command }, index) => {
    const mark = `${index + 1}. `;
    // The command is indented as far as the item's text, which therefore begins without spaces.
    const item = `${mark}${markdown.sentence(text).trimStart()}`;
    const block = codeBlock("", commandLines(command).join("\n"));
    return command === undefined ? item : `${item}\n\n${block.replaceAll(/^/gm, " ".repeat(mark.length))}`;
  });
  return items.join("\n");
}

function commandLines(command: string | undefined): readonly string[] {
  return command === undefined ? [] : linesOf(command).map(visible);
}
