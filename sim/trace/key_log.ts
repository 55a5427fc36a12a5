/**
 * Cipher keys of phase 1 for Wireshark. Whoever holds this file can read the
 * captured exchanges; it is written only when asked for by name.
 *
 * @module
 */

import { bytesToHex } from "@noble/hashes/utils.js";

/** Collects keys. */
export class KeyLog {
  readonly #lines = new Set<string>();

  /** Adds the key of one exchange. */
  add(initiatorCookie: Uint8Array, cipherKey: Uint8Array): void {
    this.#lines.add(`${bytesToHex(initiatorCookie)},${bytesToHex(cipherKey)}`);
  }

  /** The file `ikev1_decryption_table` of a Wireshark profile: initiator cookie and key in hex, one pair a line. */
  toText(): string {
    return [...this.#lines].map((line) => `${line}\n`).join("");
  }
}
