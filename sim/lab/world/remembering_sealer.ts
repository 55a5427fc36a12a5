/**
 * A sealer that does no sealing twice.
 *
 * Sealing and opening are pure functions of identity, place and content; a
 * campaign asks for the same ones thousands of times. The real sealer answers
 * each question once, and an answer is given again only to exactly the same
 * question.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { readUint32 } from "../../../firmware/nvram/words.ts";
import { copyBytes } from "../../layout/slab.ts";
import type { BoxPlace, Sealer } from "../../../firmware/nvram/sealer.ts";
import type { RecordIdentity } from "../../../firmware/nvram/store.ts";

interface Answer {
  readonly identity: RecordIdentity;
  readonly place: BoxPlace;
  readonly value: Uint8Array;
  readonly box: Uint8Array;
}

const ANSWERS_LIMIT = 20_000;

/** Remembers what another sealer answered. */
export class RememberingSealer implements Sealer {
  /** As the other sealer's. */
  readonly overheadBytes: number;
  readonly #sealer: Sealer;
  // Keys are 32-bit digests; the question itself is compared.
  readonly #byPlace = new Map<number, Answer>();
  readonly #byTag = new Map<number, Answer>();

  /**
   * Remembers for a sealer.
   *
   * @param sealer Is asked first.
   */
  constructor(sealer: Sealer) {
    this.#sealer = sealer;
    this.overheadBytes = sealer.overheadBytes;
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const known = this.#byPlace.get(placeDigest(place));
    if (
      known !== undefined && samePlace(known.place, place) && sameIdentity(known.identity, identity) &&
      equalBytes(known.value, value)
    ) return copyBytes(known.box);
    const box = this.#sealer.seal(identity, place, value);
    this.#remember(identity, place, value, box);
    return box;
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    const known = this.#knownBox(identity, place, box);
    if (known !== undefined) return copyBytes(known.value);
    const value = this.#sealer.open(identity, place, box);
    if (value !== undefined) this.#remember(identity, place, value, box);
    return value;
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    return this.#knownBox(identity, place, box) !== undefined || this.open(identity, place, box) !== undefined;
  }

  #knownBox(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Answer | undefined {
    const known = this.#byTag.get(readUint32(box, 0));
    const isSame = known !== undefined && samePlace(known.place, place) && equalBytes(known.box, box) &&
      sameIdentity(known.identity, identity);
    return isSame ? known : undefined;
  }

  #remember({ class: recordClass, name }: RecordIdentity, place: BoxPlace, value: Uint8Array, box: Uint8Array): void {
    if (this.#byTag.size >= ANSWERS_LIMIT) {
      this.#byTag.clear();
      this.#byPlace.clear();
    }
    const identity = { class: recordClass, name: copyBytes(name) };
    const answer = {
      identity,
      place: { ...place, openId: copyBytes(place.openId) },
      value: copyBytes(value),
      box: copyBytes(box),
    };
    this.#byPlace.set(placeDigest(place), answer);
    this.#byTag.set(readUint32(box, 0), answer);
  }
}

function placeDigest({ openId, sequence, offset, slot }: BoxPlace): number {
  return readUint32(openId, 0) ^ Math.imul(sequence, 0x9e37_79b1) ^ Math.imul(offset, 0x85eb_ca6b) ^ slot;
}

function samePlace(left: BoxPlace, right: BoxPlace): boolean {
  return left.sequence === right.sequence && left.offset === right.offset && left.slot === right.slot &&
    equalBytes(left.openId, right.openId);
}

function sameIdentity(left: RecordIdentity, right: RecordIdentity): boolean {
  return left.class === right.class && equalBytes(left.name, right.name);
}
