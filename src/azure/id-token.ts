import { diagnose, explain } from "../diagnosis/diagnose.ts";
import { ActionError } from "../model/failure.ts";
import { code, sentence } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";

/**
 * GitHub's ID token for this job: what Entra takes as proof of who it is. The library masks it in the log.
 * @param audience what Entra wants to find in it, by cloud
 * @throws ActionError if the job may not have one, and if GitHub gives none
 */
export async function idToken(audience: string, env: Env = process.env): Promise<string> {
  // Checked first: the library's own message does not say what to do. https://github.com/actions/toolkit/issues/952
  for (const variable of ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]) {
    if (env[variable]) continue;
    throw new ActionError(
      explain("oidc-not-permitted", sentence`${code(variable)} is not set.`, { with: "github" }),
    );
  }
  try {
    // With an HTTP client, which a run with a password does without.
    const { getIDToken } = await import("@actions/core");
    return await getIDToken(audience);
  } catch (error) {
    const host = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error, { with: "github", host }), { cause: error });
  }
}
