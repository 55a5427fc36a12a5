/**
 * The trace as a ladder for people: who called whom, when, with how many
 * bytes, and what came of it.
 *
 * @module
 */

import type { TraceEvent } from "./recorder.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/**
 * A cycle as time, exact: `1.234567 ms`.
 *
 * @param frequencyHz Cycles per second.
 */
export function formatCycle(cycle: number, frequencyHz: number): string {
  const nanoseconds = (BigInt(cycle) * NANOSECONDS_PER_SECOND) / BigInt(frequencyHz);
  const milliseconds = nanoseconds / 1_000_000n;
  return `${milliseconds}.${String(nanoseconds % 1_000_000n).padStart(6, "0")} ms`;
}

/**
 * One line for each event of a kind that makes the ladder: cycle, time,
 * component, what happened. Calls deepen the indentation, returns end it.
 *
 * @param events The events, in order.
 * @param frequencyHz Cycles per second.
 */
export function* renderLadder(events: Iterable<TraceEvent>, frequencyHz: number): Generator<string> {
  let depth = 0;
  for (const event of events) {
    if (event.kind === "return") depth = Math.max(0, depth - 1);
    const line = describe(event);
    if (line !== undefined) {
      const time = formatCycle(event.cycle, frequencyHz).padStart(16);
      yield `${String(event.cycle).padStart(12)} ${time}  ${event.component.padEnd(18)} ${
        "  ".repeat(Math.min(depth, 12))
      }${line}`;
    }
    if (event.kind === "call") depth++;
  }
}

function describe({ kind, fields }: TraceEvent): string | undefined {
  const length = Number(fields.lengthBytes ?? 0) > 0 ? `, ${fields.lengthBytes} bytes` : "";
  const detail = fields.detail === undefined || fields.detail === "" ? "" : ` (${fields.detail})`;
  switch (kind) {
    case "call":
      return `-> ${fields.to}: ${fields.operation}${length}${detail}`;
    case "return":
      return `<- ${fields.to}: ${fields.operation} = ${fields.status}${length}`;
    case "packet":
      return `.. ${fields.direction} ${fields.peer}${length}${detail}`;
    case "state":
      return `== ${fields.state}${fields.detail === "" ? "" : `: ${fields.detail}`}`;
    case "note":
      return `-- ${fields.text}`;
    case "flash":
      return fields.operation === "read" ? undefined : `## ${fields.operation} at ${fields.address}${length}`;
    default:
      return undefined;
  }
}
