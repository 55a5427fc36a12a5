/**
 * The trace as a ladder for people: who called whom, when, with how many
 * bytes, and what came of it.
 *
 * The depth of a line is the number of calls that are open where it happened.
 * It follows the causes of events, not their order in time: what happens at
 * the same time elsewhere moves nothing to the right.
 *
 * @module
 */

import { CallNesting } from "./calls.ts";
import { describeEvent } from "./describe_event.ts";
import type { TraceEvent } from "./recorder.ts";
import { padToColumns } from "./text_columns.ts";
import { nanosecondsAt } from "./time.ts";

/** Deeper lines stay here, so that a defect that never returns does not run off the screen. */
const DEEPEST = 12;

/**
 * A cycle as time, exact: `1.234567 ms`.
 *
 * @param frequencyHz Cycles per second.
 */
export function formatCycle(cycle: number, frequencyHz: number): string {
  const nanoseconds = nanosecondsAt(cycle, frequencyHz);
  return `${nanoseconds / 1_000_000n}.${String(nanoseconds % 1_000_000n).padStart(6, "0")} ms`;
}

/**
 * One line for each event of a kind that makes the ladder: cycle, time,
 * component, what happened. Control characters of texts are shown as `\u{7}`.
 *
 * @param events The events, in order; those that the ladder does not show, too, for depth follows from all causes.
 * @param frequencyHz Cycles per second.
 */
export function* renderLadder(events: Iterable<TraceEvent>, frequencyHz: number): Generator<string> {
  for (const { line } of ladderRungs(events, frequencyHz)) yield line;
}

/** A line of the ladder, and the event that it is of. */
export interface LadderRung {
  /** The event. */
  readonly event: TraceEvent;
  /** Its line, as {@linkcode renderLadder} gives it. */
  readonly line: string;
}

/** What stands above the lines of a ladder, in columns as theirs. */
export const LADDER_HEADER: string = `${"cycle".padStart(12)} ${"time".padStart(16)}  ${"component".padEnd(18)} event`;

/**
 * The lines of {@linkcode renderLadder}, each with its event.
 *
 * @param describe What is said of an event; `undefined` of what is not shown.
 */
export function* ladderRungs(
  events: Iterable<TraceEvent>,
  frequencyHz: number,
  describe: (event: TraceEvent) => string | undefined = describeEvent,
): Generator<LadderRung> {
  const nesting = new CallNesting();
  for (const event of events) {
    const depth = nesting.follow(event);
    const what = describe(event);
    if (what === undefined) continue;
    const time = formatCycle(event.cycle, frequencyHz).padStart(16);
    const line = `${String(event.cycle).padStart(12)} ${time}  ${padToColumns(printable(event.component), 18)} ${
      "  ".repeat(Math.min(depth, DEEPEST))
    }${printable(what)}`;
    yield { event, line };
  }
}

/** Texts come from scenarios and from the wire: none of them may steer the terminal. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
