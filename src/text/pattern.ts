/** True if the text is a pattern: `*` is any run of characters, all else is itself. */
export const isPattern = (text: string): boolean => text.includes("*");

/** True if a name fits a pattern. No part of the name is tried twice. */
export function fits(name: string, pattern: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return name === pattern;
  const end = name.length - last.length;
  if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** The pattern of SQL's LIKE that the same names fit. */
export const likeOf = (pattern: string): string => pattern.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");
