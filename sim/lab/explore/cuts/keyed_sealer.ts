/**
 * A sealer that derives the key of each record once, and seals in memory that it
 * has. Its boxes are the adapter's, which keeps no key longer than it must; a
 * campaign asks for those of a few records a million times.
 *
 * @module
 */

import { type KeyDerivation, keyDerivation, recordKey, TAG_BYTES } from "../../../../firmware/nvram/sealed_box.ts";
import { boxNonce, type BoxPlace, type Sealer } from "../../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../../firmware/nvram/store.ts";
import { QuickBox } from "../../world/quick_box.ts";
import { modelKey } from "./store_model.ts";

/** Seals under a device root key. */
export class KeyedSealer implements Sealer {
  /** What is stored of the tag. */
  readonly overheadBytes: number = TAG_BYTES;
  readonly #derivation: KeyDerivation;
  readonly #boxes = new QuickBox();
  readonly #keys = new Map<string, Uint8Array>();

  /**
   * A sealer that knows no keys yet.
   *
   * @param rootKey 32 bytes.
   */
  constructor(rootKey: Uint8Array) {
    this.#derivation = keyDerivation(rootKey);
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    return this.#boxes.seal(this.#keyOf(identity), boxNonce(place), value);
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    return this.#boxes.open(this.#keyOf(identity), boxNonce(place), box);
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    return this.open(identity, place, box) !== undefined;
  }

  #keyOf(identity: RecordIdentity): Uint8Array {
    const name = modelKey(identity);
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, key = recordKey(this.#derivation, identity));
    return key;
  }
}
