/**
 * A flash that fails when it is told to, and loses power at a given byte: the
 * part of a trial in which a store lives while things go wrong.
 *
 * Faults lie in the cells (stuck or weak bits) or in the operations (a program
 * or an erase that fails, with or without a status that says so).
 *
 * @module
 */

import { copyBytes } from "../../../layout/slab.ts";
import type { Task } from "../../../kernel/task.ts";
import { cutErase, cutProgram, PROGRAM_CUTS, type ProgramCut } from "../../../parts/flash/cut_effects.ts";
import type { FlashPart } from "../../../parts/flash/flash_part.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus, NorFlash } from "../../../parts/flash/nor_flash.ts";
import type { FlashRandom } from "../../../parts/flash/random.ts";
import { ERASE_POINTS, eraseCut, VARIANTS } from "./cut_points.ts";

/** How a program fails. */
export type ProgramFailure =
  /** Some of its bits are not driven. */
  | "partly"
  /** One bit that was to be driven is not. */
  | "one bit short"
  /** Nothing is driven. */
  | "not at all"
  /** One bit is left half way: it reads as it likes. */
  | "weak";

/** How an erase fails. */
export type EraseFailure =
  /** The sector is left half erased. */
  | "half"
  /** Nothing happens. */
  | "not at all";

/** Programs that are to fail. */
export interface PlannedProgramFailure {
  /** So many programs succeed before. */
  after: number;
  /** So many fail then. */
  times: number;
  /** In which way. */
  readonly failure: ProgramFailure;
  /** Whether the status says so. */
  readonly reported: boolean;
}

/** Erases of a sector that are to fail. */
export interface PlannedEraseFailure {
  /** The sector; any if it is not given. */
  readonly sector?: number;
  /** So many fail. */
  times: number;
  /** In which way. */
  readonly failure: EraseFailure;
  /** Whether the status says so. */
  readonly reported: boolean;
}

/** A supply that is too low now and then: the part does nothing of what it is told meanwhile. */
export interface PlannedSags {
  /** How many programs and erases it is told while the supply is good, low, good again, and so on. */
  readonly runs: readonly number[];
  /** Whether the status says so. */
  readonly reported: boolean;
}

/** The power is gone; thrown through the store, which is never heard of again. */
export class PowerLoss extends Error {}

/** One for all: to note where each is thrown would take longer than what it ends. */
const POWER_LOSS = new PowerLoss("the power is gone");

