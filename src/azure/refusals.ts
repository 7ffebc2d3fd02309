import { pageInWords } from "../text/page.ts";
import { withoutSecrets } from "../text/secrets.ts";

/**
 * The error of an answer that MSAL's own errors hide, or quote with all its headers.
 * @param code `NOT_JSON` if the answer did not come from the peer itself
 */
const refusal = (status: number, words: string, code = "") =>
  Object.assign(new Error(`HTTP status ${status}${words}`), { status, code });

/**
 * The error for an answer without JSON; undefined if it has some.
 * @param server the answer's header `Server`, which names the product that answered
 */
export function notJson(status: number, type = "", body: string | null | undefined = "", server = "") {
  const from = server && ` (Server: ${server.slice(0, 100)})`;
  const answer = (words: string) => refusal(status, ` with ${words}${from}`, "NOT_JSON");
  if (!body?.trim()) return answer("an empty answer");
  try {
    JSON.parse(body);
    return undefined;
  } catch {
    const said = withoutSecrets(body);
    const words = said.match(/AADSTS\d.{0,400}/)?.[0] ?? said;
    return answer(pageInWords(said, type) ?? `an answer that is not JSON: ${words}`);
  }
}

/**
 * The refusal of a managed identity's endpoint. Each kind of host words it in a form of its own, and MSAL reads only one:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function identityRefusal(status: number, body: string): Error | undefined {
  if (status < 400) return undefined;
  const { error, error_description, message, Message, ExceptionMessage, code } = JSON.parse(body) ?? {};
  const words = `${error_description ?? message ?? Message ?? ExceptionMessage ?? error?.message ?? error ?? body}`;
  const named = `${code ?? error?.code ?? error}`;
  // Azure's codes begin with a capital letter; those of OAuth say less than their description.
  return refusal(status, /^[A-Z]\w+$/.test(named) && !words.includes(named) ? `: ${words} (${named})` : `: ${words}`);
}
