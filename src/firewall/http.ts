import type { HttpMethods, PipelineResponse } from "@azure/core-rest-pipeline";
import { httpClient } from "../azure/http-client.ts";
import { within } from "../retry.ts";

/** A request over HTTPS, and how long its answer may take, in milliseconds. */
interface HttpRequest {
  readonly url: string;
  readonly method?: HttpMethods;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly time: number;
  /** How often Azure's own pipeline sends it again after an error that passes; never if absent. */
  readonly maxRetries?: number;
}

/**
 * Sends a request by Azure's own pipeline, which knows proxies and compression.
 * @param stop ends the request
 * @throws the network's error, or `noAnswer`; the reason of `stop` when it aborts
 */
export async function answerTo(
  { time, maxRetries = 0, ...request }: HttpRequest,
  stop: AbortSignal,
): Promise<PipelineResponse> {
  const pipelines = await import("@azure/core-rest-pipeline");
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries },
    redirectOptions: { maxRetries: 0 }, // a redirect could take a token elsewhere, or lead away from https
  });
  const headers = pipelines.createHttpHeaders(request.headers);
  const ending = new AbortController();
  const sent = pipelines.createPipelineRequest({ ...request, headers, abortSignal: ending.signal });
  try {
    // The pipeline itself would wait for ever for a compressed body that stops.
    return await within(time, pipeline.sendRequest(await httpClient(), sent), stop);
  } finally {
    ending.abort();
  }
}
