/**
 * An event as an explanation cites it.
 *
 * @module
 */

import { Components } from "../components.ts";
import { formatCoordinate } from "../coordinate.ts";
import { describeEvent } from "../describe_event.ts";
import { callEvent, returnEvent } from "../events.ts";
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
 * What an event goes back to: the call from outside that led to it. What the service hands over on the way, in
 * whosever call it does so, goes back to who has set that; what it prepares a cache with is its own; and where nobody
 * outside has asked, to what led to what was read last. An answer is read by who asked, who need not do anything with it.
 *
 * @param isKey Whether it has to do with a key alone: a login is its caller's, though the service may give it a key.
 */
export function originOf(graph: TraceGraph, event: TraceEvent | undefined, isKey: boolean = false): Origin | undefined {
  if (event === undefined) return undefined;
  const around = [...wayBack(graph, event)];
  const own = around.find((each) => isItsOwn(each, isKey));
  const asked = own ?? around.at(-1);
  if (asked?.kind === callEvent.name && (own === undefined || own.because < 0)) {
    const line = own === undefined ? graph.markOf(asked)?.line ?? 0 : 0;
    return { at: formatCoordinate(asked), operation: String(asked.fields["operation"]), line };
  }
  const reader = own ?? around.find(({ kind, because }) => because >= 0 && kind !== returnEvent.name);
  return originOf(graph, graph.at(reader?.because), isKey);
}

/**
 * What an event happened in, itself first. What has answered a call on the way was within that call, and may have come
 * from anybody, as a reset does: whoever had asked goes on.
 */
function* wayBack(graph: TraceGraph, event: TraceEvent): Generator<TraceEvent> {
  for (let each: TraceEvent | undefined = event; each !== undefined;) {
    yield each;
    each = graph.at((graph.callOf(each) ?? each).cause);
  }
}

/** A call that the service makes by itself, whosever call it serves meanwhile: it gives an adapter what it holds, or prepares it. */
function isItsOwn({ kind, component, because, fields }: TraceEvent, isKey: boolean): boolean {
  const operation = String(fields["operation"]);
  return kind === callEvent.name && component === Components.initiatorService &&
    (/^(ClearCache|SetGenerationalGuid)$/.test(operation) || because >= 0 && (isKey || operation.startsWith("Set")));
}

/** An origin in words. */
export function describeOrigin({ at, operation, line }: Origin): string {
  return `by ${operation} ${line === 0 ? `at ${at}` : `in line ${line} (${at})`}`;
}
