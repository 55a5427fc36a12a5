/**
 * Memory of a part that is full of zeros when power comes. It takes none of the
 * host's until somebody asks for it: most adapters of a large world never open
 * a session.
 *
 * @module
 */

/** Bytes that are zeros at first. */
export class LazyBytes {
  /** How many there are. */
  readonly lengthBytes: number;
  #bytes: Uint8Array | undefined = undefined;

  /**
   * Zeros.
   *
   * @param lengthBytes How many.
   */
  constructor(lengthBytes: number) {
    this.lengthBytes = lengthBytes;
  }

  /** The bytes themselves. */
  get bytes(): Uint8Array {
    return this.#bytes ??= new Uint8Array(this.lengthBytes);
  }

  /** False as long as nobody has asked for them: they are zeros. */
  get isTouched(): boolean {
    return this.#bytes !== undefined;
  }

  /** All are zeros again, also for those who hold them. */
  clear(): void {
    this.#bytes?.fill(0);
  }
}
