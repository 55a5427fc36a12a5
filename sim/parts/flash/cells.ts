/**
 * The floating gates: what they hold, which of them are undecided, stuck or
 * worn, and what driving them does. No commands and no time.
 *
 * A weak bit is one whose charge was left half way: it reads as it likes, each
 * time anew, until it is driven again (unstable bits: linux-mtd 2011-10, UBI).
 *
 * It is known of each word whether it was programmed since its erase: a word of
 * FF that was programmed looks blank, and is not. Without an error correction
 * code a word is a byte.
 *
 * All is said as for a part that is erased to FF.
 *
 * @module
 */

import type { FlashRandom } from "./random.ts";
import { SparseBytes } from "./sparse_bytes.ts";

/** Bits of one byte, with the address of the byte. */
export interface CellMask {
  /** The byte. */
  readonly address: number;
  /** The bits, as a mask of 1 to 255. */
  readonly mask: number;
}

/** Some bytes that follow one another. */
export interface CellRange {
  /** The first of them. */
  readonly address: number;
  /** How many, 1 or more. */
  readonly lengthBytes: number;
}

/** An array of cells. */
export class FlashCells {
  /** How many bytes of them there are. */
  readonly lengthBytes: number;
  /** Cells that were never programmed take no memory: parts are many, and most of each is blank. */
  readonly #bytes: SparseBytes;
  readonly #random: FlashRandom;
  readonly #wordBytes: number;
  /** 1 for each word that was programmed since it was erased. */
  readonly #programmedWords: SparseBytes;
  /** Undecided bits by address. */
  readonly #weak = new Map<number, number>();
  /** Bits that stay 0 whatever is done, by address. */
  readonly #stuckAtZero = new Map<number, number>();
  /** Bits that stay 1 whatever is done, by address. */
  readonly #stuckAtOne = new Map<number, number>();

  /**
   * Erased cells.
   *
   * @param lengthBytes How many bytes of them.
   * @param random Decides what weak bits read as.
   * @param wordBytes Words of so many bytes take one program between erases; with 1, the default, any number.
   */
  constructor(lengthBytes: number, random: FlashRandom, wordBytes = 1) {
    this.lengthBytes = lengthBytes;
    this.#bytes = new SparseBytes(lengthBytes, 0xff);
    this.#random = random;
    this.#wordBytes = wordBytes;
    this.#programmedWords = new SparseBytes(lengthBytes / wordBytes, 0);
  }

  /** What a read of all of them would give were they firm, in one piece; not a copy. */
  get bytes(): Uint8Array {
    return this.#bytes.whole;
  }

  /** What a read of one byte would give were all cells firm. */
  at(address: number): number {
    return this.#bytes.at(address);
  }

  /** A copy of {@linkcode FlashCells.bytes}. */
  image(): Uint8Array {
    return this.#bytes.copy();
  }

