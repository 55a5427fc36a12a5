/**
 * Calls and their returns, by the causes of events: not by their order in
 * time, so that what happens at the same time elsewhere changes nothing.
 *
 * @module
 */

import { callEvent, returnEvent } from "./events.ts";
import type { TraceEvent } from "./recorder.ts";

/** A call that is open. */
interface OpenCall {
  readonly sequence: number;
  readonly operation: string;
  readonly depth: number;
  readonly outer: OpenCall | undefined;
}

/** Follows the events of a trace, in order, and knows which calls are open where each of them happened. */
export class CallNesting {
  /** For each event, the innermost call that is open after it. */
  readonly #innermost = new Map<number, OpenCall | undefined>();

  /**
   * Takes the next event.
   *
   * @returns How many calls are open around it, and the sequence number of the call that it answers.
   */
  follow(event: TraceEvent): { readonly depth: number; readonly answered?: number } {
    const outer = this.#innermost.get(event.cause);
    const depth = outer === undefined ? 0 : outer.depth + 1;
    const { sequence, kind } = event;
    const operation = String(event.fields["operation"]);
    if (kind === returnEvent.name) {
      // A return ends the call of its operation, and with it all that were made within and lost.
      for (let call = outer; call !== undefined; call = call.outer) {
        if (call.operation !== operation) continue;
        this.#innermost.set(sequence, call.outer);
        return { depth: call.depth, answered: call.sequence };
      }
    }
    this.#innermost.set(sequence, kind === callEvent.name ? { sequence, operation, depth, outer } : outer);
    return { depth };
  }
}

/** Each call that is answered among some events, and the event that answers it first, by their sequence numbers. */
export function answersOf(events: Iterable<TraceEvent>): ReadonlyMap<number, number> {
  const nesting = new CallNesting();
  const answers = new Map<number, number>();
  for (const event of events) {
    const { answered } = nesting.follow(event);
    if (answered !== undefined && !answers.has(answered)) answers.set(answered, event.sequence);
  }
  return answers;
}
