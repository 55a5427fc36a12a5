/**
 * Numbers as they lie on flash: least significant byte first.
 *
 * @module
 */

/** Reads 32 bits. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) | ((bytes[offset + 1] as number) << 8) | ((bytes[offset + 2] as number) << 16) |
    ((bytes[offset + 3] as number) << 24)) >>> 0;
}

/** Writes 32 bits. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  for (let byte = 0; byte < 4; byte++) bytes[offset + byte] = value >>> (8 * byte);
}

/** Reads 16 bits. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

/** Writes the low 16 bits of a number. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

/** Turns a bit over, counted from the beginning of the bytes. */
export function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] as number) ^ (1 << (bit & 7));
}

/** The next multiple of a unit, or the value itself if it is one. */
export function roundUp(value: number, unit: number): number {
  return value + ((unit - (value % unit)) % unit);
}

/** The bytes of each sector of a region. */
export function partsOf(region: Uint8Array, sectorBytes: number): readonly Uint8Array[] {
  const count = region.length / sectorBytes;
  return Array.from({ length: count }, (_, index) => region.subarray(index * sectorBytes, (index + 1) * sectorBytes));
}

/** How many bits of some bytes are 1. */
export function countOnes(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    // Most of an erased part.
    if (byte === 0xff) count += 8;
    else for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}

/** With so few bits left at 1, or at 0, nothing is a header or a record: either has many more of both. */
export const DEAD_BITS = 8;

/** Whether all bytes are FF, but for a few bits. */
export function isNearlyBlank(bytes: Uint8Array): boolean {
  return 8 * bytes.length - countOnes(bytes) <= DEAD_BITS;
}

/** Whether all bytes are FF. */
export function isBlank(bytes: Uint8Array): boolean {
  return blankEnd(bytes, 0) === bytes.length;
}

/** Where the bytes of FF begin that some bytes end with; no further to their beginning than a place. */
export function writtenEnd(bytes: Uint8Array, start: number): number {
  let end = bytes.length;
  while (end > start && bytes[end - 1] === 0xff) end--;
  return end;
}

/** From so many bytes on, words of 32 bits are sooner walked than bytes. */
const LONG_BYTES = 64;

/** Where the bytes of FF end that begin at a place: there itself, if it has none. */
export function blankEnd(bytes: Uint8Array, start: number): number {
  const { buffer, byteOffset, length } = bytes;
  let at = start;
  while (at < length && (byteOffset + at) % 4 !== 0) {
    if (bytes[at] !== 0xff) return at;
    at++;
  }
  if (length - at >= LONG_BYTES && bytes[at] === 0xff) {
    const words = new Int32Array(buffer, byteOffset + at, (length - at) >>> 2);
    let blank = 0;
    while (blank < words.length && words[blank] === -1) blank++;
    at += 4 * blank;
  }
  while (at < length && bytes[at] === 0xff) at++;
  return at;
}
