import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { signIn } from "../azure/credential.ts";
import { notJson } from "../azure/refusals.ts";
import { say } from "../log.ts";
import type { Cloud } from "../model/clouds.ts";
import { ActionError } from "../model/failure.ts";
import type { Env, Settings } from "../model/settings.ts";
import { proxyTo } from "../proxy.ts";
import { retryingFailures } from "../retry.ts";
import { withoutSecrets } from "../text/secrets.ts";
import { diagnoseResourceManager } from "./errors.ts";
import { answerTo } from "./http.ts";
import { managerNotHttps } from "./obstacles.ts";
import type { Permission, ServerId } from "./server.ts";

/** Azure's resource manager, for one server. */
export interface ResourceManager {
  readonly server: ServerId;
  /**
   * Sends a request, and sends it again after a failure that passes while there is time.
   * @returns the JSON of the answer; undefined if it has none
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
  /** How long after the first attempt another one may start, in milliseconds. */
  readonly maxTime: number;
  /** Called before each further attempt. */
  readonly onRetry?: (() => void) | undefined;
}

/** How long one answer may take, and how long to wait before a retry, unless Azure says how long. In milliseconds. */
const PATIENCE = { answerTime: 30_000, firstWait: 5_000 };

/** https://learn.microsoft.com/rest/api/postgresql/operation-groups */
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

  async function send({ method, path, permission, body, maxTime, onRetry }: Request): Promise<unknown> {
    let expired: string | undefined;
    const attempt = async () => {
      const bearer = await token(expired);
      try {
        const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
        const content = body !== undefined && {
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body),
        };
        const url = addressOf(path, base);
        const time = PATIENCE.answerTime;
        const answer = await answerTo({ method, url, headers, ...content, time }, stop);
        if (answer.status >= 300) throw refusedBy(answer);
        return jsonOf(answer);
      } catch (error) {
        stop.throwIfAborted();
        const failure = diagnoseResourceManager(error, { permission, server, ...peer, clientId });
        if (failure.code === "azure-token-expired") expired = bearer;
        throw new ActionError(failure, { cause: error, wait: (error as Partial<Refusal>).wait });
      }
    };
    const sayAgain = (line: string) => {
      onRetry?.();
      say(line);
    };
    return retryingFailures(attempt, sayAgain, { ...PATIENCE, maxTime }, stop);
  }

  return { server, send, stop };
}

/** `AZURE_RESOURCE_MANAGER_URL` replaces the resource manager of the cloud, as `AZURE_AUTHORITY_HOST` its authority. */
function baseUrl(cloud: Cloud, env: Env): URL {
  const url = URL.parse(env.AZURE_RESOURCE_MANAGER_URL || cloud.resourceManager);
  if (url?.protocol === "https:") return url;
  throw new ActionError(managerNotHttps());
}

/**
 * The address of a request.
 * @throws if it has another host: the token is for `base` only
 */
function addressOf(path: string, base: URL): string {
  const url = new URL(path, base);
  if (url.origin !== base.origin) throw new Error(`${url.origin} is not ${base.origin}.`);
  if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", API_VERSION);
  return url.href;
}

/** An answer that is not a success. The message has Azure's code and words, as people search for them. */
interface Refusal extends Error {
  readonly status: number;
  /** Azure's own; empty if the answer has none. */
  readonly code: string;
  /** The milliseconds to wait before the next request, if Azure says so. */
  readonly wait: number | undefined;
}

/** https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
interface ErrorBody {
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
}

function refusedBy(answer: PipelineResponse): Error {
  const { status, headers, bodyAsText } = answer;
  const wait = 1000 * Number(headers.get("retry-after")) || undefined; // https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
  const page = bodyAsText ? notJson(status, headers.get("content-type"), bodyAsText) : undefined;
  if (page !== undefined) return Object.assign(page, { wait });
  const { error } = (jsonOf(answer) ?? {}) as ErrorBody;
  const code = String(error?.code ?? "");
  const start = code === "" ? `HTTP status ${status}` : `${code} (HTTP status ${status})`;
  const text = typeof error?.message === "string" ? error.message : withoutSecrets(bodyAsText ?? "").slice(0, 300);
  return Object.assign(new Error(`${start}: ${text}`), { status, code, wait });
}

/** True if Azure itself says that a resource does not exist: a 404 without Azure's error may come from a proxy. */
export function isMissing({ cause }: ActionError): boolean {
  const { status, code = "" } = cause as Partial<Refusal>;
  return status === 404 && /^((Resource|ResourceGroup|ParentResource)NotFound|FirewallRuleNotExist)$/.test(code);
}

function jsonOf({ bodyAsText }: PipelineResponse): unknown {
  try {
    return JSON.parse(bodyAsText || "{}");
  } catch {
    return undefined;
  }
}
