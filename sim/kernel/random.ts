/**
 * Seeded randomness in named streams.
 *
 * Each stream's state is the hash of the run's seed and the stream's name, so
 * a new component with a stream of its own shifts no draw of any other
 * (the rule that ns-3 and Shadow follow). The generator is sfc32 by Chris
 * Doty-Humphrey (PractRand): 32-bit integer operations only, hence the same
 * numbers on every engine.
 *
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { given } from "./given.ts";

/** One stream of random numbers. Integers only: floating-point functions differ between engines. */
export class RandomStream {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 0;
  /**
   * May put another value in the place of a draw: is given what was drawn and the limit that it is below, and returns
   * what counts. `undefined` where nobody decides. Draws that follow do not change by it.
   */
  decide: ((drawn: number, limit: number) => number) | undefined = undefined;

  /**
   * Made with:
   *
   * @param state 16 bytes or more of starting state.
   */
  constructor(state: Uint8Array) {
    this.#begin(state);
  }

  #begin(state: Uint8Array): void {
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    this.#a = view.getUint32(0) | 0;
    this.#b = view.getUint32(4) | 0;
    this.#c = view.getUint32(8) | 0;
    this.#counter = view.getUint32(12) | 1;
    for (let round = 0; round < 12; round++) this.#word();
  }

  /** The next unsigned 32-bit number. */
  next(): number {
    const word = this.#word();
    return this.decide?.(word, 2 ** 32) ?? word;
  }

  /** Begins anew, from a salt and from where it stands, which follows from its name: plain skips would be correlated. */
  fork(salt: string): void {
    this.#begin(hashOf(`hbasim fork\0${salt}\0${[this.#a, this.#b, this.#c, this.#counter]}`));
  }

  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /**
   * A whole number from 0 to `limit - 1`, each equally likely.
   *
   * @param limit 1 to 2^32.
   * @throws {RangeError} `limit` is out of range.
   */
  below(limit: number): number {
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 2 ** 32)) {
      throw new RangeError(
        `Cannot draw below ${given(limit)}: expected a whole number from 1 to 2^32`,
      );
    }
    const unfair = 2 ** 32 % limit;
    let draw = this.#word();
    while (draw < unfair) draw = this.#word();
    return this.decide?.(draw % limit, limit) ?? draw % limit;
  }

  /**
   * True in `parts` of `whole` draws. A draw is made even if the answer is
   * certain, so that a changed probability shifts no later draw.
   *
   * @param parts 0 to `whole`.
   * @param whole 1 to 2^32.
   * @throws {RangeError} `whole` is out of range.
   */
  chance(parts: number, whole: number): boolean {
    return this.below(whole) < parts;
  }

  /** `length` random bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && index + byte < length; byte++) {
        bytes[index + byte] = word >>> (8 * byte);
      }
    }
    return bytes;
  }
}

/**
 * May put another value in the place of a draw.
 *
 * @param stream The stream's name.
 * @param drawn What was drawn.
 * @param limit What it is below: 2^32 for a whole word.
 * @returns What counts: a whole number below the limit.
 */
export type DrawDecision = (stream: string, drawn: number, limit: number) => number;

/** All streams of one run. */
export class RandomStreams {
  /** The seed of the run, as it was given. */
  readonly seed: string;
  /** The streams that were given out, by name: some names more than once. */
  readonly #given: (readonly [name: string, stream: RandomStream])[] = [];
  /** Salts of the forks so far: streams that are given out later differ by them, too. */
  #salts = "";
  #decide: DrawDecision | undefined;

  /**
   * Made with:
   *
   * @param seed Any text; a whole number from -(2^53 - 1) to 2^53 - 1 is taken as its decimal text.
   * @throws {RangeError} A number that is no such one: nobody has meant it.
   */
  constructor(seed: string | number) {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new RangeError(`Cannot use ${given(seed)} as a seed: expected a text, or a whole number up to 2^53 - 1`);
    }
    this.seed = String(seed);
  }

  /**
   * A new stream, at its beginning.
   *
   * @param name The component that draws from it, for example `network/link`.
   */
  stream(name: string): RandomStream {
    const stream = new RandomStream(hashOf(`hbasim stream\0${this.seed}\0${name}${this.#salts}`));
    this.#given.push([name, stream]);
    if (this.#decide !== undefined) this.decideBy(this.#decide);
    return stream;
  }

  /**
   * All streams begin anew, each from its name, from where it stands and from the salt: another future of the same past.
   *
   * @param salt Any text; the same one gives the same future.
   */
  fork(salt: string): void {
    this.#salts += `\0${salt}`;
    for (const [, stream] of this.#given) stream.fork(salt);
  }

  /** Has somebody decide all draws from now on. */
  decideBy(decide: DrawDecision): void {
    this.#decide = decide;
    for (const [name, stream] of this.#given) stream.decide = (drawn, limit) => decide(name, drawn, limit);
  }
}

function hashOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}
