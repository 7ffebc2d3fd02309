import { subscribe } from "node:diagnostics_channel";
import type { HttpClient } from "@azure/core-rest-pipeline";
import { wordsOf } from "../diagnosis/symptoms.ts";
import { boundAnswer } from "../https.ts";

// The library's own error keeps the message of Node.js's error, and nothing else. If no address answers, there is none.
subscribe("http.client.request.error", (event) => {
  const { error } = event as { error: Error };
  error.message ||= wordsOf(error);
});

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
