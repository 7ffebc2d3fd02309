import { appendFileSync } from "node:fs";
import { notice, warning } from "@actions/core";
import type { Env } from "../model/settings.ts";
import { visible } from "../text/escape.ts";

/** Adds Markdown to the job summary. Where that is not possible, the log says so and nothing fails. */
export function addToSummary(render: () => string, { GITHUB_STEP_SUMMARY: file }: Env): void {
  if (file) orWarn("write the job summary", () => appendFileSync(file, render()));
  else notice("There is no job summary, because GITHUB_STEP_SUMMARY is not set. The log has the result.");
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
