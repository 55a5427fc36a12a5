/**
 * Events that nobody has scheduled: from the real world, or from a recording
 * of it.
 *
 * A kernel with an outside asks it before every step. In real time the outside
 * lets time pass; in a replay it answers at once. Either way the run is a
 * function of what it answered.
 *
 * @module
 */

import type { Cycle } from "./task.ts";

/** Something that happened outside. */
export interface OutsideEvent {
  /** When, not before the present cycle. */
  readonly cycle: Cycle;
  /** Brings it into the simulation. */
  readonly run: () => void;
}

/** Whoever runs the simulation has stopped it from outside: it goes no further, and what it has come to stands. */
export class Interruption extends Error {
  /** Says so. */
  constructor() {
    super("The run was stopped from outside");
    this.name = "Interruption";
  }
}

/** The world beyond the simulation. */
export interface Outside {
  /**
   * What happens outside before a cycle.
   *
   * @param now The present cycle.
   * @param cycle The cycle of the next event inside, or of the end of the run.
   * @returns The first event outside that comes before `cycle`, or `undefined` when that cycle has come.
   * @throws {Interruption} The run is to end here.
   */
  next(now: Cycle, cycle: Cycle): OutsideEvent | undefined;
}
