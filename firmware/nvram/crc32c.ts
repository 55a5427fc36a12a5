/**
 * CRC-32C (Castagnoli), the checksum of iSCSI (RFC 3720 §12.1): it finds torn
 * and damaged records. It is no protection against forgery; sealing is.
 *
 * @module
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value >>> 0;
});

/**
 * The checksum of some bytes.
 *
 * @param before The checksum of what comes before them; 0 at the beginning.
 * @returns 32 bits, unsigned.
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (let index = 0; index < bytes.length; index++) {
    value = (TABLE[(value ^ (bytes[index] as number)) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}
