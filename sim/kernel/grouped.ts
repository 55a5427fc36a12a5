/**
 * Values by what they have in common.
 *
 * @module
 */

/** Values by their keys, in the order in which these come first: `Map.groupBy`, which Node.js 20 does not have. */
export function grouped<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
