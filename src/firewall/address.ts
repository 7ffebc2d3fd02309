import { wordsOf } from "../diagnosis/symptoms.ts";
import { say } from "../log.ts";
import { ActionError, failure, run } from "../model/failure.ts";
import { code, quoted, sentence } from "../model/sentence.ts";
import { plain } from "../render/pen.ts";
import { within } from "../retry.ts";
import { isBlocked } from "./connect.ts";
import { publicAddressIn } from "./ipv4.ts";
import { obstacle, otherAddress } from "./obstacles.ts";
import type { AzureServer } from "./requests.ts";
import type { ResourceManager } from "./resource-manager.ts";
import type { RunnerIp } from "./settings.ts";

/** The failures that a server causes which is stopped or private. */
const UNREACHABLE = /^(firewall|connection-(timed-out|refused|lost)|host-(not-found|unreachable)|dns-unavailable)$/;

/**
 * The address to make a rule for: the input, else the address in the server's message, else the answer of a service.
 * @param error why the runner could not connect
 * @param seen the runner's address, if the server names it
 * @throws ActionError if something other than the firewall refuses the runner, or if a rule cannot help
 */
export async function addressFor(
  error: ActionError,
  seen: string | undefined,
  { server, stop }: ResourceManager,
  facts: AzureServer,
  runnerIp: RunnerIp,
): Promise<string> {
  const { code, message } = error.failure;
  say(plain.sentence(message));
  const cannotHelp = UNREACHABLE.test(code) && obstacle(server, facts, code === "connection-timed-out");
  if (cannotHelp) throw new ActionError(cannotHelp, { cause: error });
  if (!isBlocked(error)) throw error;
  if ("address" in runnerIp) {
    const differs = seen !== undefined && seen !== runnerIp.address;
    if (differs) throw new ActionError(otherAddress(runnerIp.address, seen), { cause: error });
    return runnerIp.address;
  }
  if (seen !== undefined) return seen;
  say(`The server did not answer. Asking ${runnerIp.service.host} for the runner's address.`);
  return publicAddress(runnerIp.service, stop);
}

/** How long the service may take to answer, in milliseconds. */
const ANSWER_TIME = 15_000;

/** How much of an answer is read, and shown if it is not an address. */
const MAX_CHARACTERS = 100;

/**
 * Asks a service on the internet for the address that this runner's requests come from.
 * @param service an https address that answers with the address as plain text
 * @param stop ends the request
 * @returns an IPv4 address
 * @throws ActionError when the service does not answer, or with something else
 */
export async function publicAddress(service: URL, stop: AbortSignal): Promise<string> {
  const asked = within(ANSWER_TIME, answerOf(service, stop), stop);
  const answer = await asked.catch((error) => wordsOf(error.cause ?? error));
  const address = publicAddressIn(answer);
  if (address !== undefined) return address;
  throw new ActionError(
    failure({
      code: "runner-address-unknown",
      message: sentence`${code(service.href)} did not answer with a public IPv4 address: ${quoted(answer.slice(0, MAX_CHARACTERS))}`,
      hint: "The server did not answer either, so nothing else knows the runner's address. A runner that reaches the internet only by a proxy reaches neither of them, and needs a way into the server's network (`docs/private-network.md`).",
      steps: [
        "Set `runner-ip` to the public address of the runner's network or, if that changes, to another service that returns the address as plain text:",
        run("runner-ip: https://checkip.amazonaws.com"),
      ],
    }),
  );
}

/** The beginning of the answer. Without a proxy, as PostgreSQL is reached: a proxy has an address of its own. */
async function answerOf(service: URL, signal: AbortSignal): Promise<string> {
  const { ok, status, body } = await fetch(service, { redirect: "error", signal });
  if (!ok) return `HTTP status ${status}`;
  let text = "";
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.length > MAX_CHARACTERS) break;
  }
  return text.trim();
}
