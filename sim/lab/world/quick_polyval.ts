/**
 * The authenticator of {@linkcode QuickRowCipher}: POLYVAL (RFC 8452 §3), in memory that is used again.
 *
 * @module
 */

import { readUint32 } from "../../layout/integers.ts";

const BLOCK_BYTES = 16;
const WORDS = 4;
const WORD_BITS = 32;
/** Factors are taken by so many bits. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;
/** x^-1 is x^127 + x^126 + x^125 + x^120: the word of these bits. */
const INVERSE = 0xe100_0000;

/** Takes one value after the other. */
export class QuickPolyval {
  /** What has been taken in so far, the lowest bits first. */
  readonly sum: Int32Array = new Int32Array(WORDS);
  /** The key times x^-4 times each polynomial of four bits. */
  readonly #multiples = new Int32Array(STEPS * WORDS);
  /** What each four bits that fall off at the low end come to when multiplied by x^-4: they have bits in the last word alone. */
  readonly #returns = new Int32Array(STEPS);
  readonly #part = new Uint8Array(BLOCK_BYTES);

  /** Of nothing, under no key. */
  constructor() {
    for (let bits = 1; bits < STEPS; bits++) {
      for (let bit = 0; bit < STEP_BITS; bit++) {
        if (bits & (1 << bit)) {
          this.#returns[bits] = (this.#returns[bits] as number) ^ (INVERSE >>> (STEP_BITS - 1 - bit));
        }
      }
    }
  }

  /** Begins anew, under a key of 16 bytes. */
  begin(key: Uint8Array): void {
    this.sum.fill(0);
    const multiples = this.#multiples;
    let [a, b, c, d] = [readUint32(key, 0), readUint32(key, 4), readUint32(key, 8), readUint32(key, 12)];
    for (let highest = STEPS >>> 1; highest > 0; highest >>>= 1) {
      const fallen = a & 1;
      a = (a >>> 1) | (b << 31);
      b = (b >>> 1) | (c << 31);
      c = (c >>> 1) | (d << 31);
      d = (d >>> 1) ^ (-fallen & INVERSE);
      multiples.set([a, b, c, d], WORDS * highest);
    }
    for (let bits = 3; bits < STEPS; bits++) {
      const rest = bits & (bits - 1);
      if (rest === 0) continue;
      for (let word = 0; word < WORDS; word++) {
        multiples[WORDS * bits + word] = (multiples[WORDS * rest + word] as number) ^
          (multiples[WORDS * (bits ^ rest) + word] as number);
      }
    }
  }

  /** Takes bytes in, and zeros behind them up to whole blocks. */
  add(bytes: Uint8Array): void {
    let at = 0;
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#addBlock(bytes, at);
    if (at === bytes.length) return;
    this.#part.fill(0);
    for (let index = 0; at + index < bytes.length; index++) this.#part[index] = bytes[at + index] as number;
    this.#addBlock(this.#part, 0);
  }

  #addBlock(bytes: Uint8Array, at: number): void {
    const sum = this.sum;
    for (let word = 0; word < WORDS; word++) sum[word] = (sum[word] as number) ^ readUint32(bytes, at + 4 * word);
    this.#multiply();
  }

  /** The sum times the key times x^-128: by four bits of the sum, from the lowest on. */
  #multiply(): void {
    const sum = this.sum;
    const multiples = this.#multiples;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let word = 0; word < WORDS; word++) {
      const factor = sum[word] as number;
      for (let shift = 0; shift < WORD_BITS; shift += STEP_BITS) {
        const at = WORDS * ((factor >>> shift) & (STEPS - 1));
        const returned = this.#returns[a & (STEPS - 1)] as number;
        a = (a >>> STEP_BITS) ^ (b << (WORD_BITS - STEP_BITS)) ^ (multiples[at] as number);
        b = (b >>> STEP_BITS) ^ (c << (WORD_BITS - STEP_BITS)) ^ (multiples[at + 1] as number);
        c = (c >>> STEP_BITS) ^ (d << (WORD_BITS - STEP_BITS)) ^ (multiples[at + 2] as number);
        d = (d >>> STEP_BITS) ^ returned ^ (multiples[at + 3] as number);
      }
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
  }
}
