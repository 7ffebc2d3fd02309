import { setTimeout } from "node:timers/promises";
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import type { ActionError } from "../model/failure.ts";
import { noAnswer } from "../retry.ts";
import {
  type AzureError,
  type Connection,
  parsed,
  type Request,
  type RequestContext,
  refusal,
  waitIn,
} from "./connection.ts";
import { nothingDone } from "./errors.ts";
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
 * How long a list, and all requests of a read or a change, may take together; how long to wait between two polls, unless
 * Azure says how long, and before a change is asked for again. In milliseconds.
 */
const TIMES = { read: 60_000, change: 180_000, poll: 2_000, retry: 5_000 };

/** A list with more pages is not read to its end. */
const MAX_PAGES = 100;

/** Azure's resource manager behind a connection. */
export function resourceManager(connection: Connection): ResourceManager {
  return {
    async get(path, context) {
      const end = Date.now() + TIMES.read;
      return parsed(await connection.send({ method: "GET", path, context, end }));
    },
    list: (path, context) => list(connection, path, context),
    change: (method, path, context, body) =>
      change(connection, { method, path, context, body, end: Date.now() + TIMES.change }),
  };
}

async function list(
  { send, say }: Connection,
  path: string,
  context: RequestContext,
): Promise<readonly unknown[]> {
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

/** https://learn.microsoft.com/rest/api/postgresql/firewall-rules/list-by-server */
interface ListBody {
  readonly value?: readonly unknown[];
  readonly nextLink?: string;
}

/** Changes a resource: again while there is time, if the operation fails for a reason that passes. */
export async function change(connection: Connection, request: Request, isFirst = true): Promise<Outcome> {
  const { send, explained } = connection;
  let refusable = isFirst;
  const onRetry = () => {
    refusable = false;
  };
  let accepted: PipelineResponse;
  try {
    accepted = await send({ ...request, onRetry });
  } catch (thrown) {
    const error = explained(thrown, request.context);
    return { ending: refusable && nothingDone(error.failure) ? "refused" : "failed", error };
  }
  const context = { ...request.context, permission: PERMISSIONS.readOperations };
  let ended: Outcome;
  try {
    ended = await follow(connection, accepted, context, request.end);
  } catch (error) {
    return { ending: "accepted", error: explained(error, context) };
  }
  const passes = ended.ending === "failed" && ended.error.failure.retries;
  if (!passes || Date.now() + TIMES.retry > request.end) return ended;
  connection.say("The operation failed for a reason that passes. Asking for it again.");
  await setTimeout(TIMES.retry, undefined, { signal: connection.stop });
  return change(connection, request, false);
}

/**
 * Polls the operation of an accepted change until it ends.
 * https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
 */
async function follow(
  { send, explained, stop }: Connection,
  accepted: PipelineResponse,
  context: RequestContext,
  end: number,
): Promise<Outcome> {
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
