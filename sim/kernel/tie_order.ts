/**
 * Who decides the order of events in one cycle.
 *
 * @module
 */

import type { EventQueue } from "./event_queue.ts";
import { Process } from "./process.ts";
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

/** The event of a process or a callback; of what was cancelled there is none. */
export function pendingEvent(
  due: Process<unknown> | (() => void) | undefined,
  label: string | undefined,
): PendingEvent | undefined {
  if (due === undefined) return undefined;
  if (!(due instanceof Process)) return { who: label ?? "callback", what: "time" };
  const { name: who, waitingFor, state } = due;
  return { who, what: waitingFor?.name ?? (state === "ready" ? "start" : "time") };
}

/**
 * Has an order decide which event of the next cycle comes first in a queue.
 *
 * @param eventOf The event of a payload; `undefined` for what was cancelled.
 * @throws {RangeError} The order names none of them.
 */
export function preferNext(
  queue: EventQueue,
  order: TieOrder,
  eventOf: (payload: number) => PendingEvent | undefined,
): void {
  queue.prefer((payloads) => {
    const live = payloads.filter((payload) => eventOf(payload) !== undefined);
    if (live.length === 0) return 0;
    const index = order.next(live.map((payload) => eventOf(payload) as PendingEvent), queue.nextCycle);
    const place = payloads.indexOf(live[index] ?? -1);
    if (place < 0) throw new RangeError(`No event ${index} of ${live.length}`);
    return place;
  });
}
