/**
 * Telling bad sectors from a part that takes nothing for a while.
 *
 * What a sector refuses may be refused by the part: its supply is too low, or it is protected. So another one is tried,
 * far away in the ring: only if that takes an erase and some programs is the first tried again, and it is bad if it is
 * refused once more. If both refuse, so is the change, and the next change asks another one: two erases each.
 *
 * @module
 */

import type { Task } from "../../sim/kernel/task.ts";
import type { UnopenedSectors } from "./unopened_sectors.ts";

/** After all free sectors were refused one by one, that is not done again for so many changes for each of them. */
const PAUSE = 4;

/** What is known of whether the part takes anything. */
export class Outage {
  readonly #unopened: UnopenedSectors;
  /** Sectors that were asked. */
  readonly #asked = new Set<number>();
  /** So many changes that are refused ask no other sector. */
  #pause = 0;

  /**
   * A part that takes what it should.
   *
   * @param unopened Tries its sectors.
   */
  constructor(unopened: UnopenedSectors) {
    this.#unopened = unopened;
  }

  /** A sector was opened, or a mount begins anew. */
  end(): void {
    this.#pause = 0;
  }

  /**
   * No sector could be opened.
   *
   * @param refused How many were found to be bad themselves.
   */
  note(refused: number): undefined {
    this.#pause = refused > 0 ? PAUSE * refused : this.#pause - 1;
  }

  /**
   * Whether the part takes elsewhere what it has refused.
   *
   * @param sectors Those that are free.
   * @param most So many of them are asked.
   */
  *takesIn(sectors: readonly number[], most: number): Task<boolean> {
    if (this.#pause > 0) return false;
    for (let count = 0; count < Math.min(most, sectors.length); count++) {
      const isOpen = (each: number) => !this.#asked.has(each);
      if (!sectors.some(isOpen)) this.#asked.clear();
      // From the end on: what is bad with its neighbour is not asked first. Others each time: all wear alike.
      const index = sectors.findLast(isOpen) as number;
      this.#asked.add(index);
      if (yield* this.#unopened.canWrite(index)) return true;
    }
    return false;
  }
}
