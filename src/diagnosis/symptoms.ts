/** What an error, or one of those hidden in it, says. */
export interface Symptom {
  /** SQLSTATE, system error or the library's own code; empty when there is none. */
  readonly code: string;
  /** Its own words, on one line, never empty, no secret in them. */
  readonly text: string;
}

/**
 * The error and all that is hidden in it (causes, the parts of an AggregateError), the outermost first.
 * Happy eyeballs fails with an AggregateError that has no message; MSAL keeps the words of Entra to itself.
 */
export function symptomsOf(error: unknown): readonly Symptom[] {
  const seen = new Set<unknown>();
  const found: Symptom[] = [];
  const look = (each: unknown): void => {
    if (each === undefined || each === null || seen.has(each) || seen.size >= MOST) return;
    seen.add(each);
    if (typeof each !== "object") {
      const text = words(String(each));
      if (text !== "") found.push({ code: "", text });
      return;
    }
    const { code, errorCode, message, errorMessage, detail, hint, status, cause, errors } = each as Record<
      string,
      unknown
    >;
    const text = [message, errorMessage, detail, hint].filter(
      (part) => typeof part === "string" && part.trim() !== "",
    );
    const symptom = {
      code: String(code ?? errorCode ?? ""),
      text: words([...new Set(text)].join(" ")),
    };
    if (symptom.code !== "" || symptom.text !== "")
      found.push({ ...symptom, text: symptom.text || symptom.code });
    if (typeof status === "number" && status >= 400) found.push({ code: "", text: `HTTP status ${status}` });
    look(cause);
    if (Array.isArray(errors)) errors.forEach(look);
  };
  look(error);
  return found.length > 0 ? found : [{ code: "", text: "an error without a word" }];
}

const MOST = 50;

/** One line, no token, and no novel. */
function words(text: string): string {
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, " ")
      .replace(/eyJ[\w-]{8,}(\.[\w-]*){0,2}/g, "***")
      // MSAL's wrapping of Entra's words, and what only Microsoft's support can use.
      .replace(/\w*: Error\(s\): .*? - Description: /, "")
      .replace(/ - Correlation ID: .*$| Trace ID: \S+ Correlation ID: \S+ Timestamp: \S+ \S+Z/g, "")
      .trim()
      .slice(0, 1000)
  );
}
