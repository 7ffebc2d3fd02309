import fc from "fast-check";
import type { Nodes } from "hast";
import { expect, test } from "vitest";
import type { Failure } from "../../src/model/failure.ts";
import { code, EMPTY, inOurWords, name, quoted, sentence } from "../../src/model/sentence.ts";
import { annotations } from "../../src/render/annotations.ts";
import { docsLink, failureBlocks, failureKey, failureLines } from "../../src/render/failure.ts";
import { logGroups } from "../../src/render/log.ts";
import { renderSummary } from "../../src/render/summary.ts";
import { logLines, visible } from "../../src/text/escape.ts";
import { githubTree, rawTree, sanitized } from "./github-html.ts";
import { hostileName } from "./hostile.ts";
import * as reports from "./reports.ts";
import { commandsIn } from "./runner.ts";
import { elementsIn, LIVE, proseIn, textIn } from "./tree.ts";

const LINK = `${reports.RUN.docs}/troubleshooting.md#connection-timed-out`;

test("the log has what happened, the likely cause, numbered steps, commands on separate lines, and the code", () => {
  expect(logGroups(reports.error())[0]?.lines).toEqual([
    "The server `orders-prod.postgres.database.azure.com` did not answer on port 5432 within 15 seconds.",
    "Likely cause: The firewall of the server does not let this runner in.",
    "1. Add a firewall rule for the address of this runner:",
    "   az rest --method put \\",
    "     --url '/subscriptions/{subscriptionId}/resourceGroups/<resource-group>/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders-prod/firewallRules/github-runner?api-version=2025-08-01' \\",
    `     --body '{"properties":{"startIpAddress":"203.0.113.7","endIpAddress":"203.0.113.7"}}'`,
    "2. Run this job again. A new rule can take five minutes to work.",
    `Error code: connection-timed-out (${LINK})`,
  ]);
});

test("an annotation has the same text as the log", () => {
  expect(annotations(reports.error())).toEqual([
    {
      level: "error",
      title: "Could not check app",
      message: logGroups(reports.error())[0]?.lines.join("\n"),
    },
  ]);
});

test("the summary has the steps as a list, each command in a block that can be copied, and a link", () => {
  const summary = renderSummary(reports.error());
  const tree = githubTree(summary);
  expect(textIn(tree)).toContain("Likely cause: The firewall of the server does not let this runner in.");
  const items = all(tree, "ol").flatMap((list) => all(list, "li"));
  expect(items).toHaveLength(2);
  const [command = items] = items.flatMap((item) => all(item, "pre"));
  expect(textIn(command as Nodes)).toBe(`${reports.UNREACHABLE.steps[0]?.command}\n`);
  const [link] = all(tree, "a");
  expect(link).toMatchObject({ properties: { href: LINK } });
});

test("every invalid input is an item of a list", () => {
  const items = all(githubTree(renderSummary(reports.badInput())), "ul").flatMap((list) => all(list, "li"));
  expect(items.map(textIn)).toEqual(["grantee is missing.", "mode is aply. Use apply, check or plan."]);
  expect(failureLines(reports.BAD_INPUT)).toContain("- `grantee` is missing.");
});

test("failures are equal if they differ only in names, addresses and commands", () => {
  const failure = (code_: string, host: string, words: string): Failure => ({
    code: code_,
    message: sentence`PostgreSQL at ${code(host)}, database ${name(host)}: ${quoted(words)}`,
    hint: EMPTY,
    steps: [{ text: inOurWords("Look."), command: `az --name ${host}` }],
  });
  const key = failureKey(failure("refused", "a", "connect ECONNREFUSED 10.0.0.4:5432"));
  expect(failureKey(failure("refused", "b", "connect ECONNREFUSED 10.0.0.5:5432"))).toBe(key);
  expect(failureKey(failure("refused", "b", "connect ETIMEDOUT 10.0.0.5:5432"))).not.toBe(key);
  expect(failureKey(failure("stopped", "a", "connect ECONNREFUSED 10.0.0.4:5432"))).not.toBe(key);
});

test("a grantee's failure is below the grantee's name, in summary and log", () => {
  const grantees = [reports.grantee(), reports.failing("aad_gone")];
  const report = reports.report([reports.database({ verdict: "error", grantees })]);
  expect(renderSummary(report)).toMatch(/##### For `aad_gone`\n\n\*\*What happened:\*\* The server/);
  const lines = logGroups(report)[0]?.lines ?? [];
  expect(lines.slice(1, 3)).toEqual([
    "aad_gone: could not check",
    ...failureLines(reports.UNREACHABLE, report.run?.docs).slice(0, 1),
  ]);
});

test("without the address of the documentation, the code has no link", () => {
  expect(docsLink(reports.UNREACHABLE, undefined)).toBeUndefined();
  expect(failureLines(reports.UNREACHABLE).at(-1)).toBe("Error code: connection-timed-out");
  expect(failureBlocks(reports.UNREACHABLE).at(-1)).toBe("Error code `connection-timed-out`");
});

test("a failure without a cause or steps leaves no empty heading", () => {
  const failure: Failure = { code: "x", message: inOurWords("It failed."), hint: EMPTY, steps: [] };
  expect(failureLines(failure)).toEqual(["It failed.", "Error code: x"]);
  expect(failureBlocks(failure)).toEqual(["**What happened:** It failed.", "Error code `x`"]);
});

const OURS = "p strong code br ul ol li pre a".split(" ");
const texts = fc
  .array(hostileName, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("\n"))
  .filter((text) => /\S/.test(text));

test("no text in a failure becomes markup or leaves its block", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const failure = reports.hostileFailure(text);
      const markdown = [...failureBlocks(failure, reports.RUN.docs), "the end"].join("\n\n");
      const tree = rawTree(markdown);
      expect(elementsIn(tree).filter((element) => !OURS.includes(element))).toEqual([]);
      expect(proseIn(tree)).not.toMatch(LIVE);
      expect(elementsIn(sanitized(tree))).toEqual(elementsIn(tree));
      const lists = all(tree, "ol");
      expect(lists).toHaveLength(1);
      expect(lists.flatMap((list) => all(list, "li"))).toHaveLength(failure.steps.length);
      const command = text
        .split(/\r\n|\r|\n/)
        .map(visible)
        .join("\n");
      expect(all(tree, "pre").map(textIn)).toEqual(
        failure.steps.flatMap((step) => (step.command === undefined ? [] : [`${command}\n`])),
      );
    }),
    { numRuns: 50, examples: [[" ::error::x"], ["- x"], ["```\nx"]] },
  );
});

test("no text in a failure becomes a command in the log", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const lines = failureLines(reports.hostileFailure(text), reports.RUN.docs).flatMap(logLines);
      expect(commandsIn(lines.join("\n"))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

function all(node: Nodes, tagName: string): readonly Nodes[] {
  if (node.type === "element" && node.tagName === tagName) return [node];
  return "children" in node ? node.children.flatMap((child) => all(child, tagName)) : [];
}
