/**
 * The name of an event: its cycle and its place in the trace, the same in every
 * export and accepted by every command.
 *
 * @module
 */

import type { TraceEvent } from "./recorder.ts";

/** Which event: the cycle helps people, the sequence number decides. */
export interface Coordinate {
  /** When it happened, in cycles. */
  readonly cycle: number;
  /** Its place in the trace, from 0. */
  readonly sequence: number;
}

/** The name of an event: `c130247966.s256`. */
export function formatCoordinate({ cycle, sequence }: Coordinate): string {
  return `c${cycle}.s${sequence}`;
}

/** The event that a text names; `undefined` if it is no such name. */
export function parseCoordinate(text: string): Coordinate | undefined {
  const match = /^c(\d{1,16})\.s(\d{1,10})$/.exec(text);
  const [cycle, sequence] = [Number(match?.[1]), Number(match?.[2])];
  return Number.isSafeInteger(cycle) && Number.isSafeInteger(sequence) ? { cycle, sequence } : undefined;
}

/**
 * The event of a trace that a coordinate names; `undefined` if another one, or none, stands there: the coordinate is of
 * another run.
 *
 * @param events Events of the trace that follow one another.
 */
export function eventAt(events: readonly TraceEvent[], { cycle, sequence }: Coordinate): TraceEvent | undefined {
  const event = events[sequence - (events[0]?.sequence ?? 0)];
  return event?.cycle === cycle ? event : undefined;
}
