import { info } from "@actions/core";
import { signIn } from "../azure/credential.ts";
import type { Env } from "../model/settings.ts";
import { logLine } from "../text/escape.ts";
import { connection } from "./connection.ts";
import { type ResourceManager, resourceManager } from "./resource-manager.ts";
import type { AzureSettings } from "./settings.ts";

/** The resource manager of the cloud; it asks for a token with its first request. */
export function signInToAzure(settings: AzureSettings, env: Env, signal: AbortSignal): ResourceManager {
  const { signIn: how, cloud } = settings;
  const token = signIn(settings, env, signal, { scope: cloud.resourceManagerScope });
  const clientId = "clientId" in how ? how.clientId : undefined;
  return resourceManager(connection({ cloud, clientId }, token, env, say, signal));
}

/** One line for the log. */
export function say(line: string): void {
  info(logLine(line));
}
