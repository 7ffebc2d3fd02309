/** `1 table`, `3,000 tables`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** `12,000`. Not by Intl, because loading its data takes half as long as starting Node.js. */
export const grouped = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** `a`, `a and b`, `a, b and c`. */
export function series(items: readonly string[], word: "and" | "or" = "and"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

/** The first few of many: `a, b, c and 12 more`. Only those shown are written. */
export function some<T>(items: readonly T[], most: number, write: (item: T) => string): string {
  if (items.length <= most) return series(items.map(write));
  return `${items.slice(0, most).map(write).join(", ")} and ${grouped(items.length - most)} more`;
}

/** At most so many items, and then how many more there are. Only those shown are written. */
export function upTo<T>(most: number, items: readonly T[], write: (item: T) => string, more: (rest: number) => string) {
  const rest = items.length - most;
  return [...items.slice(0, most).map((item) => write(item)), ...(rest > 0 ? [more(rest)] : [])];
}
