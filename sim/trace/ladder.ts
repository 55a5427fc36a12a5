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

import { callEvent, flashEvent, noteEvent, packetEvent, returnEvent, stateEvent } from "./events.ts";
import type { TraceEvent } from "./recorder.ts";
import { nanosecondsAt } from "./time.ts";

/** A call that is open. */
interface Frame {
  readonly operation: string;
  readonly depth: number;
  readonly outer: Frame | undefined;
}

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
  /** For each event, the innermost call that is open after it. */
  const frames = new Map<number, Frame | undefined>();
  for (const event of events) {
    const { frame, depth } = nest(event, frames.get(event.cause));
    frames.set(event.sequence, frame);
    const what = describe(event);
    if (what === undefined) continue;
    const time = formatCycle(event.cycle, frequencyHz).padStart(16);
    yield `${String(event.cycle).padStart(12)} ${time}  ${printable(event.component).padEnd(18)} ${
      "  ".repeat(Math.min(depth, DEEPEST))
    }${printable(what)}`;
  }
}

function nest(
  event: TraceEvent,
  outer: Frame | undefined,
): { readonly frame: Frame | undefined; readonly depth: number } {
  const depth = outer === undefined ? 0 : outer.depth + 1;
  const operation = String(event.fields["operation"]);
  if (event.kind === callEvent.name) return { frame: { operation, depth, outer }, depth };
  if (event.kind !== returnEvent.name) return { frame: outer, depth };
  // A return ends the call of its operation, and with it all that were made within and lost.
  for (let frame = outer; frame !== undefined; frame = frame.outer) {
    if (frame.operation === operation) return { frame: frame.outer, depth: frame.depth };
  }
  return { frame: outer, depth };
}

function describe({ kind, fields }: TraceEvent): string | undefined {
  const length = Number(fields["lengthBytes"] ?? 0) > 0 ? `, ${fields["lengthBytes"]} bytes` : "";
  const detail = fields["detail"] === undefined || fields["detail"] === "" ? "" : ` (${fields["detail"]})`;
  switch (kind) {
    case callEvent.name:
      return `-> ${fields["to"]}: ${fields["operation"]}${length}${detail}`;
    case returnEvent.name:
      return `<- ${fields["to"]}: ${fields["operation"]} = ${fields["status"]}${length}`;
    case packetEvent.name:
      return `.. ${fields["direction"]} ${fields["peer"]}${length}${detail}`;
    case stateEvent.name:
      return `== ${fields["state"]}${fields["detail"] === "" ? "" : `: ${fields["detail"]}`}`;
    case noteEvent.name:
      return `-- ${fields["text"]}`;
    case flashEvent.name:
      return fields["operation"] === "read" ? undefined : `## ${fields["operation"]} at ${fields["address"]}${length}`;
    default:
      return undefined;
  }
}

/** Texts come from scenarios and from the wire: none of them may steer the terminal. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
