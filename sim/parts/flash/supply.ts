/**
 * The supply of a part, as far as it shows: the time after power-up in which
 * nothing is written, and a brown-out, in which the voltage is between that of
 * the write lock and the lowest that the sheet allows. What happens there no
 * sheet says; commands garbled on the way (esp-idf 4968) and programs that are
 * too weak (Vector's notes on marginal bits) were seen. The rates are assumed.
 *
 * @module
 */

import type { Cycle, Cycles } from "../../kernel/task.ts";
import type { FlashRandom } from "./random.ts";

/** Of so many commands in a brown-out one is garbled. */
const COMMANDS_PER_GARBLED = 4;

/** Of so many bits that are driven in a brown-out one is left undecided. */
const BITS_PER_WEAK = 16;

/** What becomes of a command. */
export type Reception =
  /** It arrives. */
  | { readonly kind: "whole" }
  /** The part knows no such command, and ignores it. */
  | { readonly kind: "lost" }
  /** It arrives with another address. */
  | { readonly kind: "elsewhere"; readonly address: number };

const WHOLE: Reception = { kind: "whole" };

/** The supply of a part. */
export class Supply {
  readonly #random: FlashRandom;
  #inhibitedUntil: Cycle = 0;
  #lowFrom: Cycle = Infinity;
  #lowUntil: Cycle = 0;

  /**
   * A supply that is as it should be.
   *
   * @param random Decides what is garbled.
   */
  constructor(random: FlashRandom) {
    this.#random = random;
  }

  /** Power comes; until then nothing is written. What its voltage was planned to be stands. */
  comeUp(inhibitedUntil: Cycle): void {
    this.#inhibitedUntil = inhibitedUntil;
  }

  /** The voltage is too low for a while, whether power goes and comes in it or not. */
  brownOut(from: Cycle, cycles: Cycles): void {
    this.#lowFrom = from;
    this.#lowUntil = from + cycles;
  }

  /** Whether the part takes no write yet. */
  isInhibited(now: Cycle): boolean {
    return now < this.#inhibitedUntil;
  }

  /** How long the part still takes no write, in cycles. */
  inhibitedFor(now: Cycle): Cycles {
    return Math.max(0, this.#inhibitedUntil - now);
  }

  /** What becomes of a command for an address of a part of some length. */
  receive(now: Cycle, address: number, lengthBytes: number): Reception {
    if (!this.#isLow(now, now) || this.#random.below(COMMANDS_PER_GARBLED) !== 0) return WHOLE;
    if (this.#random.below(2) === 0) return { kind: "lost" };
    const bit = this.#random.below(24);
    return { kind: "elsewhere", address: (address ^ (1 << bit)) % lengthBytes };
  }

  /** How many of the bits driven in a time are left undecided. */
  weakBits(from: Cycle, to: Cycle, lengthBytes: number): number {
    return this.#isLow(from, to) ? 1 + this.#random.below(Math.ceil((8 * lengthBytes) / BITS_PER_WEAK)) : 0;
  }

  #isLow(from: Cycle, to: Cycle): boolean {
    return from < this.#lowUntil && to >= this.#lowFrom;
  }
}
