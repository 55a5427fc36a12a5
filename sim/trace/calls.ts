/**
 * Calls and their returns: which are open where an event happened, and which
 * event answers which.
 *
 * Depth follows the causes of events, not their order in time, so that what
 * happens at the same time elsewhere changes nothing. A return names its call.
 *
 * @module
 */

import { callEvent, returnEvent } from "./events.ts";
import type { TraceEvent } from "./recorder.ts";

/** A call that is open. */
interface OpenCall {
  readonly depth: number;
  readonly outer: OpenCall | undefined;
}

/** The sequence number of the call that an event answers; `undefined` if it is no return. */
function callOf({ kind, fields }: TraceEvent): number | undefined {
  return kind === returnEvent.name ? Number(fields["call"]) : undefined;
}

/** Follows the events of a trace, in order, and knows which calls are open where each of them happened. */
export class CallNesting {
  /** For each event, the innermost call that is open after it. */
  readonly #innermost = new Map<number, OpenCall | undefined>();

  /**
   * Takes the next event.
   *
   * @returns How many calls are open around it; around a return, as many as around its call.
   */
  follow(event: TraceEvent): number {
    const { sequence, kind, cause } = event;
    const outer = this.#innermost.get(cause);
    // A return ends its call, and with it all that were made within and lost.
    const answered = callOf(event);
    const call = answered === undefined ? undefined : this.#innermost.get(answered);
    if (call !== undefined) {
      this.#innermost.set(sequence, call.outer);
      return call.depth;
    }
    const depth = outer === undefined ? 0 : outer.depth + 1;
    this.#innermost.set(sequence, kind === callEvent.name ? { depth, outer } : outer);
    return depth;
  }
}

/** Each call that is answered among some events, and the event that answers it first, by their sequence numbers. */
export function answersOf(events: Iterable<TraceEvent>): ReadonlyMap<number, number> {
  const calls = new Set<number>();
  const answers = new Map<number, number>();
  for (const event of events) {
    if (event.kind === callEvent.name) calls.add(event.sequence);
    const call = callOf(event);
    if (call !== undefined && calls.has(call) && !answers.has(call)) answers.set(call, event.sequence);
  }
  return answers;
}
