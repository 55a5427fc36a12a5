/**
 * A flash that ends a store which does not come to an end itself: a broken one
 * is a verdict of the campaign, and not a campaign that hangs.
 *
 * @module
 */

import type { Clock, Cycles, Task } from "../../../kernel/task.ts";
import type { FlashGeometry, FlashOutcome, FlashStatus, NorFlash } from "../../../parts/flash/nor_flash.ts";

/** The store has done more than any call of it needs. */
class Unending extends Error {
  constructor() {
    super("the store does not come to an end");
    this.name = "Unending";
  }
}

/** More simulated time than this is no call of any store: ten erases of each sector of the largest part take less. */
const CYCLES_LIMIT: Cycles = 2 ** 42;

/**
 * Operations that a mount may take: it reads each sector, and may have to write each anew with what a ring of small
 * sectors holds, more than once if sectors refuse it. The ring store has taken 947 at the most, on 5 full sectors with a
 * dead cell in the header of each.
 */
export function mountOperations({ sectorCount }: FlashGeometry): number {
  return 600 + 100 * sectorCount;
}

/** Operations that any other call may take: one that clears secrets opens each sector, with all that it holds. */
export function callOperations(geometry: FlashGeometry): number {
  return 4 * mountOperations(geometry);
}

/** A part of which the operations are counted, and limited. */
export class MeteredFlash implements NorFlash {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  readonly #flash: NorFlash;
  readonly #clock: Clock;
  #operations = 0;
  #lastOperation = Infinity;
  #lastCycle = Infinity;

  /**
   * Counts what is done to a part.
   *
   * @param flash The part.
   * @param clock Its clock.
   */
  constructor(flash: NorFlash, clock: Clock) {
    this.geometry = flash.geometry;
    this.#flash = flash;
    this.#clock = clock;
  }

  /** How many commands there were: reads, write enables, programs, erases. */
  get operations(): number {
    return this.#operations;
  }

  /** From here on only so many are allowed. */
  allow(operations: number): void {
    this.#lastOperation = this.#operations + operations;
    this.#lastCycle = this.#clock.now + CYCLES_LIMIT;
  }

  /** Reads bytes. */
  read(address: number, lengthBytes: number): Task<Uint8Array> {
    this.#count();
    return this.#flash.read(address, lengthBytes);
  }

  /** Reads bytes into memory of the caller. */
  readInto(address: number, target: Uint8Array): Task {
    this.#count();
    return this.#flash.readInto(address, target);
  }

  /** Reads the status register. */
  readStatus(): Task<FlashStatus> {
    this.#count();
    return this.#flash.readStatus();
  }

  /** Allows the next program or erase. */
  writeEnable(): Task {
    this.#count();
    return this.#flash.writeEnable();
  }

  /** Programs up to a page. */
  pageProgram(address: number, bytes: Uint8Array): Task<FlashOutcome> {
    this.#count();
    return this.#flash.pageProgram(address, bytes);
  }

  /** Erases a sector. */
  sectorErase(address: number): Task<FlashOutcome> {
    this.#count();
    return this.#flash.sectorErase(address);
  }

  /** Erases a block. */
  blockErase(address: number): Task<FlashOutcome> {
    this.#count();
    return this.#flash.blockErase(address);
  }

  #count(): void {
    if (++this.#operations > this.#lastOperation || this.#clock.now > this.#lastCycle) throw new Unending();
  }
}
