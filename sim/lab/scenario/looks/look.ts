/**
 * What makes a look at the world: how it is written, and what it finds.
 *
 * @module
 */

import type { Cycle } from "../../../kernel/task.ts";
import { type Shape, titled } from "../../../shape/shape.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import type { World } from "../../world/world.ts";
import { isIn, type Range } from "../../faults/range.ts";
import type { StepCheck } from "../step_check.ts";

/** From when on a look covers events and packets. */
export interface Window {
  /** The number of the first event. */
  readonly firstEvent: number;
  readonly begin: Cycle;
}

/** What was expected, and what was found instead. */
export interface Finding {
  readonly expected: string;
  readonly actual: string;
  readonly holds: boolean;
}

/** Whether an event is of some kind. */
export type EventTest = (event: TraceEvent) => boolean;

/** A finding, with the events that made it so: of the first test that any event passes. */
export interface ShownFinding extends Finding {
  readonly shownBy: readonly EventTest[];
}

/** A kind of look. */
export interface LookKind<T> {
  /** What it looks at, as a sentence. */
  readonly doc: string;
  readonly shape: Shape<T>;
  /** Looks, before anything runs, whether there is in the world what it looks at. */
  readonly check?: (value: NoInfer<T>, check: StepCheck) => void | undefined;
  /** Which events can change what it finds, if it looks at a state of the world; a look without it cannot be an invariant. */
  readonly changedBy?: (value: NoInfer<T>) => EventTest;
  /** Which events show best why it finds what it finds, by tests: the next counts if none passes the one before. */
  readonly shownBy?: (value: NoInfer<T>) => readonly EventTest[];
  /** Looks. */
  readonly find: (value: NoInfer<T>, world: World, window: Window) => Finding;
}

/** Types a kind of look. */
export function look<T>(kind: LookKind<T>): LookKind<T> {
  return kind;
}

/** Names a look for descriptions. */
export function titledLook<T>(name: string, shape: Shape<T>): Shape<T> {
  return titled(`look at ${name}`, shape);
}

/** How many there must be where nothing is said. */
const ONE_AT_LEAST: Range = { least: 1, most: Infinity, text: "1.." };

/** A finding about how many of something there are. */
export function counted(
  what: string,
  count: Range = ONE_AT_LEAST,
  found: readonly string[],
  others: readonly string[] = [],
): Finding {
  const rest = others.length === 0 ? "" : `; besides: ${listed(others)}`;
  const actual = found.length === 0 ? `none${rest}` : `${found.length}: ${listed(found)}${rest}`;
  return { expected: `${count.text} ${what}`, actual, holds: isIn(count, found.length) };
}

/** How many of several are told one by one. */
const MOST_TOLD = 5;

function listed(texts: readonly string[]): string {
  const more = texts.length > MOST_TOLD ? `, and ${texts.length - MOST_TOLD} more` : "";
  return texts.slice(0, MOST_TOLD).join(", ") + more;
}
