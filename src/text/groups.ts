/** Items with equal keys together, in the order in which they come. No group is empty. */
export function groupsOf<T>(
  items: Iterable<T>,
  key: (item: T) => unknown,
): readonly (readonly [T, ...T[]])[] {
  return [...Map.groupBy(items, key).values()] as unknown as readonly (readonly [T, ...T[]])[];
}
