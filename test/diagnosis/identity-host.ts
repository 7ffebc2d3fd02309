import { parentPort } from "node:worker_threads";
import { signIn } from "../../src/azure/credential.ts";
import { CLOUDS } from "../../src/model/clouds.ts";
import { ActionError } from "../../src/model/failure.ts";

// A thread with an environment of its own, because @azure/identity decides once per process which endpoint it asks.
const patience = { firstWait: 1, maxTime: 0, answerTime: 60_000 };
parentPort?.on("message", async (client: { readonly clientId?: string }) => {
  const how = { signIn: { type: "managed-identity", ...client }, cloud: CLOUDS.azurecloud } as const;
  const error = await signIn(how, process.env, undefined, { patience })().catch((thrown: unknown) => thrown);
  parentPort?.postMessage(error instanceof ActionError ? error.failure : error);
});
