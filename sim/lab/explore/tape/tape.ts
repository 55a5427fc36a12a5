/**
 * Decisions: all that code and scenario do not fix. Each has a canonical
 * choice, and a run is told by where it deviates from that.
 *
 * | decision                    | canonical choice     | deviation                  |
 * | --------------------------- | -------------------- | -------------------------- |
 * | a draw of a named stream    | the stream's own     | {@linkcode DrawDeviation}  |
 * | order of events of a cycle  | first in, first out  | {@linkcode TieDeviation}   |
 * | a fault                     | none                 | {@linkcode FaultDeviation} |
 * | a step of the scenario      | once, in its place   | {@linkcode StepDeviation}  |
 *
 * Anchors are names and ordinals, never a cycle or a count of all events: a
 * tape survives changes of code and of costs that have nothing to do with it.
 * Ordinals count from 1, and from the moment at which the world was built.
 *
 * @module
 */

import type { Coordinate } from "../../../trace/coordinate.ts";
import type { PendingEvent } from "./tie_order.ts";
import type { Fault } from "../../faults/fault.ts";

/** A draw gives another value. */
export interface DrawDeviation {
  /** Tells it from other decisions. */
  readonly decision: "draw";
  /** The stream by its name: `network`, `hba0/random number generator`. */
  readonly stream: string;
  /** Which draw of the stream: a number below a limit counts as one, of bytes each four. */
  readonly ordinal: number;
  /** What it gives: a whole number below 2^32, taken modulo the limit of the draw. */
  readonly value: number;
}

/** An event of the kernel's queue: the n-th that a process or callback has of that kind. */
export interface EventName extends PendingEvent {
  /** Which one of them, in the order in which they are dispatched. */
  readonly ordinal: number;
}

/** Of two events that are pending in one cycle, the one that came later goes first. */
export interface TieDeviation {
  /** Tells it from other decisions. */
  readonly decision: "tie";
  /** Which goes first. */
  readonly first: EventName;
  /** Which would have gone first. */
  readonly before: EventName;
}

/** Something goes wrong, planned when power comes. */
export interface FaultDeviation {
  /** Tells it from other decisions. */
  readonly decision: "fault";
  /** What, and at which operation of which part. */
  readonly fault: Fault;
}

/** A step of the scenario: the n-th of its kind in the file, steps within steps included. */
export interface StepName {
  /** Its kind: `setKey`. */
  readonly type: string;
  /** Which one of them. */
  readonly ordinal: number;
}

/** A step is not taken, or taken twice. */
export interface StepDeviation {
  /** Tells it from other decisions. */
  readonly decision: "step";
  /** Which. */
  readonly step: StepName;
  /** What becomes of it. */
  readonly change: "left out" | "repeated";
}

/** A decision that is not the canonical one. */
export type Deviation = DrawDeviation | TieDeviation | FaultDeviation | StepDeviation;

/** Where a run deviates; the empty tape is the canonical run. Where two ties are possible, the earlier on the tape counts. */
export type Tape = readonly Deviation[];

/**
 * A place in a run: after the event `sequence` was recorded, and before anything that comes in cycle `cycle`; -1 is
 * before the first event.
 */
export type Moment = Coordinate;

/** At a moment all named streams begin anew, each from where it stands and from the salt. */
export interface Split {
  /** When. */
  readonly at: Moment;
  /** Another salt, another future. */
  readonly salt: string;
}

/** Splits of a run, in the order of their moments. */
export type Recipe = readonly Split[];
