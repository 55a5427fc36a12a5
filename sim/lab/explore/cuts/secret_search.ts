/**
 * Looks for pieces of values in an image: after secrets were cleared, nothing
 * of any value that was ever sealed may be left, old versions and values that
 * a cut has torn included; and what lies sealed is never written as it is.
 *
 * @module
 */

import { readUint32 } from "../../../../firmware/nvram/words.ts";

/** Eight random bytes are not met by chance. */
const PIECE_BYTES = 8;

/** The first half of a piece is looked up only if a piece begins with such bits. */
const BEGINNINGS = 1 << 12;

/** A search for many sealed values at once. */
export class SecretSearch {
  /** The second half of each piece, by its first half. */
  readonly #pieces = new Map<number, number[]>();
  /** 1 for the lowest bits of each first half. */
  readonly #beginnings = new Uint8Array(BEGINNINGS);

  /**
   * Cuts values into pieces.
   *
   * @param boxes The values.
   */
  constructor(boxes: Iterable<Uint8Array>) {
    for (const box of boxes) this.add(box);
  }

  /** Looks for another value, too. */
  add(box: Uint8Array): void {
    for (let at = 0; at + PIECE_BYTES <= box.length; at += PIECE_BYTES) {
      const first = readUint32(box, at);
      this.#beginnings[first % BEGINNINGS] = 1;
      const seconds = this.#pieces.get(first);
      if (seconds === undefined) this.#pieces.set(first, [readUint32(box, at + 4)]);
      else seconds.push(readUint32(box, at + 4));
    }
  }

  /** How many pieces there are. */
  get pieces(): number {
    let count = 0;
    for (const seconds of this.#pieces.values()) count += seconds.length;
    return count;
  }

  /** Whether a piece of one of the values is in an image. */
  isIn(image: Uint8Array): boolean {
    for (let at = 0; at + PIECE_BYTES <= image.length; at++) {
      if (this.#beginnings[((image[at] as number) | ((image[at + 1] as number) << 8)) % BEGINNINGS] === 0) continue;
      const seconds = this.#pieces.get(readUint32(image, at));
      if (seconds !== undefined && seconds.includes(readUint32(image, at + 4))) return true;
    }
    return false;
  }
}
