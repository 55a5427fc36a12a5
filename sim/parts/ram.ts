/**
 * The adapter's working memory. What it holds is gone when the power is.
 *
 * @module
 */

/** A piece of RAM handed out at boot. */
export interface RamRegion {
  /** What it is for. */
  readonly name: string;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/** There is less RAM than the firmware was configured to use. */
export class RamExhaustedError extends Error {
  /**
   * Says which region did not fit.
   *
   * @param name The region.
   * @param lengthBytes What was asked for.
   * @param freeBytes What is left.
   */
  constructor(name: string, lengthBytes: number, freeBytes: number) {
    super(
      `RAM region "${name}" of ${lengthBytes} bytes does not fit: ${freeBytes} bytes are free`,
    );
    this.name = "RamExhaustedError";
  }
}

/** Static RAM, handed out in regions from the bottom up, as a firmware's linker script does. */
export class Ram {
  /** All of it, for a search for what should not be there any more. */
  readonly bytes: Uint8Array;
  #used = 0;

  /**
   * RAM full of zeros.
   *
   * @param lengthBytes Its size.
   */
  constructor(lengthBytes: number) {
    this.bytes = new Uint8Array(lengthBytes);
  }

  /**
   * Hands out a region, aligned to 8 bytes.
   *
   * @throws {RamExhaustedError} It does not fit.
   */
  region(name: string, lengthBytes: number): RamRegion {
    const start = Math.ceil(this.#used / 8) * 8;
    if (start + lengthBytes > this.bytes.length) {
      throw new RamExhaustedError(
        name,
        lengthBytes,
        Math.max(0, this.bytes.length - start),
      );
    }
    this.#used = start + lengthBytes;
    return { name, bytes: this.bytes.subarray(start, this.#used) };
  }

  /** Power is gone or the adapter is reset: content and regions are forgotten. */
  clear(): void {
    this.bytes.fill(0);
    this.#used = 0;
  }
}
