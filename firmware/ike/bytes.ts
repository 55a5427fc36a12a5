/**
 * Bytes that ISAKMP has its own use for.
 *
 * @module
 */

import { createView } from "@noble/hashes/utils.js";

/** No bytes. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** An unsigned 32-bit number in network order. */
export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  createView(bytes).setUint32(0, value);
  return bytes;
}

/** True when all bytes are zero, as they are in the responder's cookie of message 1. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
