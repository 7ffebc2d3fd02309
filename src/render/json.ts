import type { Failure } from "../model/failure.ts";
import type { Report } from "../model/report.ts";
import { isSentence, sentence } from "../model/sentence.ts";
import { docsLink } from "./failure.ts";
import { plain } from "./pen.ts";

/** A line break within a finding, or before its end: without them, each finding is one line for grep and diff. */
const IN_FINDING = /\n {14,}|\n {12}(?=[}\]])/g;

/**
 * The JSON report. Its schema is docs/report.schema.json. A workflow may print the file in the job's log: nothing in it
 * may be a command to the runner (see `logLine`).
 */
export function renderJson(report: Report): string {
  const { databases, ...others } = report;
  const inJson = (key: string, value: unknown) => {
    if (key === "error") return failureIn(value as Failure, report.run?.docs);
    return isSentence(value) ? plain.sentence(value) : value;
  };
  const text = JSON.stringify({ ...others, databases }, inJson, 2);
  return `${text.replaceAll(IN_FINDING, " ").replaceAll("##[", "#\\u0023[")}\n`;
}

function failureIn(failure: Failure, docs: string | undefined) {
  const { code, message, problems = [], hint, steps } = failure;
  const lines = [message, ...problems.map((problem) => sentence`- ${problem}`)];
  return { code, message: lines.map(plain.sentence).join("\n"), hint, steps, docs: docsLink(failure, docs) };
}
