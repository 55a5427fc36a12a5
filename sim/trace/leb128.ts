/**
 * Integers as LEB128 (DWARF 5, 7.6): seven bits a byte, the lowest first, the highest bit of each byte but the last set.
 *
 * @module
 */

/** A safe integer has 53 bits and a sign. */
export const LONGEST_BYTES = 8;

/**
 * Writes an integer from 0 to 2^31 - 1.
 *
 * @returns Where it ends.
 */
export function putUnsigned(bytes: Uint8Array, at: number, value: number): number {
  let left = value;
  for (; left > 127; left >>>= 7) bytes[at++] = left & 0x7f | 0x80;
  bytes[at++] = left;
  return at;
}

/**
 * Writes a safe integer, with its sign.
 *
 * @returns Where it ends.
 */
export function putSigned(bytes: Uint8Array, at: number, value: number): number {
  // Shifts are for 32 bits only; nearly all integers have them.
  let low = value | 0;
  if (low !== value) return putLong(bytes, at, value);
  for (; low < -64 || low > 63; low >>= 7) bytes[at++] = low & 0x7f | 0x80;
  bytes[at] = low & 0x7f;
  return at + 1;
}

function putLong(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value & 0x7f | 0x80;
  return putSigned(bytes, at + 1, Math.floor(value / 128));
}
