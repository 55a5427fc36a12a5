/**
 * Who decides the order of events in one cycle, by their names. The kernel
 * itself knows no names: its door stays small.
 *
 * @module
 */

import type { EventOrder, WaitingEvent } from "../../../kernel/event_order.ts";
import type { EventQueue } from "../../../kernel/event_queue.ts";
import { given } from "../../../kernel/given.ts";
import { Process } from "../../../kernel/process.ts";
import type { Cycle } from "../../../kernel/task.ts";

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

/** Has a {@linkcode TieOrder} decide which event of each cycle comes next. */
export class TieOrdering implements EventOrder {
  readonly #order: TieOrder;

  /**
   * Made with:
   *
   * @param order Who decides.
   */
  constructor(order: TieOrder) {
    this.#order = order;
  }

  /**
   * Asks the order, and exchanges the events.
   *
   * @throws {RangeError} The order names none of them.
   */
  arrange(queue: EventQueue, waiting: (payload: number) => WaitingEvent): void {
    queue.prefer((payloads) => {
      const live: PendingEvent[] = [];
      const places: number[] = [];
      payloads.forEach((payload, place) => {
        const event = waiting(payload);
        if (event.due === undefined) return;
        live.push(pendingEvent(event));
        places.push(place);
      });
      if (live.length === 0) return 0;
      const index = this.#order.next(live, queue.nextCycle);
      const chosen = places[index];
      if (chosen === undefined) {
        throw new RangeError(`No event ${given(index)}: ${live.length} are pending in the cycle, from 0 on`);
      }
      return chosen;
    });
  }
}

function pendingEvent({ due, label }: WaitingEvent): PendingEvent {
  if (!(due instanceof Process)) return { who: label ?? "callback", what: "time" };
  const { name: who, waitingFor, state } = due;
  return { who, what: waitingFor?.name ?? (state === "ready" ? "start" : "time") };
}
