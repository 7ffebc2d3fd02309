import { setTimeout } from "node:timers/promises";
import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import type { PasswordProvider } from "../azure/credential.ts";
import { httpClient } from "../azure/http-client.ts";
import { step } from "../diagnosis/commands.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import { code, inOurWords, sentence, withFullStop } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { plain } from "../render/pen.ts";
import { noAnswer, type Retry, retrying, within } from "../retry.ts";
import { diagnoseResourceManager, nothingDone, type ResourceManagerContext } from "./errors.ts";
import { PERMISSIONS } from "./server.ts";

/** Requests to Azure's resource manager, each limited in time. */
export interface ResourceManager {
  /**
   * @returns the body of the answer
   * @throws ActionError
   */
  get(path: string, context: RequestContext): Promise<unknown>;
  /**
   * The items of a list, from all of its pages; from the first ones, if there are too many or they take too long.
   * @throws ActionError
   */
  list(path: string, context: RequestContext): Promise<readonly unknown[]>;
  /**
   * Changes a resource and waits until Azure says that the operation is done.
   * @throws only the reason of the signal that stops it
   */
  change(method: "PUT" | "DELETE", path: string, context: RequestContext, body?: unknown): Promise<Outcome>;
}

type RequestContext = Pick<ResourceManagerContext, "permission" | "server">;

/** How a change ended. */
export type Outcome = Done | NotDone;

interface Done {
  readonly ending: "done";
}

/**
 * `refused`: Azure refused the first request, so nothing has changed. `accepted`: Azure accepted the change, but did not
 * say how its operation ended. `failed`: the operation failed, or an answer was lost and Azure refused the next request:
 * the change can be made all the same.
 */
export interface NotDone {
  readonly ending: "refused" | "accepted" | "failed";
  readonly error: ActionError;
}

/**
 * How long one answer may take; how long a list, and all requests of a read or a change, may take together; how long to
 * wait before a retry and between two polls, unless Azure says how long. In milliseconds.
 */
const TIMES = { answer: 30_000, read: 60_000, change: 180_000, retry: 5_000, poll: 2_000 };

/** A list with more pages is not read to its end. */
const MAX_PAGES = 100;

/**
 * https://learn.microsoft.com/rest/api/postgresql/operation-groups. Every request carries it: polls have the one that
 * Azure put in their address.
 */
const API_VERSION = "2025-08-01";

