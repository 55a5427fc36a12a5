/**
 * A part that is switched off, as plain data: what is in it, what ails it and
 * what was counted. Saved by one run, loaded by another.
 *
 * @module
 */

import type { CellMask, CellRange } from "./cells.ts";
import type { FlashAges } from "./sector_ages.ts";

/** Counts since the part was made. */
export interface FlashCounters {
  /** Read commands that ran to their end. */
  reads: number;
  /** Bytes read. */
  readBytes: number;
  /** Page program commands that ran to their end. */
  programs: number;
  /** Bytes that those programmed. */
  programmedBytes: number;
  /** Sectors erased, those of block erases counted. */
  erases: number;
  /** Block erase commands. */
  blockErases: number;
  /** Programs and erases that loss of power cut off. */
  cuts: number;
  /** Programs and erases that failed, whether reported or not. */
  failures: number;
  /** Bits that a program asked to turn from 0 to 1, which it cannot. */
  impossibleBits: number;
}

/** A part that is switched off. */
export interface FlashState {
  /** The cells, as a programmer clipped to the part would read them. */
  readonly image: Uint8Array;
  /** Undecided bits. */
  readonly weakBits: readonly CellMask[];
  /** Bits stuck at 0. */
  readonly stuckAtZero: readonly CellMask[];
  /** Bits stuck at 1. */
  readonly stuckAtOne: readonly CellMask[];
  /** Erases of each sector. */
  readonly sectorErases: readonly number[];
  /** Page programs of each page. */
  readonly pagePrograms: readonly number[];
  /** What was counted. */
  readonly counters: Readonly<FlashCounters>;
  /** The words that were programmed since their erase, in ranges; if it is not known, those that do not look erased count. */
  readonly programmed?: readonly CellRange[];
  /** The status register, as far as it is kept: bits 2 to 7; 0 by default. */
  readonly statusRegister?: number;
  /** What reads and time have done to each sector; nothing by default. */
  readonly ages?: FlashAges;
}

/** A run of bytes that differs between two images. */
export interface ImageDifference {
  /** Where it begins. */
  readonly address: number;
  /** What was there. */
  readonly before: Uint8Array;
  /** What is there now. */
  readonly after: Uint8Array;
  /** Bits were only cleared, only set, or both. */
  readonly kind: "programmed" | "erased" | "rewritten";
}

/**
 * Compares two images.
 *
 * @param before One image.
 * @param after Another, of the same length.
 * @param joinBytes Runs with at most so many equal bytes between them count as one; 0 by default.
 * @returns The runs that differ, in order of address.
 * @throws {RangeError} The images differ in length.
 */
export function diffImages(before: Uint8Array, after: Uint8Array, joinBytes = 0): readonly ImageDifference[] {
  if (before.length !== after.length) {
    throw new RangeError(`Cannot compare an image of ${before.length} bytes with one of ${after.length}`);
  }
  const differences: ImageDifference[] = [];
  for (let address = 0; address < before.length; address++) {
    if (before[address] === after[address]) continue;
    let end = address + 1;
    for (let next = end; next < before.length && next <= end + joinBytes; next++) {
      if (before[next] !== after[next]) end = next + 1;
    }
    differences.push(difference(address, before.slice(address, end), after.slice(address, end)));
    address = end - 1;
  }
  return differences;
}

function difference(address: number, before: Uint8Array, after: Uint8Array): ImageDifference {
  let cleared = 0;
  let set = 0;
  before.forEach((byte, index) => {
    cleared |= byte & ~(after[index] as number);
    set |= (after[index] as number) & ~byte;
  });
  return { address, before, after, kind: set === 0 ? "programmed" : cleared === 0 ? "erased" : "rewritten" };
}
