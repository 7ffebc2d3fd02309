import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { signIn } from "../azure/credential.ts";
import { httpClient } from "../azure/http-client.ts";
import { notJson } from "../azure/refusals.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import { withFullStop } from "../model/sentence.ts";
import type { Env, Settings } from "../model/settings.ts";
import { proxyTo } from "../proxy.ts";
import { plain } from "../render/pen.ts";
import { type Retry, retrying, within } from "../retry.ts";
import { withoutSecrets } from "../text/secrets.ts";
import { diagnoseResourceManager } from "./errors.ts";
import { say } from "./log.ts";
import { managerNotHttps } from "./obstacles.ts";
import type { Permission, ServerId } from "./server.ts";

/** Azure's resource manager, for one server. */
export interface ResourceManager {
  readonly server: ServerId;
  /**
   * Sends a request, and sends it again: while there is time after a failure that passes, once after one that may pass.
   * @throws ActionError; the reason of `stop`, when it aborts
   */
  readonly send: (request: Request) => Promise<PipelineResponse>;
  /**
   * The error with its cause and the next steps.
   * @throws the reason of `stop`, if that has aborted
   */
  readonly explained: (error: unknown, permission: Permission) => ActionError;
  /** Ends every request and every wait. */
  readonly stop: AbortSignal;
}

/** A request to the resource manager. */
export interface Request {
  readonly method: HttpMethods;
  /** A path, or the whole address that an answer of Azure has. */
  readonly path: string;
  /** The permission that the login needs for it. */
  readonly permission: Permission;
  readonly body?: unknown;
  /** When the last attempt may start, as `Date.now()` gives it. */
  readonly end: number;
  /** Called before each further attempt. */
  readonly onRetry?: () => void;
}

/** How long one answer may take, and how long to wait before a retry, unless Azure says how long. In milliseconds. */
const TIMES = { answer: 30_000, retry: 5_000 };

/**
 * https://learn.microsoft.com/rest/api/postgresql/operation-groups. Every request carries it: polls have the one that
 * Azure put in their address.
 */
const API_VERSION = "2025-08-01";

/**
 * The resource manager of the cloud. It asks for a token with its first request.
 * @throws ActionError if AZURE_RESOURCE_MANAGER_URL is not an https address
 */
export function resourceManager(
  settings: Pick<Settings, "signIn" | "cloud">,
  server: ServerId,
  env: Env,
  stop: AbortSignal,
): ResourceManager {
  const { signIn: how, cloud } = settings;
  const base = baseUrl(cloud, env);
  const peer = { host: base.host, proxy: proxyTo(base.host, env) };
  const token = signIn(settings, env, stop, { scope: cloud.resourceManagerScope });
  const clientId = "clientId" in how ? how.clientId : undefined;
  let sending: ReturnType<typeof sender> | undefined;

  function explained(error: unknown, permission: Permission): ActionError {
    stop.throwIfAborted();
    if (error instanceof ActionError) return error;
    const failure = diagnoseResourceManager(error, { permission, server, ...peer, clientId });
    return new ActionError(failure, { cause: error });
  }

  async function send({ method, path, permission, body, end, onRetry }: Request): Promise<PipelineResponse> {
    let bearer = "";
    let expired: string | undefined;
    const attempt = async () => {
      try {
        bearer = await token(expired);
        sending ??= sender();
        const answer = await (await sending)(method, addressOf(path, base), bearer, body, stop);
        if (answer.status >= 400) throw refusedBy(answer);
        return answer;
      } catch (error) {
        throw explained(error, permission);
      }
    };
    const retryAfter = (error: unknown, attempts: number): Retry | undefined => {
      const { retries = 0, code } = error instanceof ActionError ? error.failure : {};
      if (!(error instanceof ActionError) || retries === 0 || (retries === 1 && attempts > 1))
        return undefined;
      if (code === "azure-token-expired") expired = bearer;
      onRetry?.();
      const wait = (error.cause as Partial<Refusal>).wait ?? TIMES.retry;
      const what = plain.sentence(withFullStop(error.failure.message));
      return { wait, line: `${what} Trying again in ${Math.ceil(wait / 1000)} s.` };
    };
    return retrying(attempt, retryAfter, { end, say, signal: stop });
  }

  return { server, send, explained, stop };
}

