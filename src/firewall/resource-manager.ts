import type { HttpMethods, PipelineRequestOptions, PipelineResponse } from "@azure/core-rest-pipeline";
import { signIn } from "../azure/credential.ts";
import { httpClient } from "../azure/http-client.ts";
import { notJson } from "../azure/refusals.ts";
import { addressIn, wayTo } from "../https.ts";
import { say } from "../log.ts";
import { ActionError, type Failure } from "../model/failure.ts";
import { API_VERSION, type ServerId } from "../model/flexible-server.ts";
import type { Env, Settings } from "../model/settings.ts";
import { retryingFailures, within } from "../retry.ts";
import { diagnoseResourceManager } from "./errors.ts";
import type { Permission } from "./server.ts";

/** Azure's resource manager, for one server. */
export type ResourceManager = ReturnType<typeof resourceManager>;

/** A request to the resource manager. */
interface Request {
  readonly method: HttpMethods;
  /** A path, or the whole address that an answer of Azure has. */
  readonly path: string;
  /** The permission that the login needs for it. */
  readonly permission: Permission;
  readonly body?: unknown;
  /** How long after the first attempt another one may start, in milliseconds: one minute for GET, otherwise three. */
  readonly maxTime?: number;
  /** Called after each attempt that failed. */
  readonly onFailure?: ((failure: Failure) => void) | undefined;
}

/** How long one answer may take, and how long to wait before a retry, unless Azure says how long. In milliseconds. */
const PATIENCE = { answerTime: 30_000, firstWait: 5_000 };

/**
 * The resource manager of the cloud, or of `AZURE_RESOURCE_MANAGER_URL`. It asks for a token with its first request.
 * @param stop ends every request and every wait
 * @throws ActionError if that is not an https address
 */
export function resourceManager(
  login: Pick<Settings, "signIn" | "cloud">,
  server: ServerId,
  env: Env,
  stop: AbortSignal,
) {
  const base = new URL(addressIn("AZURE_RESOURCE_MANAGER_URL", login.cloud.resourceManager, env));
  const known = { server, ...wayTo(base.host, env), ...login };
  const token = signIn(login, env, stop, { scope: login.cloud.resourceManagerScope });

  /**
   * Sends a request, and sends it again after a failure that passes while there is time.
   * @returns the JSON of the answer; `{}` for an empty answer
   * @throws ActionError; the reason of `stop`, when it aborts
   */
  const send = async (request: Request): Promise<unknown> => {
    const { method, path, permission, body, onFailure, maxTime = method === "GET" ? 60_000 : 180_000 } = request;
    const url = new URL(path, base);
    if (url.origin !== base.origin) throw new Error(`${url.origin} is not ${base.origin}.`); // the token is not for it
    url.searchParams.set("api-version", API_VERSION);
    let expired: string | undefined;
    const attempt = async () => {
      const bearer = await token(expired);
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      try {
        return jsonOf(await answerTo({ method, url: url.href, ...content }, bearer, stop));
      } catch (error) {
        stop.throwIfAborted();
        const failure = diagnoseResourceManager(error, { ...known, permission });
        onFailure?.(failure);
        if (failure.code === "azure-token-expired") expired = bearer;
        throw new ActionError(failure, { cause: error, wait: (error as { wait?: number }).wait });
      }
    };
    return retryingFailures(attempt, say, { ...PATIENCE, maxTime }, stop);
  };

  return { server, send, stop };
}

/**
 * Sends a request by Azure's own pipeline, which knows proxies and compression.
 * @throws the network's error, or `noAnswer`; the reason of `stop` when it aborts
 */
async function answerTo(request: PipelineRequestOptions, bearer: string, stop: AbortSignal): Promise<PipelineResponse> {
  const pipelines = await import("@azure/core-rest-pipeline");
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 }, // a redirect could take a token elsewhere, or lead away from https
  });
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const ending = new AbortController();
  const options = { ...request, headers: pipelines.createHttpHeaders(headers), abortSignal: ending.signal };
  try {
    const sent = pipeline.sendRequest(await httpClient(), pipelines.createPipelineRequest(options));
    // The pipeline itself would wait for ever for a compressed body that stops.
    return await within(PATIENCE.answerTime, sent, stop);
  } finally {
    ending.abort();
  }
}

/**
 * The JSON of an answer.
 * @throws an error with the status, Azure's code and words, and the milliseconds to wait: https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors
 */
function jsonOf({ status, headers, bodyAsText }: PipelineResponse): unknown {
  // https://www.rfc-editor.org/rfc/rfc9110#field.retry-after, or the words of https://aka.ms/arm-throttling
  const wait =
    1000 * Number(headers.get("retry-after") ?? /after '(\d+)' sec/.exec(bodyAsText ?? "")?.[1]) || undefined;
  const page = status < 300 && !bodyAsText ? undefined : notJson(status, headers.get("content-type"), bodyAsText);
  if (page !== undefined) throw Object.assign(page, { wait });
  const json = JSON.parse(bodyAsText || "{}");
  if (status < 300) return json;
  const { code = json?.Code ?? "", message = json?.Message ?? bodyAsText } = json?.error ?? json ?? {};
  // https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure#non-compliance-messages
  const more = [json?.error?.details ?? [], json?.error?.additionalInfo ?? []].flat();
  const told = more.filter((one) => one?.message ?? one?.info?.policyAssignmentId);
  const said = told.map(({ code, type, message, info }) => ` (${code ?? type}: ${message ?? info.policyAssignmentId})`);
  const start = code === "" ? `HTTP status ${status}` : `${code} (HTTP status ${status})`;
  throw Object.assign(new Error(`${start}: ${message}${said.join("")}`), { status, code: `${code}`, wait });
}

/** True if Azure itself says that a resource does not exist: a 404 without Azure's error may come from a proxy. */
export function isMissing({ cause }: ActionError): boolean {
  const { status, code = "" } = cause as { status?: number; code?: string };
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code);
}
