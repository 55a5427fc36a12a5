/**
 * A trace as JSON Lines (https://jsonlines.org): an object for each event, for
 * `jq` and for programs in other languages.
 *
 * @module
 */

import { formatCoordinate } from "./coordinate.ts";
import type { TraceEvent } from "./recorder.ts";
import { nanosecondsAt } from "./time.ts";

/**
 * A line for each event: `at` (its coordinate), `cycle`, `nanoseconds` (as a text, since it may be beyond what JSON
 * numbers hold), `component`, `kind`, `cause` (the sequence number of what led to it), `because` (that of what wrote what it has read; both
 * absent where there is none) and `fields`.
 *
 * @param frequencyHz Cycles per second.
 */
export function* renderJsonLines(events: Iterable<TraceEvent>, frequencyHz: number): Generator<string> {
  for (const event of events) {
    const { cycle, component, kind, cause, because, fields } = event;
    yield JSON.stringify({
      at: formatCoordinate(event),
      cycle,
      nanoseconds: String(nanosecondsAt(cycle, frequencyHz)),
      component,
      kind,
      ...(cause < 0 ? {} : { cause }),
      ...(because < 0 ? {} : { because }),
      fields,
    });
  }
}
