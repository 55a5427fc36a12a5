/**
 * A sealer that somebody listens to: who has heard of all boxes can look
 * whether one is left where none should be.
 *
 * @module
 */

import type { BoxPlace, Sealer } from "../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";

/** Hears of each value that is sealed: whose it is, and the box. The box is not to be changed. */
type SealTap = (identity: RecordIdentity, box: Uint8Array) => void;

/** Another sealer, and those who listen. */
export class TappedSealer implements Sealer {
  /** As the other sealer's. */
  readonly overheadBytes: number;
  readonly #sealer: Sealer;
  readonly #taps: ReadonlySet<SealTap>;

  /**
   * Listens to a sealer.
   *
   * @param sealer Does the work.
   * @param taps Hear of it.
   */
  constructor(sealer: Sealer, taps: ReadonlySet<SealTap>) {
    this.overheadBytes = sealer.overheadBytes;
    this.#sealer = sealer;
    this.#taps = taps;
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const box = this.#sealer.seal(identity, place, value);
    for (const tap of this.#taps) tap(identity, box);
    return box;
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    return this.#sealer.open(identity, place, box);
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    return this.#sealer.verify(identity, place, box);
  }
}
