import type { HttpClient } from "@azure/core-rest-pipeline";
import { boundAnswer } from "../answer.ts";

/** The HTTP client of Azure's libraries, with an error for an answer that is too long. */
export async function httpClient(): Promise<HttpClient> {
  const { createDefaultHttpClient } = await import("@azure/core-rest-pipeline");
  const client = createDefaultHttpClient();
  return {
    sendRequest(request) {
      request.onDownloadProgress = ({ loadedBytes }) => boundAnswer(loadedBytes);
      return client.sendRequest(request);
    },
  };
}