  /** Whether a word of a range was programmed since it was erased. */
  isProgrammed(address: number, lengthBytes: number): boolean {
    const end = Math.ceil((address + lengthBytes) / this.#wordBytes);
    for (let word = Math.floor(address / this.#wordBytes); word < end; word++) {
      if (this.#isProgrammedWord(word)) return true;
    }
    return false;
  }

  /** The words that were programmed since they were erased, joined to ranges, in order of address. */
  programmedRanges(): readonly CellRange[] {
    const unit = this.#wordBytes;
    const ranges: CellRange[] = [];
    let start = -1;
    for (let word = 0; word <= this.#programmedWords.length; word++) {
      if (start < 0) word = this.#nextTouched(word);
      const programmed = word < this.#programmedWords.length && this.#isProgrammedWord(word);
      if (programmed && start < 0) start = word;
      if (programmed || start < 0) continue;
      ranges.push({ address: start * unit, lengthBytes: (word - start) * unit });
      start = -1;
    }
    return ranges;
  }

  /** The first word from one on that may have been programmed: most of a part is blank, and need not be looked at. */
  #nextTouched(word: number): number {
    const noted = this.#programmedWords.nextWritten(word);
    return this.#wordBytes === 1 ? Math.min(noted, this.#bytes.nextWritten(word)) : noted;
  }

  /** A byte that is not FF was programmed, whatever is known of it: images of such parts are restored without a search. */
  #isProgrammedWord(word: number): boolean {
    return this.#programmedWords.at(word) === 1 || (this.#wordBytes === 1 && this.#bytes.at(word) !== 0xff);
  }

  #noteProgram(address: number, lengthBytes: number, programmed: 0 | 1): void {
    if (lengthBytes === 0) return;
    const end = Math.ceil((address + lengthBytes) / this.#wordBytes);
    this.#programmedWords.fill(programmed, Math.floor(address / this.#wordBytes), end);
  }

  /** Copies cells out; weak bits are drawn. */
  read(address: number, target: Uint8Array): void {
    this.#bytes.read(address, target);
    if (this.#weak.size === 0) return;
    for (const [weakAddress, mask] of this.#weak) {
      const offset = weakAddress - address;
      if (offset >= 0 && offset < target.length) {
        target[offset] = (target[offset] as number) ^ (mask & this.#random.next());
      }
    }
  }

  /**
   * Drives the zeros of a value into a byte; ones leave their bits alone.
   *
   * @returns The bits that were to turn from 0 to 1, which no program can do.
   */
  drive(address: number, value: number): number {
    const before = this.#bytes.at(address);
    this.#bytes.set(address, before & value);
    this.#noteProgram(address, 1, 1);
    if (this.#weak.size !== 0) {
      const weak = this.#weak.get(address);
      if (weak !== undefined) this.#setWeak(address, weak & value);
    }
    if (this.#stuckAtOne.size !== 0) this.#holdStuck(address);
    return value & ~before & 0xff;
  }

  /**
   * Drives the zeros of some bytes, one after the other.
   *
   * @param address Of the first.
   * @param values What is driven, from `start` to before `end`.
   * @returns How many bits were to turn from 0 to 1.
   */
  driveRange(address: number, values: Uint8Array, start: number, end: number): number {
    this.#noteProgram(address, end - start, 1);
    if (this.#weak.size === 0 && this.#stuckAtOne.size === 0) {
      return this.#bytes.clearBits(address, values, start, end);
    }
    let impossibleBits = 0;
    for (let index = start, each = address; index < end; index++, each++) {
      impossibleBits += bitCount(this.drive(each, values[index] as number));
    }
    return impossibleBits;
  }

  /** Sets bytes to a value, firmly: an erase, or the zeros that come before it. */
  fill(address: number, lengthBytes: number, value: number): void {
    this.#bytes.fill(value, address, address + lengthBytes);
    this.#noteProgram(address, lengthBytes, value === 0xff ? 0 : 1);
    const end = address + lengthBytes;
    for (const map of [this.#weak, this.#stuckAtZero, this.#stuckAtOne]) {
      for (const each of [...map.keys()]) {
        if (each < address || each >= end) continue;
        if (map === this.#weak) map.delete(each);
        else this.#holdStuck(each);
      }
    }
  }

  /** Sets one byte, firmly. */
  set(address: number, value: number): void {
    this.#bytes.set(address, value);
    this.#noteProgram(address, 1, 1);
    this.#weak.delete(address);
    this.#holdStuck(address);
  }

  /** Turns bits over, as lost charge or read disturb does. Stuck bits stay. */
  flip(address: number, mask: number): void {
    this.#bytes.set(address, this.at(address) ^ mask);
    this.#holdStuck(address);
  }

  /** Clears bits of erased cells, as a program beside them may: nothing was programmed there. */
  disturb(address: number, mask: number): void {
    this.#bytes.set(address, this.at(address) & ~mask);
    this.#setWeak(address, this.weakMask(address) & ~mask);
    this.#holdStuck(address);
  }

  /** Leaves bits undecided. */
  weaken(address: number, mask: number): void {
    this.#setWeak(address, (this.#weak.get(address) ?? 0) | mask);
  }

  /** Fixes bits for good. */
  stick(address: number, mask: number, level: 0 | 1): void {
    const map = level === 0 ? this.#stuckAtZero : this.#stuckAtOne;
    map.set(address, (map.get(address) ?? 0) | mask);
    this.#holdStuck(address);
  }

  /**
   * Takes over the content of other cells; none is weak or stuck afterwards.
   *
   * @param image What they hold.
   * @param programmed Which words of them were programmed; if it is not known, those that are not FF.
   */
  restore(image: Uint8Array, programmed?: readonly CellRange[]): void {
    this.#bytes.write(0, image);
    this.#programmedWords.reset();
    if (programmed === undefined) this.#guessProgrammed();
    else for (const { address, lengthBytes } of programmed) this.#noteProgram(address, lengthBytes, 1);
    this.#weak.clear();
    this.#stuckAtZero.clear();
    this.#stuckAtOne.clear();
  }

  /** Takes over all of other cells of the same form, into cells that nothing was done to yet. */
  copyFrom(other: FlashCells): void {
    this.#bytes.copyFrom(other.#bytes);
    this.#programmedWords.copyFrom(other.#programmedWords);
    for (const { address, mask } of other.weakBits()) this.weaken(address, mask);
    for (const level of [0, 1] as const) {
      for (const { address, mask } of other.stuckBits(level)) this.stick(address, mask, level);
    }
  }

  /** The undecided bits of one byte, as a mask. */
  weakMask(address: number): number {
    return this.#weak.get(address) ?? 0;
  }

  /** The weak bits, in order of address. */
  weakBits(): readonly CellMask[] {
    return listMasks(this.#weak);
  }

  /** The bits stuck at a level, in order of address. */
  stuckBits(level: 0 | 1): readonly CellMask[] {
    return listMasks(level === 0 ? this.#stuckAtZero : this.#stuckAtOne);
  }

  #guessProgrammed(): void {
    if (this.#wordBytes === 1) return;
    for (let address = 0; address < this.lengthBytes; address++) {
      if (this.at(address) !== 0xff) this.#programmedWords.set(Math.floor(address / this.#wordBytes), 1);
    }
  }

  #setWeak(address: number, mask: number): void {
    if (mask === 0) this.#weak.delete(address);
    else this.#weak.set(address, mask);
  }

  #holdStuck(address: number): void {
    if (this.#stuckAtOne.size === 0 && this.#stuckAtZero.size === 0) return;
    const asOne = this.at(address) | (this.#stuckAtOne.get(address) ?? 0);
    this.#bytes.set(address, asOne & ~(this.#stuckAtZero.get(address) ?? 0));
  }
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function listMasks(map: ReadonlyMap<number, number>): readonly CellMask[] {
  return [...map].map(([address, mask]) => ({ address, mask })).sort((left, right) => left.address - right.address);
}
