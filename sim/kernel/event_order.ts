/**
 * Who may put the events of one cycle into another order.
 *
 * @module
 */

import type { EventQueue } from "./event_queue.ts";
import type { Process } from "./process.ts";

/** What waits in a slot of the queue. */
export interface WaitingEvent {
  /** The process that goes on, or the callback; `undefined` for what was cancelled. */
  readonly due: Process<unknown> | (() => void) | undefined;
  /** What the callback was scheduled with, since somebody decides the order. */
  readonly label: string | undefined;
}

/** Puts events of one cycle into order: `TieOrdering` of `@hba/sim/explore` asks for each by its name. */
export interface EventOrder {
  /**
   * Called before each event is taken from the queue, also where there is no choice.
   *
   * @param queue Whose next event may be exchanged for another of its cycle ({@linkcode EventQueue.prefer}).
   * @param waiting What a payload of the queue stands for.
   */
  arrange(queue: EventQueue, waiting: (payload: number) => WaitingEvent): void;
}
