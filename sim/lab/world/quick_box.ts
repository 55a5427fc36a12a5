/**
 * The boxes of `firmware/nvram/sealed_box.ts`, made and opened in memory that is used again: worlds seal millions of
 * values of a few bytes, and small arrays cost more than all that is computed in them. Both make the same boxes, as tests
 * show. Firmware seals now and then, and has the ciphers that others have looked at.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { TAG_BYTES } from "../../../firmware/nvram/sealed_box.ts";
import { allocateBytes, copyBytes } from "../../layout/slab.ts";
import { readUint32, writeUint32 } from "../../../firmware/nvram/words.ts";
import { ShortTag } from "./short_tag.ts";

/** "expand 32-byte k" as words, and where these stand in Salsa20's state. */
const SIGMA = [[0, 0x6170_7865], [5, 0x3320_646e], [10, 0x7962_2d32], [15, 0x6b20_6574]] as const;
/** Where the words of the key stand; behind the fifth word those of nonce and counter do. */
const KEY_PLACES = [1, 2, 3, 4, 11, 12, 13, 14] as const;
const NONCE_PLACE = 6;
/** Words of HSalsa20's state that are its result. */
const SUBKEY_PLACES = [0, 5, 10, 15, 6, 7, 8, 9] as const;

const BLOCK_BYTES = 64;
const DOUBLE_ROUNDS = 10;
/** The tag's key comes before what a value is combined with. */
const TAG_KEY_BYTES = 32;

/** Makes and opens boxes, one at a time. */
export class QuickBox {
  readonly #input = new Int32Array(16);
  readonly #state = new Int32Array(16);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #tag = new ShortTag();

  /** The box that `sealUnder` makes. */
  seal(key: Uint8Array, nonce: Uint8Array, value: Uint8Array): Uint8Array {
    this.#begin(key, nonce);
    this.#fillBlock(0);
    this.#tag.begin(this.#block);
    const box = allocateBytes(TAG_BYTES + value.length);
    box.set(value, TAG_BYTES);
    this.#combine(box.subarray(TAG_BYTES));
    this.#tag.write(box, TAG_BYTES);
    return box;
  }

  /** What `openUnder` opens. */
  open(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined {
    if (box.length < TAG_BYTES) return undefined;
    this.#begin(key, nonce);
    this.#fillBlock(0);
    this.#tag.begin(this.#block);
    const opened = copyBytes(box);
    this.#tag.write(opened, TAG_BYTES);
    if (!equalBytes(opened, box)) return undefined;
    const value = opened.subarray(TAG_BYTES);
    this.#combine(value);
    return value;
  }

  /** Combines a value, or what it has become, with the stream: the one becomes the other. */
  #combine(value: Uint8Array): void {
    for (let index = 0; index < value.length; index++) {
      const at = TAG_KEY_BYTES + index;
      if (at % BLOCK_BYTES === 0) this.#fillBlock(at / BLOCK_BYTES);
      value[index] = (this.#block[at % BLOCK_BYTES] as number) ^ (value[index] as number);
    }
  }

  /** XSalsa20: a key made from the first part of the nonce (HSalsa20), under which the rest is one. */
  #begin(key: Uint8Array, nonce: Uint8Array): void {
    const input = this.#input;
    for (const [place, word] of SIGMA) input[place] = word;
    for (let word = 0; word < KEY_PLACES.length; word++) input[KEY_PLACES[word] as number] = readUint32(key, 4 * word);
    for (let word = 0; word < 4; word++) input[NONCE_PLACE + word] = readUint32(nonce, 4 * word);
    this.#permute();
    for (let word = 0; word < KEY_PLACES.length; word++) {
      input[KEY_PLACES[word] as number] = this.#state[SUBKEY_PLACES[word] as number] as number;
    }
    for (let word = 0; word < 2; word++) input[NONCE_PLACE + word] = readUint32(nonce, 16 + 4 * word);
    input[NONCE_PLACE + 3] = 0;
  }

  #fillBlock(counter: number): void {
    const input = this.#input;
    input[NONCE_PLACE + 2] = counter;
    this.#permute();
    for (let word = 0; word < input.length; word++) {
      writeUint32(this.#block, 4 * word, (this.#state[word] as number) + (input[word] as number));
    }
  }

  #permute(): void {
    const state = this.#state;
    state.set(this.#input);
    for (let round = 0; round < DOUBLE_ROUNDS; round++) {
      quarter(state, 0, 4, 8, 12);
      quarter(state, 5, 9, 13, 1);
      quarter(state, 10, 14, 2, 6);
      quarter(state, 15, 3, 7, 11);
      quarter(state, 0, 1, 2, 3);
      quarter(state, 5, 6, 7, 4);
      quarter(state, 10, 11, 8, 9);
      quarter(state, 15, 12, 13, 14);
    }
  }
}

function quarter(state: Int32Array, a: number, b: number, c: number, d: number): void {
  mix(state, b, a, d, 7);
  mix(state, c, b, a, 9);
  mix(state, d, c, b, 13);
  mix(state, a, d, c, 18);
}

function mix(state: Int32Array, place: number, one: number, other: number, bits: number): void {
  const sum = ((state[one] as number) + (state[other] as number)) | 0;
  state[place] = (state[place] as number) ^ ((sum << bits) | (sum >>> (32 - bits)));
}
