import { readdirSync } from "node:fs";
import { parse } from "yaml";
import { readText } from "../project/project.ts";

/** The example workflows, by file name. */
export const EXAMPLES: readonly string[] = readdirSync(`${import.meta.dirname}/../../examples`).filter((name) =>
  name.endsWith(".yml"),
);

/** What an expression may ask for, by context and name: `{ vars: { AZURE_TENANT_ID: "…" } }`. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ExampleStep {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface ExampleJob {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: {
    readonly "max-parallel"?: number;
    readonly matrix: Readonly<Record<string, readonly unknown[]>>;
  };
  readonly with?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly ExampleStep[];
}

/** A job of an example, as written. */
export function jobOf(file: string, job: string): ExampleJob {
  const { jobs } = parse(readText(`examples/${file}`)) as { jobs: Record<string, ExampleJob> };
  const found = jobs[job];
  if (found === undefined) throw new Error(`examples/${file} has no job ${job}`);
  return found;
}

/** The one step of a job that runs the action, and its inputs with all expressions resolved. */
export function inputsOf(file: string, job: string, contexts: Contexts): Record<string, string> {
  const ours = (jobOf(file, job).steps ?? []).filter(({ uses }) => uses === "OWNER/azure-postgres-grants@v1");
  const [step] = ours;
  if (ours.length !== 1 || step?.with === undefined) throw new Error(`examples/${file} has ${ours.length} steps`);
  return resolved(step.with, contexts);
}

/** Values with each `${{ context.name }}` replaced; one that the contexts do not hold is an error. */
export function resolved(values: Readonly<Record<string, unknown>>, contexts: Contexts): Record<string, string> {
  const entries = Object.entries(values).map(([name, value]) => [name, resolve(String(value), contexts)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function resolve(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{ (.+?) \}\}/g, (expression, path: string) => {
    const [context = "", ...names] = path.split(".");
    const value = contexts[context]?.[names.join(".")];
    if (value === undefined) throw new Error(`${expression} is not known here`);
    return value;
  });
}
