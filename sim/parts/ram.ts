/**
 * The adapter's working memory. What it holds is gone when the power is.
 *
 * @module
 */

import { LazyBytes } from "./lazy_bytes.ts";

/** A piece of RAM handed out at boot. */
export interface RamRegion {
  /** What it is for. */
  readonly name: string;
  /** Its length in bytes. */
  readonly lengthBytes: number;
  /** Its bytes: zeros that take no memory of the host until they are first asked for. */
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
  /** Its size in bytes. */
  readonly lengthBytes: number;
  readonly #regions: { readonly start: number; readonly memory: LazyBytes }[] = [];
  #used = 0;

  /**
   * RAM full of zeros.
   *
   * @param lengthBytes Its size.
   */
  constructor(lengthBytes: number) {
    this.lengthBytes = lengthBytes;
  }

  /** A copy of all of it, for a search for what should not be there any more. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.lengthBytes);
    for (const { start, memory } of this.#regions) if (memory.isTouched) bytes.set(memory.bytes, start);
    return bytes;
  }

  /** The memory of the regions that were used, itself and no copy. */
  memory(): readonly Uint8Array[] {
    return this.#regions.filter(({ memory }) => memory.isTouched).map(({ memory }) => memory.bytes);
  }

  /**
   * Bits turn, as a particle turns them.
   *
   * @param address Of the byte, from the bottom. Bytes that were not handed out hold nothing that could turn.
   * @param mask The bits that turn.
   */
  flip(address: number, mask: number): void {
    for (const { start, memory } of this.#regions) {
      const offset = address - start;
      if (offset < 0 || offset >= memory.lengthBytes) continue;
      memory.bytes[offset] = (memory.bytes[offset] ?? 0) ^ mask;
    }
  }

  /**
   * Hands out a region, aligned to 8 bytes.
   *
   * @throws {RamExhaustedError} It does not fit.
   */
  region(name: string, lengthBytes: number): RamRegion {
    const start = Math.ceil(this.#used / 8) * 8;
    if (start + lengthBytes > this.lengthBytes) {
      throw new RamExhaustedError(name, lengthBytes, Math.max(0, this.lengthBytes - start));
    }
    this.#used = start + lengthBytes;
    const memory = new LazyBytes(lengthBytes);
    this.#regions.push({ start, memory });
    return {
      name,
      lengthBytes,
      get bytes() {
        return memory.bytes;
      },
    };
  }

  /** Power is gone or the adapter is reset: content and regions are forgotten. */
  clear(): void {
    for (const { memory } of this.#regions) memory.clear();
    this.#regions.length = 0;
    this.#used = 0;
  }
}
