/**
 * What the flash part asks of randomness: the kernel's `RandomStream` has this
 * shape, and so can anything else that is seeded.
 *
 * @module
 */

/** A seeded source of numbers. */
export interface FlashRandom {
  /** The next unsigned 32-bit number. */
  next(): number;
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
}
