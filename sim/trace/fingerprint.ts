/**
 * How bytes are shown that must not be shown: keys above all.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * The first 4 bytes of the SHA-256, in hex: enough to see whether two keys are
 * the same, of no use for finding one that is hard to guess.
 */
export function fingerprint(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes).subarray(0, 4));
}
