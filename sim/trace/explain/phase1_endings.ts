/**
 * How attempts at phase 1 ended, and which packet ended them.
 *
 * @module
 */

import { packetEvent, stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** The end of an attempt that failed. */
export interface Phase1Ending {
  /** The failure, with its reason. */
  readonly failure: Evidence;
  /** What was complained of before; absent if nothing was. */
  readonly complaint?: Evidence;
  /** The sending of the packet that ended it: the last one of phase 1 that the complaint or the failure goes back to. */
  readonly packet?: Evidence;
  /** What the receiver of that packet made of it, if that is not the complaint itself. */
  readonly verdict?: Evidence;
}

/** What the network says of a datagram that does not arrive as it was sent, and an adapter of one that it loses. */
const LOSSES: readonly string[] = ["lost", "blocked", "corrupted", "nobody there", "no route", "drops"];

/** The failures among some events. */
export function phase1Endings(graph: TraceGraph, events: readonly TraceEvent[]): readonly Phase1Ending[] {
  return events.filter(({ kind, fields }) => kind === stateEvent.name && fields["state"] === "phase 1 failed")
    .map((failure) => endingOf(graph, failure));
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

function endingOf(graph: TraceGraph, failure: TraceEvent): Phase1Ending {
  const complaint = graph.at(failure.because);
  const chain = graph.chainTo(complaint ?? failure);
  const index = chain.findLastIndex((event) => isSending(event) && !isInformational(event));
  const packet = chain[index];
  // Whoever received it and said so: the first note of another end behind the sending.
  const verdict = chain.slice(index + 1).find(({ kind, component }) =>
    kind === "note" && component !== packet?.component
  );
  return {
    failure: evidenceOf(failure),
    ...(complaint === undefined ? {} : { complaint: evidenceOf(complaint) }),
    ...(packet === undefined ? {} : { packet: evidenceOf(packet) }),
    ...(verdict === undefined || verdict === complaint ? {} : { verdict: evidenceOf(verdict) }),
  };
}

function isSending({ kind, fields }: TraceEvent): boolean {
  return kind === packetEvent.name && fields["direction"] === "sends";
}

function isInformational({ fields }: TraceEvent): boolean {
  return String(fields["detail"]).startsWith("informational");
}
