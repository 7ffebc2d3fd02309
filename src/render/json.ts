import type { Failure } from "../model/failure.ts";
import type { Report } from "../model/report.ts";
import { isSentence, sentence } from "../model/sentence.ts";
import { docsLink } from "./failure.ts";
import { plain } from "./pen.ts";

/** A deeper value is on one line: each finding is then one line for grep and diff. */
const DEPTH_OF_FINDINGS = 6;

/**
 * The JSON report. Its schema is docs/report.schema.json. A workflow may print the file in the job's log: nothing in it
 * may be a command to the runner (see `logLine`).
 */
export function renderJson(report: Report): string {
  const { version, mode, verdict, error, run, databases } = report;
  const parts: string[] = [];
  write({ version, mode, verdict, error, run, databases }, 0);
  // Joined once, because each join copies what may be 100 MB.
  return `${parts.join("").replaceAll("##[", "#\\u0023[")}\n`;

  function write(value: unknown, depth: number): void {
    if (!isObject(value) || isSentence(value) || depth === DEPTH_OF_FINDINGS) {
      parts.push(JSON.stringify(value, asText));
      return;
    }
    const isList = Array.isArray(value);
    const indent = `\n${"  ".repeat(depth)}`;
    let before = (isList ? "[" : "{") + indent;
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      parts.push(before, isList ? "  " : `  "${key}": `);
      write(key === "error" ? inJson(item as Failure, report) : item, depth + 1);
      before = `,${indent}`;
    }
    const isEmpty = !before.startsWith(",");
    parts.push(isEmpty ? (isList ? "[]" : "{}") : indent + (isList ? "]" : "}"));
  }
}

function inJson(failure: Failure, report: Report) {
  const { code, message, problems = [], hint, steps } = failure;
  const lines = [message, ...problems.map((problem) => sentence`- ${problem}`)];
  return { code, message: lines.map(plain.sentence).join("\n"), hint, steps, docs: docsLink(failure, report) };
}

/** A sentence is plain text in JSON. */
function asText(_key: string, value: unknown): unknown {
  return isSentence(value) ? plain.sentence(value) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
