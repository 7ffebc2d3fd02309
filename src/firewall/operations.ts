import { setTimeout } from "node:timers/promises";
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import type { ActionError } from "../model/failure.ts";
import { noAnswer } from "../retry.ts";
import { nothingDone } from "./errors.ts";
import { say } from "./log.ts";
import {
  type AzureError,
  parsed,
  type Request,
  type ResourceManager,
  refusal,
  waitIn,
} from "./resource-manager.ts";
import { PERMISSIONS, type Permission } from "./server.ts";

/** How a change ended. */
export type Outcome = { readonly ending: "done" } | NotDone;

/**
 * `refused`: Azure refused the first request, so nothing has changed. `accepted`: Azure accepted the change, but did not
 * say how its operation ended. `failed`: the operation failed, or an answer was lost and Azure refused the next request:
 * the change can be made all the same.
 */
interface NotDone {
  readonly ending: "refused" | "accepted" | "failed";
  readonly error: ActionError;
  /** True if an operation that Azure accepted has failed. */
  readonly operation?: true;
}

/**
 * How long a list, and all requests of a read or a change, may take together; how long to wait between two polls, unless
 * Azure says how long, and before a change is asked for again. In milliseconds.
 */
const TIMES = { read: 60_000, change: 180_000, poll: 2_000, retry: 5_000 };

/** A list with more pages is not read to its end. */
const MAX_PAGES = 100;

/**
 * Reads a resource.
 * @returns the body of the answer
 * @throws ActionError
 */
export async function get({ send }: ResourceManager, path: string, permission: Permission): Promise<unknown> {
  return parsed(await send({ method: "GET", path, permission, end: Date.now() + TIMES.read }));
}

/**
 * The items of a list, from all of its pages; from the first ones, if there are too many or they take too long.
 * @throws ActionError
 */
export async function list(
  { send }: ResourceManager,
  path: string,
  permission: Permission,
): Promise<readonly unknown[]> {
  const end = Date.now() + TIMES.read;
  const items: unknown[] = [];
  let next: string | undefined = path;
  for (let page = 0; next !== undefined; page++) {
    if (page === MAX_PAGES || Date.now() > end) {
      say(`The list of Azure goes on after ${page} pages. The rest is not read.`);
      break;
    }
    const answer = await send({ method: "GET", path: next, permission, end });
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

/**
 * Changes a resource and waits until Azure says that the operation is done. An operation that fails for a reason that
 * passes is asked for again while there is time.
 * @throws only the reason of the signal that stops it
 */
export async function change(
  azure: ResourceManager,
  request: Pick<Request, "method" | "path" | "permission" | "body">,
): Promise<Outcome> {
  const end = Date.now() + TIMES.change;
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await changeOnce(azure, { ...request, end }, isFirst);
    const passes = outcome.ending === "failed" && outcome.operation && outcome.error.failure.retries;
    if (!passes || Date.now() + TIMES.retry > end) return outcome;
    say("The operation failed for a reason that passes. Asking for it again.");
    await setTimeout(TIMES.retry, undefined, { signal: azure.stop });
  }
}

/** The same, without asking again after a failed operation. */
export async function changeOnce(
  azure: ResourceManager,
  request: Request,
  isFirst: boolean,
): Promise<Outcome> {
  const { send, explained } = azure;
  let refusable = isFirst;
  const onRetry = () => {
    refusable = false;
  };
  let accepted: PipelineResponse;
  try {
    accepted = await send({ ...request, onRetry });
  } catch (thrown) {
    const error = explained(thrown, request.permission);
    return { ending: refusable && nothingDone(error.failure) ? "refused" : "failed", error };
  }
  try {
    return await follow(azure, accepted, request.end);
  } catch (error) {
    return { ending: "accepted", error: explained(error, PERMISSIONS.readOperations) };
  }
}

/**
 * Polls the operation of an accepted change until it ends.
 * https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/async-api-reference.md
 */
async function follow(
  { send, explained, stop }: ResourceManager,
  accepted: PipelineResponse,
  end: number,
): Promise<Outcome> {
  const permission = PERMISSIONS.readOperations;
  const { headers, status } = accepted;
  const path = headers.get("azure-asyncoperation") ?? headers.get("location");
  if (path === undefined && status !== 202) return { ending: "done" };
  if (path === undefined) throw new Error("The answer does not say where the operation is polled.");
  for (let answer = accepted; ; ) {
    const wait = waitIn(answer) ?? TIMES.poll;
    if (Date.now() + wait > end) throw noAnswer(TIMES.change);
    await setTimeout(wait, undefined, { signal: stop });
    answer = await send({ method: "GET", path, permission, end });
    const { status: state, error } = (parsed(answer) ?? {}) as { status?: string; error?: AzureError };
    if (/^(failed|cancell?ed)$/i.test(`${state}`)) {
      const { code = state, message = "The operation did not succeed." } = error ?? {};
      return {
        ending: "failed",
        operation: true,
        error: explained(refusal(answer, code, message), permission),
      };
    }
    if (state === undefined ? answer.status !== 202 : /^succeeded$/i.test(state)) return { ending: "done" };
  }
}
