import { appendFileSync } from "node:fs";
import { notice, setFailed, warning } from "@actions/core";
import type { Failure } from "../model/failure.ts";
import type { Env } from "../model/settings.ts";
import { failureBlocks, failureLines } from "../render/failure.ts";
import { ICONS } from "../render/phrases.ts";
import { visible } from "../text/escape.ts";
import { docsUrl } from "./run.ts";

/**
 * Fails the step with a failure.
 * @param title the action, and what it could not do: the summaries of a job's steps follow one another without names
 */
export function failStep(title: string, failure: Failure, env: Env): void {
  publishFailure(setFailed, `### ${ICONS.error} Azure Postgres Grants, ${title}`, failure, env);
}

/**
 * Publishes a failure in an annotation, and in the job summary, where its commands can be copied.
 * @param annotate takes the lines of the annotation
 * @param heading Markdown, for the job summary
 */
export function publishFailure(annotate: (lines: string) => void, heading: string, failure: Failure, env: Env): void {
  const docs = docsUrl(env);
  annotate(failureLines(failure, docs).join("\n"));
  addToSummary(() => `${[heading, ...failureBlocks(failure, docs)].join("\n\n")}\n\n`, env);
}

let isNoticed = false;

/** Adds Markdown to the job summary. If that is not possible, the log says so (a variable that is not set, once). */
export function addToSummary(render: () => string, { GITHUB_STEP_SUMMARY: file }: Env): void {
  if (file) return void orWarn("write the job summary", () => appendFileSync(file, render()));
  if (!isNoticed) notice("There is no job summary, because GITHUB_STEP_SUMMARY is not set. The log has the result.");
  isNoticed = true;
}

/**
 * Runs a part of the publication. An error becomes a warning, because it must not hide the result of the step.
 * @param what a verb and its object, for the warning
 */
export function orWarn<T>(what: string, task: () => T): T | undefined {
  try {
    return task();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warning(visible(`Could not ${what}: ${why}. This does not change the result of the step.`));
    return undefined;
  }
}