/** Azure's own pipeline, for its proxies and compression. It neither retries nor follows: `send` does the first. */
async function sender() {
  const pipelines = await import("@azure/core-rest-pipeline");
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 }, // a redirect could take the token elsewhere
  });
  const client = await httpClient();

  return async (method: HttpMethods, url: string, bearer: string, body: unknown, stop: AbortSignal) => {
    const headers = pipelines.createHttpHeaders({
      accept: "application/json",
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    });
    const ending = new AbortController();
    const request = pipelines.createPipelineRequest({
      method,
      url,
      headers,
      abortSignal: ending.signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    try {
      // The pipeline itself would wait for ever for a compressed body that stops.
      return await within(TIMES.answer, pipeline.sendRequest(client, request), stop);
    } catch (error) {
      ending.abort();
      throw error;
    }
  };
}

/** `AZURE_RESOURCE_MANAGER_URL` replaces the resource manager of the cloud, as `AZURE_AUTHORITY_HOST` its authority. */
function baseUrl(cloud: Cloud, env: Env): URL {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError(managerNotHttps());
}

/**
 * The address of a request.
 * @throws if a token for `base` must not go there: only to the same host, or to Azure's own for a region of it
 */
function addressOf(path: string, base: URL): string {
  const url = new URL(path, base);
  const isRegional =
    url.protocol === "https:" && url.port === base.port && url.hostname.endsWith(`.${base.hostname}`);
  if (url.origin !== base.origin && !isRegional)
    throw new Error(`${url.origin} is not a part of ${base.origin}.`);
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  return url.href;
}

/** https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
export interface AzureError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** An answer of 400 or more, or an operation that failed. The message has Azure's code and words, as people search for them. */
interface Refusal extends Error {
  readonly status: number;
  /** Azure's own; empty if the answer has none. */
  readonly code: string;
  /** The milliseconds to wait before the next request, if Azure says so. */
  readonly wait: number | undefined;
}

export function refusal(answer: PipelineResponse, code: unknown, message: unknown): Refusal {
  const facts = { status: answer.status, code: String(code), wait: waitIn(answer) };
  const codeAndStatus =
    facts.code === "" ? `HTTP status ${facts.status}` : `${facts.code} (HTTP status ${facts.status})`;
  return Object.assign(new Error(`${codeAndStatus}: ${message}`), facts);
}

function refusedBy(answer: PipelineResponse): Error {
  const { status, headers, bodyAsText } = answer;
  const page = bodyAsText ? notJson(status, headers.get("content-type"), bodyAsText) : undefined;
  if (page !== undefined) return Object.assign(page, { wait: waitIn(answer) });
  const { error } = (parsed(answer) ?? {}) as { error?: AzureError };
  const text =
    typeof error?.message === "string" ? error.message : withoutSecrets(bodyAsText ?? "").slice(0, 300);
  return refusal(answer, error?.code ?? "", text);
}

/** True if Azure itself says that a resource does not exist: a 404 without Azure's error may come from a proxy. */
export function isMissing({ cause }: ActionError): boolean {
  const { status, code = "" } = cause as Partial<Refusal>;
  return (
    status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code)
  );
}

/** The milliseconds to wait that an answer asks for: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function waitIn({ headers }: PipelineResponse): number | undefined {
  const seconds = Number(headers.get("retry-after"));
  return seconds > 0 ? 1000 * seconds : undefined;
}

/** The JSON of an answer; undefined if it is none. */
export function parsed({ bodyAsText }: PipelineResponse): unknown {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return undefined;
  }
}
