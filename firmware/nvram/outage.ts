/**
 * Telling bad sectors from a part that takes nothing for a while.
 *
 * One sector that is refused is bad if the next one opens. If that is refused, too, it may be the part: its supply is too
 * low, or it is protected. So others are tried, here and there in the ring: only if one takes an erase and a program are
 * the two tried again, and retired if they are refused once more. As long as nothing opens each refused change costs an
 * erase or two: of the next sector, and of another, in turn.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { FlashWriter } from "./flash_writer.ts";

/** So many sectors are tried at the first refusal. */
const FIRST_TRIES = 3;

/** After all free sectors were refused one by one, that is not done again for so many changes for each of them. */
const PAUSE = 4;

/** What is known of whether the part takes anything. */
export class Outage {
  readonly #writer: FlashWriter;
  readonly #sectorBytes: number;
  /** How often no sector could be opened since one was. */
  #refusals = 0;
  /** So often no sector can be opened before others are tried again. */
  #pausedUntil = 0;

  /**
   * A part that takes what it should.
   *
   * @param writer Writes to it.
   * @param sectorBytes Its sector size.
   */
  constructor(writer: FlashWriter, sectorBytes: number) {
    this.#writer = writer;
    this.#sectorBytes = sectorBytes;
  }

  /** Whether no sector could be opened the last time. */
  get lasts(): boolean {
    return this.#refusals > 0;
  }

  /** Whether it is the turn of another sector to be tried, not of the next one. */
  get asksOthers(): boolean {
    return this.#refusals % 2 === 0 && this.#refusals >= this.#pausedUntil;
  }

  /** A sector was opened, or a mount begins anew. */
  end(): void {
    this.#refusals = 0;
    this.#pausedUntil = 0;
  }

  /**
   * No sector could be opened.
   *
   * @param refused How many were found to be bad themselves.
   */
  note(refused: number): void {
    this.#refusals++;
    if (refused > 0) this.#pausedUntil = this.#refusals + PAUSE * refused;
  }

  /** Whether the part takes elsewhere what it has refused: in one of some sectors that are free. */
  *takesIn(sectors: readonly number[]): Task<boolean> {
    const { length } = sectors;
    const tries = Math.min(length, this.lasts ? 1 : FIRST_TRIES);
    for (let count = 0; count < tries; count++) {
      // Far apart, from the end on: what is bad with its neighbour is not asked first.
      const place = (length - 1 - Math.floor((count * length) / tries) + (this.#refusals >>> 1)) % length;
      if (yield* this.#writer.canWrite((sectors[place] as number) * this.#sectorBytes, this.#sectorBytes)) return true;
    }
    return false;
  }
}
