/**
 * The sealer of the adapters of a world: its boxes are those of the firmware's {@linkcode SecretboxSealer}, made in
 * memory that is used again.
 *
 * @module
 */

import { type KeyDerivation, keyDerivation, TAG_BYTES } from "../../../firmware/nvram/sealed_box.ts";
import { encodeClass } from "../../../firmware/nvram/log_format.ts";
import { boxNonce, type BoxPlace, type Sealer } from "../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";
import type { QuickBox } from "./quick_box.ts";

const KEY_BYTES = 32;

/** Seals under a device root key. */
export class QuickSealer implements Sealer {
  /** What is stored of the tag. */
  readonly overheadBytes: number = TAG_BYTES;
  readonly #boxes: QuickBox;
  /** What each key of a record is derived from: the root key is taken in once. */
  readonly #derivation: KeyDerivation;
  /** Goes on from there, each time anew. */
  readonly #derived: ReturnType<typeof keyDerivation>;
  readonly #class = new Uint8Array(1);
  readonly #key = new Uint8Array(KEY_BYTES);

  /**
   * A sealer.
   *
   * @param rootKey 32 bytes.
   * @param boxes Makes and opens the boxes.
   */
  constructor(rootKey: Uint8Array, boxes: QuickBox) {
    this.#boxes = boxes;
    this.#derivation = keyDerivation(rootKey);
    this.#derived = keyDerivation(rootKey);
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const box = this.#boxes.seal(this.#keyOf(identity), boxNonce(place), value);
    this.#key.fill(0);
    return box;
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    const value = this.#boxes.open(this.#keyOf(identity), boxNonce(place), box);
    this.#key.fill(0);
    return value;
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    const value = this.open(identity, place, box);
    value?.fill(0);
    return value !== undefined;
  }

  /** The key of one record: what `recordKey` gives, until the next is asked for. */
  #keyOf({ class: recordClass, name }: RecordIdentity): Uint8Array {
    this.#class[0] = encodeClass(recordClass);
    this.#derivation._cloneInto(this.#derived);
    this.#derived.update(this.#class).update(name).digestInto(this.#key);
    return this.#key;
  }
}
