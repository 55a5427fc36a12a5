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
 * the one decides with whose status the call ends, and else the last that was refused. What others were answered on
 * the way, as when the service ends, is theirs.
 *
 * @param chain What led to the answer, itself last.
 * @param own What the call led to, itself first.
 */
export function firstRefusal(
  graph: TraceGraph,
  chain: readonly TraceEvent[],
  own: ReadonlySet<TraceEvent | undefined>,
): { readonly event: TraceEvent; readonly says: string } | undefined {
  const status = chain.at(-1)?.fields["status"];
  const isOwn = (event: TraceEvent) => own.has(graph.callOf(event));
  const passedOn = chain.filter((event) =>
    isRefusal(event) && event.fields["to"] === Components.initiatorService && isOwn(event)
  );
  const decisive = passedOn.findLast(({ fields }) => fields["status"] === status) ?? passedOn.at(-1) ?? chain.at(-1);
  const way = chain.slice(0, chain.findIndex((event) => event === decisive) + 1);
  const answers = way.slice(way.findLastIndex(({ kind }) => kind !== returnEvent.name) + 1).filter(isOwn);
  const refusal = answers.find(isRefusal);
  if (refusal === undefined) return undefined;
  // A transport may have carried it before somebody read it.
  const before = answers.slice(0, answers.indexOf(refusal));
  const event = answers[before.findLastIndex((each) => !mayHaveCarried(graph, each, refusal)) + 1] ?? refusal;
  const { operation, status: words } = refusal.fields;
  return { event, says: `${event.component} was the first to say no: ${operation} = ${words}` };
}

/** Whether an answer that came back well may have brought a refusal: that of a method, within the call that was refused. */
function mayHaveCarried(graph: TraceGraph, event: TraceEvent, refusal: TraceEvent): boolean {
  const [call, refused] = [graph.callOf(event), graph.callOf(refusal)];
  return isTransported(event) && event.fields["operation"] === "IRP_MN_EXECUTE_METHOD" &&
    call !== undefined && refused !== undefined && graph.chainTo(call).includes(refused);
}
