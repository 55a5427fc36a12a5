/**
 * Attempts at phase 1 that failed, and those that gave way to others.
 *
 * @module
 */

import { stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import type { Statement } from "./circumstances.ts";
import { evidenceOf } from "./evidence.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** Whether an event is that an attempt failed. */
export function isPhase1Failure({ kind, fields }: TraceEvent): boolean {
  return kind === stateEvent.name && fields["state"] === "phase 1 failed";
}

/** Whether what failed is of some events: what gave way to another has come of that one's packet, but its own is read. */
export function isFailureOf(graph: TraceGraph, failure: TraceEvent, own: ReadonlySet<TraceEvent | undefined>): boolean {
  return own.has(hasGivenWay(failure) ? graph.at(failure.because) : failure);
}

/** The exchanges of others that gave way to what some events belong to. */
export function crowdedOut(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  const own = new Set<TraceEvent | undefined>(events);
  return events.filter((event) => isPhase1Failure(event) && !isFailureOf(graph, event, own)).map((failure) => {
    const peer = graph.at(failure.because)?.fields["peer"];
    const whose = peer === undefined ? "an exchange" : `the exchange of ${peer}`;
    return { ...evidenceOf(failure), says: `it crowded out ${whose} at ${failure.component}` };
  });
}

function hasGivenWay({ fields }: TraceEvent): boolean {
  return String(fields["detail"]).startsWith("crowded out");
}
