/** Numbers, checksum and code words of the format, from FORMAT.md alone. */

export function checksum(...parts: readonly Uint8Array[]): number {
  let value = 0xffff_ffff;
  for (const part of parts) {
    for (const byte of part) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
    }
  }
  return ~value >>> 0;
}

export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, index) => new DataView(bytes.buffer).setUint32(4 * index, value, true));
  return bytes;
}

export const uint32 = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
export const uint16 = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

const LABELS = [
  ...Array.from({ length: 32 }, (_, label) => label).filter((label) => (label & (label - 1)) !== 0),
  ...[1, 2, 4, 8, 16, 0],
];

/** The nearest word of the code. */
export function correct(word: number): number | undefined {
  let sum = 0;
  let ones = 0;
  for (let bit = 0; bit < 32; bit++) {
    if (((word >>> bit) & 1) === 0) continue;
    sum ^= LABELS[bit] as number;
    ones++;
  }
  if (ones % 2 === 1) return (word ^ (1 << LABELS.indexOf(sum))) >>> 0;
  return sum === 0 ? word >>> 0 : undefined;
}
