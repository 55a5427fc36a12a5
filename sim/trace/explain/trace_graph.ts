/**
 * A trace as a graph: which event led to which, which call is answered by
 * which event, in which step of the run.
 *
 * @module
 */

import { grouped } from "../../kernel/grouped.ts";
import { callEvent, returnEvent } from "../events.ts";
import type { TraceEvent, TraceMark } from "../recorder.ts";
import { isInterruption } from "./interruption.ts";

/** A trace, whole or a part, as a file or a recorder has it. */
export interface Trace {
  /** The events, in order. */
  readonly events: readonly TraceEvent[];
  /** Cycles per second. */
  readonly frequencyHz: number;
  /** Where the steps of the run begin, in order. */
  readonly marks: readonly TraceMark[];
}

/** A trace with its references followed. */
export class TraceGraph {
  /** The events, in order. */
  readonly events: readonly TraceEvent[];
  readonly #bySequence: ReadonlyMap<number, TraceEvent>;
  readonly #answers: ReadonlyMap<number, readonly TraceEvent[]>;
  readonly #effects: ReadonlyMap<number, readonly TraceEvent[]>;
  readonly #marks: readonly TraceMark[];

  /**
   * Reads all references.
   *
   * @param trace May be a part: what lies before it is not found.
   */
  constructor({ events, marks }: Trace) {
    this.events = events;
    this.#marks = marks;
    this.#bySequence = new Map(events.map((event) => [event.sequence, event]));
    this.#answers = grouped(
      events.filter(({ kind }) => kind === returnEvent.name),
      ({ fields }) => Number(fields["call"]),
    );
    this.#effects = grouped(events, ({ cause }) => cause);
  }

  /** The event of a sequence number; `undefined` if the trace has none, as for -1. */
  at(sequence: number | undefined): TraceEvent | undefined {
    return sequence === undefined ? undefined : this.#bySequence.get(sequence);
  }

  /** The event that answers a call first. */
  answerTo(call: TraceEvent): TraceEvent | undefined {
    return call.kind === callEvent.name ? this.#answers.get(call.sequence)?.[0] : undefined;
  }

  /** The call that an event answers. */
  callOf({ kind, fields }: TraceEvent): TraceEvent | undefined {
    return kind === returnEvent.name ? this.at(Number(fields["call"])) : undefined;
  }

  /** What led to an event, the first cause first, itself last. */
  chainTo(event: TraceEvent): readonly TraceEvent[] {
    const chain: TraceEvent[] = [];
    for (let each: TraceEvent | undefined = event; each !== undefined; each = this.at(each.cause)) chain.push(each);
    return chain.reverse();
  }

  /**
   * What an event led to, in order, itself first, as far as it happened before the answer to it if it is a call. The
   * answers to a call that it led to are among it, whoever else has led to them, as when somebody's reset ends the
   * call: the service may end while an answer of it is on its way. Answers to other calls are others'.
   * What comes of an interruption besides is nobody's: sessions open again, keys come back, other calls end.
   */
  effectsOf(event: TraceEvent): readonly TraceEvent[] {
    const last = this.answerTo(event)?.sequence ?? Infinity;
    const found = new Set<TraceEvent>();
    const open = [event];
    for (let each = open.pop(); each !== undefined; each = open.pop()) {
      if (found.has(each)) continue;
      found.add(each);
      const led = isInterruption(each) ? [] : this.#effects.get(each.sequence) ?? [];
      const own = event.kind === callEvent.name ? led.filter(({ kind }) => kind !== returnEvent.name) : led;
      const effects = [...own, ...this.#answers.get(each.sequence) ?? []];
      open.push(...effects.filter(({ sequence }) => sequence <= last));
    }
    return [...found].sort((a, b) => a.sequence - b.sequence);
  }

  /** The calls of a part of the trace that nothing in that part led to: where somebody outside has asked. */
  callsBetween(first: number, beyond: number): readonly TraceEvent[] {
    return this.events.filter(({ sequence, kind, cause }) =>
      sequence >= first && sequence < beyond && kind === callEvent.name && cause < first
    );
  }

  /** The last event before another of which something is true. */
  lastBefore({ sequence }: TraceEvent, isWanted: (event: TraceEvent) => boolean): TraceEvent | undefined {
    return this.events.findLast((event) => event.sequence < sequence && isWanted(event));
  }

  /** The step in which an event happened. */
  markOf({ sequence }: TraceEvent): TraceMark | undefined {
    return this.#marks.findLast(({ first }) => first <= sequence);
  }

  /** The steps, each with the sequence numbers of its events: from `first` to before `beyond`. */
  get steps(): readonly (TraceMark & { readonly beyond: number })[] {
    return this.#marks.map((mark, index) => ({ ...mark, beyond: this.#marks[index + 1]?.first ?? Infinity }));
  }
}
