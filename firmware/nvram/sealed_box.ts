/**
 * A sealed value: NaCl's secretbox with a shorter tag, and the key that it is
 * made under.
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
import { xsalsa20 } from "@noble/ciphers/salsa.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { allocateBytes, copyBytes } from "../../sim/layout/slab.ts";
import { encodeClass } from "./log_format.ts";
import type { RecordIdentity } from "./store.ts";

/** How many bytes of the tag are stored: by so many a box is longer than its value. */
export const TAG_BYTES = 12;

/** The length of a nonce (XSalsa20). */
export const NONCE_BYTES = 24;

/** The length of Poly1305's key. */
const TAG_KEY_BYTES = 32;

/** What the keys of all records are derived from. */
export type KeyDerivation = ReturnType<typeof hmac.create>;

/** Takes in the device root key, once for all records. */
export function keyDerivation(rootKey: Uint8Array): KeyDerivation {
  return hmac.create(sha256, rootKey);
}

/** The key of one record: what a box is bound to besides its place. */
export function recordKey(derivation: KeyDerivation, { class: recordClass, name }: RecordIdentity): Uint8Array {
  const identity = allocateBytes(1 + name.length);
  identity[0] = encodeClass(recordClass);
  identity.set(name, 1);
  return derivation.clone().update(identity).digest();
}

/** Seals a value under the key of its record. */
export function sealUnder(key: Uint8Array, nonce: Uint8Array, value: Uint8Array): Uint8Array {
  const { stream, tagKey } = keyStream(key, nonce, value.length);
  const box = allocateBytes(TAG_BYTES + value.length);
  const ciphertext = box.subarray(TAG_BYTES);
  for (let index = 0; index < value.length; index++) {
    ciphertext[index] = (stream[TAG_KEY_BYTES + index] as number) ^ (value[index] as number);
  }
  box.set(shortTag(ciphertext, tagKey));
  stream.fill(0);
  return box;
}

/** Opens a box under the key of its record; `undefined` if it was not sealed with this key and nonce. */
export function openUnder(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined {
  if (box.length < TAG_BYTES) return undefined;
  const ciphertext = box.subarray(TAG_BYTES);
  const { stream, tagKey } = keyStream(key, nonce, ciphertext.length);
  const isAuthentic = equalBytes(shortTag(ciphertext, tagKey), box.subarray(0, TAG_BYTES));
  const value = isAuthentic ? copyBytes(stream, TAG_KEY_BYTES) : undefined;
  stream.fill(0);
  if (value === undefined) return undefined;
  for (let index = 0; index < value.length; index++) {
    value[index] = (value[index] as number) ^ (ciphertext[index] as number);
  }
  return value;
}

/** The first bytes of the key stream are the key of the tag, the others the value's (NaCl's secretbox). */
function keyStream(key: Uint8Array, nonce: Uint8Array, valueBytes: number) {
  const stream = xsalsa20(key, nonce, new Uint8Array(TAG_KEY_BYTES + valueBytes));
  return { stream, tagKey: stream.subarray(0, TAG_KEY_BYTES) };
}

function shortTag(ciphertext: Uint8Array, tagKey: Uint8Array): Uint8Array {
  const tag = poly1305(ciphertext, tagKey);
  return tag.subarray(tag.length - TAG_BYTES);
}
