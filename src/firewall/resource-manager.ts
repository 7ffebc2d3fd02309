import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { signIn } from "../azure/credential.ts";
import { notJson } from "../azure/refusals.ts";
import { say } from "../log.ts";
import { ActionError } from "../model/failure.ts";
import type { Env, Settings } from "../model/settings.ts";
import { proxyTo } from "../proxy.ts";
import { retryingFailures } from "../retry.ts";
import { diagnoseResourceManager } from "./errors.ts";
import { answerTo } from "./http.ts";
import { MANAGER_NOT_HTTPS } from "./obstacles.ts";
import type { Permission, ServerId } from "./server.ts";

/** Azure's resource manager, for one server. */
export interface ResourceManager {
  readonly server: ServerId;
  /**
   * Sends a request, and sends it again after a failure that passes while there is time.
   * @returns the JSON of the answer; `{}` for an empty answer
   * @throws ActionError; the reason of `stop`, when it aborts
   */
  readonly send: (request: Request) => Promise<unknown>;
  /** Ends every request and every wait. */
  readonly stop: AbortSignal;
}

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
  /** Called before each further attempt. */
  readonly onRetry?: (() => void) | undefined;
}

/** How long one answer may take, and how long to wait before a retry, unless Azure says how long. In milliseconds. */
const PATIENCE = { answerTime: 30_000, firstWait: 5_000 };

/** https://learn.microsoft.com/rest/api/postgresql/operation-groups */
const API_VERSION = "2025-08-01";

/**
 * The resource manager of the cloud, or of `AZURE_RESOURCE_MANAGER_URL`. It asks for a token with its first request.
 * @throws ActionError if that is not an https address
 */
export function resourceManager(
  settings: Pick<Settings, "signIn" | "cloud">,
  server: ServerId,
  env: Env,
  stop: AbortSignal,
): ResourceManager {
  const { signIn: how, cloud } = settings;
  const base = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (base?.protocol !== "https:") throw new ActionError(MANAGER_NOT_HTTPS);
  const clientId = "clientId" in how ? how.clientId : undefined;
  const known = { server, host: base.host, proxy: proxyTo(base.host, env), clientId };
  const token = signIn(settings, env, stop, { scope: cloud.resourceManagerScope });

  const send = async ({ method, path, permission, body, onRetry, ...limits }: Request): Promise<unknown> => {
    const { maxTime = method === "GET" ? 60_000 : 180_000 } = limits;
    const url = new URL(path, base);
    if (url.origin !== base.origin) throw new Error(`${url.origin} is not ${base.origin}.`); // the token is not for it
    url.searchParams.set("api-version", API_VERSION);
    let expired: string | undefined;
    const attempt = async () => {
      const bearer = await token(expired);
      const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      try {
        const request = { method, url: url.href, headers, ...content, time: PATIENCE.answerTime };
        return jsonOf(await answerTo(request, stop));
      } catch (error) {
        stop.throwIfAborted();
        const failure = diagnoseResourceManager(error, { ...known, permission });
        if (failure.code === "azure-token-expired") expired = bearer;
        throw new ActionError(failure, { cause: error, wait: (error as Partial<Refusal>).wait });
      }
    };
    const sayAgain = (line: string) => {
      onRetry?.();
      say(line);
    };
    return retryingFailures(attempt, sayAgain, { ...PATIENCE, maxTime }, stop);
  };

  return { server, send, stop };
}

/** The error of an answer that is not a success. The message has Azure's code and words, as people search for them. */
interface Refusal extends Error {
  readonly status: number;
  /** Azure's own; empty if the answer has none. */
  readonly code: string;
  /** The milliseconds to wait before the next request, if Azure says so. */
  readonly wait: number | undefined;
}

/**
 * The JSON of an answer.
 * @throws a Refusal: https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors
 */
function jsonOf({ status, headers, bodyAsText }: PipelineResponse): unknown {
  const wait = 1000 * Number(headers.get("retry-after")) || undefined; // https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
  const page = bodyAsText ? notJson(status, headers.get("content-type"), bodyAsText) : undefined;
  if (page !== undefined) throw Object.assign(page, { wait });
  const json = JSON.parse(bodyAsText || "{}");
  if (status < 300) return json;
  const { code = "", message = bodyAsText } = json?.error ?? {};
  const start = code === "" ? `HTTP status ${status}` : `${code} (HTTP status ${status})`;
  throw Object.assign(new Error(`${start}: ${message}`), { status, code: `${code}`, wait });
}

/** True if Azure itself says that a resource does not exist: a 404 without Azure's error may come from a proxy. */
export function isMissing({ cause }: ActionError): boolean {
  const { status, code = "" } = cause as Partial<Refusal>;
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code);
}
