import { signIn } from "../azure/credential.ts";
import { diagnose } from "../diagnosis/diagnose.ts";
import type { Context } from "../diagnosis/rules.ts";
import { say } from "../log.ts";
import { maskInputs } from "../mask.ts";
import { ENTRA_DATABASE } from "../model/entra-label.ts";
import { type Failure, withDone } from "../model/failure.ts";
import { inOurWords } from "../model/sentence.ts";
import type { Env } from "../model/settings.ts";
import { withSession } from "../postgres/session.ts";
import { start } from "../start.ts";
import { ensure, type PrincipalProgress, type PrincipalResult } from "./ensure.ts";
import { publish } from "./publish.ts";
import { PRINCIPAL_INPUTS, parsePrincipalSettings } from "./settings.ts";

/** The action `principal`: makes sure that a role exists for an identity in Entra and is bound to it, and reports. */
async function run(env: Env, signal: AbortSignal): Promise<void> {
  maskInputs(PRINCIPAL_INPUTS, env);
  publish(await inDatabase(env, signal), env);
}

async function inDatabase(env: Env, signal: AbortSignal): Promise<PrincipalResult | Failure> {
  const progress: PrincipalProgress = {};
  let context: Context = {};
  try {
    const { server, user, principal, ...known } = parsePrincipalSettings(env);
    context = { ...known, ...server, user, database: ENTRA_DATABASE };
    say(`Connecting to ${server.host}:${server.port} as ${user}`);
    const password = signIn(known, env, signal);
    const login = { ...known, server, user, database: ENTRA_DATABASE, password, signal };
    const result = await withSession(login, (client) => ensure(client, principal, progress));
    signal.throwIfAborted();
    return result;
  } catch (error) {
    return withDone(diagnose(error, context), progress.done, inOurWords("Nothing was changed."));
  }
}

start(run);
