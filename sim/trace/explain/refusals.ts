/**
 * What is said of a call that came to nothing good where its own events say
 * little: what was changed before it, and who said no first.
 *
 * @module
 */

import { Components } from "../components.ts";
import { returnEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import type { Statement } from "./circumstances.ts";
import { evidenceOf } from "./evidence.ts";
import { isGood, isTransported } from "./status.ts";
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

/**
 * Who said no first of those through whom the decisive answer came. The service asks for several things in one call:
 * the one decides with whose status the call ends, and else the last that was refused.
 *
 * @param chain What led to the answer, itself last.
 */
export function firstRefusal(
  chain: readonly TraceEvent[],
): { readonly event: TraceEvent; readonly says: string } | undefined {
  const status = chain.at(-1)?.fields["status"];
  const passedOn = chain.filter((event) => isRefusal(event) && event.fields["to"] === Components.initiatorService);
  const decisive = passedOn.findLast(({ fields }) => fields["status"] === status) ?? passedOn.at(-1) ?? chain.at(-1);
  const way = chain.slice(0, chain.findIndex((event) => event === decisive) + 1);
  const answers = way.slice(way.findLastIndex(({ kind }) => kind !== returnEvent.name) + 1);
  const refusal = answers.find(isRefusal);
  if (refusal === undefined) return undefined;
  // A transport may have carried it before somebody read it.
  const event = answers.find((each) => isRefusal(each) || isTransported(each)) ?? refusal;
  const { operation, status: words } = refusal.fields;
  return { event, says: `${event.component} was the first to say no: ${operation} = ${words}` };
}
