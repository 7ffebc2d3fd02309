import { shell, step } from "../../diagnosis/commands.ts";
import type { Failure } from "../../model/failure.ts";
import { code, inOurWords, sentence } from "../../model/sentence.ts";

/** There is no repository to open an issue in. */
export const OUTSIDE_WORKFLOW: Failure = {
  code: "issues-outside-workflow",
  message: inOurWords("`GITHUB_REPOSITORY` is not set."),
  hint: inOurWords("The action does not run in a GitHub workflow, and only GitHub has the issues."),
  steps: [step("Omit `drift-issue` here.")],
};

/** The token cannot be sent as it is. */
export const MALFORMED_TOKEN: Failure = {
  code: "issues-token-malformed",
  message: inOurWords("`github-token` is empty or contains characters that no token has."),
  hint: inOurWords("The secret that it is set to does not exist, or has a line break at its end."),
  steps: [step("Omit `github-token` to use the job's own token, or correct the secret.")],
};

/**
 * GitHub made an issue without its label, as it does for people without triage access.
 * @param issue its number
 */
export function labelDropped(label: string, issue: number): Failure {
  return {
    code: "issues-label-dropped",
    message: sentence`GitHub dropped the label ${code(label)} of issue ${code(`#${issue}`)}.`,
    hint: inOurWords(
      "`github-token` cannot set labels. The next run finds the issue by its label, and would open another one.",
    ),
    steps: [
      step("Add the label by hand:", `gh issue edit ${shell(`${issue}`)} --add-label ${label}`),
      step("Omit `github-token`, and set `permissions: issues: write` on the job."),
    ],
  };
}