/** A request that is sent again while its failure can pass, as long as there is time. */
interface Request {
  readonly method: HttpMethods;
  /** A path, or the whole address that an answer of Azure has. */
  readonly path: string;
  readonly context: RequestContext;
  readonly body?: unknown;
  /** When the last attempt may start, as `Date.now()` gives it. */
  readonly end: number;
  /** Called before each further attempt. */
  readonly onRetry?: () => void;
}

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

  function explained(error: unknown, context: RequestContext): ActionError {
    stop.throwIfAborted();
    if (error instanceof ActionError) return error;
    const failure = diagnoseResourceManager(error, { ...context, host: base.host, clientId });
    return new ActionError(failure, { cause: error });
  }

  async function send({ method, path, context, body, end, onRetry }: Request): Promise<PipelineResponse> {
    const bearer = await token(); // it has its own retries

    async function once(): Promise<PipelineResponse> {
      try {
        sending ??= sender();
        const response = await (await sending)(method, addressOf(path, base), bearer, body, stop);
        if (response.status >= 400) throw refusedBy(response);
        return response;
      } catch (error) {
        throw explained(error, context);
      }
    }

    function retryAfter(error: unknown): Retry | undefined {
      if (!(error instanceof ActionError) || !error.failure.retries) return undefined;
      onRetry?.();
      const wait = (error.cause as Partial<Refusal>).wait ?? TIMES.retry;
      const what = plain.sentence(withFullStop(error.failure.message));
      return { wait, line: `${what} Trying again in ${Math.ceil(wait / 1000)} s.` };
    }

    return retrying(once, retryAfter, { end, say, signal: stop });
  }

  async function list(path: string, context: RequestContext): Promise<readonly unknown[]> {
    const end = Date.now() + TIMES.read;
    const items: unknown[] = [];
    let next: string | undefined = path;
    for (let page = 0; next !== undefined; page++) {
      if (page === MAX_PAGES || Date.now() > end) {
        say(`The list of Azure goes on after ${page} pages. The rest is not read.`);
        break;
      }
      const answer = await send({ method: "GET", path: next, context, end });
      const { value = [], nextLink } = (parsed(answer) ?? {}) as ListBody;
      items.push(...value);
      next = nextLink;
    }
    return items;
  }

  async function change(
    method: "PUT" | "DELETE",
    path: string,
    context: RequestContext,
    body: unknown,
  ): Promise<Outcome> {
    const end = Date.now() + TIMES.change;
    let isFirst = true;
    const onRetry = () => {
      isFirst = false;
    };
    let accepted: PipelineResponse;
    try {
      accepted = await send({ method, path, context, body, end, onRetry });
    } catch (thrown) {
      const error = explained(thrown, context);
      return { ending: isFirst && nothingDone(error.failure) ? "refused" : "failed", error };
    }
    const polling = { ...context, permission: PERMISSIONS.readOperations };
    try {
      return await follow(accepted, polling, end);
    } catch (error) {
      return { ending: "accepted", error: explained(error, polling) };
    }
  }

  /**
   * Polls the operation of an accepted change until it ends.
   * https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
   */
  async function follow(accepted: PipelineResponse, context: RequestContext, end: number): Promise<Outcome> {
    const { headers, status } = accepted;
    const path = headers.get("azure-asyncoperation") ?? headers.get("location");
    if (path === undefined && status !== 202) return { ending: "done" };
    if (path === undefined) throw new Error("The answer does not say where the operation is polled.");
    for (let answer = accepted; ; ) {
      const wait = waitIn(answer) ?? TIMES.poll;
      if (Date.now() + wait > end) throw noAnswer(TIMES.change);
      await setTimeout(wait, undefined, { signal: stop });
      answer = await send({ method: "GET", path, context, end });
      const { status: said, error } = (parsed(answer) ?? {}) as { status?: string; error?: AzureError };
      if (/^(failed|cancell?ed)$/i.test(`${said}`)) {
        const { code = said, message = "The operation did not succeed." } = error ?? {};
        return { ending: "failed", error: explained(refusal(answer, code, message), context) };
      }
      if (said === undefined ? answer.status !== 202 : /^succeeded$/i.test(said)) return { ending: "done" };
    }
  }

  return {
    async get(path, context) {
      return parsed(await send({ method: "GET", path, context, end: Date.now() + TIMES.read }));
    },
    list,
    change,
  };
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

/**
 * The address of a request.
 * @throws where a token for `base` must not go there: only to the same host, or to Azure's own for a region of it
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

/** https://learn.microsoft.com/rest/api/postgresql/firewall-rules/list-by-server */
interface ListBody {
  readonly value?: readonly unknown[];
  readonly nextLink?: string;
}

/** https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
interface AzureError {
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

function refusal(answer: PipelineResponse, code: unknown, message: unknown): Refusal {
  const facts = { status: answer.status, code: String(code), wait: waitIn(answer) };
  const said =
    facts.code === "" ? `HTTP status ${facts.status}` : `${facts.code} (HTTP status ${facts.status})`;
  return Object.assign(new Error(`${said}: ${message}`), facts);
}

function refusedBy(answer: PipelineResponse): Refusal {
  const { error } = (parsed(answer) ?? {}) as { error?: AzureError };
  const text = typeof error?.message === "string" ? error.message : (answer.bodyAsText ?? "").slice(0, 300);
  return refusal(answer, error?.code ?? "", text);
}

/** Whether Azure itself says that a resource does not exist: a 404 without its error may come from a proxy. */
export function isMissing({ cause }: ActionError): boolean {
  const { status, code = "" } = cause as Partial<Refusal>;
  return status === 404 && /^(Resource|ResourceGroup|ParentResource)NotFound$/.test(code);
}

/** The milliseconds to wait that an answer asks for: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function waitIn({ headers }: PipelineResponse): number | undefined {
  const seconds = Number(headers.get("retry-after"));
  return seconds > 0 ? 1000 * seconds : undefined;
}

function parsed({ bodyAsText }: PipelineResponse): unknown {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return undefined;
  }
}
