/**
 * Sealing of secret values: NaCl secretbox (XSalsa20-Poly1305) under a key
 * derived from the device root key and the record's class and name.
 *
 * The derived key binds a box to its record, the nonce to its slot and its
 * place on flash: a ciphertext opens nowhere else.
 *
 * @module
 */

import { allocateBytes } from "../../sim/layout/slab.ts";
import {
  type KeyDerivation,
  keyDerivation,
  NONCE_BYTES,
  openUnder,
  recordKey,
  sealUnder,
  TAG_BYTES,
} from "./sealed_box.ts";
import type { RecordIdentity } from "./store.ts";
import { writeUint16, writeUint32 } from "./words.ts";

/** Where a box lies; no two boxes under one root key share a place. */
export interface BoxPlace {
  /** The random id of the sector's opening, 8 bytes. */
  readonly openId: Uint8Array;
  /** The sector's sequence number. */
  readonly sequence: number;
  /** Offset of the record in the sector, in bytes. */
  readonly offset: number;
  /** The slot of the record. */
  readonly slot: number;
}

/** Seals and opens the values of secret records. */
export interface Sealer {
  /** How much longer a box is than its value, in bytes. */
  readonly overheadBytes: number;
  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array;
  /** Opens a box; `undefined` if it was not sealed for this identity and place. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined;
  /** Whether a box was sealed for this identity and place; its value is not given out. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean;
}

const NONCE_DOMAIN = new TextEncoder().encode("hbasim01");

/** Seals under a device root key that is kept outside the flash. */
export class SecretboxSealer implements Sealer {
  /** What is stored of Poly1305's tag. */
  readonly overheadBytes: number = TAG_BYTES;
  /** What each key of a record is derived from: the root key is taken in once. */
  readonly #derivation: KeyDerivation;

  /**
   * A sealer.
   *
   * @param rootKey 32 bytes.
   * @throws {RangeError} The root key has another length.
   */
  constructor(rootKey: Uint8Array) {
    if (rootKey.length !== 32) throw new RangeError(`The device root key has ${rootKey.length} bytes, expected 32`);
    this.#derivation = keyDerivation(rootKey);
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const key = recordKey(this.#derivation, identity);
    const box = sealUnder(key, boxNonce(place), value);
    key.fill(0);
    return box;
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    const key = recordKey(this.#derivation, identity);
    const value = openUnder(key, boxNonce(place), box);
    key.fill(0);
    return value;
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    const value = this.open(identity, place, box);
    value?.fill(0);
    return value !== undefined;
  }
}

/** The nonce of a box: open id 8, sequence 4, offset 2, slot 2 with bits 16 and 17 of the offset on top, domain 8. */
export function boxNonce({ openId, sequence, offset, slot }: BoxPlace): Uint8Array {
  const bytes = allocateBytes(NONCE_BYTES);
  bytes.set(openId.subarray(0, 8));
  writeUint32(bytes, 8, sequence);
  writeUint16(bytes, 12, offset);
  writeUint16(bytes, 14, slot | ((offset >>> 16) << 10));
  bytes.set(NONCE_DOMAIN, 16);
  return bytes;
}
