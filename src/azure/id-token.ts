import { diagnose } from "../diagnosis/diagnose.ts";
import { ActionError } from "../model/failure.ts";
import type { Env } from "../model/settings.ts";

/**
 * GitHub's ID token for this job: what Entra takes as proof of who it is. The library masks it in the log.
 * @param audience what Entra wants to find in it, by cloud
 * @throws ActionError when the job may not have one, and when GitHub gives none
 */
export async function idToken(audience: string, env: Env = process.env): Promise<string> {
  // Checked first: the library's own message does not name the cure. https://github.com/actions/toolkit/issues/952
  for (const name of ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]) {
    if (!env[name]) throw failed(new Error(`Unable to get ${name} env variable`));
  }
  try {
    // With an HTTP client, which a run with a password does without.
    const { getIDToken } = await import("@actions/core");
    return await getIDToken(audience);
  } catch (error) {
    throw failed(error);
  }
}

function failed(error: unknown): ActionError {
  return new ActionError(diagnose(error, { with: "github" }), { cause: error });
}
