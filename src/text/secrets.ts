/** The values that must not appear in any text, wherever the text comes from. */
const SECRETS = new Set<string>();

/** Shorter values occur in ordinary text. */
const MIN_CHARACTERS = 4;

/** Remembers a value, which `withoutSecrets` then takes out of every text of this run. */
export function rememberSecret(value: string): void {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}

/** A text from outside without the secrets of this run: an endpoint may repeat what it was sent. */
export function withoutSecrets(text: string): string {
  // The longest first, because one may be a part of another.
  return [...SECRETS]
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, "***"), text);
}
