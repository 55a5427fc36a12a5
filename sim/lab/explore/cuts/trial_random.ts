/**
 * The random numbers of one trial after the other, each from numbers of its
 * own, so that each can be run alone.
 *
 * @module
 */

import { allocateBytes } from "../../../layout/slab.ts";
import { RandomStream } from "../../../kernel/random.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";

/** A stream that begins anew. */
export class TrialRandom implements FlashRandom {
  readonly #state = new Uint32Array(4);
  #stream = new RandomStream(new Uint8Array(16));

  /** Begins anew from four numbers. */
  begin(first: number, second: number, third: number, fourth: number): void {
    const state = this.#state;
    state[0] = first;
    state[1] = second;
    state[2] = third;
    state[3] = fourth;
    this.#stream = new RandomStream(new Uint8Array(state.buffer));
  }

  /** The next unsigned 32-bit number. */
  next(): number {
    return this.#stream.next();
  }

  /** A whole number below a limit. */
  below(limit: number): number {
    return this.#stream.below(limit);
  }

  /** The bytes that a stream gives, cut from a slab. */
  bytes(lengthBytes: number): Uint8Array {
    const bytes = allocateBytes(lengthBytes);
    for (let index = 0; index < lengthBytes; index += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && index + byte < lengthBytes; byte++) bytes[index + byte] = word >>> (8 * byte);
    }
    return bytes;
  }
}
