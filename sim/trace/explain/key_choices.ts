/**
 * Which key won, and why: all places where one could have come from, in their
 * order, and who has put there what is there.
 *
 * @module
 */

import { formatCoordinate } from "../coordinate.ts";
import { callEvent, candidateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { type Origin, originOf } from "./evidence.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** A place for a key. */
export interface Candidate {
  /** The event that tells of it. */
  readonly at: string;
  /** Its place in the order: 1 counts first. */
  readonly rank: number;
  /** What place it is: `explicit`. */
  readonly source: string;
  /** Whom a key there is for. */
  readonly identity: string;
  /** The fingerprint of its key; empty without one. */
  readonly fingerprint: string;
  /** What it came to: `used`, `outranked`, `none`, `damaged`, `refused`. */
  readonly outcome: string;
  /** The event that wrote what is there, or has removed what was; absent if the trace does not tell. */
  readonly writtenAt?: string;
  /** What that goes back to. */
  readonly origin?: Origin;
}

/** One choice. */
export interface KeyChoice {
  /** Who has chosen. */
  readonly component: string;
  /** The places, the first to count first. */
  readonly candidates: readonly Candidate[];
}

/** The choices among some events, in order. */
export function keyChoices(graph: TraceGraph, events: readonly TraceEvent[]): readonly KeyChoice[] {
  const choices: { readonly component: string; readonly candidates: Candidate[] }[] = [];
  for (const event of events) {
    if (event.kind !== candidateEvent.name) continue;
    const { component } = event;
    const candidate = candidateOf(graph, event);
    const last = choices.at(-1);
    const goesOn = last?.component === component && last.candidates.length === candidate.rank - 1;
    if (goesOn) last.candidates.push(candidate);
    else choices.push({ component, candidates: [candidate] });
  }
  return choices;
}

/** The place whose key is used; `undefined` if none is. */
export function winnerOf({ candidates }: KeyChoice): Candidate | undefined {
  return candidates.find(({ outcome }) => outcome === "used");
}

function candidateOf(graph: TraceGraph, event: TraceEvent): Candidate {
  const { rank, source, identity, fingerprint, outcome } = event.fields;
  const writer = writerOf(graph, event);
  const origin = originOf(graph, writer, true);
  return {
    at: formatCoordinate(event),
    rank: Number(rank),
    source: String(source),
    identity: String(identity),
    fingerprint: String(fingerprint),
    outcome: String(outcome),
    ...(writer === undefined ? {} : { writtenAt: formatCoordinate(writer) }),
    ...(origin === undefined ? {} : { origin }),
  };
}

/** Who has put there what is there, or has removed what was: a login may bring its key along, and has none removed. */
function writerOf(graph: TraceGraph, { because, cause, fields: { source, outcome } }: TraceEvent) {
  const request = graph.at(cause);
  const writer = graph.at(because) ?? (source === "login" && request?.kind === callEvent.name ? request : undefined);
  if (writer === undefined || outcome !== "none") return writer;
  const command = graph.chainTo(writer).findLast(({ kind }) => kind === callEvent.name);
  return command?.fields["operation"] === "clearCache" ? writer : undefined;
}
