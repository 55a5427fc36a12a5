/**
 * Host memory that an adapter may reach by bus address.
 *
 * A driver allocates buffers, hands their bus addresses to the adapter, and
 * frees them. An access outside a live buffer is what an IOMMU would refuse.
 *
 * @module
 */

import { allocateBytes } from "../layout/slab.ts";

/** A piece of host memory open to the adapter. */
export interface DmaBuffer {
  /** What the adapter is told: the bus address of the first byte. */
  readonly busAddress: number;
  /** The memory itself, as the host sees it. */
  readonly bytes: Uint8Array;
}

const FIRST_ADDRESS = 0x1000_0000;
const ALIGNMENT = 64;

const BUS_BYTES = 2 ** 32;

/** All DMA memory of one host. */
export class DmaMemory {
  readonly #buffers = new Map<number, DmaBuffer>();
  #nextAddress = FIRST_ADDRESS;
  /** What lies above was never given out. */
  #fresh = FIRST_ADDRESS;

  /** The live buffers, in order of allocation: for a search for what should not be there any more. */
  buffers(): DmaBuffer[] {
    return [...this.#buffers.values()];
  }

  /**
   * Makes a buffer of zeros.
   *
   * @param lengthBytes 1 or more.
   */
  allocate(lengthBytes: number): DmaBuffer {
    if (!(Number.isInteger(lengthBytes) && lengthBytes > 0)) {
      throw new RangeError(
        `Cannot allocate ${lengthBytes} bytes of DMA memory: expected a whole number above 0`,
      );
    }
    const buffer = { busAddress: this.#freeAddress(lengthBytes), bytes: allocateBytes(lengthBytes) };
    this.#buffers.set(buffer.busAddress, buffer);
    this.#nextAddress = buffer.busAddress + Math.ceil(lengthBytes / ALIGNMENT) * ALIGNMENT;
    this.#fresh = Math.max(this.#fresh, this.#nextAddress);
    return buffer;
  }

  /** The next address with so much room behind it, from where the last buffer ended and once round. */
  #freeAddress(lengthBytes: number): number {
    let address = this.#nextAddress;
    let rounds = 0;
    for (;;) {
      if (address + lengthBytes > BUS_BYTES) {
        if (++rounds > 1) throw new RangeError(`No bus addresses for ${lengthBytes} bytes of DMA memory are free`);
        address = FIRST_ADDRESS;
      }
      if (address >= this.#fresh) return address;
      const inTheWay = this.buffers().find((each) =>
        each.busAddress < address + lengthBytes && address < each.busAddress + each.bytes.length
      );
      if (inTheWay === undefined) return address;
      address = Math.ceil((inTheWay.busAddress + inTheWay.bytes.length) / ALIGNMENT) * ALIGNMENT;
    }
  }

  /** Closes a buffer to the adapter. Its bytes are filled with zeros: nothing of a key outlives a request. */
  free(buffer: DmaBuffer): void {
    buffer.bytes.fill(0);
    this.#buffers.delete(buffer.busAddress);
  }

  /** Closes all buffers: the host lost power or its driver was unloaded. */
  clear(): void {
    for (const buffer of this.buffers()) this.free(buffer);
  }

  /**
   * What lies at a bus address, as the adapter's DMA engine sees it.
   *
   * @returns A view of the memory, or `undefined` when the range is not inside one live buffer.
   */
  view(busAddress: number, lengthBytes: number): Uint8Array | undefined {
    const whole = this.#buffers.get(busAddress);
    if (whole?.bytes.length === lengthBytes) return whole.bytes;
    for (const buffer of this.#buffers.values()) {
      const offset = busAddress - buffer.busAddress;
      if (offset >= 0 && offset + lengthBytes <= buffer.bytes.length) {
        return buffer.bytes.subarray(offset, offset + lengthBytes);
      }
    }
    return undefined;
  }
}
