/**
 * Unsigned integers in bytes, the least significant byte first. By hand, because a
 * `DataView` for each structure costs more than all its fields.
 *
 * @module
 */

/** Reads 16 bits. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

/** Writes the low 16 bits. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

/** Reads 32 bits. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return (readUint16(bytes, offset) | (readUint16(bytes, offset + 2) << 16)) >>> 0;
}

/** Writes the low 32 bits. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  writeUint16(bytes, offset, value);
  writeUint16(bytes, offset + 2, value >>> 16);
}

/** Reads 64 bits. */
export function readUint64(bytes: Uint8Array, offset: number): bigint {
  const low = readUint32(bytes, offset);
  const high = readUint32(bytes, offset + 4);
  // Most that stands in 64 bits has none above 32.
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
}

/** Writes the low 64 bits. */
export function writeUint64(bytes: Uint8Array, offset: number, value: bigint): void {
  writeUint32(bytes, offset, Number(value & 0xffff_ffffn));
  writeUint32(bytes, offset + 4, Number((value >> 32n) & 0xffff_ffffn));
}
