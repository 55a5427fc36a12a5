/**
 * How attempts at phase 1 ended, and which packet ended them.
 *
 * @module
 */

import { noteEvent, packetEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { dropBehind, isInformational, isSending } from "./drops.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { isFailureOf, isPhase1Failure } from "./phase1_failures.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** The end of an attempt that failed. */
export interface Phase1Ending {
  /** The failure, with its reason. */
  readonly failure: Evidence;
  /** What was complained of before; absent if nothing was. */
  readonly complaint?: Evidence;
  /**
   * The sending of the packet that ended it: the last one of phase 1 that the complaint or the failure goes back to, or
   * for want of an answer the last one that was dropped.
   */
  readonly packet?: Evidence;
  /** What the receiver of that packet made of it, if that is not the complaint itself. */
  readonly verdict?: Evidence;
}

/** What the network says of a datagram that does not arrive as it was sent, and an adapter of one that it loses. */
const LOSSES: readonly string[] = ["lost", "blocked", "corrupted", "nobody there", "no route", "drops"];

/**
 * The failures of what some events belong to.
 *
 * @param subject What is explained, if it is a failure itself.
 */
export function phase1Endings(
  graph: TraceGraph,
  events: readonly TraceEvent[],
  subject?: TraceEvent,
): readonly Phase1Ending[] {
  const own = new Set<TraceEvent | undefined>(events);
  const end = events.at(-1)?.sequence ?? -1;
  return graph.events.filter(({ sequence }) => sequence <= end).filter(isPhase1Failure)
    .filter((failure) => failure === subject || isFailureOf(graph, failure, own))
    .map((failure) => endingOf(graph, failure, events));
}

/** The datagrams among some events that did not arrive as they were sent. */
export function lossesOf(graph: TraceGraph, events: readonly TraceEvent[]): readonly Evidence[] {
  return events.filter(({ kind, fields }) => kind === packetEvent.name && LOSSES.includes(String(fields["direction"])))
    .map((event) => {
      const sent = graph.chainTo(event).findLast(isSending);
      const what = sent === undefined ? "" : `: ${sent.component} sent ${String(sent.fields["detail"])}`;
      return { ...evidenceOf(event), text: `${event.fields["direction"]}${what} (${event.fields["peer"]})` };
    });
}

function endingOf(graph: TraceGraph, failure: TraceEvent, events: readonly TraceEvent[]): Phase1Ending {
  const reason = graph.at(failure.because);
  const complaint = reason?.kind === noteEvent.name ? reason : undefined;
  const isUnanswered = complaint === undefined && String(failure.fields["detail"]).startsWith("no answer");
  const chain = graph.chainTo(reason ?? failure);
  const { packet, verdict } = (isUnanswered ? dropBehind(graph, failure, events) : undefined) ?? lastOf(chain);
  return {
    failure: evidenceOf(failure),
    ...(complaint === undefined ? {} : { complaint: evidenceOf(complaint) }),
    ...(packet === undefined ? {} : { packet: evidenceOf(packet) }),
    ...(verdict === undefined || verdict === complaint ? {} : { verdict: evidenceOf(verdict) }),
  };
}

/** The last packet of phase 1 in a chain, and what its receiver said of it: the first note of another end behind it. */
function lastOf(chain: readonly TraceEvent[]): { readonly packet?: TraceEvent; readonly verdict?: TraceEvent } {
  const index = chain.findLastIndex((event) => isSending(event) && !isInformational(event));
  const packet = chain[index];
  if (packet === undefined) return {};
  const verdict = chain.slice(index + 1).find(({ kind, component }) =>
    kind === noteEvent.name && component !== packet.component
  );
  return { packet, ...(verdict === undefined ? {} : { verdict }) };
}
