import type { Report } from "../model/report.ts";

/** Deeper than this, a value stands on one line: a finding is a line, to read, to grep and to compare. */
const DEPTH_OF_FINDINGS = 6;

/**
 * The JSON report. Its schema is docs/report.schema.json. Somebody will print the file in the job's log, so that
 * nothing in it may be a command to the runner (see `logLine`).
 */
export function renderJson(report: Report): string {
  return `${render(report, 0).replaceAll("##[", "#\\u0023[")}\n`;
}

function render(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null || depth === DEPTH_OF_FINDINGS)
    return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => render(item, depth + 1))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${render(item, depth + 1)}`);
  if (items.length === 0) return `${open}${close}`;
  const indent = "  ".repeat(depth);
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(",\n")}\n${indent}${close}`;
}
