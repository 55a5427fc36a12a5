/**
 * Key slots of the crypto engine: memory that no bus leads to. Firmware fills a
 * slot and names it in a command; the engine's own ciphers and hashes are all
 * that reads it. A search of the adapter's RAM never meets what lies here.
 *
 * @module
 */

import { LazyBytes } from "./lazy_bytes.ts";

/** The memory behind the slots. */
export class KeySlots {
  /** Length of all slots together, in bytes. */
  readonly lengthBytes: number;
  readonly #memory: LazyBytes;

  /**
   * Empty slots.
   *
   * @param lengthBytes Length of all slots together, in bytes.
   */
  constructor(lengthBytes: number) {
    this.lengthBytes = lengthBytes;
    this.#memory = new LazyBytes(lengthBytes);
  }

  /** All of it: for the operations of the engine, and for a laboratory that looks whether it is empty. */
  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  /** Power is gone or the adapter is reset: all slots are zeroised. */
  clear(): void {
    this.#memory.clear();
  }
}
