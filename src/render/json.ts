import type { Failure } from "../model/failure.ts";
import type {
  DatabaseReport,
  Extra,
  Fix,
  FixBlock,
  GranteeReport,
  Missing,
  Report,
  Warning,
} from "../model/report.ts";
import { docsLink } from "./failure.ts";
import { plain } from "./pen.ts";

/** The report as other programs read it: sentences are plain text. */
export type JsonReport = Written<Report, { databases: readonly JsonDatabase[] }>;
type JsonDatabase = Written<
  DatabaseReport,
  { grantees: readonly JsonGrantee[]; fixes: readonly JsonFixBlock[] }
>;
type JsonGrantee = Written<
  GranteeReport,
  { missing: readonly JsonMissing[]; extra: readonly JsonExtra[]; warnings: readonly JsonWarning[] }
>;
type JsonMissing = Replaced<Missing, { fix: JsonFix }>;
type JsonExtra = Replaced<Extra, { fix: JsonFix }>;
type JsonFix = Omit<Fix, "note"> & { readonly note?: string };
type JsonFixBlock = Omit<FixBlock, "instead"> & { readonly instead?: string };
type JsonWarning = Replaced<Warning, { message: string }>;

interface JsonFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly steps: readonly { readonly text: string; readonly command?: string }[];
  /** Where the failure is explained. */
  readonly docs?: string;
}

type Replaced<T, R> = Omit<T, keyof R> & Readonly<R>;
type Written<T, R> = Replaced<Omit<T, "error">, R> & { readonly error?: JsonFailure };

/** A deeper value is on one line, so that each finding is one line for grep and diff. */
const DEPTH_OF_FINDINGS = 6;

/**
 * The JSON report. Its schema is docs/report.schema.json. A workflow may print the file in the job's log, so nothing in
 * it may be a command to the runner (see `logLine`).
 */
export function renderJson(report: Report): string {
  const parts: string[] = [];
  write(parts, jsonOf(report), 0);
  return `${parts.join("").replaceAll("##[", "#\\u0023[")}\n`;
}

function jsonOf(report: Report): JsonReport {
  const { version, mode, onExtra, verdict, error, run, databases } = report;
  return {
    version,
    mode,
    ...(onExtra && { onExtra }),
    verdict,
    ...(error && { error: failureOf(error, report) }),
    ...(run && { run }),
    databases: databases.map((database) => ({
      ...withFailure(database, report),
      grantees: database.grantees.map((grantee) => ({
        ...withFailure(grantee, report),
        missing: grantee.missing.map(withFix),
        extra: grantee.extra.map(withFix),
        warnings: grantee.warnings.map(({ code, message }) => ({ code, message: plain.sentence(message) })),
      })),
      fixes: database.fixes.map(({ instead, ...block }) => ({
        ...block,
        ...(instead && { instead: plain.sentence(instead) }),
      })),
    })),
  };
}

function withFailure<T extends { readonly error?: Failure }>(
  { error, ...rest }: T,
  report: Report,
): Omit<T, "error"> & { readonly error?: JsonFailure } {
  return error ? { ...rest, error: failureOf(error, report) } : rest;
}

function failureOf(failure: Failure, report: Report): JsonFailure {
  const { code, message, problems = [], hint, steps } = failure;
  const docs = docsLink(failure, report);
  return {
    code,
    message: [plain.sentence(message), ...problems.map((problem) => `- ${plain.sentence(problem)}`)].join(
      "\n",
    ),
    hint: plain.sentence(hint),
    steps: steps.map(({ text, command }) => ({
      text: plain.sentence(text),
      ...(command !== undefined && { command }),
    })),
    ...(docs && { docs }),
  };
}

function withFix<F extends Missing>(finding: F): Omit<F, "fix"> & { readonly fix: JsonFix } {
  const { note, ...fix } = finding.fix;
  return { ...finding, fix: note ? { ...fix, note: plain.sentence(note) } : fix };
}

/** Adds the parts of a value's JSON; joined once, because each join copies what may be 100 MB. */
function write(parts: string[], value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null || depth === DEPTH_OF_FINDINGS) {
    parts.push(JSON.stringify(value));
    return;
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const indent = `\n${"  ".repeat(depth)}`;
  const [first, next] = [`${open}${indent}  `, `,${indent}  `];
  let before = first;
  const add = (item: unknown, name = "") => {
    if (item === undefined) return;
    parts.push(before, name);
    before = next;
    write(parts, item, depth + 1);
  };
  if (Array.isArray(value)) for (const item of value) add(item);
  else for (const [key, item] of Object.entries(value)) add(item, `${JSON.stringify(key)}: `);
  parts.push(before === first ? `${open}${close}` : `${indent}${close}`);
}
