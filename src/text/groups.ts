/** Items with equal keys together, in the order in which they come. No group is empty. */
export function groupsOf<T>(items: Iterable<T>, key: (item: T) => unknown): readonly (readonly [T, ...T[]])[] {
  return [...Map.groupBy(items, key).values()] as unknown as readonly (readonly [T, ...T[]])[];
}

/** The first item of each key, in the order in which they come. */
export function distinctBy<T>(items: Iterable<T>, key: (item: T) => unknown): readonly T[] {
  return groupsOf(items, key).map(([first]) => first);
}

/** Orders two texts by code units: the same order on every machine and in every language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
