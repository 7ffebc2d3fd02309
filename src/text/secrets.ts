/** The values that must not appear in any text, wherever the text comes from. */
const SECRETS = new Set<string>();

/** Those that a peer was sent, and can repeat encoded and in part, until they are in `RUNS`: most runs never need it. */
const unread: string[] = [];

/** The runs of all forms of what was sent, by their length: `RUN`, or that of a form that is shorter. */
const RUNS = new Map<number, Set<string>>();

/** Shorter values occur in ordinary text. */
const MIN_CHARACTERS = 4;

/** A peer may cut a secret that it repeats: no text keeps so many characters of it. */
const RUN = 12;

/** Remembers a value, which `withoutSecrets` then takes out of every text of this run. */
export function rememberSecret(value: string): void {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}

/** Remembers a value that a peer is sent: `withoutSecrets` then also takes out its encoded forms, and parts of them. */
export function rememberSent(value: string): void {
  if (value.length >= MIN_CHARACTERS) unread.push(value);
}

/**
 * A text from outside without the secrets of this run: an endpoint may repeat what it was sent. Takes time linear in the
 * length of the text.
 */
export function withoutSecrets(text: string): string {
  // The longest first, because one may be a part of another.
  const left = [...SECRETS]
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, "***"), text);
  return withoutRuns(left);
}

function withoutRuns(text: string): string {
  unread.splice(0).flatMap(formsOf).forEach(addRuns);
  let kept = "";
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    for (const [length, runs] of RUNS) {
      if (at + length <= end || !runs.has(text.slice(at, at + length))) continue;
      if (at >= end) kept += "***";
      end = at + length;
    }
    if (at >= end) kept += text[at];
  }
  return kept;
}

function addRuns(form: string): void {
  const length = Math.min(form.length, RUN);
  const runs = RUNS.get(length) ?? new Set();
  RUNS.set(length, runs);
  for (let at = 0; at + length <= form.length; at++) runs.add(form.slice(at, at + length));
}

/** A secret as it is, in JSON, percent-encoded as in a URL and in a form, and in Base64. */
function formsOf(secret: string): readonly string[] {
  const percent = [encodeURIComponent(secret), `${new URLSearchParams({ "": secret })}`.slice(1)];
  const base64 = [0, 1, 2].flatMap((offset) => inBase64(secret, offset));
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...percent,
    ...percent.map((form) => form.replaceAll(/%../g, (hex) => hex.toLowerCase())),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** A secret in the Base64 of a text in which it begins after so many bytes of a group of three. */
function inBase64(secret: string, offset: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString("base64");
  // The first and the last character can also encode bits of the bytes beside the secret.
  const inside = text.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * bytes.length) / 6));
  return offset === 0 ? [text, inside] : [inside];
}
