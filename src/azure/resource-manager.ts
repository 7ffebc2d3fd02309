import { setTimeout } from "node:timers/promises";
import { createHttpPoller, type OperationResponse, type RawResponse } from "@azure/core-lro";
import type { HttpMethods, PipelinePolicy, PipelineResponse } from "@azure/core-rest-pipeline";
import { step } from "../diagnosis/commands.ts";
import { diagnoseResourceManager, type ResourceManagerContext } from "../diagnosis/resource-manager.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import { code, inOurWords, sentence, withFullStop } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { plain } from "../render/pen.ts";
import { noAnswer, type Retry, retrying, within } from "../retry.ts";
import type { PasswordProvider } from "./credential.ts";
import { httpClient } from "./http-client.ts";

/** Requests to Azure's resource manager, each limited in time. */
export interface ResourceManager {
  /**
   * @returns the body of the answer
   * @throws ActionError
   */
  get(path: string, context: RequestContext): Promise<unknown>;
  /**
   * Changes a resource and waits until Azure says that the operation is done.
   * @throws ActionError
   */
  change(method: "PUT" | "DELETE", path: string, context: RequestContext, body?: unknown): Promise<void>;
}

type RequestContext = Pick<ResourceManagerContext, "permission" | "server">;

/**
 * How long one answer may take, and a read or a change with all retries; how long to wait before a retry, after the
 * pipeline's own retries. In milliseconds.
 */
const TIMES = { answer: 30_000, read: 60_000, change: 180_000, retry: 5_000 };

interface Attempt {
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** Called with each answer of 400 or more, because the pipeline may repeat the request instead of returning it. */
  readonly onRefused: (response: PipelineResponse) => void;
}

/**
 * https://learn.microsoft.com/rest/api/postgresql/operation-groups. Every request carries it: polls have the one that
 * Azure put in their address.
 */
const API_VERSION = "2025-08-01";

/**
 * @param token gives a token for `cloud.resourceManagerScope`
 * @param say takes a line for the log before each retry
 * @param stop ends every request and every wait
 * @throws ActionError where AZURE_RESOURCE_MANAGER_URL is not an https address
 */
export function resourceManager(
  { cloud, clientId }: { readonly cloud: Cloud; readonly clientId?: string | undefined },
  token: PasswordProvider,
  env: Env,
  say: (line: string) => void,
  stop: AbortSignal,
): ResourceManager {
  const base = baseUrl(cloud, env);
  let sending: ReturnType<typeof sender> | undefined;

  async function send({ signal, onRefused }: Attempt, method: HttpMethods, path: string, body?: unknown) {
    const url = new URL(path, base);
    if (!isSameService(url, base)) throw new Error(`${url.origin} is not a part of ${base.origin}.`);
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
    sending ??= sender(token);
    const response = await (await sending)({ method, url: url.href, signal, onRefused, body });
    if (response.status >= 400) throw refused(response);
    return { method, path: url.href, response };
  }

  /** An error that may pass is tried again while there is time; then it is explained. */
  function attempts<T>(
    context: RequestContext,
    time: number,
    work: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const end = Date.now() + time;

    async function once(): Promise<T> {
      const clock = AbortSignal.timeout(Math.max(end - Date.now(), 1));
      const signal = AbortSignal.any([clock, stop]);
      let last: PipelineResponse | undefined;
      try {
        return await work({
          signal,
          onRefused: (response) => {
            last = response;
          },
        });
      } catch (error) {
        stop.throwIfAborted();
        const late = error instanceof Error && /^(Abort|Timeout)Error$/.test(error.name);
        // The pipeline may have waited to ask again: then the answer before that is the reason.
        const silence = noAnswer(clock.aborted ? time : TIMES.answer);
        const cause = !late ? error : last === undefined ? silence : refused(last);
        const failure = diagnoseResourceManager(cause, { ...context, host: base.host, clientId });
        throw new ActionError(failure, { cause });
      }
    }

    function retryAfter(error: unknown): Retry | undefined {
      if (!(error instanceof ActionError) || !error.failure.retries) return undefined;
      const what = plain.sentence(withFullStop(error.failure.message));
      return { wait: TIMES.retry, line: `${what} Trying again in ${TIMES.retry / 1000} s.` };
    }

    return retrying(once, retryAfter, { end, say, signal: stop });
  }

  return {
    get: (path, context) =>
      attempts(context, TIMES.read, async (attempt) => parsed((await send(attempt, "GET", path)).response)),
    change: (method, path, context, body) =>
      attempts(context, TIMES.change, async (attempt) => {
        const { signal } = attempt;
        let retryAfter = 0;
        const poller = createHttpPoller(
          {
            sendInitialRequest: async () => {
              const answer = await send(attempt, method, path, body);
              retryAfter = 1000 * (Number(answer.response.headers.get("retry-after")) || 0);
              return forPoller(answer);
            },
            sendPollRequest: async (url) => forPoller(await send(attempt, "GET", url)),
          },
          { skipFinalGet: true },
        );
        await poller.submitted();
        // The poller itself obeys Retry-After only from its second request on.
        if (!poller.isDone) await setTimeout(retryAfter, undefined, { signal });
        await poller.pollUntilDone({ abortSignal: signal });
      }),
  };
}

