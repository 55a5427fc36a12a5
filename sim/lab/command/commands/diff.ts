/**
 * `hbasim diff`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { formatCoordinate } from "../../../trace/coordinate.ts";
import { divergenceOf } from "../../../trace/divergence.ts";
import { renderLadder } from "../../../trace/ladder.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { decodeTrace } from "../../../trace/trace_file.ts";
import { command, FAILS, HOLDS } from "../command.ts";
import { readBytes } from "../input_files.ts";
import { print } from "../terminal.ts";

/** How many events before the first difference are shown. */
const EVENTS_BEFORE = 5;

/** Compares two traces. */
export const diff = command({
  options: { json: { about: "as JSON: how many events are the same, what differs, and the two events" } },
  notes: ["Exit code: 0 the runs are the same, 1 they part."],
  examples: ["diff before.cbor after.cbor"],
  run({ json }, files) {
    const [first, second] = files;
    if (first === undefined || second === undefined || files.length > 2) {
      throw new InputError(`diff takes two trace files, ${files.length} are given`);
    }
    const [a, b] = [decodeTrace(readBytes(first)), decodeTrace(readBytes(second))];
    const parted = divergenceOf(a.events, b.events);
    if (json === true) {
      print(JSON.stringify({ same: parted?.sequence ?? a.events.length, ...(parted === undefined ? {} : { parted }) }));
      return parted === undefined ? HOLDS : FAILS;
    }
    if (parted === undefined) {
      print(`the same ${a.events.length} events`);
      return HOLDS;
    }
    const what = parted.differs.length === 0 ? "one of them has ended" : `they differ in ${parted.differs.join(", ")}`;
    print(`the same ${parted.sequence} events, then ${what}`);
    const before = a.events.slice(Math.max(0, parted.sequence - EVENTS_BEFORE), parted.sequence);
    for (const event of before) printEvent("  ", event, a.frequencyHz);
    printEvent("< ", parted.first, a.frequencyHz);
    printEvent("> ", parted.second, b.frequencyHz);
    return FAILS;
  },
});

function printEvent(mark: string, event: TraceEvent | undefined, frequencyHz: number): void {
  if (event === undefined) return print(`${mark}(the end)`);
  const [line] = renderLadder([event], frequencyHz);
  const fields = Object.entries(event.fields).map(([name, value]) => `${name} ${value}`).join(", ");
  print(`${mark}${formatCoordinate(event)} ${line ?? `${event.component}: ${event.kind} (${fields})`}`);
}