/** A part with planned failures. */
export class AilingFlash implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** Programs that fail. */
  programFailure: PlannedProgramFailure | undefined = undefined;
  /** Erases that fail. */
  eraseFailure: PlannedEraseFailure | undefined = undefined;
  /** Sectors that take erases, and no programs. */
  badSectors: readonly number[] = [];
  /** When the supply is low. */
  sags: PlannedSags | undefined = undefined;
  #toldInSags = 0;
  /** Power goes after so many cut points: bytes of programs, phases of erases. */
  cutAfter = Infinity;
  /** Power goes in an erase, once so many were done. */
  cutAfterErases = Infinity;
  #hasLeftHalfWay = false;
  readonly #part: FlashPart;
  readonly #random: FlashRandom;

  /**
   * A part without failures.
   *
   * @param part The part; its own faults are not used.
   * @param random Decides on bits.
   */
  constructor(part: FlashPart, random: FlashRandom) {
    this.geometry = part.geometry;
    this.#part = part;
    this.#random = random;
  }

  /**
   * A program that was to drive again what reads right already, and was left half way by a cut, has failed and not said so.
   * Nobody can tell that from one that did it: nothing that can be read has changed in either.
   */
  get hasLeftHalfWay(): boolean {
    return this.#hasLeftHalfWay;
  }

  /** Nothing fails any more. */
  heal(): void {
    this.#hasLeftHalfWay = false;
    this.programFailure = undefined;
    this.eraseFailure = undefined;
    this.sags = undefined;
    this.#toldInSags = 0;
    this.badSectors = [];
    this.#endCuts();
  }

  /** Reads bytes. */
  read(address: number, lengthBytes: number): Task<Uint8Array> {
    return this.#part.read(address, lengthBytes);
  }

  /** Reads bytes into memory of the caller. */
  readInto(address: number, target: Uint8Array): Task {
    return this.#part.readInto(address, target);
  }

  /** Reads the status register. */
  readStatus(): Task<FlashStatus> {
    return this.#part.readStatus();
  }

  /** Allows the next program or erase. */
  writeEnable(): Task {
    return this.#part.writeEnable();
  }

  /** Programs up to a page. */
  *pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    const isBad = this.badSectors.includes(Math.floor(address / this.geometry.sectorBytes));
    if (this.cutAfter < bytes.length) {
      const cut = PROGRAM_CUTS[this.#random.below(VARIANTS)] as ProgramCut;
      // A sector that takes no programs takes no part of one.
      if (!isBad) cutProgram(this.#part.cells, this.geometry, { address, bytes }, this.cutAfter, cut, this.#random);
      this.#losePower();
    }
    this.cutAfter -= bytes.length;
    if (this.#isLow()) return this.sags?.reported === true ? "program failed" : "done";
    if (isBad) {
      return yield* this.#part.pageProgram(address, this.#spoil(bytes, "not at all"));
    }
    const failure = this.programFailure;
    if (failure === undefined || failure.times === 0 || failure.after-- > 0) {
      return yield* this.#part.pageProgram(address, bytes);
    }
    failure.times--;
    const outcome = yield* this.#part.pageProgram(address, this.#spoil(bytes, failure.failure));
    if (failure.failure === "weak") this.#weaken(address, bytes);
    else if (!failure.reported) this.#hasLeftHalfWay ||= this.#isHalfWayAgain(address, bytes);
    return failure.reported ? "program failed" : outcome;
  }

  /** Erases a sector. */
  *sectorErase(address: number): Task<FlashOutcome> {
    const { sectorBytes } = this.geometry;
    const sector = Math.floor(address / sectorBytes);
    const start = sector * sectorBytes;
    if (this.cutAfterErases-- === 0) this.cutAfter = this.#random.below(ERASE_POINTS);
    if (this.cutAfter < ERASE_POINTS) {
      cutErase(this.#part.cells, start, sectorBytes, eraseCut(this.cutAfter, sectorBytes, this.#random), this.#random);
      this.#losePower();
    }
    this.cutAfter -= ERASE_POINTS;
    if (this.#isLow()) return this.sags?.reported === true ? "erase failed" : "done";
    const failure = this.eraseFailure;
    if (failure === undefined || failure.times === 0 || (failure.sector ?? sector) !== sector) {
      return yield* this.#part.sectorErase(address);
    }
    failure.times--;
    if (failure.failure === "half") {
      cutErase(this.#part.cells, start, sectorBytes, { phase: "half erased" }, this.#random);
    }
    return failure.reported ? "erase failed" : "done";
  }

  /** Erases a block. */
  blockErase(address: number): Task<FlashOutcome> {
    return this.#part.blockErase(address);
  }

  /** Whether the supply is too low for what the part is told now. */
  #isLow(): boolean {
    if (this.sags === undefined) return false;
    let told = this.#toldInSags++;
    const run = this.sags.runs.findIndex((length) => (told -= length) < 0);
    return run % 2 === 1;
  }

  /** Whether all that was to be driven may read so, and some of it is half way. */
  #isHalfWayAgain(address: number, bytes: Uint8Array): boolean {
    const { cells } = this.#part;
    let halfWay = 0;
    for (const [index, byte] of bytes.entries()) {
      const weak = cells.weakMask(address + index) & ~byte;
      if ((cells.at(address + index) & ~weak & ~byte) !== 0) return false;
      halfWay |= weak;
    }
    return halfWay !== 0;
  }

  #endCuts(): void {
    this.cutAfter = Infinity;
    this.cutAfterErases = Infinity;
  }

  #losePower(): never {
    this.#part.powerOff();
    this.#endCuts();
    throw POWER_LOSS;
  }

  #spoil(bytes: Uint8Array, failure: ProgramFailure): Uint8Array {
    switch (failure) {
      case "partly":
        return spoiled(bytes, (byte) => byte | (this.#random.next() & 0xff));
      case "one bit short":
        return this.#spareOneBit(bytes);
      case "not at all":
        return spoiled(bytes, () => 0xff);
      case "weak":
        return bytes;
      default:
        return failure satisfies never;
    }
  }

  #spareOneBit(bytes: Uint8Array): Uint8Array {
    const driven = [...bytes.keys()].filter((index) => bytes[index] !== 0xff);
    const spared = copyBytes(bytes);
    if (driven.length === 0) return spared;
    const index = driven[this.#random.below(driven.length)] as number;
    const byte = bytes[index] as number;
    const zeros = [1, 2, 4, 8, 16, 32, 64, 128].filter((bit) => (byte & bit) === 0);
    spared[index] = byte | (zeros[this.#random.below(zeros.length)] as number);
    return spared;
  }

  #weaken(address: number, bytes: Uint8Array): void {
    const index = this.#random.below(bytes.length);
    const driven = ~(bytes[index] as number) & (1 << this.#random.below(8));
    if (driven !== 0) this.#part.cells.weaken(address + index, driven);
  }
}

function spoiled(bytes: Uint8Array, spoil: (byte: number) => number): Uint8Array {
  const copy = copyBytes(bytes);
  for (let index = 0; index < copy.length; index++) copy[index] = spoil(copy[index] as number);
  return copy;
}
