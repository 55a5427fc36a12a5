/**
 * Sealing of secret values: NaCl secretbox (XSalsa20-Poly1305) under a key
 * derived from the device root key and the record's class and name.
 *
 * The derived key binds a box to its record, the nonce to its slot and its
 * place on flash: a ciphertext opens nowhere else.
 *
 * @module
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";

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
  seal(identity: Uint8Array, place: BoxPlace, value: Uint8Array): Uint8Array;
  /** Opens a box; `undefined` if it was not sealed for this identity and place. */
  open(identity: Uint8Array, place: BoxPlace, box: Uint8Array): Uint8Array | undefined;
}

const NONCE_DOMAIN = new TextEncoder().encode("hbasim01");

/** Seals under a device root key that is kept outside the flash. */
export class SecretboxSealer implements Sealer {
  /** Poly1305's tag. */
  readonly overheadBytes: number = nacl.secretbox.overheadLength;
  readonly #rootKey: Uint8Array;

  /**
   * A sealer.
   *
   * @param rootKey 32 bytes.
   * @throws {RangeError} The root key has another length.
   */
  constructor(rootKey: Uint8Array) {
    if (rootKey.length !== 32) throw new RangeError(`The device root key has ${rootKey.length} bytes, expected 32`);
    this.#rootKey = rootKey.slice();
  }

  /** Seals a value. */
  seal(identity: Uint8Array, place: BoxPlace, value: Uint8Array): Uint8Array {
    const key = hmac(sha256, this.#rootKey, identity);
    const box = nacl.secretbox(value, boxNonce(place), key);
    key.fill(0);
    return box;
  }

  /** Opens a box. */
  open(identity: Uint8Array, place: BoxPlace, box: Uint8Array): Uint8Array | undefined {
    const key = hmac(sha256, this.#rootKey, identity);
    const value = nacl.secretbox.open(box, boxNonce(place), key);
    key.fill(0);
    return value ?? undefined;
  }
}

/** The nonce of a box: open id 8, sequence 4, offset 2, slot 2, domain 8. */
export function boxNonce({ openId, sequence, offset, slot }: BoxPlace): Uint8Array {
  const bytes = new Uint8Array(nacl.secretbox.nonceLength);
  const view = new DataView(bytes.buffer);
  bytes.set(openId.subarray(0, 8));
  view.setUint32(8, sequence, true);
  view.setUint16(12, offset, true);
  view.setUint16(14, slot, true);
  bytes.set(NONCE_DOMAIN, 16);
  return bytes;
}
