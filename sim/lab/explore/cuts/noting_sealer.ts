/**
 * A sealer that keeps what it gave out, so that an image can be searched for
 * it, and that tells when a nonce comes again.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { boxNonce, type BoxPlace, type Sealer } from "../../../../firmware/nvram/sealer.ts";
import { copyBytes } from "../../../layout/slab.ts";
import { isSecret, type RecordIdentity } from "../../../../firmware/nvram/store.ts";
import { modelKey } from "./store_model.ts";

/** A box, and what it was made with. */
interface NotedBox {
  readonly identity: RecordIdentity;
  readonly nonce: Uint8Array;
  readonly box: Uint8Array;
}

/** Keeps a copy of every box of a secret that another sealer made. It never makes two of one nonce. */
export class NotingSealer implements Sealer {
  /** As the other sealer's. */
  readonly overheadBytes: number;
  readonly #sealer: Sealer;
  #secretBoxes: Uint8Array[] = [];
  /** Boxes by what is cheap to tell of their places; the places themselves are compared. */
  readonly #byPlace = new Map<number, NotedBox[]>();

  /**
   * Keeps what a sealer makes.
   *
   * @param sealer Does the sealing.
   */
  constructor(sealer: Sealer) {
    this.overheadBytes = sealer.overheadBytes;
    this.#sealer = sealer;
  }

  /** The boxes of secrets that were made since they were forgotten, in order: what a clear must leave nothing of. */
  get secretBoxes(): readonly Uint8Array[] {
    return this.#secretBoxes;
  }

  /** Begins anew. */
  forget(): void {
    this.#secretBoxes = [];
    this.#byPlace.clear();
  }

  /**
   * Seals a value.
   *
   * @throws {Error} Another value was sealed with that nonce and that key: who has both boxes has both values.
   */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const box = this.#sealer.seal(identity, place, value);
    const copy = copyBytes(box);
    this.#note({ identity, nonce: boxNonce(place), box: copy }, place.offset);
    if (isSecret(identity.class)) this.#secretBoxes.push(copy);
    return box;
  }

  #note(noted: NotedBox, offset: number): void {
    const there = this.#byPlace.get(offset);
    if (there === undefined) {
      this.#byPlace.set(offset, [noted]);
      return;
    }
    const before = there.find(({ identity, nonce }) => {
      return equalBytes(nonce, noted.nonce) && modelKey(identity) === modelKey(noted.identity);
    });
    if (before === undefined) there.push(noted);
    else if (!equalBytes(before.box, noted.box)) throw new Error("a nonce was used for two values");
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
