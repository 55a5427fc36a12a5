/**
 * What the wire tells apart, a table must, too: of two rows with one number
 * the second would be offered, and never be found again.
 *
 * @module
 */

/**
 * Refuses a table in which something stands twice.
 *
 * @param what What a row stands for, as the message says it: `group`.
 * @param keys What tells its rows apart, one of each row.
 * @throws {RangeError} It stands there twice.
 */
export function requireDistinct(what: string, keys: readonly (number | string)[]): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new RangeError(`Two rows have the ${what} ${twice}, expected one`);
}
