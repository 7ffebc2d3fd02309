import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import type { HttpClient, PipelineResponse } from "@azure/core-rest-pipeline";
import type { AccessToken, TokenCredential, TokenCredentialOptions } from "@azure/identity";
import { claimsOf } from "../diagnosis/claims.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { addressIn, checkHttps, wayTo } from "../https.ts";
import { say } from "../log.ts";
import { maskSent } from "../mask.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import type { EntraSignIn, Env, PasswordProvider, Settings, SignIn } from "../model/settings.ts";
import { noAnswer, PATIENCE, type Patience, retryingFailures, within } from "../retry.ts";
import { rememberSent } from "../text/secrets.ts";
import { azureCliToken } from "./azure-cli.ts";
import { httpClient } from "./http-client.ts";
import { idToken } from "./id-token.ts";
import { identityRefusal, notJson } from "./refusals.ts";

/**
 * Signs in when the password is asked for, and not before.
 * @param signal ends a sign-in that is under way
 * @param options `scope`: the scope of the token, if it is not for PostgreSQL
 * @returns a function that throws an `ActionError`, after its own retries
 */
export function signIn(
  settings: Pick<Settings, "signIn" | "cloud">,
  env: Env,
  signal?: AbortSignal,
  options: { readonly scope?: string; readonly patience?: Patience } = {},
): PasswordProvider {
  const { signIn: how, cloud } = settings;
  const { scope = cloud.postgresScope, patience = PATIENCE } = options;
  for (const secret of sentBy(how, env)) rememberSent(secret);
  if (how.type === "password") return async () => how.password;

  const attempt = () => requestToken(how, cloud, scope, env, patience.answerTime, signal);
  const request = () => retryingFailures(attempt, say, patience, signal).catch(throwWithoutRetries);
  let current: Promise<AccessToken> | undefined;
  return async (refused) => {
    const held = current;
    if (held !== undefined) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused && expiresOnTimestamp > Date.now() + MARGIN) return token;
      if (current === held) current = undefined; // the first caller to find it stale requests a new one for all
    }
    current ??= request(); // a failure stays, because `request` has its own retries
    return (await current).token;
  };
}

/** The secrets that this sign-in sends, the tokens aside. */
function sentBy(how: SignIn, { IDENTITY_HEADER = "" }: Env): readonly string[] {
  if (how.type === "password") return [how.password];
  return how.type === "client-secret" ? [how.clientSecret] : [IDENTITY_HEADER];
}

/** After the last attempt, the caller must not try again, either. The failure may still pass until the next run. */
function throwWithoutRetries(error: unknown): never {
  if (!(error instanceof ActionError) || !error.failure.retries) throw error;
  throw new ActionError({ ...error.failure, retries: 0 }, { cause: error.cause });
}

/** How long a token has to be valid for a new connection, in milliseconds. */
const MARGIN = 60_000;

async function requestToken(
  given: EntraSignIn,
  cloud: Cloud,
  scope: string,
  env: Env,
  answerTime: number,
  signal?: AbortSignal,
): Promise<AccessToken> {
  const { how, tokenFile } = ofPod(given, env) ?? { how: given };
  let assertion: Promise<string> | undefined;
  const tokenIn = (file: string) => readFile(file, "utf8").then((text) => maskSent(text.trim()));
  /** One assertion for one token request, though the library asks for it twice. */
  const getAssertion = () => {
    assertion ??= tokenFile ? tokenIn(tokenFile) : idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const last: LastRequest = { answerTime, type: how.type };
  try {
    checkHttps(env);
    // The SDK's own variable: https://learn.microsoft.com/javascript/api/@azure/identity/azureauthorityhosts
    const authorityHost = addressIn("AZURE_AUTHORITY_HOST", cloud.authority, env);
    if (how.type === "oidc") getAssertion().catch(() => {}); // GitHub answers while the library loads
    const identity = await import("@azure/identity"); // a run with a password does without
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority, // only Microsoft's own hosts can be looked up
      httpClient: await watchedClient(),
      retryOptions: { maxRetries: 0 }, // `retryingFailures` does it, and logs it
    };
    const credential = credentialFor(how, identity, options, getAssertion);
    const getToken = () => credential.getToken(scope);
    const token = await within(TOKEN_TIME, LAST.run(last, getToken), signal);
    if (token === null) throw new Error("Entra gave no token.");
    maskSent(token.token);
    return token;
  } catch (error) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed: unknown) => failed);
    if (sent instanceof ActionError) throw sent; // the request to GitHub failed, and the library's error hides it
    if (error instanceof ActionError) throw error;
    const { refusal, problem, host } = last;
    const known = refusal ?? new AggregateError([problem, error]);
    const peer = { with: "entra", ...wayTo(host, env), cloud, signIn: how } as const;
    const runner = { inApp: env.IDENTITY_HEADER !== undefined, inPod: tokenFile !== undefined };
    throw new ActionError(diagnose(known, { ...peer, ...runner, assertion: claimsOf(String(sent)) }), { cause: known });
  }
}

