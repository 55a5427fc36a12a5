/**
 * A sealer that keeps what it gave out, so that an image can be searched for
 * it, and that tells when a nonce comes again.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { boxNonce, type BoxPlace, type Sealer } from "../../../firmware/nvram/sealer.ts";
import { copyBytes } from "../../../firmware/nvram/slab.ts";
import { isSecret, type RecordIdentity } from "../../../firmware/nvram/store.ts";

/** Keeps a copy of every box of a secret that another sealer made. It never makes two of one nonce. */
export class NotingSealer implements Sealer {
  /** As the other sealer's. */
  readonly overheadBytes: number;
  readonly #sealer: Sealer;
  #secretBoxes: Uint8Array[] = [];
  readonly #byNonce = new Map<string, Uint8Array>();

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
    this.#byNonce.clear();
  }

  /**
   * Seals a value.
   *
   * @throws {Error} Another value was sealed with that nonce and that key: who has both boxes has both values.
   */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const box = this.#sealer.seal(identity, place, value);
    const nonce = `${identity.class} ${identity.name.join()} ${boxNonce(place).join()}`;
    const before = this.#byNonce.get(nonce);
    if (before !== undefined && !equalBytes(before, box)) throw new Error("a nonce was used for two values");
    this.#byNonce.set(nonce, copyBytes(box));
    if (isSecret(identity.class)) this.#secretBoxes.push(copyBytes(box));
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
