/**
 * CRC-32C (Castagnoli), the checksum of iSCSI (RFC 3720 §12.1): it finds torn
 * and damaged records, and the place of a single flipped bit. It is no
 * protection against forgery; sealing is.
 *
 * @module
 */

const POLYNOMIAL = 0x82f6_3b78;

/** Four tables of 256: the checksum is taken over four bytes at a time (slicing-by-4, Kounavis and Berry 2005). */
const TABLES = new Uint32Array(4 * 256);

for (let index = 0; index < 256; index++) {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  TABLES[index] = value;
}
for (let index = 256; index < TABLES.length; index++) {
  const before = TABLES[index - 256] as number;
  TABLES[index] = (before >>> 8) ^ (TABLES[before & 0xff] as number);
}

/**
 * The checksum of a range of bytes.
 *
 * @param bytes The bytes.
 * @param start Where the range begins; 0 by default.
 * @param end Where it ends; the end of the bytes by default.
 * @param before The checksum of what comes before the range; 0 at the beginning.
 * @returns 32 bits, unsigned.
 */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length, before = 0): number {
  let value = ~before;
  let index = start;
  for (; index + 4 <= end; index += 4) {
    value ^= (bytes[index] as number) | ((bytes[index + 1] as number) << 8) | ((bytes[index + 2] as number) << 16) |
      ((bytes[index + 3] as number) << 24);
    value = (TABLES[768 + (value & 0xff)] as number) ^ (TABLES[512 + ((value >>> 8) & 0xff)] as number) ^
      (TABLES[256 + ((value >>> 16) & 0xff)] as number) ^ (TABLES[value >>> 24] as number);
  }
  for (; index < end; index++) {
    value = (TABLES[(value ^ (bytes[index] as number)) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}

/** The most that is stepped back over at once is 2 ** 12 - 1 bytes. */
const STEP_BITS = 12;

/** What each byte of a register was 1, 2, 4, ... bytes of zeros before: 4 tables of 256 for each of these steps. */
const STEPS_BACK = new Uint32Array(STEP_BITS * 1024);

for (let index = 0; index < STEPS_BACK.length; index++) {
  let register = (index & 0xff) << (8 * ((index >>> 8) & 3));
  const half = (1 << (index >>> 10)) >>> 1;
  // Only if the lowest bit was 1 the highest is now.
  if (half === 0) {
    for (let bit = 0; bit < 8; bit++) register = register < 0 ? ((register ^ POLYNOMIAL) << 1) | 1 : register << 1;
  }
  STEPS_BACK[index] = stepBack(half, stepBack(half, register));
}

/** What a register was so many bytes of zeros before. */
function stepBack(lengthBytes: number, register: number): number {
  let before = register;
  for (let table = 0, rest = lengthBytes; rest !== 0; table += 1024, rest >>>= 1) {
    if ((rest & 1) === 0) continue;
    before = (STEPS_BACK[table + (before & 0xff)] as number) ^
      (STEPS_BACK[table + 256 + ((before >>> 8) & 0xff)] as number) ^
      (STEPS_BACK[table + 512 + ((before >>> 16) & 0xff)] as number) ^
      (STEPS_BACK[table + 768 + (before >>> 24)] as number);
  }
  return before;
}

/**
 * The reverse of {@linkcode crc32c}: the checksum of what comes before some bytes. If that is one word of 32 bits, and
 * they begin with 4 zeros in its place, the result is that word.
 *
 * @param checksum The checksum of what comes before, and the bytes.
 * @param bytes Up to 4,095 bytes.
 * @returns 32 bits, unsigned.
 */
export function crc32cBefore(checksum: number, bytes: Uint8Array): number {
  return ~stepBack(bytes.length, checksum ^ crc32c(bytes, 0, bytes.length, ~0)) >>> 0;
}

/** {@linkcode crc32cBefore} of any ranges of some bytes, in a time that does not grow with their lengths. */
export class RangeChecksums {
  readonly #bytes: Uint8Array;
  /** The register behind each beginning of the bytes. */
  #registers: Uint32Array | undefined = undefined;

  /**
   * Goes over the bytes once, when it is asked first.
   *
   * @param bytes The bytes, which stay as they are.
   */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The checksum of what comes before a range of up to 4,095 bytes.
   *
   * @param checksum The checksum of what comes before, and the range.
   * @param start Where the range begins.
   * @param end Where it ends.
   * @returns 32 bits, unsigned.
   */
  before(checksum: number, start: number, end: number): number {
    const registers = this.#registers ??= registersOf(this.#bytes);
    const register = stepBack(end - start, ~checksum ^ (registers[end] as number));
    return ~(register ^ (registers[start] as number)) >>> 0;
  }
}

function registersOf(bytes: Uint8Array): Uint32Array {
  const registers = new Uint32Array(bytes.length + 1);
  let register = 0;
  for (let index = 0; index < bytes.length; index++) {
    register = (TABLES[(register ^ (bytes[index] as number)) & 0xff] as number) ^ (register >>> 8);
    registers[index + 1] = register;
  }
  return registers;
}

/**
 * The one bit whose flip explains a wrong checksum.
 *
 * The checksum is linear: a flipped bit changes it by a pattern that hangs
 * only on how far from the end the bit is. Up to 655 bytes CRC-32C tells any
 * five flips from none (Koopman 2002), so four or fewer are never taken for one.
 *
 * @param difference Checksum found, exclusive-or checksum computed; not 0.
 * @param lengthBytes How many bytes the checksum is about.
 * @returns The bit, 8 x byte + bit in the byte; bits of the checksum itself follow at 8 x `lengthBytes`.
 * `undefined` if no single bit explains it.
 */
export function flippedBit(difference: number, lengthBytes: number): number | undefined {
  if ((difference & (difference - 1)) === 0) return 8 * lengthBytes + (31 - Math.clz32(difference));
  const wanted = difference | 0;
  const patterns = new Int32Array(8);
  for (let bit = 0; bit < 8; bit++) patterns[bit] = TABLES[1 << bit] as number;
  for (let byte = lengthBytes - 1; byte >= 0; byte--) {
    for (let bit = 0; bit < 8; bit++) {
      const pattern = patterns[bit] as number;
      if (pattern === wanted) return 8 * byte + bit;
      patterns[bit] = (TABLES[pattern & 0xff] as number) ^ (pattern >>> 8);
    }
  }
  return undefined;
}
