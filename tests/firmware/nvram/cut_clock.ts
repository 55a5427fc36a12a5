import type { Clock, Cycle, Cycles, Task } from "../../../sim/kernel/task.ts";
import type { FlashPart } from "../../../sim/parts/flash/flash_part.ts";

/** What stops the firmware when the power goes. */
export class PowerCut extends Error {}

/** A clock on which the power goes at a given cycle, in the middle of whatever is waited for. */
export class CutClock implements Clock {
  readonly frequencyHz = 250_000_000;
  now: Cycle = 0;
  cutAt: Cycle = Infinity;

  *sleep(cycles: Cycles): Task {
    if (this.now + cycles > this.cutAt) {
      this.now = this.cutAt;
      throw new PowerCut();
    }
    this.now += cycles;
  }

  /**
   * Takes a part's power in some work.
   *
   * @param within After so many cycles.
   * @returns False if the work came to its end before.
   */
  cutIn(within: Cycles, flash: FlashPart, work: () => void): boolean {
    this.cutAt = this.now + within;
    try {
      work();
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      flash.powerOff();
      return true;
    } finally {
      this.cutAt = Infinity;
    }
  }
}
