import { withoutSecrets } from "../text/secrets.ts";

/** What an error, or one of its causes, says. */
export interface Symptom {
  /** SQLSTATE, system error or the library's own code, without secrets; empty if there is none. */
  readonly code: string;
  /** Its own words, on one line, never empty, without secrets. */
  readonly text: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** What PostgreSQL advises (the HINT). */
  readonly hint?: string;
  /** Whether PostgreSQL refused the session, or ended it: each error at the sign-in does. */
  readonly fatal?: boolean;
}

/**
 * The error and its causes (and the parts of an AggregateError), the outermost first. Happy Eyeballs fails with an
 * AggregateError that has a code, and no message: its words are those of its parts.
 */
export function symptomsOf(error: unknown): readonly Symptom[] {
  const seen = new Set<unknown>();
  const found: Symptom[] = [];
  const look = (each: unknown): void => {
    if (each === undefined || each === null || seen.has(each) || seen.size >= MAX_ERRORS) return;
    seen.add(each);
    const { code, errorCode, message, errorMessage, detail, hint, severity, status, cause, errors } = (
      typeof each === "object" ? each : { message: String(each) }
    ) as Record<string, unknown>;
    const texts = [message, errorMessage, detail, hint].filter((each) => typeof each === "string" && each.trim());
    const ownCode = words(String(code ?? errorCode ?? ""));
    const empty = typeof status === "number" ? `HTTP status ${status} with an empty answer` : "";
    const said = [...new Set(texts)].join("\u2028").replace(/(?<=["»\w])\u2028(?=[A-Z])/g, ". ");
    // One error for each address of a host: https://nodejs.org/api/net.html#socketconnectoptions-connectlistener (autoSelectFamily)
    const ofAll = Array.isArray(errors) ? errors.map((each) => each?.message).join(", ") : "";
    const text = words(said) || (ownCode && words(ofAll)) || ownCode || empty;
    const ofServer = { hint: words(String(hint ?? "")), fatal: /^FATAL/.test(String(severity)) };
    if (text !== "") found.push({ code: ownCode, text, ...ofServer, ...(typeof status === "number" && { status }) });
    look(cause);
    if (Array.isArray(errors)) errors.forEach(look);
  };
  look(error);
  return found.length > 0 ? found : [{ code: "", text: "an error without a message" }];
}

const MAX_ERRORS = 50;

/**
 * All codes that a symptom names: its own, that with which MSAL's words begin, Entra's number (the last one is the
 * reason), those in its text, because many libraries keep only the text, those that the words of other libraries mean, and
 * the status of a proxy's answer to CONNECT (`CONNECT_407`), which each library words in its own way.
 */
export function codesOf({ code, text }: Symptom): readonly string[] {
  const named = text.match(/\b(E[A-Z]{3,}|(EAI|ERR|UND_ERR|HPE|CERT|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)_\w+)\b/g) ?? [];
  const isAnswer = /AADSTS\d|\bHTTP status \d/.test(text); // what it says is not what failed on the way to it
  const meant = isAnswer ? [] : Object.keys(IN_OTHER_WORDS).filter((each) => IN_OTHER_WORDS[each]?.test(text));
  const [, status] = text.match(/(?:(?:tunnel\w*|proxy|CONNECT)\b.{0,200}?|HTTP code )(?<![\d.:])([345]\d\d)\b/i) ?? [];
  const ofProxy = status === undefined ? [] : [`CONNECT_${status}`];
  const [, ofMsal = ""] = text.match(/^([a-z]+_[a-z_]{1,60}): /) ?? [];
  return [code, ofMsal, text.match(/.*(AADSTS\d{1,9})/)?.[1] ?? "", ...named, ...meant, ...ofProxy];
}

/** How Linux, Windows, curl, Python, Go, .NET, Java and libpq word the errors that Node.js has codes for. */
const IN_OTHER_WORDS: Readonly<Record<string, RegExp>> = {
  ENOTFOUND:
    /could not translate host name(?!.*(Temporary|Try again))|Name or service not known|nodename nor servname|No address associated|getaddrinfo failed|no such host|UnknownHost|could not be resolved|could not resolve host|name does not resolve|NAME_NOT_RESOLVED|no data of the requested type|no usable address/i,
  EAI_AGAIN: /name resolution|to address: Try again|\[Errno -\d{1,2}\]|try again later.*resol|server misbehaving/i,
  ECONNREFUSED: /Connection.(to \S{1,300} )?refused|actively refused|couldn't connect to server/i,
  EHOSTUNREACH:
    /Network is (unreachable|down)|dead network|host was down|address family (not|for hostname)|incompatible with the requested protocol|No route to host|unreachable (host|network)|host (is down|unreachable)|cannot assign requested|requested address is not valid/i,
  ETIMEDOUT:
    /timed.out\b|timeout (exceeded|during|awaiting|acquiring)|deadline exceeded|(network|operation) timeout|i\/o timeout|handshake timeout|timeout expired|Timeout Error|SocketTimeout|timeout of \d+|due to connection timeout|did not properly respond|Can't reach database server|connection attempt failed/i,
  // An answer of GitHub has the words of its gateways about their own connections.
  ECONNRESET:
    /^(?!.*Error Code : 5).*((connection|reset) by peer|connection.reset|forcibly closed|Connection (abort|broken)(?!.*got more than)|Remote end closed|other side closed|socket hang up|broken pipe|I\/O error occurred|connection (was|has been) (reset|closed|lost|aborted)|dropped connection on reset|(server|connection) lost|closed (the connection|by remote host)|terminated the handshake|closed connection during|non-properly terminated|SSL_ERROR_SYSCALL|empty reply|IncompleteRead|bad connection|endpoint is not connected|upstream connect error|(reading from|transport) (stream|connection)|could not (send|receive) data(?!.*refused))/i,
  EPERM:
    /Operation not permitted|PermissionError\(|forbidden by its access permissions|(could not connect|new connection)\b.{0,99} Permission denied/i,
  EMFILE: /Too many open (files|sockets)|buffer space/i,
};

/** An error's own words, on one line, without secrets. */
export const wordsOf = (error: unknown): string => symptomsOf(error)[0]?.text ?? "";

/** How much of a text is read, and how much of its beginning and of its end, which often says why, is shown. */
const MAX_READ = 8_000;
const TOO_LONG = /^(.{600}).{20,}(.{400})$/u;

/** One line of readable length, without tokens. */
function words(text: string): string {
  return (
    withoutSecrets(text.slice(0, 10 * MAX_READ))
      .replace(
        TRACEBACK,
        (_all, frames: string) =>
          `Traceback (${frames.match(/_connect_tls_proxy/)?.[0] ?? frames.match(LAST_FILE)?.[1] ?? "Python"}):\n`,
      )
      .slice(0, MAX_READ)
      .replace(/[\s\p{Cc}]+/gu, " ")
      .replace(/eyJ[\w-]{8,}(\.[\w-]*){0,4}|(?<=token["']?\s?[=:]\s?["']?)[\w.~+/-]{20,}/gi, "***")
      .replace(/\bGet Token request returned [^{]*\{.*?"error_description": ?"((?:[^"\\]|\\[^r])*).*$/, "$1")
      // MSAL's wrapping of Entra's words, the Azure CLI's advice, and MSAL's second mention of the correlation ID.
      .replace(
        /\b\w{1,60}: Error\(s\): .*? - Description: |Certificate verification failed\. This .*?Error detail: /,
        "",
      )
      .replace(MSAL_HTTP, (_all, status: string, body: string) =>
        body === "Unknown" ? `HTTP status ${status} with an empty answer` : `HTTP status ${status}: ${body}`,
      )
      .replace(
        /; if the root CA is installed locally, try running Node\.js with --use-system-ca|(?<!ERROR:) Certificate verification failed\. This typically happens .*$| - Correlation ID: .*$|(?<!None)(?: Error:)? (?:Run the command below to authenticate |(?:Interactive authentication is needed\.|To re-authenticate,) [Pp]lease run: az login).*$/g,
        "",
      )
      .trim()
      .replace(TOO_LONG, "$1 … $2")
  );
}

/** A traceback of Python with its frames, which hide its last line: the reason. */
const TRACEBACK = /^Traceback \(most recent call last\):\r?\n((?:(?:[ \t].*|\S+, ln \d+, in .*|\.{3})(?:\r?\n|$))+)/gm;

/** The symptom as people read it: the sentence before tracebacks of Python, unless the last exception repeats it, and this. */
export function withoutTracebacks(symptom: Symptom): Symptom {
  const [first = symptom.text, ...others] = symptom.text.split(FRAMES).filter((part) => part !== "");
  const last = others.at(-1) ?? first;
  return { ...symptom, text: last.includes(first) ? last : `${first} ${last}` };
}

const FRAMES =
  / ?(?:(?:ERROR: |CLIInternalError: )?The command failed with an unexpected error\. Here is the traceback:(?: ERROR:)?|Traceback \([^)]{1,300}\):|During handling of the above exception, another exception occurred:|To (?:check existing issues|open an issue), please .*$) ?/;

/** The symptom as rules read it: the words in a link to documentation are not those of the error. */
export function withoutLinks(symptom: Symptom): Symptom {
  return { ...symptom, text: symptom.text.replace(/https?:\/\/(aka|docs|go|learn)\.[^\s'"<>]+/gi, "") };
}

/** The last file of a package: it says what failed, unless urllib3 failed to agree on TLS with the proxy itself. */
const LAST_FILE = /^.*-packages[\\/](\S{1,200}\.py)/s;

/** How MSAL words an HTTP answer that is not JSON, with all its headers. */
const MSAL_HTTP =
  /\b(?:ManagedIdentityCredential: Authentication failed\. Message )?An? (?:client|server|unknown) error occured\. Http status code: (\d+) Http status message: (.*?) Headers: \{.*$/;
