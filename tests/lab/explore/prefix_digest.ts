/** Digests of beginnings of traces, in a file that needs no runtime of its own. */

import { TraceHasher } from "../../../sim/trace/digest.ts";
import type { Recorder, TraceColumns } from "../../../sim/trace/recorder.ts";

/** The digest of the first events of a trace. */
export function prefixDigest(recorder: Recorder, events: number): string {
  const { cycle, component, kind, cause, kinds, values, ...others } = recorder.columns();
  const fields = kinds.map((each) => Object.keys(each.fields).length);
  const count = kind.subarray(0, events).reduce((sum, each) => sum + (fields[each] ?? 0), 0);
  const columns: TraceColumns = {
    ...others,
    kinds,
    cycle: cycle.subarray(0, events),
    component: component.subarray(0, events),
    kind: kind.subarray(0, events),
    cause: cause.subarray(0, events),
    values: values.subarray(0, count),
  };
  return new TraceHasher().digest(columns);
}
