/** The characters that every encoding of a PostgreSQL server has in common are those of ASCII. */
const NOT_ASCII = /\P{ASCII}/gu;

/** Whether all characters are ASCII. */
export function isAscii(text: string): boolean {
  return text.search(NOT_ASCII) === -1;
}

/** The text with the replacement character in place of each character that is not ASCII. */
export function inAscii(text: string): string {
  return text.replace(NOT_ASCII, "\uFFFD");
}
