/**
 * The boxes of {@linkcode ROW_CIPHER}, made and opened in memory that is used again: its table of a hundred objects for
 * each box costs more than all that is computed with it. Both make the same boxes, as tests show; AES is the same.
 *
 * @module
 */

import { unsafe } from "@noble/ciphers/aes.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import type { RowCipher } from "../../../host/initiator_service/row_cipher.ts";
import { readUint32, writeUint32 } from "../../layout/integers.ts";
import { allocateBytes, copyBytes } from "../../layout/slab.ts";
import { QuickPolyval } from "./quick_polyval.ts";

const TAG_BYTES = 16;
const NONCE_WORDS = 3;
/** AES makes keys of half a block at a time: two of them for the authenticator's, four for the cipher's. */
const HALF_BLOCK_BYTES = 8;
const AUTHENTICATOR_KEY_BYTES = 16;
const CIPHER_KEY_BYTES = 32;
const HIGHEST_BIT = 0x8000_0000;

/** Makes and opens boxes, one at a time. */
export class QuickRowCipher implements RowCipher {
  readonly #polyval = new QuickPolyval();
  /** The machine's key, as it was last taken in. */
  #key = new Uint8Array(0);
  #schedule = new Uint32Array(0);
  /** The authenticator's key, and the cipher's. */
  readonly #derived = new Uint8Array(AUTHENTICATOR_KEY_BYTES + CIPHER_KEY_BYTES);
  readonly #authenticatorKey = this.#derived.subarray(0, AUTHENTICATOR_KEY_BYTES);
  readonly #cipherKey = this.#derived.subarray(AUTHENTICATOR_KEY_BYTES);
  readonly #lengths = new Uint8Array(16);
  readonly #tag = new Uint8Array(TAG_BYTES);
  readonly #stream = new Uint8Array(16);

  /** The box that {@linkcode ROW_CIPHER} makes. */
  seal(key: Uint8Array, nonce: Uint8Array, name: Uint8Array, value: Uint8Array): Uint8Array {
    const schedule = this.#derive(key, nonce);
    const box = allocateBytes(value.length + TAG_BYTES);
    box.set(value);
    this.#takeTag(schedule, nonce, name, value);
    box.set(this.#tag, value.length);
    this.#combine(schedule, this.#tag, box.subarray(0, value.length));
    schedule.fill(0);
    return box;
  }

  /** Opens what {@linkcode ROW_CIPHER} opens. */
  open(key: Uint8Array, nonce: Uint8Array, name: Uint8Array, box: Uint8Array): Uint8Array {
    const schedule = this.#derive(key, nonce);
    const value = copyBytes(box, 0, box.length - TAG_BYTES);
    const tag = box.subarray(value.length);
    this.#combine(schedule, tag, value);
    this.#takeTag(schedule, nonce, name, value);
    schedule.fill(0);
    if (equalBytes(this.#tag, tag)) return value;
    value.fill(0);
    throw new Error("The box was not made of this key, nonce and name");
  }

  /** Makes the keys of a nonce. */
  #derive(key: Uint8Array, nonce: Uint8Array): Uint32Array {
    if (!equalBytes(key, this.#key)) {
      this.#key = key.slice();
      this.#schedule = unsafe.expandKeyLE(key);
    }
    const [a, b, c] = [readUint32(nonce, 0), readUint32(nonce, 4), readUint32(nonce, 8)];
    for (let at = 0, counter = 0; at < this.#derived.length; at += HALF_BLOCK_BYTES, counter++) {
      const { s0, s1 } = unsafe.encrypt(this.#schedule, counter, a, b, c);
      writeUint32(this.#derived, at, s0);
      writeUint32(this.#derived, at + 4, s1);
    }
    this.#polyval.begin(this.#authenticatorKey);
    const schedule = unsafe.expandKeyLE(this.#cipherKey);
    this.#derived.fill(0);
    return schedule;
  }

  /** Takes the tag of a name and a value. */
  #takeTag(schedule: Uint32Array, nonce: Uint8Array, name: Uint8Array, value: Uint8Array): void {
    const { sum } = this.#polyval;
    this.#polyval.add(name);
    this.#polyval.add(value);
    writeUint32(this.#lengths, 0, 8 * name.length);
    writeUint32(this.#lengths, 8, 8 * value.length);
    this.#polyval.add(this.#lengths);
    for (let word = 0; word < NONCE_WORDS; word++) sum[word] = (sum[word] as number) ^ readUint32(nonce, 4 * word);
    sum[3] = (sum[3] as number) & ~HIGHEST_BIT;
    encryptTo(this.#tag, schedule, sum[0] as number, sum[1] as number, sum[2] as number, sum[3]);
  }

  /** Combines a value with the stream that begins with its tag: the one becomes the other. */
  #combine(schedule: Uint32Array, tag: Uint8Array, value: Uint8Array): void {
    const first = readUint32(tag, 0);
    const [b, c, d] = [readUint32(tag, 4), readUint32(tag, 8), readUint32(tag, 12) | HIGHEST_BIT];
    const stream = this.#stream;
    for (let index = 0; index < value.length; index++) {
      if (index % stream.length === 0) encryptTo(stream, schedule, (first + index / stream.length) | 0, b, c, d);
      value[index] = (value[index] as number) ^ (stream[index % stream.length] as number);
    }
  }
}

function encryptTo(block: Uint8Array, schedule: Uint32Array, a: number, b: number, c: number, d: number): void {
  const { s0, s1, s2, s3 } = unsafe.encrypt(schedule, a, b, c, d);
  writeUint32(block, 0, s0);
  writeUint32(block, 4, s1);
  writeUint32(block, 8, s2);
  writeUint32(block, 12, s3);
}
