/**
 * Sealing of secret values: NaCl secretbox (XSalsa20-Poly1305) under a key
 * derived from the device root key and the record's class and name.
 *
 * The derived key binds a box to its record, the nonce to its slot and its
 * place on flash: a ciphertext opens nowhere else.
 *
 * Of the 16 bytes of Poly1305's tag 12 are stored: the record has a checksum
 * besides, and flash wears by the byte. A forger passes with a chance below
 * 2^-60 in each attempt (8 x 33 blocks / 2^106 for the whole tag, times 2^32 for
 * what is left out; Bernstein, "The Poly1305-AES message-authentication code",
 * theorem 3.3), and an attempt is a write to the part and a boot.
 *
 * @module
 */

import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { xsalsa20, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { encodeClass } from "./log_format.ts";
import type { RecordIdentity } from "./store.ts";

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

/** How many bytes of the tag are stored. */
const TAG_BYTES = 12;

/** The length of Poly1305's key. */
const TAG_KEY_BYTES = 32;

/** Seals under a device root key that is kept outside the flash. */
export class SecretboxSealer implements Sealer {
  /** What is stored of Poly1305's tag. */
  readonly overheadBytes: number = TAG_BYTES;
  /** What each key of a record is derived from: the root key is taken in once. */
  readonly #derivation: ReturnType<typeof hmac.create>;

  /**
   * A sealer.
   *
   * @param rootKey 32 bytes.
   * @throws {RangeError} The root key has another length.
   */
  constructor(rootKey: Uint8Array) {
    if (rootKey.length !== 32) throw new RangeError(`The device root key has ${rootKey.length} bytes, expected 32`);
    this.#derivation = hmac.create(sha256, rootKey);
  }

  /** Seals a value. */
  seal(identity: RecordIdentity, place: BoxPlace, value: Uint8Array): Uint8Array {
    const key = this.#deriveKey(identity);
    const box = shortBox(value, boxNonce(place), key);
    key.fill(0);
    return box;
  }

  /** Opens a box. */
  open(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    if (box.length < TAG_BYTES) return undefined;
    const key = this.#deriveKey(identity);
    const ciphertext = box.subarray(TAG_BYTES);
    // The first bytes of the key stream are the key of the tag, the others the value's (NaCl's secretbox).
    const stream = xsalsa20(key, boxNonce(place), new Uint8Array(TAG_KEY_BYTES + ciphertext.length));
    key.fill(0);
    const tag = poly1305(ciphertext, stream.subarray(0, TAG_KEY_BYTES));
    const value = stream.slice(TAG_KEY_BYTES);
    stream.fill(0);
    if (!equalBytes(tag.subarray(tag.length - TAG_BYTES), box.subarray(0, TAG_BYTES))) {
      value.fill(0);
      return undefined;
    }
    for (let index = 0; index < value.length; index++) {
      value[index] = (value[index] as number) ^ (ciphertext[index] as number);
    }
    return value;
  }

  /** Whether a box was sealed for this identity and place. */
  verify(identity: RecordIdentity, place: BoxPlace, box: Uint8Array): boolean {
    const value = this.open(identity, place, box);
    value?.fill(0);
    return value !== undefined;
  }

  /** The key of one record: what a box is bound to besides its place. */
  #deriveKey({ class: recordClass, name }: RecordIdentity): Uint8Array {
    const identity = new Uint8Array(1 + name.length);
    identity[0] = encodeClass(recordClass);
    identity.set(name, 1);
    return this.#derivation.clone().update(identity).digest();
  }
}

function shortBox(value: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  return xsalsa20poly1305(key, nonce).encrypt(value).subarray(xsalsa20poly1305.tagLength - TAG_BYTES);
}

/** The nonce of a box: open id 8, sequence 4, offset 2, slot 2 with bits 16 and 17 of the offset on top, domain 8. */
export function boxNonce({ openId, sequence, offset, slot }: BoxPlace): Uint8Array {
  const bytes = new Uint8Array(xsalsa20poly1305.nonceLength);
  const view = new DataView(bytes.buffer);
  bytes.set(openId.subarray(0, 8));
  view.setUint32(8, sequence, true);
  view.setUint16(12, offset, true);
  view.setUint16(14, slot | ((offset >>> 16) << 10), true);
  bytes.set(NONCE_DOMAIN, 16);
  return bytes;
}
