/**
 * Datagrams that came too late: whoever gave up had waited for them, and the
 * peer was not silent.
 *
 * @module
 */

import { Components } from "../components.ts";
import { formatCoordinate } from "../coordinate.ts";
import { packetEvent, stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import type { Statement } from "./circumstances.ts";
import { evidenceOf } from "./evidence.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** What the network says of a datagram that it brings to somebody. */
const CARRIED: readonly string[] = ["sent", "delayed", "duplicated", "corrupted"];

/** What is said of a datagram at the end of its way. */
const ARRIVALS: readonly string[] = ["receives", "drops", "nobody there"];

/** The datagrams among some events that had not arrived when somebody gave up waiting for an answer. */
export function lateDatagrams(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  return unarrived(graph, events).filter((late) => late.arrival !== undefined || isHeardOf(graph, events, late))
    .map(({ sending, carried, failure, arrival }) => {
      const sent = `late: ${sending.component} sent ${sending.fields["detail"]} at ${formatCoordinate(sending)}`;
      const way = `, and it was still on its way when ${failure.component} came to "${failure.fields["state"]}"`;
      const end = arrival === undefined ? "" : `: it arrived at ${formatCoordinate(arrival)}`;
      return { ...evidenceOf(carried), says: `${sent}${way}${end}` };
    });
}

/** That nobody tells of having received what was sent, which may have many reasons; nothing where somebody does. */
export function unseenArrivals(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  const [first, ...others] = unarrived(graph, events).filter(({ arrival }) => arrival === undefined);
  if (first === undefined) return [];
  const { component, fields: { detail } } = first.sending;
  const more = others.length === 0 ? "" : `, and of ${others.length} more`;
  const says = `the trace has no arrival of what ${component} sent (${detail})${more}: ` +
    "the other end is silent or outside, or the trace ends before it";
  return [{ ...evidenceOf(first.carried), says }];
}

/** A datagram from its sending on, with the failure that came before its arrival, if that is in the trace. */
interface Unarrived {
  readonly sending: TraceEvent;
  readonly carried: TraceEvent;
  readonly failure: TraceEvent;
  readonly arrival: TraceEvent | undefined;
}

function unarrived(graph: TraceGraph, events: readonly TraceEvent[]): readonly Unarrived[] {
  const failures = events.filter(hasGivenUp);
  if (failures.length === 0) return [];
  return events.filter((event) => event.component === Components.network && isPacket(event, CARRIED))
    .flatMap((carried) => {
      const failure = failures.find(({ sequence }) => sequence > carried.sequence);
      const sending = graph.at(carried.cause);
      if (failure === undefined || sending === undefined || !isPacket(sending, ["sends"])) return [];
      const arrival = graph.events.find((event) => event.cause === carried.sequence && isPacket(event, ARRIVALS));
      const isInTime = arrival !== undefined && arrival.sequence < failure.sequence;
      return isInTime ? [] : [{ sending, carried, failure, arrival }];
    });
}

/** Whether the other end has sent something itself meanwhile: one that is silent or outside tells of no arrival. */
function isHeardOf(graph: TraceGraph, events: readonly TraceEvent[], { carried }: Unarrived): boolean {
  const itsOwn = `${destinationOf(carried)} > `;
  return events.some((event) =>
    event.component === Components.network && String(event.fields["peer"]).startsWith(itsOwn) &&
    isPacket(graph.at(event.cause), ["sends"])
  );
}

function destinationOf({ fields: { peer } }: TraceEvent): string {
  return String(peer).split(" > ")[1] ?? "";
}

function hasGivenUp({ kind, fields: { state, detail } }: TraceEvent): boolean {
  return kind === stateEvent.name && state === "phase 1 failed" && String(detail).startsWith("no answer");
}

function isPacket(event: TraceEvent | undefined, directions: readonly string[]): boolean {
  return event?.kind === packetEvent.name && directions.includes(String(event.fields["direction"]));
}
