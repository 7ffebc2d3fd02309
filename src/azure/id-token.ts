import { diagnose } from "../diagnosis/diagnose.ts";
import { boundAnswer, wayTo } from "../https.ts";
import { maskSent } from "../mask.ts";
import { ActionError } from "../model/failure.ts";
import type { Env } from "../model/settings.ts";
import { within } from "../retry.ts";
import { rememberSent } from "../text/secrets.ts";
import { notJson } from "./refusals.ts";

/**
 * Requests GitHub's ID token for this job and masks it in the log, as `getIDToken` of `@actions/core` does, but in limited
 * time and without following a redirect, which would take the token to another host.
 * @param audience the audience that Entra expects in the token
 * @param answerTime how long the request may take, in milliseconds
 * @throws ActionError if the job may not have a token, or GitHub gives none
 */
export async function idToken(audience: string, env: Env, answerTime: number): Promise<string> {
  try {
    return await within(answerTime, request(audience, env));
  } catch (error) {
    const host = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error, { with: "github", ...wayTo(host, env) }), { cause: error });
  }
}

async function request(audience: string, env: Env): Promise<string> {
  const url = variable("ACTIONS_ID_TOKEN_REQUEST_URL", env);
  const token = variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", env);
  rememberSent(token);
  // With an HTTP client, which a run with a password does without.
  const { HttpClient } = await import("@actions/http-client");
  const http = new HttpClient("azure-postgres-grants", [], { allowRedirects: false });
  const response = await http.get(`${url}&audience=${encodeURIComponent(audience)}`, {
    authorization: `Bearer ${token}`,
    accept: "application/json",
  });
  const status = response.message.statusCode ?? 0;
  let body = "";
  for await (const chunk of response.message.setEncoding("utf8")) {
    body += chunk;
    boundAnswer(body.length);
  }
  if (status !== 200)
    throw new Error(`Failed to get ID Token. Error Code : ${status} Error Message: ${wordsIn(body, status)}`);
  const { value } = (JSON.parse(body) ?? {}) as { value?: unknown };
  if (typeof value !== "string" || value === "") throw new Error("Response json body do not have ID Token field");
  return maskSent(value);
}

// Errors are in the words of @actions/core, which people search for.

function variable(name: string, env: Env): string {
  const value = env[name];
  if (!value) throw new Error(`Unable to get ${name} env variable`);
  return value;
}

/** The service that runs jobs explains a refusal in `errorMessage`, GitHub's API in `message`, and a proxy in HTML. */
function wordsIn(body: string, status: number): string {
  try {
    const { errorMessage, message } = JSON.parse(body) as Record<string, unknown>;
    return String(errorMessage ?? message ?? body.slice(0, 200));
  } catch {
    return notJson(status, "", body)?.message ?? "";
  }
}
