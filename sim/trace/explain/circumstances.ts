/**
 * What was so when something happened: the power, the service, what it stored
 * in an adapter's place, and where what it handed over comes from.
 *
 * @module
 */

import { Components } from "../components.ts";
import { adaptersOf, isOfAdapter } from "./adapters_of.ts";
import { callEvent, flashEvent, noteEvent, returnEvent, stateEvent } from "../events.ts";
import type { TraceEvent } from "../recorder.ts";
import { describeOrigin, type Evidence, evidenceOf, originOf } from "./evidence.ts";
import { isGood } from "./status.ts";
import type { TraceGraph } from "./trace_graph.ts";

const POWER_STATES: readonly string[] = ["power off", "reset", "failed"];

/** A statement, with the event that shows it. */
export interface Statement extends Evidence {
  /** In words, as a sentence without a full stop. */
  readonly says: string;
}

/** What a driver says when somebody has reset its adapter, or it is gone; a service when it was ended. */
function isEnding({ kind, component, fields }: TraceEvent): boolean {
  if (kind !== stateEvent.name) return false;
  const { state, detail } = fields;
  if (component === Components.initiatorService) return state === "stopping" || state === "stopped";
  const isDriver = component.startsWith("miniport ");
  return isDriver && (state === "absent" || state === "initializing" && detail === "requested");
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
      if (kind === stateEvent.name && POWER_STATES.includes(String(fields["state"]))) {
        return [{ ...evidenceOf(event), says: `${component} came to "${fields["state"]}" meanwhile` }];
      }
      if (isEnding(event)) {
        const detail = fields["detail"] === "" ? "" : ` (${fields["detail"]})`;
        return [{ ...evidenceOf(event), says: `${component} came to "${fields["state"]}"${detail} meanwhile` }];
      }
      if (kind !== flashEvent.name || !String(fields["operation"]).endsWith("cut off")) return [];
      const says = `${component}: a ${fields["operation"]} at ${fields["address"]}, after ${
        fields["lengthBytes"]
      } bytes`;
      return [{ ...evidenceOf(event), says }];
    });
}

/** Programs and erases that a flash part reported as failed, each part's together: where one fails, firmware tries others. */
export function flashFailures(events: readonly TraceEvent[]): readonly Statement[] {
  const failed = events.filter(({ kind, fields }) =>
    kind === flashEvent.name && /failed$/.test(String(fields["operation"]))
  );
  return [...Map.groupBy(failed, ({ component, fields }) => `${component}: ${fields["operation"]}`)].flatMap(
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
    const state = graph.lastBefore(
      answer,
      ({ kind, component }) => kind === stateEvent.name && component === Components.initiatorService,
    );
    const answered = `the initiator service answered "${answer.fields["status"]}"`;
    if (state === undefined) {
      return [{ ...evidenceOf(answer), says: `${answered}: nothing in the trace before has started it` }];
    }
    const line = graph.markOf(state)?.line ?? 0;
    const where = line === 0 ? "" : ` in line ${line}`;
    return [{ ...evidenceOf(state), says: `${answered}: it is ${state.fields["state"]}${where}` }];
  });
}

/** The service gives up calls with texts of its own; an answer of its procedures is a status. */
function isUnserved({ kind, component, fields }: TraceEvent): boolean {
  return kind === returnEvent.name && component === Components.initiatorService &&
    /^(not running|no answer|ended)/.test(String(fields["status"]));
}

/** Where the service went on although an adapter said no: what it did next with its own store. */
export function fallbacks(events: readonly TraceEvent[], outcome: TraceEvent | undefined): readonly Statement[] {
  if (outcome === undefined || !isGood(outcome)) return [];
  return events.filter((event) =>
    event.kind === returnEvent.name && event.component === Components.wmi &&
    event.fields["to"] === Components.initiatorService && !isGood(event)
  ).flatMap((refusal) => {
    const stored = events.find(({ sequence, component, fields }) =>
      sequence > refusal.sequence && component === Components.keyStore && fields["status"] === "committed"
    );
    const then = stored === undefined ? "the service went on" : "the service keeps it in the adapter's place";
    return [{
      ...evidenceOf(stored ?? refusal),
      says: `the adapter answered ${refusal.fields["operation"]} with ${refusal.fields["status"]}: ${then}`,
    }];
  });
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
