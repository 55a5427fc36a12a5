/**
 * The system buffers of kernel WMI: copies of the callers' buffers that
 * drivers work on (METHOD_BUFFERED).
 *
 * A buffer is filled with zeros when it is given back, because a key may have
 * been in it, and is used again for the next request of its size.
 *
 * @module
 */

const SMALLEST_BYTES = 128;

/** A pool of buffers. */
export class SystemBuffers {
  readonly #free = new Map<number, Uint8Array[]>();
  readonly #all: Uint8Array[] = [];
  /** The memory of each buffer that was handed out. */
  readonly #lent = new Map<Uint8Array, Uint8Array>();

  /** All memory of the pool, used or not: for a search for what should not be there any more. */
  memory(): readonly Uint8Array[] {
    return this.#all;
  }

  /** The memory that nobody has, which holds zeros: for a search for what was forgotten there. */
  unused(): readonly Uint8Array[] {
    return [...this.#free.values()].flat();
  }

  /**
   * A buffer of zeros.
   *
   * @param lengthBytes 0 or more.
   */
  allocate(lengthBytes: number): Uint8Array {
    const sizeBytes = sizeClass(lengthBytes);
    let memory = this.#free.get(sizeBytes)?.pop();
    if (memory === undefined) {
      memory = new Uint8Array(sizeBytes);
      this.#all.push(memory);
    }
    const buffer = memory.subarray(0, lengthBytes);
    this.#lent.set(buffer, memory);
    return buffer;
  }

  /** Gives a buffer back; its bytes become zero. */
  release(buffer: Uint8Array): void {
    buffer.fill(0);
    const memory = this.#lent.get(buffer);
    // What was lent before the host lost power is nobody's any more.
    if (memory === undefined) return;
    this.#lent.delete(buffer);
    const free = this.#free.get(memory.length);
    if (free === undefined) this.#free.set(memory.length, [memory]);
    else free.push(memory);
  }

  /** The host lost power. */
  clear(): void {
    for (const memory of this.#all) memory.fill(0);
    this.#all.length = 0;
    this.#lent.clear();
    this.#free.clear();
  }
}

function sizeClass(lengthBytes: number): number {
  let sizeBytes = SMALLEST_BYTES;
  while (sizeBytes < lengthBytes) sizeBytes *= 2;
  return sizeBytes;
}
