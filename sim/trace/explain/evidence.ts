/**
 * An event as an explanation cites it.
 *
 * @module
 */

import { formatCoordinate } from "../coordinate.ts";
import { describeEvent } from "../describe_event.ts";
import type { TraceEvent } from "../recorder.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** An event that shows something. */
export interface Evidence {
  /** Its coordinate. */
  readonly at: string;
  /** Whose event it is. */
  readonly component: string;
  /** What happened, in words. */
  readonly text: string;
}

/** What was done by whoever is outside, and where the run says so. */
export interface Origin {
  /** The first event that is known of it. */
  readonly at: string;
  /** What was asked for: `SetIScsiIKEInfo`. */
  readonly operation: string;
  /** Line of the step in which it was; 0 if that is not known. */
  readonly line: number;
}

/** Cites an event. */
export function evidenceOf(event: TraceEvent): Evidence {
  return { at: formatCoordinate(event), component: event.component, text: describeEvent(event) ?? plain(event) };
}

function plain({ kind, fields }: TraceEvent): string {
  return `${kind}: ${Object.entries(fields).map(([name, value]) => `${name} ${value}`).join(", ")}`;
}

/**
 * What an event goes back to: the call from outside that led to it. Where nobody outside has asked, as when the service
 * replays what it holds, that which led to what was read on the way.
 */
export function originOf(graph: TraceGraph, event: TraceEvent | undefined): Origin | undefined {
  if (event === undefined) return undefined;
  const chain = graph.chainTo(event);
  const [first] = chain;
  if (first?.kind === "call") {
    const line = graph.markOf(first)?.line ?? 0;
    return { at: formatCoordinate(first), operation: String(first.fields["operation"]), line };
  }
  const reader = chain.findLast(({ because }) => because >= 0);
  return originOf(graph, graph.at(reader?.because));
}

/** An origin in words. */
export function describeOrigin({ at, operation, line }: Origin): string {
  return `by ${operation} ${line === 0 ? `at ${at}` : `in line ${line} (${at})`}`;
}
