import { shell } from "../../diagnosis/commands.ts";
import { type Failure, failure, run } from "../../model/failure.ts";
import { code, sentence } from "../../model/sentence.ts";

/** The token cannot be sent as it is. */
export const MALFORMED_TOKEN = failure({
  code: "issues-token-malformed",
  message: "`github-token` is empty or contains characters that no token has.",
  hint: "The secret that it is set to does not exist, or has a line break at its end.",
  steps: ["Omit `github-token` to use the job's own token, or correct the secret."],
});

/**
 * GitHub made an issue without its label, as it does for people without triage access.
 * @param issue its number
 */
export function labelDropped(label: string, issue: number): Failure {
  return failure({
    code: "issues-label-dropped",
    message: sentence`GitHub dropped the label ${code(label)} of issue ${code(`#${issue}`)}.`,
    hint: "`github-token` cannot set labels. The next run finds the issue by its label, and would open another one.",
    steps: [
      "Add the label by hand. The first command fails if the repository has it already:",
      run(`gh label create ${label}`, `gh issue edit ${shell(`${issue}`)} --add-label ${label}`),
      "Omit `github-token`, and set `permissions: issues: write` on the job.",
    ],
  });
}
