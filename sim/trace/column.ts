/**
 * Columns of numbers.
 *
 * @module
 */

/** Any column. */
type Column = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A column of the same size that begins with some entries of another. */
export function moved<C extends Column>(column: C, begin: number, end: number): C {
  const copy = new (column.constructor as new (length: number) => C)(column.length);
  copy.set(column.subarray(begin, end));
  return copy;
}
