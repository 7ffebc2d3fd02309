/** Set off from the sentence around it by backticks, unless it has some of its own: SQL must stay what it is. */
export function code(text: string): string {
  return text.includes("`") ? text : `\`${text}\``;
}

const LISTED = 5;

/** A list a person can read: the first few, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  const shown = names.slice(0, LISTED).map(code).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
