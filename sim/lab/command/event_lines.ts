/**
 * Events as lines with their coordinates, for commands that name some.
 *
 * @module
 */

import { formatCoordinate } from "../../trace/coordinate.ts";
import { formatCycle, ladderRungs } from "../../trace/ladder.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { padToColumns } from "../../trace/text_columns.ts";

/** A line for each event: its coordinate, and its line of the ladder or, of kinds that this does not show, all fields. */
export function eventLines(events: readonly TraceEvent[], frequencyHz: number): readonly string[] {
  const lines = new Map<number, string>();
  // The cycle that a ladder begins with is in the coordinate.
  for (const { event, line } of ladderRungs(events, frequencyHz)) {
    lines.set(event.sequence, line.trimStart().replace(/^\d+ /, ""));
  }
  return events.map((event) => {
    const line = lines.get(event.sequence) ?? allOf(event, frequencyHz);
    return `${formatCoordinate(event).padEnd(15)} ${line}`;
  });
}

function allOf({ cycle, component, kind, fields }: TraceEvent, frequencyHz: number): string {
  const all = Object.entries(fields).map(([name, value]) => `${name} ${value}`).join(", ");
  return `${formatCycle(cycle, frequencyHz).padStart(16)}  ${padToColumns(component, 18)} ${kind}: ${all}`;
}
