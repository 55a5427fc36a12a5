/**
 * What is said of a call that came to nothing good where its own events say
 * little: what was changed before it, and who said no first.
 *
 * @module
 */

import { returnEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import type { Statement } from "./circumstances.ts";
import { evidenceOf } from "./evidence.ts";
import { isGood } from "./status.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** Steps that leave no event of their own: what they have done is seen only in what comes of it. */
const WITHOUT_EVENTS: readonly string[] = ["change", "damage"];

/** Such steps before a call that came to nothing good. */
export function changesBefore(graph: TraceGraph, subject: TraceEvent): readonly Statement[] {
  return graph.steps.filter(({ first, beyond, text }) =>
    WITHOUT_EVENTS.includes(text) && first === beyond && first <= subject.sequence
  ).map(({ line, text }) => ({
    ...evidenceOf(subject),
    says: `the step ${text}${line === 0 ? "" : ` in line ${line}`} came before, of which the trace has no event`,
  }));
}

/** Whether an event answers that something did not go well. */
export function isRefusal(event: TraceEvent): boolean {
  return event.kind === returnEvent.name && !isGood(event);
}

/** Who said no first of those through whom a call went, and with what words. */
export function firstRefusal(events: readonly TraceEvent[]): readonly Statement[] {
  const refusal = events.find(isRefusal);
  if (refusal === undefined) return [];
  const { component, fields: { operation, status } } = refusal;
  return [{ ...evidenceOf(refusal), says: `${component} was the first to say no: ${operation} = ${status}` }];
}
