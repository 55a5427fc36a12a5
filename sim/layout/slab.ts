/**
 * Short arrays, cut from slabs: a typed array with a buffer of its own costs
 * more than all that is done to a record of fifty bytes (0.4 to 0.8 us in Deno,
 * which keeps none on the heap; a view takes 0.03).
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

/**
 * Zeros.
 *
 * @param count How many words of 32 bits: a few.
 */
export function allocateWords(count: number): Uint32Array {
  used += -used & 3;
  const { buffer, byteOffset } = allocateBytes(4 * count);
  return new Uint32Array(buffer, byteOffset, count);
}

/** A copy. */
export function copyWords(source: Uint32Array): Uint32Array {
  const copy = allocateWords(source.length);
  copy.set(source);
  return copy;
}
