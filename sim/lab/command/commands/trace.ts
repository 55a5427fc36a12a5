/**
 * `hbasim trace`.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import { formatCoordinate } from "../../../trace/coordinate.ts";
import { isFlashRead } from "../../../trace/describe_event.ts";
import { renderJsonLines } from "../../../trace/json_lines.ts";
import type { TraceEvent } from "../../../trace/recorder.ts";
import { traceReading } from "../../../trace/trace_file.ts";
import { command, type Given, HOLDS } from "../command.ts";
import { fitting } from "../fitting.ts";
import { readInStages } from "../input_files.ts";
import { LADDER_OPTIONS, ladderStages, whyHidden } from "../ladder_view.ts";
import { print, tell, terminalWidth } from "../terminal.ts";
import { EXPORT_OPTIONS, writeExports, writesFiles } from "../trace_exports.ts";
import { chosenEvents, FILTER_OPTIONS, whyNothing } from "../trace_filter.ts";
import { type Stage, watched } from "../watched_work.ts";

/** Prints events of a trace. */
export const trace = command({
  options: {
    ...FILTER_OPTIONS,
    ...LADDER_OPTIONS,
    coordinates: {
      about: "a line for each event with its name, c130247966.s256, in front of the ladder's line",
      without: ["json"],
    },
    json: { about: "as JSON Lines: at, cycle, nanoseconds, component, kind, cause, fields" },
    ...EXPORT_OPTIONS,
  },
  notes: [
    "TRACE is what run --trace has written, or - for standard input.",
    "Where a file is written, nothing is printed. Each event has its name, c130247966.s256, in every form.",
    "On a terminal a line tells how far a long trace is; Ctrl-C ends it with 130, and leaves no file half written.",
  ],
  examples: [
    "trace run.cbor --kind packet",
    "trace run.cbor --cause c130247966.s256",
    "trace run.cbor --json",
    "trace run.cbor --vcd run.vcd --gtkwave run.gtkw --perfetto run.pftrace",
  ],
  async run(given, [file, ...others]) {
    if (file === undefined || others.length > 0) throw new InputError("trace takes one trace file");
    // On a terminal the lines themselves show how far it is.
    const isShown = !writesFiles(given) && terminalWidth() !== undefined;
    return await watched(isShown, async (watch) => {
      const read = await readInStages(file, traceReading, watch);
      const events = chosenEvents(read, given);
      if (writesFiles(given)) await writeExports(events, read.frequencyHz, given, file, watch);
      else {
        await watch.take("printing", events.length, printed(events, read.frequencyHz, given));
        if (given.json !== true) tellHidden(events, given);
      }
      if (events.length === 0) tell(`hbasim: ${whyNothing(read, given)}`);
      return HOLDS;
    });
  },
});

/** Prints events, a line at a time. */
function* printed(
  events: readonly TraceEvent[],
  frequencyHz: number,
  given: Given<typeof LADDER_OPTIONS> & { readonly json?: true; readonly coordinates?: true },
): Stage<void> {
  const first = events[0]?.sequence ?? 0;
  let lines = 0;
  if (given.json === true) {
    for (const line of renderJsonLines(events, frequencyHz)) {
      print(line);
      yield ++lines;
    }
    return;
  }
  const show = ladderStages(given, print);
  if (given.coordinates !== true) {
    for (const { sequence } of show(events, frequencyHz)) yield sequence - first;
    return;
  }
  for (const event of events) {
    yield event.sequence - first;
    for (const _ of show([event], frequencyHz, (each) => `${formatCoordinate(each)} `));
  }
}

/** Says what a ladder leaves out of which nobody has said that it is not wanted. */
function tellHidden(events: readonly TraceEvent[], given: Given<typeof LADDER_OPTIONS>): void {
  const { level, wide } = given;
  const why = whyHidden(given, events);
  if (why !== undefined) return tell(`hbasim: ${why}`);
  const count = level === undefined ? events.filter(isFlashRead).length : 0;
  if (count === 0) return;
  const [are, them] = count === 1 ? ["read is", "it"] : ["reads are", "them"];
  tell(fitting(wide)(`hbasim: ${count} flash ${are} not shown; --level all shows ${them}`));
}
