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
import { decodeTrace } from "../../../trace/trace_file.ts";
import { command, type Given, HOLDS } from "../command.ts";
import { fitting } from "../fitting.ts";
import { readAs } from "../input_files.ts";
import { LADDER_OPTIONS, ladderView } from "../ladder_view.ts";
import { print, tell } from "../terminal.ts";
import { EXPORT_OPTIONS, writeExports, writesFiles } from "../trace_exports.ts";
import { chosenEvents, FILTER_OPTIONS, whyNothing } from "../trace_filter.ts";

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
  ],
  examples: [
    "trace run.cbor --kind packet",
    "trace run.cbor --cause c130247966.s256",
    "trace run.cbor --json",
    "trace run.cbor --vcd run.vcd --gtkwave run.gtkw --perfetto run.pftrace",
  ],
  run({ json, coordinates, ...given }, [file, ...others]) {
    if (file === undefined || others.length > 0) throw new InputError("trace takes one trace file");
    const read = readAs(file, decodeTrace);
    const events = chosenEvents(read, given);
    const show = ladderView(given, print);
    if (writesFiles(given)) {
      writeExports(events, read.frequencyHz, given, file);
    } else if (json === true) {
      for (const line of renderJsonLines(events, read.frequencyHz)) print(line);
    } else {
      if (coordinates === true) {
        for (const event of events) show([event], read.frequencyHz, (each) => `${formatCoordinate(each)} `);
      } else show(events, read.frequencyHz);
      tellReads(events, given);
    }
    if (events.length === 0) tell(`hbasim: ${whyNothing(read, given)}`);
    return HOLDS;
  },
});

/** Says how many events a ladder leaves out of which nobody has said that they are not wanted. */
function tellReads(events: readonly TraceEvent[], { level, wide }: Given<typeof LADDER_OPTIONS>): void {
  const count = level === undefined ? events.filter(isFlashRead).length : 0;
  if (count === 0) return;
  const [are, them] = count === 1 ? ["read is", "it"] : ["reads are", "them"];
  tell(fitting(wide)(`hbasim: ${count} flash ${are} not shown; --level all shows ${them}`));
}
