/**
 * Worlds of one run that stopped on their way, so that a seek does not begin
 * at the beginning.
 *
 * A world only goes forward. The one that goes on is the last that stopped
 * before the moment: so there are no more worlds than moments that were asked
 * for in falling order (it is the game of patience, which is optimal: about
 * twice the root of n for n moments in any order).
 *
 * @module
 */

import type { World } from "../../world/world.ts";
import { Execution, type ExecutionOptions } from "../execution.ts";
import type { EventHashes } from "../tape/event_hashes.ts";
import type { Subject } from "../tape/subject.ts";
import type { Moment } from "../tape/tape.ts";

interface Parked {
  readonly execution: Execution;
  /** Where it was asked to stop. */
  at: Moment;
}

/** Worlds of one run. */
export class ParkedWorlds {
  /** How many events of the kernel were dispatched to get to moments. */
  reexecuted = 0;
  readonly #subject: Subject;
  readonly #options: ExecutionOptions;
  readonly #hashes: EventHashes;
  readonly #most: number;
  /** In the order in which they stand in the run. */
  #parked: Parked[] = [];

  /**
   * Made with:
   *
   * @param hashes Of the whole run.
   * @param most How many worlds are kept: 1 or more.
   */
  constructor(subject: Subject, options: ExecutionOptions, hashes: EventHashes, most: number) {
    this.#subject = subject;
    this.#options = options;
    this.#hashes = hashes;
    this.#most = most;
  }

  /**
   * The world at a moment; `undefined` if the run ends before.
   *
   * @throws {Error} The run is another one each time.
   */
  at(moment: Moment): World | undefined {
    const nearest = this.#parked.findLast(({ at }) => at.sequence <= moment.sequence && at.cycle <= moment.cycle);
    if (nearest === undefined) return this.#fromBeginning(moment);
    if (this.#goOn(nearest, moment) && nearest.execution.hasher.agreesWith(this.#hashes)) {
      return nearest.execution.world;
    }
    // Somebody has changed it while it stood there.
    this.#parked = this.#parked.filter((each) => each !== nearest);
    return this.#fromBeginning(moment);
  }

  #fromBeginning(moment: Moment): World | undefined {
    const parked: Parked = { execution: new Execution(this.#subject, this.#options), at: moment };
    if (!this.#goOn(parked, moment)) return undefined;
    if (!parked.execution.hasher.agreesWith(this.#hashes)) {
      throw new Error("The run is not the same twice: something in it is not determined by its subject");
    }
    if (this.#parked.length === this.#most) this.#dropNeighbour();
    this.#parked.push(parked);
    this.#sort();
    return parked.execution.world;
  }

  #goOn(parked: Parked, moment: Moment): boolean {
    const { execution } = parked;
    const before = execution.world.kernel.dispatched;
    parked.at = moment;
    const isThere = execution.goOn(moment);
    this.reexecuted += execution.world.kernel.dispatched - before;
    if (isThere) this.#sort();
    return isThere;
  }

  #sort(): void {
    this.#parked.sort((a, b) => placeOf(a) - placeOf(b));
  }

  /** Drops the world that is missed least: the next one before it is nearest. */
  #dropNeighbour(): void {
    const places = this.#parked.map(placeOf);
    const gaps = places.map((place, index) => place - (places[index - 1] ?? 0));
    this.#parked.splice(gaps.indexOf(Math.min(...gaps)), 1);
  }
}

function placeOf({ execution }: Parked): number {
  return execution.world.kernel.dispatched;
}
