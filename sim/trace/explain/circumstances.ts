/**
 * What was so when something happened: the power, the service, what it stored
 * in an adapter's place, and where what it handed over comes from.
 *
 * @module
 */

import { grouped } from "../../kernel/grouped.ts";
import { Components } from "../components.ts";
import { adaptersOf, isOfAdapter } from "./adapters_of.ts";
import { callEvent, flashEvent, noteEvent, returnEvent, stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { describeOrigin, type Evidence, evidenceOf, originOf } from "./evidence.ts";
import { isInterruption } from "./interruption.ts";
import { isGood } from "./status.ts";
import type { TraceGraph } from "./trace_graph.ts";

/** A statement, with the event that shows it. */
export interface Statement extends Evidence {
  /** In words, as a sentence without a full stop. */
  readonly says: string;
}

/** Power and resets while something happened, of the adapters it has to do with if there are any; drivers and services that went, and writes to flash that they cut off. */
export function interruptions(graph: TraceGraph, first: TraceEvent, last: TraceEvent): readonly Statement[] {
  const adapters = adaptersOf(graph.effectsOf(first));
  const concerns = ({ component }: TraceEvent) =>
    adapters.size === 0 || component === Components.initiatorService || component === Components.host ||
    [...adapters].some((adapter) => isOfAdapter(component, adapter));
  return graph.events.filter(({ sequence }) => sequence >= first.sequence && sequence <= last.sequence)
    .filter(concerns)
    .flatMap((event): readonly Statement[] => {
      const { kind, component, fields } = event;
      if (isInterruption(event)) {
        const detail = fields["detail"] === "" ? "" : ` (${fields["detail"]})`;
        const says = kind === noteEvent.name
          ? describeBusReset(graph, event)
          : `${component} came to "${fields["state"]}"${detail} meanwhile`;
        return [{ ...evidenceOf(event), says }];
      }
      if (kind !== flashEvent.name || !String(fields["operation"]).endsWith("cut off")) return [];
      const says = `${component}: a ${fields["operation"]} at ${fields["address"]}, after ${
        fields["lengthBytes"]
      } bytes`;
      return [{ ...evidenceOf(event), says }];
    });
}

/** A bus reset, and why the port driver has made it, if it has. */
function describeBusReset(graph: TraceGraph, { component, cause, fields }: TraceEvent): string {
  const reason = graph.at(cause);
  const why = reason?.component === Components.portDriver
    ? `, since ${reason.component}: ${reason.fields["text"]}`
    : "";
  return `${component}: ${fields["text"]}${why}`;
}

/** Programs and erases that a flash part reported as failed, each part's together: where one fails, firmware tries others. */
export function flashFailures(events: readonly TraceEvent[]): readonly Statement[] {
  const failed = events.filter(({ kind, fields }) =>
    kind === flashEvent.name && /failed$/.test(String(fields["operation"]))
  );
  return [...grouped(failed, ({ component, fields }) => `${component}: ${fields["operation"]}`)].flatMap(
    ([what, [first, ...others]]) => {
      if (first === undefined) return [];
      const more = others.length === 0 ? "" : `, and ${others.length} more`;
      return [{ ...evidenceOf(first), says: `${what} at ${first.fields["address"]}${more}` }];
    },
  );
}

/** Calls that have no answer, though the one that they were made for has one, or the trace has ended. */
export function unanswered(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  return events.filter((event) => event.kind === callEvent.name && graph.answerTo(event) === undefined)
    .map((event) => ({
      ...evidenceOf(event),
      says: `${event.fields["to"]} never answered ${event.fields["operation"]} of ${event.component}`,
    }));
}

/** Why the service did not answer, if it did not: since when it is in the state that it was found in. */
export function serviceStates(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  return events.filter(isUnserved).flatMap((answer) => {
    const state = graph.lastBefore(answer, isServiceState);
    const answered = `the initiator service answered "${answer.fields["status"]}"`;
    if (state === undefined) {
      return [{ ...evidenceOf(answer), says: `${answered}: nothing in the trace before has started it` }];
    }
    const line = graph.markOf(state)?.line ?? 0;
    const where = line === 0 ? "" : ` in line ${line}`;
    return [{ ...evidenceOf(state), says: `${answered}: it is ${state.fields["state"]}${where}` }];
  });
}

/** The service tells of adapters' states, too: whether they are synchronised. */
function isServiceState({ kind, component, fields }: TraceEvent): boolean {
  return kind === stateEvent.name && component === Components.initiatorService &&
    /^(starting|running|stopp(ing|ed))$/.test(String(fields["state"]));
}

/** The service gives up calls with texts of its own; an answer of its procedures is a status. */
function isUnserved({ kind, component, fields }: TraceEvent): boolean {
  return kind === returnEvent.name && component === Components.initiatorService &&
    /^(not running|no answer|ended)/.test(String(fields["status"]));
}

/** What the service stores in an adapter's place when that does not take it, as its commits call it. */
const KEPT: Readonly<Record<string, string>> = {
  SetPresharedKeyForId: "preshared-key",
  SetGroupPresharedKey: "group-key",
  SetTunnelModeOuterAddress: "tunnel-address",
};

/** Where the service went on although an adapter said no, or nothing: what it did next. */
export function fallbacks(
  graph: TraceGraph,
  events: readonly TraceEvent[],
  outcome: TraceEvent | undefined,
): readonly Statement[] {
  if (outcome === undefined || !isGood(outcome)) return [];
  return events.filter((event) =>
    event.kind === returnEvent.name && event.component === Components.wmi &&
    event.fields["to"] === Components.initiatorService && !isGood(event)
  ).map((refusal) => {
    const later = events.filter(({ sequence }) => sequence > refusal.sequence);
    const again = later.find((event) => isGood(event) && isSameRequest(graph.callOf(event), graph.callOf(refusal)));
    const stored = again ?? (isTimeout(refusal) ? undefined : later.find((event) => keeps(graph, event, refusal)));
    const then = again !== undefined
      ? "it was asked again, and that went well"
      : stored === undefined
      ? "the service went on"
      : "the service keeps it in the adapter's place";
    return { ...evidenceOf(stored ?? refusal), says: `${describeRefusal(refusal)}: ${then}` };
  });
}

function isTimeout({ fields }: TraceEvent): boolean {
  return String(fields["status"]).endsWith("(timeout)");
}

/** Statuses of the interface are the adapter's own words; others come from those who carry a request to it. */
function describeRefusal(refusal: TraceEvent): string {
  const { operation, status } = refusal.fields;
  if (isTimeout(refusal)) return `the adapter did not answer ${operation} in time`;
  return String(status).startsWith("ISDSC_")
    ? `the adapter answered ${operation} with ${status}`
    : `${operation} came back with ${status}`;
}

function isSameRequest(a: TraceEvent | undefined, b: TraceEvent | undefined): boolean {
  return a !== undefined && a.component === b?.component &&
    ["operation", "lengthBytes", "detail"].every((name) => a.fields[name] === b.fields[name]);
}

/** Whether an event is that the service has stored what an adapter has refused. */
function keeps(graph: TraceGraph, event: TraceEvent, refusal: TraceEvent): boolean {
  const { component, fields: { status } } = event;
  return component === Components.keyStore && status === "committed" &&
    graph.callOf(event)?.fields["detail"] === KEPT[String(refusal.fields["operation"])];
}

/** What an adapter has read for a session besides keys, and who had set that: a tunnel's outer address, a saved login. */
export function settingsRead(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  return events.filter(({ kind, because }) => kind === noteEvent.name && because >= 0).flatMap((note) => {
    const origin = originOf(graph, graph.at(note.because));
    if (origin === undefined) return [];
    return [{ ...evidenceOf(note), says: `${note.component} has read what was set ${describeOrigin(origin)}` }];
  });
}

/** What the service gave to an adapter out of what it holds. */
export function handedOver(graph: TraceGraph, events: readonly TraceEvent[]): readonly Statement[] {
  return events.filter(({ kind, component, because }) =>
    kind === callEvent.name && component === Components.initiatorService && because >= 0
  ).map((call) => {
    const origin = originOf(graph, graph.at(call.because));
    const from = origin === undefined ? "" : `, set ${describeOrigin(origin)}`;
    return {
      ...evidenceOf(call),
      says: `the service handed over what it holds with ${call.fields["operation"]}${from}`,
    };
  });
}
