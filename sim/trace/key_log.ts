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
  readonly #keep: number;

  /**
   * Without keys yet.
   *
   * @param keep How many keys are kept, the last ones; all by default.
   */
  constructor(keep: number = Infinity) {
    this.#keep = keep;
  }

  /** How many keys are kept. */
  get size(): number {
    return this.#lines.size;
  }

  /** Adds the key of one exchange. */
  add(initiatorCookie: Uint8Array, cipherKey: Uint8Array): void {
    this.#lines.add(`${bytesToHex(initiatorCookie)},${bytesToHex(cipherKey)}`);
    if (this.#lines.size <= this.#keep) return;
    for (const oldest of this.#lines) {
      this.#lines.delete(oldest);
      return;
    }
  }

  /** The file `ikev1_decryption_table` of a Wireshark profile: initiator cookie and key in hex, one pair a line. */
  toText(): string {
    return [...this.#lines].map((line) => `${line}\n`).join("");
  }
}
