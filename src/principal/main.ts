import { info } from "@actions/core";
import { signIn } from "../azure/credential.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import { mask } from "../mask.ts";
import { ENTRA_DATABASE } from "../model/entra-label.ts";
import type { Failure } from "../model/failure.ts";
import type { PrincipalResult } from "../model/principal.ts";
import type { Env, PrincipalSettings } from "../model/settings.ts";
import { withSession } from "../postgres/session.ts";
import { parsePrincipalSettings, secretsInPrincipal } from "../settings/principal.ts";
import { logLine } from "../text/escape.ts";
import { ensure } from "./ensure.ts";
import { publish } from "./publish.ts";

/** The action `principal`: makes sure that a role exists for an identity in Entra and is bound to it, and reports. */
export async function run(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const startedAt = new Date();
  for (const secret of secretsInPrincipal(env)) mask(secret);
  await publish(await inSettings(env), startedAt, env);
}

async function inSettings(env: Env): Promise<PrincipalResult | Failure> {
  try {
    return await inDatabase(parsePrincipalSettings(env), env);
  } catch (error) {
    return diagnose(error);
  }
}

async function inDatabase(settings: PrincipalSettings, env: Env): Promise<PrincipalResult | Failure> {
  const { server, user, principal, signIn: how, cloud } = settings;
  const { host, port } = server;
  const target = { server, user, database: ENTRA_DATABASE };
  try {
    info(logLine(`Connecting to ${host}:${port} as ${user}`));
    const password = signIn(settings, env);
    return await withSession(target, password, (client) => ensure(client, principal), { signIn: how, cloud });
  } catch (error) {
    return diagnose(error, { host, port, database: ENTRA_DATABASE, user, signIn: how, cloud });
  }
}
