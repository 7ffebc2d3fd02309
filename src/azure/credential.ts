import { info } from "@actions/core";
import type { AccessToken, TokenCredential, TokenCredentialOptions } from "@azure/identity";
import { claimsOf } from "../diagnosis/claims.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { maskSent } from "../mask.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import type { EntraSignIn, Env, PasswordProvider, Settings, SignIn } from "../model/settings.ts";
import { checkProxy, proxyTo } from "../proxy.ts";
import { noAnswer, PATIENCE, type Patience, retryingFailures, within } from "../retry.ts";
import { logLine } from "../text/escape.ts";
import { rememberSent, withoutSecrets } from "../text/secrets.ts";
import { httpClient } from "./http-client.ts";
import { idToken } from "./id-token.ts";
import { authorityNotHttps, TLS_CHECKS_OFF } from "./obstacles.ts";

/** `@azure/identity` does not export this type. */
type PipelinePolicy = NonNullable<TokenCredentialOptions["additionalPolicies"]>[number]["policy"];

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

  const request = () =>
    retryingFailures(
      () => requestToken(how, cloud, scope, env, patience.answerTime, signal),
      (line) => info(logLine(line)),
      { ...patience, maxTime: Math.min(patience.maxTime, MAX_TIME) },
      signal,
    ).catch((error: unknown) => {
      throw error instanceof ActionError ? withoutRetries(error) : error;
    });
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

/** The last attempt to sign in starts within this time, in milliseconds, so all of them end within a minute. */
const MAX_TIME = 40_000;

/** The failure of a sign-in after its last attempt: the caller must not try again, either. */
function withoutRetries({ failure, cause }: ActionError): ActionError {
  const { retries: _, ...last } = failure;
  return new ActionError(last, { cause });
}

/** How long a token has to be valid for a new connection, in milliseconds. */
const MARGIN = 60_000;

async function requestToken(
  how: EntraSignIn,
  cloud: Cloud,
  scope: string,
  env: Env,
  answerTime: number,
  signal?: AbortSignal,
): Promise<AccessToken> {
  let assertion: Promise<string> | undefined;
  /** One assertion for one token request, though the library asks for it twice. */
  const getAssertion = () => {
    assertion ??= idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const requests = watchRequests(answerTime);
  try {
    const authorityHost = authorityOf(cloud, env);
    if (how.type === "oidc") getAssertion().catch(() => {}); // GitHub answers while the library loads
    const identity = await import("@azure/identity"); // a run with a password does without
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority, // only Microsoft's own hosts can be looked up
      httpClient: await httpClient(),
      retryOptions: { maxRetries: 0 }, // `retryingFailures` does it, and logs it
      additionalPolicies: [{ policy: requests.policy, position: "perRetry" as const }],
    };
    const credential = credentialFor(how, identity, options, getAssertion);
    const token = await within(TOKEN_TIME, credential.getToken(scope), signal);
    if (token === null) throw new Error("Entra gave no token.");
    maskSent(token.token);
    return token;
  } catch (error) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed: unknown) => failed);
    if (sent instanceof ActionError) throw sent; // the request to GitHub failed, and the library's error hides it
    if (error instanceof ActionError) throw error;
    const { problem, host } = requests;
    const known = problem instanceof NotJson ? problem : new AggregateError([error, problem]);
    const peer = { with: "entra", host, proxy: proxyTo(host, env), cloud } as const;
    const context = { ...peer, signIn: how, assertion: claimsOf(String(sent)) };
    throw new ActionError(diagnose(known, context), { cause: known });
  }
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
      return how.clientId === undefined
        ? new identity.ManagedIdentityCredential(options)
        : new identity.ManagedIdentityCredential({ ...options, clientId: how.clientId });
    case "azure-cli":
      return new identity.AzureCliCredential({ processTimeoutInMs: CLI_TIME });
  }
}

/** `az` is slow to start; milliseconds. */
const CLI_TIME = 40_000;

/** How long one token may take, in milliseconds: `az` starts processes that outlive it, and the library repeats requests. */
const TOKEN_TIME = 45_000;

/** The SDK's own variable wins: https://learn.microsoft.com/javascript/api/@azure/identity/azureauthorityhosts */
function authorityOf(cloud: Cloud, env: Env): string {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new ActionError(TLS_CHECKS_OFF);
  checkProxy(env);
  const authority = env.AZURE_AUTHORITY_HOST || cloud.authority;
  if (URL.parse(authority)?.protocol === "https:") return authority;
  throw new ActionError(authorityNotHttps(cloud));
}

/** A policy that limits the time of each request and keeps the last error, which MSAL's own errors do not contain. */
function watchRequests(answerTime: number) {
  const last: { policy: PipelinePolicy; host?: string; problem?: unknown } = {
    policy: {
      name: "watchRequests",
      async sendRequest(request, next) {
        request.timeout = answerTime;
        last.host = new URL(request.url).host;
        try {
          const response = await within(answerTime, next(request)); // `timeout` ends with the headers
          last.problem = notJson(response.status, response.headers.get("content-type"), response.bodyAsText);
          return response;
        } catch (error) {
          const late = error instanceof Error && error.name === "AbortError"; // only that clock aborts
          last.problem = late ? noAnswer(answerTime) : error;
          throw error;
        }
      },
    },
  };
  return last;
}

/** An answer that did not come from Entra. MSAL's own error contains all its headers. */
class NotJson extends Error {
  readonly code = "NOT_JSON";
  readonly status: number;

  constructor(status: number, words: string) {
    super(`HTTP status ${status} with ${words}`);
    this.status = status;
  }
}

function notJson(status: number, type = "", body: string | null | undefined = ""): NotJson | undefined {
  if (!body?.trim()) return new NotJson(status, "an empty answer");
  try {
    JSON.parse(body);
    return undefined;
  } catch {
    const said = withoutSecrets(body);
    const title = said.match(/<title>([^<]{1,200})/i)?.[1]?.trim();
    if (/html/i.test(type) || /^\s*<(!doctype|html)/i.test(body)) {
      return new NotJson(status, title ? `an HTML page, "${title}"` : "an HTML page");
    }
    return new NotJson(status, `an answer that is not JSON: ${said.slice(0, 200)}`);
  }
}
