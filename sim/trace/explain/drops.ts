/**
 * Datagrams that arrived and that phase 1 made nothing of.
 *
 * @module
 */

import { noteEvent, packetEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { isPhase1Failure } from "./phase1_failures.ts";
import type { TraceGraph } from "./trace_graph.ts";

const DROPPED = "phase 1: dropped: ";

/** A datagram that its receiver dropped. */
interface Drop {
  /** That it was, and why. */
  readonly note: TraceEvent;
  readonly sending: TraceEvent | undefined;
  readonly receipt: TraceEvent | undefined;
}

/** The datagrams among some events that were dropped by whoever received them, and why. */
export function dropsOf(graph: TraceGraph, events: readonly TraceEvent[]): readonly Evidence[] {
  return dropsAmong(graph, events).map(({ note, sending }) => {
    const what = sending === undefined ? "" : `: ${sending.component} sent ${sending.fields["detail"]}`;
    return { ...evidenceOf(note), text: `dropped: ${String(note.fields["text"]).slice(DROPPED.length)}${what}` };
  });
}

/** Those of an explanation that are not among how attempts at phase 1 ended. */
export function furtherDrops(
  { endings, drops }: {
    readonly endings: readonly { readonly verdict?: Evidence; readonly complaint?: Evidence }[];
    readonly drops: readonly Evidence[];
  },
): readonly Evidence[] {
  const told = new Set(endings.flatMap(({ verdict, complaint }) => [verdict?.at, complaint?.at]));
  return drops.filter(({ at }) => !told.has(at));
}

/**
 * The last datagram that was dropped before somebody gave up waiting for an answer, if its receiver took none behind it:
 * one that was repeated and taken kept nobody waiting.
 *
 * @param events Among which it is looked for: those of what the failure belongs to.
 */
export function dropBehind(
  graph: TraceGraph,
  failure: TraceEvent,
  events: readonly TraceEvent[],
): { readonly packet: TraceEvent; readonly verdict: TraceEvent } | undefined {
  const { component } = failure;
  const begin = events.findLast((event) =>
    isPhase1Failure(event) && event.component === component && event.sequence < failure.sequence
  );
  const attempt = events.filter(({ sequence }) => sequence > (begin?.sequence ?? -1) && sequence < failure.sequence);
  const drop = dropsAmong(graph, attempt).findLast(({ sending, note, receipt }) =>
    sending !== undefined && !isInformational(sending) && [note.component, sending.component].includes(component) &&
    !attempt.some((event) =>
      isPacket(event, "receives") && event.component === note.component && event.sequence > (receipt?.sequence ?? 0) &&
      event.fields["peer"] === receipt?.fields["peer"] && !isInformational(sendingOf(graph, event))
    )
  );
  return drop?.sending === undefined ? undefined : { packet: drop.sending, verdict: drop.note };
}

function dropsAmong(graph: TraceGraph, events: readonly TraceEvent[]): readonly Drop[] {
  return events.filter(({ kind, fields }) => kind === noteEvent.name && String(fields["text"]).startsWith(DROPPED))
    .map((note) => ({
      note,
      sending: sendingOf(graph, note),
      receipt: graph.chainTo(note).findLast((event) => isPacket(event, "receives")),
    }));
}

/** The sending of the datagram that led to an event. */
function sendingOf(graph: TraceGraph, event: TraceEvent): TraceEvent | undefined {
  return graph.chainTo(event).findLast(isSending);
}

function isPacket({ kind, fields }: TraceEvent, direction: string): boolean {
  return kind === packetEvent.name && fields["direction"] === direction;
}

/** Whether an event is that somebody sends a datagram. */
export function isSending(event: TraceEvent): boolean {
  return isPacket(event, "sends");
}

/** Whether what was sent is no message of phase 1 itself, but about it. */
export function isInformational(event: TraceEvent | undefined): boolean {
  return String(event?.fields["detail"]).startsWith("informational");
}
