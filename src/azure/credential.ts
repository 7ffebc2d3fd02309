import { info, setSecret } from "@actions/core";
import type { AccessToken, TokenCredential, TokenCredentialOptions } from "@azure/identity";
import { claimsOf } from "../diagnosis/claims.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import type { EntraSignIn, Env, Settings } from "../model/settings.ts";
import { PATIENCE, type Patience, retryingFailures } from "../retry.ts";
import { logLine } from "../text/escape.ts";
import { idToken } from "./id-token.ts";

/**
 * Returns the password for PostgreSQL: an Entra token, or the password itself. All callers share one token while it is
 * valid.
 * @param refused a token that a server refused: if it is still the current one, a new one is requested
 */
export type PasswordProvider = (refused?: string) => Promise<string>;

/** `@azure/identity` takes such a policy, but does not export its type. */
type PipelinePolicy = NonNullable<TokenCredentialOptions["additionalPolicies"]>[number]["policy"];

/**
 * Nothing happens until the password is asked for.
 * @returns a function that fails with a `ActionError` that is already diagnosed
 */
export function signIn(
  settings: Pick<Settings, "signIn" | "cloud">,
  env: Env = process.env,
  patience: Patience = PATIENCE,
): PasswordProvider {
  const { signIn: how, cloud } = settings;
  if (how.type === "password") return async () => how.password;

  const request = () =>
    retryingFailures(
      () => requestToken(how, cloud, env, patience.answerTime),
      (line) => info(logLine(line)),
      patience,
    );
  let current: Promise<AccessToken> | undefined;
  return async (refused) => {
    const held = current;
    if (held !== undefined) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused && expiresOnTimestamp > Date.now() + MARGIN) return token;
      if (current === held) current = undefined; // the first to find it stale asks, for all of them
    }
    current ??= request(); // a failure stays: it was tried as often as makes sense
    return (await current).token;
  };
}

/** A token is checked when a connection is made: this much of its life, in milliseconds, has to be left. */
const MARGIN = 60_000;

async function requestToken(
  how: EntraSignIn,
  cloud: Cloud,
  env: Env,
  answerTime: number,
): Promise<AccessToken> {
  let assertion: Promise<string> | undefined;
  /** One token request takes one assertion, though the library asks twice for it. */
  const getAssertion = () => {
    assertion ??= idToken(cloud.oidcAudience, env);
    return assertion;
  };
  const wire = watchedWire(answerTime);
  try {
    const authorityHost = authorityOf(cloud, env);
    if (how.type === "oidc") getAssertion().catch(() => {}); // GitHub answers while the library loads
    const identity = await import("@azure/identity"); // a run with a password does without
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority, // only Microsoft's own hosts can be looked up
      retryOptions: { maxRetries: 0 }, // `retryingFailures` does it, and says so
      additionalPolicies: [{ policy: wire.policy, position: "perRetry" as const }],
    };
    const token = await credentialFor(how, identity, options, getAssertion).getToken(cloud.postgresScope);
    if (token === null) throw new Error("Entra gave no token.");
    setSecret(token.token);
    return token;
  } catch (error) {
    const sent = await assertion?.catch((failed: unknown) => failed);
    if (sent instanceof ActionError) throw sent; // GitHub's part failed, and the library's words hide it
    if (error instanceof ActionError) throw error;
    const problem = wire.problem() === undefined ? error : new AggregateError([error, wire.problem()]);
    const context = { with: "entra", cloud, signIn: how, assertion: claimsOf(String(sent)) } as const;
    throw new ActionError(diagnose(problem, context), { cause: problem });
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
const CLI_TIME = 60_000;

/** The SDK's own variable wins: https://learn.microsoft.com/javascript/api/@azure/identity/azureauthorityhosts */
function authorityOf(cloud: Cloud, env: Env): string {
  const problem = (text: string) => new ActionError(diagnose(new Error(text), { with: "entra", cloud }));
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw problem("NODE_TLS_REJECT_UNAUTHORIZED=0 is set");
  const authority = env.AZURE_AUTHORITY_HOST || cloud.authority;
  if (URL.canParse(authority) && new URL(authority).protocol === "https:") return authority;
  throw problem("AZURE_AUTHORITY_HOST is no https:// address");
}

/** Gives each request an end, and remembers what went wrong on the wire with the last: MSAL keeps it to itself. */
function watchedWire(answerTime: number) {
  let problem: unknown;
  const policy: PipelinePolicy = {
    name: "watchedWire",
    async sendRequest(request, next) {
      request.timeout = answerTime;
      try {
        const response = await next(request);
        problem = undefined;
        return response;
      } catch (error) {
        const late = error instanceof Error && error.name === "AbortError"; // nobody aborts but that clock
        problem = late ? new Error("timeout expired") : error;
        throw error;
      }
    },
  };
  return { policy, problem: () => problem };
}
