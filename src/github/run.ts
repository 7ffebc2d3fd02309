import type { RunFacts } from "../model/report.ts";
import type { Env } from "../model/settings.ts";

/** The version in package.json; a test compares. */
export const ACTION_VERSION = "0.0.0";

const GITHUB = "https://github.com";

/**
 * When the run started, how long it took until now, and where to read more about it. Variables:
 * https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables
 */
export function runFacts(startedAt: Date, env: Env): RunFacts {
  return {
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    actionVersion: ACTION_VERSION,
    url: runUrl(env),
    docs: docsUrl(env),
  };
}

/** The page of this workflow run; undefined outside a workflow. */
export function runUrl({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }: Env): string | undefined {
  if (!GITHUB_RUN_ID || !GITHUB_REPOSITORY) return undefined;
  return `${GITHUB_SERVER_URL || GITHUB}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

/**
 * The folder of the documentation of this version; undefined for a local action (`uses: ./`), for which the runner sets
 * neither variable.
 */
export function docsUrl({ GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF }: Env): string | undefined {
  if (!GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return undefined;
  return `${GITHUB_SERVER_URL || GITHUB}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/docs`;
}
