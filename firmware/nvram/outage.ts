/**
 * Telling bad sectors from a part that takes nothing for a while.
 *
 * What a sector refuses may be refused by the part: its supply is too low, or it is protected. So others are tried, here
 * and there in the ring: only if one takes an erase and some programs is that sector tried again, and it is bad if it is
 * refused once more. As long as nothing opens each refused change costs an erase or two: of the next sector, and of
 * another, in turn.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { UnopenedSectors } from "./unopened_sectors.ts";

/** So many sectors are tried at the first refusal. */
const FIRST_TRIES = 3;

/** After all free sectors were refused one by one, that is not done again for so many changes for each of them. */
const PAUSE = 4;

/** What is known of whether the part takes anything. */
export class Outage {
  readonly #unopened: UnopenedSectors;
  /** How often no sector could be opened since one was. */
  #refusals = 0;
  /** So often no sector can be opened before others are tried again. */
  #pausedUntil = 0;

  /** How often others were tried. */
  #asked = 0;

  /**
   * A part that takes what it should.
   *
   * @param unopened Tries its sectors.
   */
  constructor(unopened: UnopenedSectors) {
    this.#unopened = unopened;
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
  note(refused: number): undefined {
    this.#refusals++;
    if (refused > 0) this.#pausedUntil = this.#refusals + PAUSE * refused;
  }

  /** Whether the part takes elsewhere what it has refused: in one of some sectors that are free. */
  *takesIn(sectors: readonly number[]): Task<boolean> {
    const { length } = sectors;
    const tries = Math.min(length, this.lasts ? 1 : FIRST_TRIES);
    const turn = this.#asked++;
    for (let count = 0; count < tries; count++) {
      // Far apart, from the end on: what is bad with its neighbour is not asked first. Others each time: all wear alike.
      const place = (length - 1 - Math.floor((count * length) / tries) + turn) % length;
      if (yield* this.#unopened.canWrite(sectors[place] as number)) return true;
    }
    return false;
  }
}
