/**
 * Short byte arrays, cut from slabs: a typed array of its own costs as much as
 * everything else that is done to a record of fifty bytes.
 *
 * The arrays are views (as those of Node's `Buffer.allocUnsafe` are): code that
 * goes by `.buffer` must take `.byteOffset` into account. No byte is given out
 * twice, so they are zero at first, and nothing is shared but the slab.
 *
 * @module
 */

const SLAB_BYTES = 16_384;
/** Longer arrays have a buffer of their own. */
const SHORT_BYTES = 1024;

/** None. */
export const NO_BYTES = new Uint8Array(0);

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/**
 * Zeros.
 *
 * @param lengthBytes How many.
 */
export function allocateBytes(lengthBytes: number): Uint8Array {
  if (lengthBytes > SHORT_BYTES) return new Uint8Array(lengthBytes);
  if (used + lengthBytes > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, lengthBytes);
  used += lengthBytes;
  return bytes;
}

/**
 * A copy.
 *
 * @param source What is copied.
 * @param start Where the range begins; 0 by default.
 * @param end Where it ends; the end of the source by default.
 */
export function copyBytes(source: Uint8Array, start = 0, end: number = source.length): Uint8Array {
  const copy = allocateBytes(end - start);
  for (let index = 0; index < copy.length; index++) copy[index] = source[start + index] as number;
  return copy;
}