/**
 * How a pod with Azure Workload Identity signs in: with the ID token of its service account, by the variables for which
 * `ManagedIdentityCredential` does the same: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
 */
function ofPod(how: EntraSignIn, env: Env) {
  const { AZURE_CLIENT_ID, AZURE_TENANT_ID: tenantId, AZURE_FEDERATED_TOKEN_FILE: tokenFile } = env;
  if (how.type !== "managed-identity" || !tenantId || !tokenFile) return undefined;
  const clientId = how.clientId || AZURE_CLIENT_ID;
  return clientId ? ({ how: { type: "oidc", clientId, tenantId }, tokenFile } as const) : undefined;
}

function credentialFor(
  how: EntraSignIn,
  identity: typeof import("@azure/identity"),
  options: TokenCredentialOptions & { disableInstanceDiscovery: boolean },
  getAssertion: () => Promise<string>,
): TokenCredential {
  switch (how.type) {
    case "oidc":
      return new identity.ClientAssertionCredential(how.tenantId, how.clientId, getAssertion, options);
    case "client-secret":
      return new identity.ClientSecretCredential(how.tenantId, how.clientId, how.clientSecret, options);
    case "managed-identity":
      return new identity.ManagedIdentityCredential({ ...options, ...(how.clientId && { clientId: how.clientId }) });
    case "azure-cli":
      return { getToken: (scopes) => azureCliToken(`${scopes}`) };
  }
}

/** How long one token may take, in milliseconds: `az` starts processes that outlive it, and the library repeats requests. */
const TOKEN_TIME = 45_000;

/** The last request for a token: its host, what was answered or went wrong, and how long its answer may take, in milliseconds. */
interface LastRequest {
  readonly answerTime: number;
  readonly type: EntraSignIn["type"];
  host?: string;
  refusal?: Error | undefined;
  problem?: unknown;
}

/** By the attempt that makes the request, because MSAL goes on with the first client that it was given. */
const LAST = new AsyncLocalStorage<LastRequest>();

/** An HTTP client that limits the time of each request and keeps the last error, which MSAL's own errors do not contain. */
async function watchedClient(): Promise<HttpClient> {
  const client = await httpClient();
  return {
    async sendRequest(request) {
      const last = LAST.getStore();
      if (last === undefined) return client.sendRequest(request);
      request.timeout = last.answerTime;
      Object.assign(last, { host: new URL(request.url).host, refusal: undefined, problem: undefined });
      try {
        const response = await within(last.answerTime, client.sendRequest(request)); // `timeout` ends with the headers
        last.refusal = hiddenBy(response, last.type);
        return response;
      } catch (error) {
        const late = error instanceof Error && error.name === "AbortError"; // only that clock aborts
        last.problem = late ? noAnswer(last.answerTime) : error;
        throw error;
      }
    },
  };
}

/** The part of an answer that MSAL's error does not show. */
function hiddenBy({ status, headers, bodyAsText }: PipelineResponse, type: EntraSignIn["type"]) {
  if (status === 401 && headers.has("www-authenticate")) return undefined; // Azure Arc asks for its secret first
  const page = notJson(status, headers.get("content-type"), bodyAsText, headers.get("server"));
  return page ?? (type === "managed-identity" ? identityRefusal(status, `${bodyAsText}`) : undefined);
}