type Sending = Attempt & { readonly method: HttpMethods; readonly url: string; readonly body: unknown };

/** Azure's own pipeline: proxies, retries as Retry-After asks, and a token in each request. */
async function sender(token: PasswordProvider) {
  const pipelines = await import("@azure/core-rest-pipeline");
  // A redirect could take the token elsewhere.
  const common = pipelines.createPipelineFromOptions({ redirectOptions: { maxRetries: 0 } });
  // The provider keeps the token while it is valid, so the policy need not.
  const getToken = async () => ({ token: await token(), expiresOnTimestamp: Date.now() });
  common.addPolicy(pipelines.bearerTokenAuthenticationPolicy({ credential: { getToken }, scopes: [] }));
  const client = await httpClient();

  return ({ method, url, body, signal, onRefused }: Sending): Promise<PipelineResponse> => {
    const pipeline = common.clone();
    const watch: PipelinePolicy = {
      name: "watch",
      async sendRequest(request, next) {
        const ending = AbortSignal.any([signal, AbortSignal.timeout(TIMES.answer)]);
        request.abortSignal = ending;
        // The pipeline itself would wait for ever for a compressed body that stops.
        const response = await within(Number.POSITIVE_INFINITY, next(request), ending);
        if (response.status >= 400) onRefused(response);
        return response;
      },
    };
    pipeline.addPolicy(watch, { afterPhase: "Retry" });
    const headers = pipelines.createHttpHeaders({ accept: "application/json" });
    if (body !== undefined) headers.set("content-type", "application/json");
    const request = { method, url, headers, abortSignal: signal };
    return pipeline.sendRequest(
      client,
      pipelines.createPipelineRequest(
        body === undefined ? request : { ...request, body: JSON.stringify(body) },
      ),
    );
  };
}

/** `AZURE_RESOURCE_MANAGER_URL` replaces the resource manager of the cloud, as `AZURE_AUTHORITY_HOST` its authority. */
function baseUrl(cloud: Cloud, env: Env): URL {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError({
    code: "resource-manager-not-https",
    message: sentence`${code("AZURE_RESOURCE_MANAGER_URL")} is not an ${code("https://")} address.`,
    hint: inOurWords(
      "The variable is set for the job or on the runner, and replaces the resource manager of `environment`.",
    ),
    steps: [
      step(
        "Remove `AZURE_RESOURCE_MANAGER_URL` from the `env` of the workflow and from the runner, or correct it.",
      ),
    ],
  });
}

/** Whether a token for `base` may go to `url`: the same host, or Azure's own for a region of it. */
function isSameService(url: URL, base: URL): boolean {
  return (
    url.origin === base.origin ||
    (url.protocol === "https:" && url.port === base.port && url.hostname.endsWith(`.${base.hostname}`))
  );
}

/** https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
function refused(response: PipelineResponse): Error {
  const { error } = (parsed(response) ?? {}) as { error?: { code?: unknown; message?: unknown } };
  const text = typeof error?.message === "string" ? error.message : (response.bodyAsText ?? "").slice(0, 300);
  return refusal(response.status, String(error?.code ?? ""), text);
}

/** An error with Azure's code and words, as people search for them. */
function refusal(status: number, code: string, text: string): Error {
  const said = code === "" ? `HTTP status ${status}` : `${code} (HTTP status ${status})`;
  return Object.assign(new Error(`${said}: ${text}`), { status, code });
}

function parsed({ bodyAsText }: PipelineResponse): unknown {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return undefined;
  }
}

type Sent = { readonly method: HttpMethods; readonly path: string; readonly response: PipelineResponse };

/** An answer for the poller. A failed operation throws the same error as a refused request, with its status. */
function forPoller({ method, path, response }: Sent): OperationResponse {
  const body = parsed(response) as
    | { status?: unknown; error?: { code?: unknown; message?: unknown } }
    | undefined;
  if (/^(failed|cancell?ed)$/i.test(String(body?.status))) {
    const { code = String(body?.status), message = "The operation did not succeed." } = body?.error ?? {};
    throw refusal(response.status, String(code), String(message));
  }
  const rawResponse: RawResponse = {
    request: { method, url: path },
    statusCode: response.status,
    headers: response.headers.toJSON(),
    body,
  };
  return { flatResponse: body, rawResponse };
}
