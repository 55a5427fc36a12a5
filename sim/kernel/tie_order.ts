/**
 * Who decides the order of events in one cycle.
 *
 * @module
 */

import type { Cycle } from "./task.ts";

/** An event that waits for its turn: a process that goes on, or a callback. */
export interface PendingEvent {
  /** The process's name, or the label that the callback was scheduled with. */
  readonly who: string;
  /** What the process waited for, `start` before its first step; `time` of one that slept, and of callbacks. */
  readonly what: string;
}

/** Decides among events of one cycle. */
export interface TieOrder {
  /**
   * Which event is dispatched next. Asked before each, also where there is no choice.
   *
   * @param pending All that are pending in the cycle, first in first.
   * @param cycle The cycle.
   * @returns The index of one of them; 0 for first in, first out.
   */
  next(pending: readonly PendingEvent[], cycle: Cycle): number;
}
