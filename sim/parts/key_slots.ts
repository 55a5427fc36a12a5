/**
 * Key slots of the crypto engine: memory that no bus leads to. Firmware fills a
 * slot and names it in a command; the engine's own ciphers and hashes are all
 * that reads it. A search of the adapter's RAM never meets what lies here.
 *
 * @module
 */

/** The memory behind the slots. */
export class KeySlots {
  /** All of it: for the operations of the engine, and for a laboratory that looks whether it is empty. */
  readonly bytes: Uint8Array;

  /**
   * Empty slots.
   *
   * @param lengthBytes Length of all slots together, in bytes.
   */
  constructor(lengthBytes: number) {
    this.bytes = new Uint8Array(lengthBytes);
  }

  /** Power is gone or the adapter is reset: all slots are zeroised. */
  clear(): void {
    this.bytes.fill(0);
  }
}
