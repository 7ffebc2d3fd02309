import { shell } from "../diagnosis/commands.ts";
import { ActionError, failure, step } from "../model/failure.ts";
import { code, quoted, sentence } from "../model/sentence.ts";
import { answerTo } from "./http.ts";
import { publicAddressIn } from "./ipv4.ts";

/** How long the service may take to answer, retries included; milliseconds. */
const ANSWER_TIME = 15_000;

/**
 * Asks a service on the internet for the address that this runner's requests come from.
 * @param service an https address that answers with the address as plain text
 * @param signal ends the request
 * @returns an IPv4 address
 * @throws ActionError when the service does not answer, or with something else
 */
export async function publicAddress(service: URL, signal: AbortSignal): Promise<string> {
  const request = { url: service.href, time: ANSWER_TIME, maxRetries: 3 };
  const answer = await answerTo(request, signal).then(
    ({ status, bodyAsText }) => (status === 200 ? (bodyAsText ?? "").trim() : `HTTP status ${status}`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const address = publicAddressIn(answer);
  if (address !== undefined) return address;
  throw new ActionError(
    failure({
      code: "runner-address-unknown",
      message: sentence`${code(service.href)} did not answer with a public IPv4 address: ${quoted(answer.slice(0, 100))}`,
      hint: "The server did not answer either, so nothing else knows the runner's address.",
      steps: [
        step(
          "Set `runner-ip` to the runner's address, or to another service. Try it on the runner:",
          `curl --fail --silent ${shell(service.href)}`,
        ),
      ],
    }),
  );
}
